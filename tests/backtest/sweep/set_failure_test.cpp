#include "backtest/sweep/set_failure.hpp"

#include <gtest/gtest.h>

#include "history/canonical_json.hpp"

namespace acts::backtest {
namespace {

TEST(SetFailure, IsOneShortLineWhateverWasThrown) {
  EXPECT_EQ(failure_line("no such thing, \"never\""), "no such thing, \"never\"");
  EXPECT_EQ(failure_line("first\nsecond\t\x7f"), "first second");
  EXPECT_EQ(failure_line(""), "it failed without a word");
  EXPECT_EQ(failure_line("\n\n"), "it failed without a word");
  EXPECT_EQ(failure_line("gr\xc3\xbc\xc3\x9f"), "gr\xc3\xbc\xc3\x9f");
  EXPECT_EQ(failure_line("\xff\xfe."), "??.");
  for (std::size_t before = 490; before < 503; ++before) {
    const std::string line = failure_line(std::string(before, 'a') + "\xe2\x82\xac" + std::string(600, 'b'));
    EXPECT_TRUE(history::is_utf8(line)) << before;
    EXPECT_FALSE(line.contains('?')) << before;
    EXPECT_TRUE(line.ends_with("...")) << before;
    EXPECT_LE(line.size(), 500U);
    EXPECT_EQ(failure_line(line), line) << before;
  }
}

TEST(SetFailures, TellTheFirst) {
  SetFailures failures;
  failures.add(7, "one");
  failures.add(9, "other");
  EXPECT_EQ(failures.count, 2U);
  EXPECT_EQ(failures.first, 7U);
  EXPECT_EQ(failures.error, "one");
}

}  // namespace
}  // namespace acts::backtest
