// acts features: every feature with its definition, unit and columns.
#include <CLI/CLI.hpp>

#include <memory>
#include <string>

#include "acts/features/feature.hpp"

#include "cli/command.hpp"

namespace acts::cli {

void add_features(CLI::App& app, const Common& /*common*/, int& exit_code) {
  auto bands = std::make_shared<std::string>("1,4");
  CLI::App* command = app.add_subcommand("features", "Every feature of a minute row: definition, unit, columns");
  command->add_option("--bands", *bands, "per cent around mid")->capture_default_str();
  command->footer("Examples:\n  acts features\n  acts features --bands 0.5,1,4");
  command->callback([bands, &exit_code] {
    const Result<BandList> list = BandList::parse(*bands);
    if (!list) {
      exit_code = complain(list.error());
      return;
    }
    Output().write(describe_features(*list));
  });
}

}  // namespace acts::cli
