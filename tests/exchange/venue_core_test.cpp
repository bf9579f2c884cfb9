#include "exchange/venue_core.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "exchange/fake_source.hpp"

namespace acts::exchange {
namespace {

using ::testing::ElementsAre;

constexpr UnixNanos kNow{1723161240'000'000'000};
constexpr UnixNanos kRecorded{1000'000'000'000};

struct Core {
  explicit Core(Pace pace = {}) : clock(pace, kRecorded) {
    auto owned = std::make_unique<FakeSource>();
    source = owned.get();
    core = std::make_unique<VenueCore>(Venue::kBinanceSpot, std::move(owned), clock,
                                       default_weight_rules(Venue::kBinanceSpot));
  }
  std::vector<std::string> texts() {
    std::vector<std::string> result;
    for (const Outgoing& one : core->take_outgoing()) {
      if (const auto* text = std::get_if<SendText>(&one.what)) result.push_back(*text->text);
    }
    return result;
  }
  MarketClock clock;
  FakeSource* source = nullptr;
  std::unique_ptr<VenueCore> core;
};

TEST(VenueCore, StartsTheMarketWithItsFirstSubscriberAndKeepsTheRecordedPace) {
  Core one;
  one.source->add(kRecorded, "btcusdt@trade", "{1}");
  one.source->add(kRecorded + std::chrono::seconds{3}, "btcusdt@trade", "{2}");
  EXPECT_FALSE(one.core->advance(kNow, 10));
  EXPECT_EQ(one.core->next_deadline(), binance::kNever);
  ASSERT_TRUE(std::holds_alternative<SessionId>(one.core->connect("/ws/nothing@trade", "", "a", kNow)));
  EXPECT_FALSE(one.clock.started()) << "nobody makes that stream";
  const UnixNanos start = kNow + std::chrono::minutes{1};
  ASSERT_TRUE(std::holds_alternative<SessionId>(one.core->connect("/ws/btcusdt@trade", "", "a", start)));
  EXPECT_FALSE(one.core->advance(start, 10));
  EXPECT_THAT(one.texts(), ElementsAre("{1}"));
  EXPECT_FALSE(one.core->advance(start + std::chrono::milliseconds{2999}, 10));
  EXPECT_THAT(one.texts(), ElementsAre());
  one.core->on_time(start + std::chrono::milliseconds{2999});
  EXPECT_EQ(one.core->next_deadline(), start + std::chrono::seconds{3});
  EXPECT_FALSE(one.core->finished());
  one.core->advance(start + std::chrono::seconds{3}, 10);
  EXPECT_THAT(one.texts(), ElementsAre("{2}"));
  EXPECT_TRUE(one.core->finished());
}

TEST(VenueCore, RunsFasterOrAsFastAsItIsRead) {
  Core fast(Pace{.factor = 10});
  fast.source->add(kRecorded + std::chrono::seconds{30}, "btcusdt@trade", "{1}");
  fast.core->connect("/ws/btcusdt@trade", "", "a", kNow);
  fast.core->advance(kNow + std::chrono::milliseconds{2999}, 10);
  EXPECT_THAT(fast.texts(), ElementsAre());
  fast.core->advance(kNow + std::chrono::seconds{3}, 10);
  EXPECT_THAT(fast.texts(), ElementsAre("{1}"));

  Core fastest(Pace{.as_fast_as_read = true});
  for (int i = 0; i < 5; ++i) fastest.source->add(kRecorded + std::chrono::hours{i}, "btcusdt@trade", "{}");
  fastest.core->connect("/ws/btcusdt@trade", "", "a", kNow);
  EXPECT_TRUE(fastest.core->advance(kNow, 3));
  EXPECT_EQ(fastest.texts().size(), 3U);
  EXPECT_FALSE(fastest.core->advance(kNow, 3));
  EXPECT_EQ(fastest.texts().size(), 2U);
}

// After a pause of the machine all of the market's backlog came in one burst, which overran every queue.
TEST(VenueCore, MakesUpForAQuarterOfASecondAndSkipsWhatIsLater) {
  Core one(Pace{.factor = 2});
  for (int i = 0; i < 100; ++i) {
    one.source->add(kRecorded + std::chrono::milliseconds{100} * i, "btcusdt@trade", "{}");
  }
  one.core->connect("/ws/btcusdt@trade", "", "a", kNow);
  EXPECT_FALSE(one.core->advance(kNow + std::chrono::milliseconds{250}, 1000));
  EXPECT_EQ(one.texts().size(), 6U) << "every 50 ms of the clock, at twice its pace";
  EXPECT_FALSE(one.core->advance(kNow + std::chrono::seconds{60}, 1000));
  EXPECT_EQ(one.texts().size(), 1U);
  EXPECT_FALSE(one.core->advance(kNow + std::chrono::seconds{60} + std::chrono::milliseconds{50}, 1000));
  EXPECT_EQ(one.texts().size(), 1U);
}

// Of those beyond the first sixteen nothing was to be seen.
TEST(VenueCore, TellsOfWhatItSkipsAndCountsTheRest) {
  Core one;
  for (int i = 0; i < 40; ++i) one.source->add_broken(kRecorded, "line " + std::to_string(i));
  one.source->add(kRecorded, "btcusdt@trade", "{1}");
  one.core->connect("/ws/btcusdt@trade", "", "a", kNow);
  EXPECT_TRUE(one.core->advance(kNow, 20));
  const std::vector<std::string> first = one.core->take_problems();
  ASSERT_EQ(first.size(), VenueCore::kMaxProblems + 1);
  EXPECT_EQ(first[15], "line 15");
  EXPECT_EQ(first[16], "4 more pieces of it were skipped");
  EXPECT_FALSE(one.core->advance(kNow, 100));
  EXPECT_EQ(one.core->take_problems().back(), "4 more pieces of it were skipped");
  EXPECT_THAT(one.core->take_problems(), ElementsAre());
  EXPECT_EQ(one.core->stats().skipped_input, 40U);
  EXPECT_THAT(one.texts(), ElementsAre("{1}"));
}

TEST(VenueCore, WaitsForAsManyStreamsAsItIsTold) {
  Core one(Pace{.wait_for_streams = 2});
  one.source->add(kRecorded, "btcusdt@trade", "{1}");
  const auto session = std::get<SessionId>(one.core->connect("/ws/btcusdt@trade", "", "a", kNow));
  EXPECT_FALSE(one.clock.started());
  one.core->on_text(session, R"({"method":"SUBSCRIBE","params":["ethusdt@trade"],"id":1})", kNow);
  EXPECT_TRUE(one.clock.started());
  one.core->on_closed(session, kNow);
  EXPECT_TRUE(one.clock.started()) << "once started it goes on";
}

TEST(MarketClock, StartsAllVenuesTogether) {
  MarketClock clock(Pace{.wait_for_streams = 2}, kRecorded);
  clock.on_subscriptions(Venue::kBinanceSpot, 1, kNow);
  EXPECT_FALSE(clock.due(kRecorded).has_value());
  clock.on_subscriptions(Venue::kBinanceUsdm, 1, kNow);
  EXPECT_EQ(clock.due(kRecorded + std::chrono::seconds{1}), kNow + std::chrono::seconds{1});
  MarketClock at_once(Pace{.wait_for_streams = 0}, kRecorded);
  at_once.on_subscriptions(Venue::kBinanceSpot, 0, kNow);
  EXPECT_TRUE(at_once.started());
}

TEST(VenueCore, RefusesMoreThan300ConnectionsInFiveMinutesFromOneAddress) {
  Core one;
  for (int i = 0; i < 300; ++i) {
    ASSERT_TRUE(
        std::holds_alternative<SessionId>(one.core->connect("/ws", "", "a", kNow + std::chrono::milliseconds{i})));
  }
  const auto refused = one.core->connect("/ws", "", "a", kNow + std::chrono::minutes{1});
  ASSERT_TRUE(std::holds_alternative<HttpResponse>(refused));
  EXPECT_EQ(std::get<HttpResponse>(refused).status, 429);
  EXPECT_EQ(std::get<HttpResponse>(refused).header("Retry-After"), "240");
  EXPECT_TRUE(std::holds_alternative<SessionId>(one.core->connect("/ws", "", "b", kNow + std::chrono::minutes{1})));
  EXPECT_TRUE(std::holds_alternative<SessionId>(one.core->connect("/ws", "", "a", kNow + std::chrono::minutes{6})));
  EXPECT_EQ(one.core->stats().refused_connects, 1U);
}

TEST(VenueCore, RefusesAddressesThatAreNoStreams) {
  Core one;
  const auto refused = one.core->connect("/api/v3/ping", "", "a", kNow);
  EXPECT_EQ(std::get<HttpResponse>(refused).status, 404);
  EXPECT_EQ(one.core->request({"GET", "/api/v3/ping", "", "a"}, kNow).response.status, 200);
  EXPECT_EQ(one.core->stats().requests, 1U);
}

TEST(Envelope, IsTakenApartOnlyInTheVenuesOwnForm) {
  const std::string text = R"({"stream":"a@b","data":{"x":1}})";
  const auto message = as_combined(text);
  ASSERT_TRUE(message);
  EXPECT_EQ(message->stream(), "a@b");
  EXPECT_EQ(message->payload(), R"({"x":1})");
  EXPECT_EQ(make_combined("a@b", R"({"x":1})").combined, text);
  for (const char* other :
       {"", "{}", R"({"data":{},"stream":"a"})", R"({"stream":"a","data":)", R"({"stream":"a","data":})",
        R"({"stream":"a)", R"({"stream": "a","data":{}})", R"({"stream":"a\"","data":{}})"}) {
    EXPECT_FALSE(as_combined(other)) << other;
  }
}

}  // namespace
}  // namespace acts::exchange
