// acts features: every feature with its definition, unit and columns.
#include <array>

#include "acts/features/feature.hpp"

#include "cli/command.hpp"
#include "cli/values.hpp"

namespace acts::cli {
namespace {

struct Settings {
  BandList bands = BandList::defaults();
};

std::span<const Option<Settings>> table() {
  static const std::array<Option<Settings>, 1> kOptions{{
      {kBandsSpec, [](Settings& s, const Values& v) { return set_bands(s.bands, v); }},
  }};
  return kOptions;
}

int run(const Given& given) {
  Settings settings;
  if (const Result<void> set = set_given(table(), settings, given); !set) return complain(set.error());
  Output out;
  out.write(describe_features(settings.bands));
  return out.finish(kExitDone);
}

}  // namespace

Command features_command() {
  return {.name = "features",
          .summary = "Every feature of a minute row: definition, unit, columns",
          .options = specs_of(table()),
          .examples = "  acts features\n  acts features --bands 0.5,1,4",
          .run = run};
}

}  // namespace acts::cli
