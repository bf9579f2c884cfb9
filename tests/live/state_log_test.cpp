#include "live/state_log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace acts {
namespace {

using ::testing::IsEmpty;

collector::Health health_of(std::size_t symbols, RowState state, Nanos at) {
  collector::Health health;
  health.at = UnixNanos{} + at;
  for (std::size_t i = 0; i < symbols; ++i) {
    collector::SymbolHealth symbol;
    symbol.symbol = "S" + std::to_string(i) + "USDT";
    symbol.state = state;
    symbol.reason = state == RowState::kLive ? Reason::kNone : Reason::kStarting;
    if (state == RowState::kLive) {
      symbol.bid = Decimal{105, 1};
      symbol.ask = Decimal{11, 0};
      symbol.bid_levels = 3;
      symbol.ask_levels = 4;
    }
    health.symbols.push_back(symbol);
  }
  return health;
}

std::size_t in_main_log(const std::vector<StateLine>& lines) {
  return static_cast<std::size_t>(std::ranges::count(lines, false, &StateLine::own_file_only));
}

// Off a terminal a healthy run said nothing of its symbols.
TEST(StateLog, SaysWhenASymbolIsLiveAndWhenItIsNot) {
  StateLog log;
  EXPECT_THAT(log.poll(health_of(1, RowState::kSyncing, Nanos{0})), IsEmpty());
  std::vector<StateLine> lines = log.poll(health_of(1, RowState::kLive, std::chrono::seconds{1}));
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0].symbol, "S0USDT");
  EXPECT_EQ(lines[0].text, "live: bid 10.5, ask 11, 3 + 4 levels (was syncing)");
  EXPECT_FALSE(lines[0].own_file_only);
  EXPECT_THAT(log.poll(health_of(1, RowState::kLive, std::chrono::seconds{2})), IsEmpty());
  lines = log.poll(health_of(1, RowState::kSuspect, std::chrono::seconds{3}));
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0].text, "suspect (starting): bid none, ask none, 0 + 0 levels (was live)");
  // One that was dropped and comes again begins anew.
  EXPECT_THAT(log.poll(health_of(0, RowState::kLive, std::chrono::seconds{4})), IsEmpty());
  EXPECT_EQ(log.poll(health_of(1, RowState::kLive, std::chrono::seconds{5})).size(), 1U);
}

TEST(StateLog, SaysNowAndThenHowAllAre) {
  StateLog log;
  log.poll(health_of(2, RowState::kLive, Nanos{0}));
  const std::vector<StateLine> lines = log.poll(health_of(2, RowState::kLive, StateLog::kInterval));
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_TRUE(lines[0].own_file_only);
  EXPECT_EQ(lines[0].text, "live: bid 10.5, ask 11, 3 + 4 levels, 0.0 updates/s, 0 gaps, 0 reconnects");
  EXPECT_TRUE(lines[1].own_file_only);
  EXPECT_EQ(lines[2].symbol, "");
  EXPECT_EQ(lines[2].text, "2 symbols: 2 live; 0.0 updates/s, 0 gaps and 0 reconnects since the start");
  EXPECT_FALSE(lines[2].own_file_only);
}

TEST(StateLog, BoundsTheMainLogForManySymbols) {
  StateLog log;
  log.poll(health_of(500, RowState::kSyncing, Nanos{0}));
  std::size_t shown = 0;
  std::size_t all = 0;
  for (int second = 1; second < 60; ++second) {
    const RowState state = second % 2 == 0 ? RowState::kSyncing : RowState::kLive;
    const std::vector<StateLine> lines = log.poll(health_of(500, state, std::chrono::seconds{second}));
    shown += in_main_log(lines);
    all += lines.size();
  }
  EXPECT_EQ(shown, StateLog::kMaxChanges);
  EXPECT_EQ(all, 59U * 500U);
  const std::vector<StateLine> next = log.poll(health_of(500, RowState::kLive, std::chrono::seconds{60}));
  ASSERT_THAT(next, ::testing::SizeIs(1));
  EXPECT_EQ(next[0].text,
            std::to_string(59 * 500 - StateLog::kMaxChanges) + " more changes of symbols' states within a minute");
}

}  // namespace
}  // namespace acts
