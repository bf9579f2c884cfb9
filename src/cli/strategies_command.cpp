// acts strategies: every strategy with its parameters, those of acts or of a library of one's own.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "acts/strategy/registry.hpp"

#include "backtest/strategy_library.hpp"
#include "cli/command.hpp"

namespace acts::cli {
namespace {

struct ShownStrategies {
  std::vector<std::string> words;
};

const OptionSpec kShownSpec{.name = "strategies",
                            .placeholder = "NAME",
                            .kind = OptionKind::kFiles,
                            .help =
                                "none: all that come with acts; NAME: this one; FILE.so [NAME]: those, or this one, of "
                                "a library of strategies"};

std::span<const Option<ShownStrategies>> shown_table() {
  static const std::array<Option<ShownStrategies>, 1> kOptions{{
      {kShownSpec, [](ShownStrategies& s, const Values& v) { return s.words = v, Result<void>(); }},
  }};
  return kOptions;
}

bool is_library(std::string_view word) { return word.contains('/') || word.ends_with(".so"); }

Result<std::string> shown(const std::vector<std::string>& words) {
  if (words.empty()) return describe(strategy_types());
  backtest::BacktestSettings settings;
  std::size_t name = 0;
  if (is_library(words[0])) {
    settings.library = words[name++];
    const auto library = backtest::guarded([&] { return backtest::load_strategies(settings.library); });
    if (!library) return std::unexpected(library.error());
    if (words.size() == 1) return describe(std::span((*library)->types, (*library)->count));
  }
  if (words.size() > name + 1) {
    return fail(ErrorCode::kUsage,
                fmt::format("'{}' is one argument too many: one strategy at a time, or none for all", words[name + 1]));
  }
  settings.strategy = words[name];
  const Result<const StrategyType*> type = backtest::strategy_type_of(settings);
  if (!type) return std::unexpected(type.error());
  return describe(std::span(*type, 1));
}

int run_strategies(const Given& given) {
  ShownStrategies settings;
  if (const Result<void> set = set_given(shown_table(), settings, given); !set) return complain(set.error());
  const Result<std::string> text = shown(settings.words);
  if (!text) return complain(text.error());
  Output out;
  out.write(*text);
  return out.finish(kExitDone);
}

}  // namespace

std::string strategies_help() {
  return "Strategies (name in [strategy], their parameters beside it; of a library: acts strategies FILE.so):\n\n" +
         describe(strategy_types());
}

Command strategies_command() {
  return {.name = "strategies",
          .summary = "Every strategy with its parameters: type, range, default, meaning",
          .options = {},
          .positional = kShownSpec,
          .examples =
              "  acts strategies grid\n"
              "  acts strategies build/libmy_strategy.so",
          .run = run_strategies};
}

}  // namespace acts::cli
