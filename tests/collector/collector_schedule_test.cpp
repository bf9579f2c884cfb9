// A thousand symbols and one budget of request weight.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "binance/rest.hpp"
#include "collector/collector.hpp"
#include "collector/fake_venue.hpp"

namespace acts::collector {
namespace {

using test::FakeVenue;
using test::spot_options;
using namespace std::chrono_literals;

constexpr int kSymbols = 1000;
constexpr int kWeightLimit = 6000;  // a minute, as the fake venue says
constexpr int kUsable = 5700;
// First snapshots of 1000 levels cost 50 each: 8.3 minutes by the venue's limit; and 10 % more.
constexpr Nanos kArithmetic = kMinute * kSymbols * 50 / kWeightLimit;
constexpr Nanos kMost = kArithmetic * 11 / 10;

int limit_of(const HttpGet& get) {
  const std::size_t at = get.url.find("limit=");
  return at == std::string::npos ? 0 : std::stoi(get.url.substr(at + 6));
}

int weight_of(const HttpGet& get) {
  switch (get.kind) {
    case RequestKind::kExchangeInfo: return binance::exchange_info_request(Venue::kBinanceSpot).weight;
    case RequestKind::kTime: return 1;
    default: return binance::depth_weight(Venue::kBinanceSpot, limit_of(get));
  }
}

struct CollectorSchedule : testing::Test {
  CollectorSchedule() {
    std::vector<std::string> symbols;
    for (int i = 0; i < kSymbols; ++i) symbols.push_back(fmt::format("S{:03}USDT", i));
    CollectorOptions options = spot_options(symbols);
    options.audit_interval.reset();
    venue = std::make_unique<FakeVenue>(std::move(options));
    venue->log.keep = false;
    for (const std::string& symbol : symbols) venue->add_market(symbol, 20s);
  }

  [[nodiscard]] bool all_live() const {
    const Health health = venue->health();
    if (health.symbols.size() != std::size_t{kSymbols}) return false;
    return std::ranges::all_of(health.symbols, [](const SymbolHealth& s) { return s.state == RowState::kLive; });
  }
  Nanos time_until_all_live() {
    const UnixNanos from = venue->now;
    while (!all_live() && venue->now - from < 2 * kMost) venue->run_for(1s);
    return venue->now - from;
  }
  // The venue's minutes, as it counts what comes to it.
  [[nodiscard]] int highest_use() const {
    std::map<std::int64_t, int> minutes;
    int highest = 0;
    for (const auto& [when, get] : venue->requests) {
      highest = std::max(highest, minutes[(when + venue->rest_latency / 2).value / kMinute.count()] += weight_of(get));
    }
    return highest;
  }
  [[nodiscard]] std::set<std::string> asked_for(int limit, UnixNanos since) const {
    std::set<std::string> urls;
    for (const auto& [when, get] : venue->requests) {
      if (when >= since && get.kind == RequestKind::kDepth && limit_of(get) == limit) urls.insert(get.url);
    }
    return urls;
  }

