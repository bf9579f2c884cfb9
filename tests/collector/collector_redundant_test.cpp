// Each symbol on two lines: what befalls one of them, no book hears of.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "collector/collector.hpp"
#include "collector/fake_venue.hpp"

namespace acts::collector {
namespace {

using test::FakeVenue;
using test::spot_options;
using test::two_symbols;
using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

constexpr std::string_view kShutdown =
    R"({"stream":"!serverShutdown","data":{"e":"serverShutdown","E":1770123456789}})";

CollectorOptions two_lines(std::vector<std::string> symbols = {"BTCUSDT", "ETHUSDT"}) {
  CollectorOptions options = spot_options(std::move(symbols));
  options.lines = 2;
  return options;
}

// Both lines deliver since a minute.
std::unique_ptr<FakeVenue> on_two_lines(CollectorOptions options = two_lines()) {
  auto venue = two_symbols(std::move(options));
  EXPECT_THAT(venue->open_sessions(), SizeIs(2));
  return venue;
}

// No gap, no reconnect, every minute live since the first.
void expect_unharmed(const FakeVenue& venue) {
  for (const char* symbol : {"BTCUSDT", "ETHUSDT"}) {
    const SymbolHealth health = venue.health_of(symbol);
    EXPECT_TRUE(venue.in_step(symbol)) << symbol;
    EXPECT_EQ(health.gaps, 0U) << symbol;
    EXPECT_EQ(health.reconnects, 0U) << symbol;
    EXPECT_EQ(health.epoch, 0U) << symbol;
  }
  EXPECT_THAT(venue.log.events, Not(Contains(HasSubstr("lost"))));
  EXPECT_THAT(venue.rows, Not(HasSubstr("suspect")));
  EXPECT_THAT(venue.rows, Not(HasSubstr("stale")));
  venue.expect_replays();
}

TEST(CollectorRedundant, OpensTheSecondLineALittleLater) {
  const auto venue = on_two_lines();
  ASSERT_THAT(venue->opened, SizeIs(2));
  EXPECT_GE(venue->opened[1].first - venue->opened[0].first, 10s);
  EXPECT_EQ(venue->opened[0].second.url, venue->opened[1].second.url);
  EXPECT_EQ(venue->health_of("BTCUSDT").snapshots, 1U);
  expect_unharmed(*venue);
}

TEST(CollectorRedundant, LosesNothingWithOneLine) {
  const auto venue = on_two_lines();
  for (int i = 0; i < 6; ++i) {
    const auto sessions = venue->open_sessions();
    ASSERT_THAT(sessions, SizeIs(2));
    venue->drop(sessions[static_cast<std::size_t>(i % 2)]->number);
    EXPECT_EQ(venue->health().overall, Overall::kOk);
    venue->run_for(70s);
  }
  EXPECT_EQ(venue->health().counters.reconnects, 6U);  // of connections
  expect_unharmed(*venue);
}

TEST(CollectorRedundant, LosesNothingWithTheFirstLineWhileTheSecondIsJoining) {
  CollectorOptions options = two_lines();
  options.timings.line_stagger = 69s;
  auto venue = two_symbols(std::move(options));
  venue->open_sessions().front()->lag = 950ms;
  venue->run_for(1500ms);
  ASSERT_THAT(venue->open_sessions(), SizeIs(2));
  venue->drop(venue->open_sessions().front()->number);
  venue->run_for(30s);
  EXPECT_TRUE(venue->in_step("BTCUSDT"));
  EXPECT_LE(venue->health_of("BTCUSDT").gaps, 1U);  // what was on its way is lost
  venue->expect_replays();
}

TEST(CollectorRedundant, TakesFromEachLineWhatTheOtherLost) {
  const auto venue = on_two_lines();
  venue->open_sessions().back()->lag = 40ms;
  for (int i = 0; i < 40; ++i) {
    auto sessions = venue->open_sessions();
    sessions[static_cast<std::size_t>(i % 2)]->skip = 2;  // one of each symbol
    venue->run_for(1s);
  }
  expect_unharmed(*venue);
}

TEST(CollectorRedundant, IsOneGapWhereBothLinesLostIt) {
  const auto venue = on_two_lines();
  for (FakeVenue::Session* session : venue->open_sessions()) session->skip = 2;
  venue->run_for(5s);
  EXPECT_EQ(venue->health_of("BTCUSDT").gaps, 1U);
  EXPECT_EQ(venue->health_of("ETHUSDT").gaps, 1U);
  EXPECT_TRUE(venue->in_step("BTCUSDT"));
  venue->expect_replays();
}

TEST(CollectorRedundant, IsOneGapAndOneReconnectWhenBothLinesAreLost) {
  const auto venue = on_two_lines();
  venue->drop_all();
  EXPECT_EQ(venue->health_of("BTCUSDT").reconnects, 1U);
  venue->run_for(70s);
  EXPECT_EQ(venue->health_of("BTCUSDT").gaps, 1U);
  EXPECT_EQ(venue->health_of("BTCUSDT").reconnects, 1U);
  EXPECT_THAT(venue->open_sessions(), SizeIs(2));
  EXPECT_TRUE(venue->in_step("BTCUSDT"));
  EXPECT_TRUE(venue->in_step("ETHUSDT"));
  venue->expect_replays();
}

// The connection that brought an update which waited for the other's may be gone when that comes.
TEST(CollectorRedundant, WaitsForTheOtherLineThoughTheFirstHasEnded) {
  const auto venue = on_two_lines();
  venue->open_sessions().back()->lag = 150ms;
  venue->run_for(1s);
  const ConnectionNumber first = venue->open_sessions().front()->number;
  venue->open_sessions().front()->skip = 2;
  while (venue->open_sessions().front()->skip > 0) venue->run_for(10ms);
  venue->run_for(100ms);  // the next update has come over the first, and waits
  venue->drop(first);
  venue->run_for(60s);
  expect_unharmed(*venue);
}

struct CollectorRedundantMute : testing::TestWithParam<std::size_t> {};

TEST_P(CollectorRedundantMute, ReplacesALineThatIsDeadWhileTheOtherLives) {
  const auto venue = on_two_lines();
  FakeVenue::Session* dead = venue->open_sessions()[GetParam()];
  const ConnectionNumber number = dead->number;
  dead->mute = true;
  venue->run_for(90s);
  ASSERT_THAT(venue->open_sessions(), SizeIs(2));
  for (const FakeVenue::Session* session : venue->open_sessions()) EXPECT_NE(session->number, number);
  expect_unharmed(*venue);
}

INSTANTIATE_TEST_SUITE_P(Line, CollectorRedundantMute, testing::Values(0, 1));

// The symbol's watchdog sees updates: only the other line can tell.
TEST(CollectorRedundant, RenewsALineOnWhichOneSymbolIsFrozen) {
  const auto venue = on_two_lines();
  FakeVenue::Session* half = venue->open_sessions().back();
  const ConnectionNumber number = half->number;
  half->frozen.insert("ETHUSDT");
  venue->run_for(39s);
  EXPECT_EQ(venue->count_logs("connection_recycled"), 0U);
  venue->run_for(20s);
  EXPECT_EQ(venue->count_logs("connection_recycled"), 1U);
  EXPECT_THAT(venue->all_logs(), HasSubstr("ETHUSDT is silent on it and comes on connection"));
  ASSERT_THAT(venue->open_sessions(), SizeIs(2));
  for (const FakeVenue::Session* session : venue->open_sessions()) EXPECT_NE(session->number, number);
  EXPECT_EQ(venue->market("ETHUSDT").probes, 0U);
  expect_unharmed(*venue);
}

TEST(CollectorRedundant, LeavesLinesOfAQuietSymbolAlone) {
  FakeVenue venue(two_lines());
  venue.add_market("BTCUSDT");
  venue.add_market("ETHUSDT", 55s);
  venue.start();
  venue.run_for(70s);
  venue.open_sessions().back()->lag = 5s;
  venue.run_for(30min);
  EXPECT_EQ(venue.count_logs("connection_recycled"), 0U);
  EXPECT_THAT(venue.opened, SizeIs(2));
  EXPECT_EQ(venue.health_of("ETHUSDT").gaps, 0U);
}

// By less and by more than the time from update to update, and by more than a gap waits.
struct CollectorRedundantLag : testing::TestWithParam<std::tuple<std::size_t, int>> {};

TEST_P(CollectorRedundantLag, TakesTheFasterLine) {
  const auto venue = on_two_lines();
  const auto [line, milliseconds] = GetParam();
  venue->open_sessions()[line]->lag = std::chrono::milliseconds{milliseconds};
  venue->run_for(3min);
  EXPECT_TRUE(venue->in_step("BTCUSDT"));
  const ConnectionNumber slow = venue->open_sessions()[line]->number;
  venue->drop(slow);
  venue->run_for(60s);
  expect_unharmed(*venue);
}

INSTANTIATE_TEST_SUITE_P(Milliseconds, CollectorRedundantLag,
                         testing::Combine(testing::Values(std::size_t{0}, std::size_t{1}),
                                          testing::Values(30, 130, 950, 5000)));

TEST(CollectorRedundant, JoinsBesideALineThatLags) {
  CollectorOptions options = two_lines();
  options.timings.line_stagger = 69s;
  auto venue = two_symbols(std::move(options));
  venue->open_sessions().front()->lag = 4s;
  venue->run_for(60s);
  ASSERT_THAT(venue->open_sessions(), SizeIs(2));
  expect_unharmed(*venue);
}

TEST(CollectorRedundant, HandsBothLinesOverWhenTheServerShutsDown) {
  const auto venue = on_two_lines();
  const auto old = venue->open_sessions();
  const std::vector<ConnectionNumber> numbers{old[0]->number, old[1]->number};
  for (const ConnectionNumber number : numbers) venue->send(number, std::string(kShutdown));
  venue->run_for(60s);
  ASSERT_THAT(venue->open_sessions(), SizeIs(2));
  for (const FakeVenue::Session* session : venue->open_sessions()) EXPECT_THAT(numbers, Not(Contains(session->number)));
  EXPECT_EQ(venue->health().counters.renewals, 2U);
  expect_unharmed(*venue);
}

TEST(CollectorRedundant, RenewsEachLineBeforeItsDayIsOverAndApartFromTheOther) {
  FakeVenue venue(two_lines());
  venue.log.keep = false;
  venue.add_market("BTCUSDT", 5s);
  venue.add_market("ETHUSDT", 7s);
  venue.start();
  venue.run_for(71h);
  EXPECT_EQ(venue.health().counters.gaps, 0U);
  EXPECT_EQ(venue.health().counters.reconnects, 0U);
  ASSERT_GE(venue.opened.size(), 7U);
  EXPECT_EQ(venue.health().counters.renewals, venue.opened.size() - 2);
  for (std::size_t i = 2; i < venue.opened.size(); ++i) {
    EXPECT_GE(venue.opened[i].first - venue.opened[i - 1].first, 23h / 4);
  }
  for (const auto& [when, close] : venue.closed) {
    EXPECT_LE(when - venue.opened[close.connection - 1].first, 23h + 31min);
  }
}

// What the second line repeated broke the run of updates by which it is noticed.
TEST(CollectorRedundant, NoticesThatTheVenueCountsFromAnew) {
  const auto venue = on_two_lines();
  venue->market("BTCUSDT").id = 10;
  venue->run_for(2min);
  EXPECT_EQ(venue->count_logs("ids_restarted"), 1U);
  EXPECT_TRUE(venue->in_step("BTCUSDT"));
  EXPECT_EQ(venue->health_of("ETHUSDT").gaps, 0U);
  venue->expect_replays();
}

TEST(CollectorRedundant, AddsAndRemovesSymbolsOnBothLines) {
  const auto venue = on_two_lines();
  venue->add_market("SOLUSDT");
  venue->market("SOLUSDT").listed = true;
  const std::vector<std::string> more{"BTCUSDT", "ETHUSDT", "SOLUSDT"};
  ASSERT_TRUE((*venue)->set_symbols(more, venue->now).has_value());
  venue->carry_out();
  venue->run_for(60s);
  EXPECT_TRUE(venue->in_step("SOLUSDT"));
  for (const FakeVenue::Session* session : venue->open_sessions()) {
    EXPECT_THAT(session->names, Contains("solusdt@depth@100ms"));
  }
  const std::vector<std::string> less{"BTCUSDT", "ETHUSDT"};
  ASSERT_TRUE((*venue)->set_symbols(less, venue->now).has_value());
  venue->carry_out();
  venue->run_for(60s);
  for (const FakeVenue::Session* session : venue->open_sessions()) {
    EXPECT_THAT(session->names, Not(Contains("solusdt@depth@100ms")));
  }
  EXPECT_EQ(venue->health_of("BTCUSDT").gaps, 0U);
}

TEST(CollectorRedundant, NeverAsksForMoreConnectionsThanTheVenueTakes) {
  std::vector<std::string> symbols;
  for (int i = 0; i < 2500; ++i) symbols.push_back("S" + std::to_string(i) + "USDT");
  FakeVenue venue(two_lines(symbols));
  venue.log.keep = false;
  for (const std::string& symbol : symbols) venue.add_market(symbol, 1h);
  venue.refuse_status = 1;
  venue.start();
  venue.run_for(20min);
  std::size_t most = 0;
  for (std::size_t from = 0; from < venue.opened.size(); ++from) {
    const auto end = std::ranges::find_if(
        venue.opened, [&](const auto& one) { return one.first >= venue.opened[from].first + 5min; });
    most = std::max(most, static_cast<std::size_t>(end - venue.opened.begin()) - from);
  }
  EXPECT_LE(most, 300U);
  venue.refuse_status = 0;
  venue.run_for(2min);
  EXPECT_THAT(venue.open_sessions(), SizeIs(6));
  for (const FakeVenue::Session* session : venue.open_sessions()) EXPECT_LE(session->names.size(), 1024U);
}

TEST(CollectorRedundant, StopsBothLines) {
  const auto venue = on_two_lines();
  venue->open_sessions().front()->skip = 2;
  venue->open_sessions().back()->mute = true;
  venue->run_for(250ms);  // something waits for the other line
  (*venue)->stop("test", venue->now);
  venue->carry_out();
  EXPECT_FALSE((*venue)->stopped());
  venue->run_for(1s);
  EXPECT_TRUE((*venue)->stopped());
  EXPECT_THAT(venue->open_sessions(), SizeIs(0));
  venue->expect_replays();
}

TEST(CollectorRedundant, RefusesMoreThanTwo) {
  NullRunLog log;
  for (const std::size_t lines : {std::size_t{0}, std::size_t{3}}) {
    CollectorOptions options = two_lines();
    options.lines = lines;
    const auto made = Collector::make(std::move(options), [](MinuteRow&&) {}, log);
    ASSERT_FALSE(made.has_value());
    EXPECT_THAT(made.error().message, HasSubstr("--lines"));
  }
}

}  // namespace
}  // namespace acts::collector
