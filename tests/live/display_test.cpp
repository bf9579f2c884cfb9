#include "live/display.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <string>
#include <vector>

#include "live/logging.hpp"

namespace acts {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// As much of a terminal as our sequences need: cells, wrapping at the right edge, scrolling at the bottom, cursor up
// (CUU), erase in line (EL) and below (ED). Bytes stand for characters.
class Terminal {
 public:
  explicit Terminal(TerminalSize size) : size_(size), lines_(1) {}

  void write(std::string_view text) {
    while (!text.empty()) {
      if (text.starts_with("\x1b[")) {
        const std::size_t end = text.find_first_of("AJKm");
        ASSERT_NE(end, std::string_view::npos);
        sequence(text.substr(2, end - 2), text[end]);
        text.remove_prefix(end + 1);
      } else {
        put(text.front());
        text.remove_prefix(1);
      }
    }
  }

  // All that was ever shown, with what has scrolled out above.
  [[nodiscard]] std::vector<std::string> lines() const {
    std::vector<std::string> all = lines_;
    while (!all.empty() && all.back().empty()) all.pop_back();
    return all;
  }

 private:
  void put(char c) {
    if (c == '\r') {
      column_ = 0;
    } else if (c == '\n') {
      down();
    } else {
      if (column_ == size_.columns) down();
      std::string& line = lines_[row_];
      if (line.size() <= column_) line.resize(column_ + 1, ' ');
      line[column_++] = c;
    }
  }
  void down() {
    column_ = 0;
    if (++row_ == lines_.size()) lines_.emplace_back();
  }
  void sequence(std::string_view parameter, char kind) {
    if (kind == 'A') {
      const std::size_t top = lines_.size() > size_.rows ? lines_.size() - size_.rows : 0;
      const auto count = static_cast<std::size_t>(std::stoi(std::string(parameter)));
      row_ = std::max(top, row_ - std::min(row_, count));
    }
    if (kind == 'K' || kind == 'J') lines_[row_].resize(std::min(lines_[row_].size(), column_));
    if (kind == 'J') {
      for (std::size_t below = row_ + 1; below < lines_.size(); ++below) lines_[below].clear();
    }
  }

  TerminalSize size_;
  std::vector<std::string> lines_;
  std::size_t row_ = 0;
  std::size_t column_ = 0;
};

collector::Health health_of(std::size_t symbols) {
  collector::Health health;
  health.venue = Venue::kBinanceSpot;
  for (std::size_t i = 0; i < symbols; ++i) {
    collector::SymbolHealth symbol;
    symbol.symbol = i == 0 ? "BTCUSDT" : "S" + std::to_string(i) + "USDT";
    symbol.state = RowState::kLive;
    symbol.reason = Reason::kNone;
    symbol.bid = Decimal{6168599, 2};
    symbol.ask = Decimal{61686, 0};
    symbol.bid_levels = 12345;
    symbol.ask_levels = 54321;
    symbol.updates_per_second = 9.84;
    health.symbols.push_back(symbol);
  }
  return health;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin);
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

// Lines of 113 columns wrapped at 80, and each refresh left half of them behind.
TEST(DisplayText, ShowsAllOfASymbolInEightyColumns) {
  const collector::Health health = health_of(1);
  EXPECT_EQ(display_text({&health, 1}, 40, {.columns = 80, .rows = 24}),
            "binance-spot BTCUSDT      live      61685.99 / 61686      12345+54321    9.8/s\n");
}

TEST(DisplayText, CutsToTheWidthAndToTheRowsOfTheTerminal) {
  const collector::Health health = health_of(10);
  for (const std::size_t columns : {1U, 10U, 40U, 80U}) {
    for (const std::size_t rows : {2U, 5U, 10U, 11U, 50U}) {
      const std::vector<std::string> lines = lines_of(display_text({&health, 1}, 40, {columns, rows}));
      EXPECT_LT(lines.size(), rows);
      for (const std::string& line : lines) EXPECT_LE(line.size(), columns);
    }
  }
  EXPECT_THAT(lines_of(display_text({&health, 1}, 40, {80, 5})),
              ElementsAre(HasSubstr("BTCUSDT"), HasSubstr("S1USDT"), HasSubstr("S2USDT"), "and 7 more symbols"));
  EXPECT_THAT(lines_of(display_text({&health, 1}, 3, {80, 50})).back(), "and 7 more symbols");
  EXPECT_EQ(lines_of(display_text({&health, 1}, 40, {80, 11})).size(), 10U);
}

TEST(CutToColumns, CountsWideCharactersAndCutsNone) {
  EXPECT_EQ(cut_to_columns("abc", 2), "ab");
  EXPECT_EQ(cut_to_columns("abc", 3), "abc");
  EXPECT_EQ(cut_to_columns("\xE5\xB8\x81USDT", 1), "");
  EXPECT_EQ(cut_to_columns("\xE5\xB8\x81USDT", 3), "\xE5\xB8\x81U");
  EXPECT_EQ(cut_to_columns("\xC3\xA9USDT", 2), "\xC3\xA9U");
}

TEST(Display, RedrawsInPlace) {
  Terminal terminal({.columns = 20, .rows = 4});
  Display display;
  terminal.write("before\n");
  terminal.write(display.redraw("a long line\nb\n"));
  terminal.write(display.redraw("a\nb\n"));
  EXPECT_THAT(terminal.lines(), ElementsAre("before", "a", "b"));
  terminal.write(display.redraw("c\n"));
  EXPECT_THAT(terminal.lines(), ElementsAre("before", "c"));
  terminal.write(display.redraw("c\nd\ne\n"));
  EXPECT_THAT(terminal.lines(), ElementsAre("before", "c", "d", "e"));
  terminal.write(display.redraw(""));
  terminal.write("after\n");
  EXPECT_THAT(terminal.lines(), ElementsAre("before", "after"));
}

// The next refresh overwrote what had been logged meanwhile.
TEST(ShowBelowLog, KeepsEveryLogLineAboveTheDisplay) {
  ::testing::internal::CaptureStderr();
  ASSERT_TRUE(start_logging({}, "."));
  spdlog::info("one");
  show_below_log("a\nb\n");
  log_event({.level = LogLevel::kWarn, .text = "two"});
  spdlog::info("three");
  show_below_log("a2\nb2\n");
  spdlog::info("four");
  show_below_log("");
  spdlog::info("five");
  ASSERT_TRUE(flush_log(std::chrono::minutes{1}));
  Terminal terminal({.columns = 80, .rows = 6});
  terminal.write(::testing::internal::GetCapturedStderr());
  EXPECT_THAT(terminal.lines(), ElementsAre(HasSubstr("info one"), HasSubstr("warn binance-spot: two"),
                                            HasSubstr("info three"), HasSubstr("info four"), HasSubstr("info five")));
}

TEST(ShowBelowLog, StaysBelow) {
  ::testing::internal::CaptureStderr();
  ASSERT_TRUE(start_logging({}, "."));
  show_below_log("a\nb\n");
  spdlog::info("one");
  ASSERT_TRUE(flush_log(std::chrono::minutes{1}));
  Terminal terminal({.columns = 80, .rows = 24});
  terminal.write(::testing::internal::GetCapturedStderr());
  EXPECT_THAT(terminal.lines(), ElementsAre(HasSubstr("info one"), "a", "b"));
  show_below_log("");
}

}  // namespace
}  // namespace acts