  std::unique_ptr<FakeVenue> venue;
};

TEST_F(CollectorSchedule, AThousandSymbolsAreLiveInTheTimeThatTheWeightAllowsAndDeepenedLater) {
  const UnixNanos start = venue->now;
  venue->start();
  const Nanos first = time_until_all_live();
  EXPECT_LE(first, kMost);
  EXPECT_LE(highest_use(), kUsable);
  EXPECT_EQ(asked_for(1000, start).size(), std::size_t{kSymbols});
  RecordProperty("seconds_until_live", static_cast<int>(first / 1s));
  venue->run_for(kMinute * kSymbols * 250 / 4800 + 2min);
  EXPECT_EQ(asked_for(5000, start).size(), std::size_t{kSymbols});
  EXPECT_LE(highest_use(), kUsable);
  RecordProperty("highest_weight_a_minute", highest_use());
  EXPECT_EQ(venue->health().rest.queued, 0U);

  // All of them at once once more, and some that are needed more while deepening goes on.
  const UnixNanos lost = venue->now;
  venue->drop_all();
  for (int i = 0; i < kSymbols; ++i) venue->lose_updates(fmt::format("S{:03}USDT", i), 1);
  venue->run_for(30s);
  EXPECT_LE(30s + time_until_all_live(), kMost + 20s);  // the symbols' updates come 20 s apart
  EXPECT_GE(asked_for(1000, lost).size(), std::size_t{kSymbols} - 20);
  EXPECT_LE(highest_use(), kUsable);
}

// Every minute's budget was used up by what could wait: a gap then waited for the next one.
TEST_F(CollectorSchedule, HealsAGapAtOnceWhileBooksAreDeepened) {
  venue->start();
  (void)time_until_all_live();
  venue->run_for(150s);
  ASSERT_GT(venue->health().rest.queued, 500U);
  for (int second = 0; second < 3; ++second) {
    venue->run_for(25s);
    const std::string symbol = fmt::format("S{:03}USDT", 700 + second);
    venue->market(symbol).id += 5;
    venue->run_for(21s);
    EXPECT_EQ(venue->health_of(symbol).gaps, 1U);
    EXPECT_EQ(venue->health_of(symbol).state, RowState::kLive);
  }
}

// A snapshot that waits for the stream is merged by an update: the book was taken for not deepened yet, and every
// minute a full snapshot was asked for.
TEST(CollectorScheduleOfOneBook, IsDeepenedOnceThoughSnapshotsAreAheadOfTheStream) {
  const std::vector<std::string> symbols{"BTCUSDT", "ETHUSDT", "SOLUSDT"};
  CollectorOptions options = spot_options(symbols);
  options.audit_interval.reset();
  FakeVenue venue(std::move(options));
  for (const std::string& symbol : symbols) venue.add_market(symbol);
  venue.start();
  while (venue.open_sessions().empty()) venue.run_for(1ms);
  venue.open_sessions().front()->lag = 8 * venue.rest_latency;
  venue.run_for(10min);
  std::map<std::string, int> asked;
  for (const auto& [when, get] : venue.requests) {
    if (get.kind == RequestKind::kDepth) ++asked[get.url];
  }
  EXPECT_EQ(asked.size(), symbols.size());
  for (const auto& [url, times] : asked) EXPECT_EQ(times, 1) << url;
  for (const std::string& symbol : symbols) EXPECT_EQ(venue.health_of(symbol).snapshots, 1U);
}

// Others have used so much of this minute that only what is urgent may still be asked.
struct CollectorScheduleOfGaps : testing::TestWithParam<const char*> {};

TEST_P(CollectorScheduleOfGaps, LetsOnlyAGapNearTheTopUseTheRestOfAMinute) {
  CollectorOptions options = spot_options({"BTCUSDT"});
  options.bands = BandList::parse(GetParam()).value();
  FakeVenue venue(std::move(options));
  venue.log.keep = false;  // its rows have other columns
  venue.add_market("BTCUSDT");
  venue.start();
  venue.run_for(70s);
  venue.used_weight = "5000";
  venue.run_for(52s);  // 12:02:12: the time has been asked for
  ASSERT_EQ(venue.health().rest.weight_used, 5000);
  // Each update touches 100 and 101; what lies at 99.5 and 102 stays suspect.
  venue.lose_updates("BTCUSDT", 3);
  venue.run_for(3s);
  ASSERT_EQ(venue.health_of("BTCUSDT").gaps, 1U);
  const bool is_deep = std::string_view(GetParam()) == "0.6";
  EXPECT_EQ(venue.health_of("BTCUSDT").snapshot_waiting, is_deep);
  EXPECT_EQ(venue.in_step("BTCUSDT"), !is_deep);
  venue.used_weight = "10";
  venue.run_for(1min);
  EXPECT_TRUE(venue.in_step("BTCUSDT"));
}

INSTANTIATE_TEST_SUITE_P(Bands, CollectorScheduleOfGaps, testing::Values("0.6", "1"));

// A process that dies again and again knows nothing of what those before it have used: the first answer tells, and
// until then only the list of symbols and the time are asked for. systemd waits 10 s (packaging/), half of them here.
TEST(CollectorScheduleOfACrashLoop, StaysBelowTheVenuesWeightWhateverTheRunsBeforeHaveUsed) {
  std::vector<std::string> symbols;
  for (int i = 0; i < 60; ++i) symbols.push_back(fmt::format("S{:03}USDT", i));
  UnixNanos now = parse_iso8601("2026-03-01T12:00:00").value();
  std::map<std::int64_t, int> minutes;  // of all runs, as the venue counts
  const auto used = [&]() -> int& { return minutes[now.value / kMinute.count()]; };
  std::size_t before_an_answer = 0;
  for (int runs = 0; runs < 60; ++runs) {
    CollectorOptions options = spot_options(symbols);
    options.audit_interval.reset();
    FakeVenue venue(std::move(options));
    venue.log.keep = false;
    venue.now = now;
    for (const std::string& symbol : symbols) venue.add_market(symbol);
    venue.used_weight = std::to_string(used());
    venue.start();
    const UnixNanos end = now + 200ms * (runs % 10);
    std::size_t seen = 0;
    do {
      venue.run_for(10ms);
      now = venue.now;
      for (; seen < venue.requests.size(); ++seen) {
        const HttpGet& get = venue.requests[seen].second;
        before_an_answer += get.kind == RequestKind::kDepth && venue.health().symbols.empty() ? 1U : 0U;
        used() += weight_of(get);
      }
      venue.used_weight = std::to_string(used());
    } while (now < end);
    now = now + 5s;
  }
  EXPECT_EQ(before_an_answer, 0U);
  int highest = 0;
  for (const auto& [minute, weight] : minutes) highest = std::max(highest, weight);
  EXPECT_GT(highest, kUsable * 9 / 10) << "the limit was never near";
  EXPECT_LE(highest, kWeightLimit);
}

TEST(CollectorScheduleOfFew, AsksForTheLargestSnapshotsAtOnce) {
  FakeVenue venue(spot_options({"BTCUSDT", "ETHUSDT"}));
  venue.add_market("BTCUSDT");
  venue.add_market("ETHUSDT");
  venue.start();
  venue.run_for(10min);
  EXPECT_EQ(venue.market("BTCUSDT").snapshots, 1U);
  for (const auto& [when, get] : venue.requests) {
    if (get.kind != RequestKind::kDepth) continue;
    EXPECT_EQ(limit_of(get), 5000);
  }
}

}  // namespace
}  // namespace acts::collector
