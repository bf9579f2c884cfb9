#include "exchange/faults.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "exchange/fake_source.hpp"
#include "exchange/venue_core.hpp"

namespace acts::exchange {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr UnixNanos kNow{1723161240'000'000'000};

// A venue of BTCUSDT and ETHUSDT whose market runs since kNow.
struct OneVenue {
  OneVenue() : clock(Pace{.original_times = true, .wait_for_streams = 0}, kNow) {
    clock.on_subscriptions(Venue::kBinanceSpot, 0, kNow);
    auto owned = std::make_unique<FakeSource>();
    source = owned.get();
    core = std::make_unique<VenueCore>(Venue::kBinanceSpot, std::move(owned), clock,
                                       default_weight_rules(Venue::kBinanceSpot));
    core->connect("/stream", "streams=btcusdt@depth@100ms/ethusdt@depth@100ms/btcusdt@trade", "a", kNow);
  }
  // What reaches the client of one message.
  std::vector<std::string> say(SymbolIndex symbol, std::string_view stream, std::string_view payload) {
    source->add(kNow, stream, payload);
    source->steps.back().second.symbol = symbol;
    source->steps.back().second.is_depth_update = stream.ends_with("depth@100ms");
    core->advance(kNow, 100);
    std::vector<std::string> texts;
    for (const Outgoing& one : core->take_outgoing()) {
      if (const auto* text = std::get_if<SendText>(&one.what)) texts.push_back(*text->text);
    }
    return texts;
  }
  HttpResponse get(std::string_view path, std::string_view query = "") {
    return core->request({"GET", path, query, "a"}, kNow);
  }
  MarketClock clock;
  FakeSource* source = nullptr;
  std::unique_ptr<VenueCore> core;
};

TEST(Faults, LoseSoManyUpdatesOfOneSymbol) {
  OneVenue venue;
  venue.core->faults().lose_updates("BTCUSDT", 2);
  EXPECT_THAT(venue.say(0, "btcusdt@depth@100ms", "1"), IsEmpty());
  EXPECT_THAT(venue.say(0, "btcusdt@trade", "1"), ElementsAre(HasSubstr("trade")));
  EXPECT_THAT(venue.say(1, "ethusdt@depth@100ms", "1"), ElementsAre(HasSubstr("ethusdt")));
  EXPECT_THAT(venue.say(0, "btcusdt@depth@100ms", "2"), IsEmpty());
  EXPECT_THAT(venue.say(0, "btcusdt@depth@100ms", "3"), ElementsAre(HasSubstr(":3}")));
  EXPECT_EQ(venue.core->faults().messages_withheld(), 2U);
}

TEST(Faults, SilenceOneSymbolUntilItMaySpeakAgain) {
  OneVenue venue;
  venue.core->faults().silence("BTCUSDT");
  EXPECT_THAT(venue.say(0, "btcusdt@depth@100ms", "1"), IsEmpty());
  EXPECT_THAT(venue.say(0, "btcusdt@trade", "1"), IsEmpty());
  EXPECT_THAT(venue.say(1, "ethusdt@depth@100ms", "1"), ElementsAre(HasSubstr("ethusdt")));
  venue.core->faults().unsilence("BTCUSDT");
  EXPECT_THAT(venue.say(0, "btcusdt@trade", "2"), ElementsAre(HasSubstr("trade")));
}

TEST(Faults, ShowAnOldBook) {
  OneVenue venue;
  TrueBook old(Scales{2, 3});
  old.reset(UpdateId{7}, {}, std::vector<Level>{{Price{100}, Quantity{1}}}, {});
  venue.core->faults().show_stale_book("BTCUSDT", old);
  EXPECT_THAT(venue.get("/api/v3/depth", "symbol=BTCUSDT").body, HasSubstr(R"("lastUpdateId":7,)"));
  venue.core->faults().show_true_book("BTCUSDT");
  EXPECT_THAT(venue.get("/api/v3/depth", "symbol=BTCUSDT").body, HasSubstr(R"("lastUpdateId":100,)"));
}

TEST(Faults, DelayDepthAnswersOnly) {
  OneVenue venue;
  venue.core->faults().delay_depth_answers(std::chrono::seconds{3});
  EXPECT_EQ(venue.core->answer_delay("/api/v3/depth"), std::chrono::seconds{3});
  EXPECT_EQ(venue.core->answer_delay("/api/v3/time"), Nanos{0});
}

TEST(Faults, FailSoManyRequestsAsTheVenueWould) {
  const auto with = [](RestFault fault) {
    OneVenue venue;
    venue.core->faults().fail_requests(fault, 1, "depth", std::chrono::milliseconds{1500});
    EXPECT_EQ(venue.get("/api/v3/ping").status, 200);
    const HttpResponse failed = venue.get("/api/v3/depth", "symbol=BTCUSDT");
    EXPECT_EQ(venue.get("/api/v3/depth", "symbol=BTCUSDT").status, 200);
    EXPECT_EQ(venue.core->faults().requests_failed(), 1U);
    return failed;
  };
  EXPECT_EQ(with(RestFault::kTooManyRequests).status, 429);
  EXPECT_EQ(with(RestFault::kTooManyRequests).header("Retry-After"), "2");
  EXPECT_EQ(with(RestFault::kBanned).status, 418);
  EXPECT_THAT(with(RestFault::kBanned).body, HasSubstr("banned until 1723161241500"));
  EXPECT_EQ(with(RestFault::kForbidden).status, 403);
  EXPECT_THAT(with(RestFault::kForbidden).body, HasSubstr("<html>"));
  EXPECT_EQ(with(RestFault::kUnavailable).status, 503);
  EXPECT_EQ(with(RestFault::kServerError).status, 500);
  EXPECT_EQ(with(RestFault::kReset).status, 0);
}

TEST(Faults, CloseEverySessionWithOrWithoutACode) {
  for (const std::uint16_t code : std::array<std::uint16_t, 2>{1001, 0}) {
    OneVenue venue;
    venue.core->connect("/ws/btcusdt@trade", "", "a", kNow);
    venue.core->take_outgoing();
    venue.core->close_sessions(code, "going");
    std::vector<std::uint16_t> codes;
    for (const Outgoing& one : venue.core->take_outgoing()) codes.push_back(std::get<CloseSession>(one.what).code);
    EXPECT_THAT(codes, ElementsAre(code, code));
    EXPECT_EQ(venue.core->hub().session_count(), 0U);
  }
}

}  // namespace
}  // namespace acts::exchange
