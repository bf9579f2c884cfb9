// The collector and REST: snapshots, refusals, bans.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collector/collector.hpp"
#include "collector/fake_venue.hpp"

namespace acts::collector {
namespace {

using test::FakeVenue;
using test::spot_options;
using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

struct CollectorRest : testing::Test {
  std::unique_ptr<FakeVenue> venue;

  void begin(CollectorOptions options = spot_options({"BTCUSDT", "ETHUSDT"})) {
    venue = std::make_unique<FakeVenue>(std::move(options));
    venue->add_market("BTCUSDT");
    venue->add_market("ETHUSDT");
    venue->start();
    venue->run_for(20s);
    ASSERT_TRUE(venue->in_step("BTCUSDT"));
    ASSERT_TRUE(venue->in_step("ETHUSDT"));
  }
};

TEST_F(CollectorRest, HealsAGapWithASnapshotOfThatSymbolAlone) {
  begin();
  venue->lose_updates("BTCUSDT", 7);
  venue->run_for(130ms);
  EXPECT_EQ(venue->health_of("BTCUSDT").state, RowState::kSuspect);
  EXPECT_EQ(venue->health_of("BTCUSDT").reason, Reason::kSequenceGap);
  EXPECT_TRUE(venue->health_of("BTCUSDT").snapshot_waiting);
  venue->run_for(2s);
  EXPECT_TRUE(venue->in_step("BTCUSDT"));
  EXPECT_EQ(venue->health_of("BTCUSDT").gaps, 1U);
  EXPECT_EQ(venue->market("BTCUSDT").snapshots, 2U);
  EXPECT_EQ(venue->market("ETHUSDT").snapshots, 1U);
  EXPECT_EQ(venue->count_logs("gap"), 1U);
}

TEST_F(CollectorRest, AsksForTheLevelsItWasToldTo) {
  CollectorOptions options = spot_options({"BTCUSDT", "ETHUSDT"});
  options.limit = 500;
  begin(std::move(options));
  bool asked = false;
  for (const auto& [when, get] : venue->requests) asked = asked || get.url.ends_with("symbol=BTCUSDT&limit=500");
  EXPECT_TRUE(asked);
}

TEST_F(CollectorRest, RefreshesAtItsInterval) {
  CollectorOptions options = spot_options({"BTCUSDT", "ETHUSDT"});
  options.refresh_interval = 2min;
  begin(std::move(options));
  venue->run_for(10min);
  EXPECT_GE(venue->market("BTCUSDT").snapshots, 5U);
  EXPECT_LE(venue->market("BTCUSDT").snapshots, 7U);
  EXPECT_EQ(venue->health_of("BTCUSDT").gaps, 0U);
}

TEST_F(CollectorRest, GoesOnStreamingWhileItIsBanned) {
  begin();
  venue->rest_status = 418;
  venue->rest_retry_after = "600";
  venue->lose_updates("BTCUSDT", 7);
  venue->run_for(10s);
  const std::size_t asked = venue->requests.size();
  EXPECT_EQ(venue->health_of("BTCUSDT").state, RowState::kSuspect);
  ASSERT_TRUE(venue->health().rest.banned_until);
  EXPECT_THAT(venue->health().problems, Contains(HasSubstr("banned until")));
  EXPECT_EQ(venue->health().counters.snapshots.at("banned"), 1U);
  venue->rest_status = 0;
  venue->run_for(9min);
  EXPECT_EQ(venue->requests.size(), asked);
  EXPECT_TRUE(venue->in_step("ETHUSDT"));
  EXPECT_GT(venue->health_of("BTCUSDT").updates, 5000U);
  venue->run_for(3min);
  EXPECT_TRUE(venue->in_step("BTCUSDT"));
  venue->expect_replays();
}

TEST_F(CollectorRest, TakesNothingForASnapshotThatIsNone) {
  begin();
  struct Bad {
    int status;
    std::string body;
  };
  for (const Bad& bad :
       {Bad{429, "{}"}, Bad{403, "<html>WAF</html>"}, Bad{500, "oops"}, Bad{502, "<html></html>"},
        Bad{404, "<html></html>"}, Bad{410, "<html>Gone</html>"}, Bad{200, "<html>login</html>"},
        Bad{200, R"({"code":-1003,"msg":"Too many"})"}, Bad{200, R"({"lastUpdateId":1,"bids":[["1","2"]],"as)"},
        Bad{200, R"({"serverTime":1})"}, Bad{200, "{}"}, Bad{200, ""}}) {
    venue->rest_status = bad.status;
    venue->rest_body = bad.body;
    venue->lose_updates("BTCUSDT", 7);
    venue->run_for(5s);
    EXPECT_EQ(venue->health_of("BTCUSDT").state, RowState::kSuspect) << bad.status << bad.body;
    EXPECT_TRUE(venue->in_step("ETHUSDT"));
    venue->rest_status = 0;
    venue->run_for(10min);
    EXPECT_TRUE(venue->in_step("BTCUSDT")) << bad.status << bad.body;
  }
  venue->expect_replays();
}

TEST_F(CollectorRest, AsksAgainWhenRequestsFail) {
  begin();
  venue->rest_dead = true;
  venue->lose_updates("BTCUSDT", 7);
  venue->run_for(5min);
  EXPECT_EQ(venue->health_of("BTCUSDT").state, RowState::kSuspect);
  EXPECT_GT(venue->health().counters.snapshots.at("failed"), 3U);
  EXPECT_LE(venue->requests.size(), 60U);
  venue->rest_dead = false;
  venue->run_for(2min);
  EXPECT_TRUE(venue->in_step("BTCUSDT"));
}

TEST_F(CollectorRest, SurvivesAShellThatNeverAnswers) {
  begin();
  venue->rest_swallowed = true;
  venue->lose_updates("BTCUSDT", 7);
  venue->run_for(3min);
  EXPECT_EQ(venue->health_of("BTCUSDT").state, RowState::kSuspect);
  venue->rest_swallowed = false;
  venue->run_for(3min);
  EXPECT_TRUE(venue->in_step("BTCUSDT"));
}

TEST_F(CollectorRest, TriesTheVenuesOtherHosts) {
  begin();
  venue->rest_dead = true;
  venue->lose_updates("BTCUSDT", 7);
  venue->run_for(5min);
  bool other = false;
  for (const auto& [when, get] : venue->requests) other = other || get.url.starts_with("https://api1.binance.com/");
  EXPECT_TRUE(other);
}

TEST_F(CollectorRest, SyncsManySymbolsWithinTheWeightOfItsMinutes) {
  std::vector<std::string> symbols;
  for (int i = 0; i < 100; ++i) symbols.push_back(fmt::format("S{:02}USDT", i));
  FakeVenue many(spot_options(symbols));
  for (const std::string& symbol : symbols) many.add_market(symbol, 1s);
  many.start();
  many.run_for(8min);  // 100 symbols, at 5700 a minute
  for (const std::string& symbol : symbols) EXPECT_TRUE(many.in_step(symbol)) << symbol;
  std::map<std::int64_t, int> weights;
  for (const auto& [when, get] : many.requests) {
    const int depth = get.url.contains("limit=5000") ? 250 : 50;
    weights[when.value / 60'000'000'000] += get.kind == RequestKind::kDepth ? depth : 20;
  }
  for (const auto& [minute, weight] : weights) EXPECT_LE(weight, 5700);
}

TEST_F(CollectorRest, RepeatsARequestThatIsWrongEverMoreRarely) {
  FakeVenue fake(spot_options({"BTCUSDT"}));
  fake.add_market("BTCUSDT");
  fake.start();
  fake.run_for(3s);
  fake.market("BTCUSDT").listed = false;  // gone, though the list we hold still names it
  fake.lose_updates("BTCUSDT", 7);
  fake.run_for(5min);
  EXPECT_LE(fake.health().counters.snapshots.at("bad_request"), 5U);
}

// It was taken for the venue's word that the symbol is wrong, which muted it for up to ten minutes.
TEST(CollectorRefusals, AsksAgainSoonAfterPagesOfAnEdgeThatWasUnwell) {
  for (const int status : {404, 410}) {
    FakeVenue venue(spot_options({"BTCUSDT"}));
    venue.add_market("BTCUSDT");
    venue.start();
    venue.run_for(10s);
    venue.rest_status = status;
    venue.rest_body = "<html>Gone</html>";
    venue.lose_updates("BTCUSDT", 7);
    venue.run_for(10min);
    EXPECT_EQ(venue.health_of("BTCUSDT").state, RowState::kSuspect);
    EXPECT_EQ(venue.health().counters.snapshots.count("bad_request"), 0U);
    EXPECT_GT(venue.health().counters.snapshots.at("unreadable"), 3U);
    EXPECT_THAT(venue.all_logs(), Not(HasSubstr("symbol and options")));
    venue.rest_status = 0;
    venue.run_for(65s);
    EXPECT_TRUE(venue.in_step("BTCUSDT")) << status;
  }
}

// One such answer muted a symbol until the venue's list was read again, up to ten minutes later.
TEST(CollectorRefusals, AsksAgainForAListedSymbolThatWasCalledInvalidOnce) {
  FakeVenue venue(spot_options({"BTCUSDT"}));
  venue.add_market("BTCUSDT");
  venue.refuse_depths = 1;
  venue.start();
  venue.run_for(10s);
  EXPECT_TRUE(venue.in_step("BTCUSDT"));
}

TEST(CollectorRefusals, AsksEverMoreRarelyForASymbolThatStaysInvalid) {
  FakeVenue venue(spot_options({"BTCUSDT"}));
  venue.add_market("BTCUSDT");
  venue.refuse_depths = 1'000'000;
  venue.start();
  venue.run_for(9min);
  const std::uint64_t asked = venue.market("BTCUSDT").snapshots;
  EXPECT_GE(asked, 3U);
  EXPECT_LE(asked, 8U);
  venue.refuse_depths = 0;
  venue.run_for(10min);
  EXPECT_TRUE(venue.in_step("BTCUSDT"));
}

}  // namespace
}  // namespace acts::collector
