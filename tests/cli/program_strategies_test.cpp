// acts strategies, and the same lists in --help.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "acts/strategy/registry.hpp"

#include "cli/program.hpp"
#include "support/built.hpp"

namespace acts::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

const std::string kIllLibrary = test::strategy_library("ill");

TEST(ProgramStrategies, ListsAllOrOneWithTypeRangeDefaultAndMeaning) {
  const Outcome all = run_acts({"strategies"});
  EXPECT_EQ(all.exit_code, 0) << all.err;
  EXPECT_EQ(all.out, describe(strategy_types()));
  const Outcome one = run_acts({"strategies", "sma_cross"});
  EXPECT_EQ(one.exit_code, 0) << one.err;
  EXPECT_THAT(one.out, StartsWith("sma_cross: follows the crossing of two moving averages of bars\n"));
  EXPECT_THAT(one.out,
              HasSubstr("\n  slow (whole number, 2 to 100000, default 30): bars of the slower mean; above fast\n"));
  EXPECT_THAT(all.out, HasSubstr(one.out));
}

TEST(ProgramStrategies, ListsThoseOfALibrary) {
  const Outcome all = run_acts({"strategies", kIllLibrary});
  EXPECT_EQ(all.exit_code, 0) << all.err;
  EXPECT_THAT(all.out, HasSubstr("\nreading: reads the future\n  no parameters\n"));
  EXPECT_EQ(run_acts({"strategies", kIllLibrary, "peeking"}).out,
            "peeking: knows the future\n  eyes (whole number, 1 to 9, default 2): changes nothing\n");
}

TEST(ProgramStrategies, AreInTheHelpOfBacktestAndSweep) {
  for (const std::string command : {"backtest", "sweep"}) {
    const Outcome help = run_acts({command, "--help"});
    EXPECT_EQ(help.exit_code, 0) << help.err;
    EXPECT_THAT(help.out, HasSubstr("acts strategies FILE.so"));
    for (const StrategyType& type : strategy_types()) {
      EXPECT_THAT(help.out, HasSubstr(std::string(type.name) + ": ")) << command;
      for (const ParameterSpec& spec : type.parameters) {
        EXPECT_THAT(help.out, HasSubstr(fmt::format("  {} ({}", spec.name, in_words(spec.type)))) << command;
      }
    }
  }
}

TEST(ProgramStrategies, SaysInOneLineWhatIsWrong) {
  const auto told = [](const std::vector<std::string>& words) {
    std::vector<std::string> arguments{"strategies"};
    arguments.insert(arguments.end(), words.begin(), words.end());
    const Outcome run = run_acts(arguments);
    EXPECT_EQ(run.exit_code, 2) << run.err;
    EXPECT_EQ(run.out, "");
    EXPECT_EQ(std::ranges::count(run.err, '\n'), 1) << run.err;
    return run.err;
  };
  EXPECT_THAT(told({"gird"}), HasSubstr("no strategy 'gird': did you mean grid?"));
  EXPECT_THAT(told({"grid", "obi"}), HasSubstr("'obi' is one argument too many"));
  EXPECT_THAT(told({"none.so"}), HasSubstr("none.so: it cannot be loaded"));
  EXPECT_THAT(told({kIllLibrary, "well"}), HasSubstr("no strategy 'well' in it: there is none, crash"));
  EXPECT_THAT(told({kIllLibrary, "crash", "loop"}), HasSubstr("'loop' is one argument too many"));
}

}  // namespace
}  // namespace acts::cli
