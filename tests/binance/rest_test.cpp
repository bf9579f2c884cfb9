#include "binance/rest.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include "binance/captured.hpp"

namespace acts::binance {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr Venue kSpot = Venue::kBinanceSpot;
constexpr Venue kUsdm = Venue::kBinanceUsdm;

TEST(RestRequest, NamesPathAndWeightOfEachVenue) {
  EXPECT_EQ(time_request(kUsdm).target, "/fapi/v1/time");
  EXPECT_EQ(exchange_info_request(kSpot).target, "/api/v3/exchangeInfo");
  EXPECT_EQ(exchange_info_request(kSpot).weight, 20);
  EXPECT_EQ(exchange_info_request(kUsdm).weight, 1);
  const RestRequest depth = depth_request(kSpot, "BTCUSDT", 5000);
  EXPECT_EQ(depth.target, "/api/v3/depth?symbol=BTCUSDT&limit=5000");
  EXPECT_EQ(depth.weight, 250);
}

TEST(RestRequest, EncodesSymbolsForTheQuery) {
  EXPECT_EQ(depth_request(kUsdm, "币USDT", 1000).target, "/fapi/v1/depth?symbol=%E5%B8%81USDT&limit=1000");
  EXPECT_EQ(depth_request(kUsdm, "A&limit=1", 5).target, "/fapi/v1/depth?symbol=A%26limit%3D1&limit=5");
}

TEST(DepthLimit, RoundsAWishUpToWhatTheVenueTakes) {
  for (const auto& [wish, limit] : std::vector<std::pair<int, int>>{
           {-1, 5}, {0, 5}, {5, 5}, {6, 10}, {21, 50}, {101, 500}, {501, 1000}, {1000, 1000}, {5000, 1000}}) {
    EXPECT_EQ(allowed_depth_limit(kUsdm, wish), limit) << wish;
  }
  EXPECT_EQ(allowed_depth_limit(kSpot, 0), 1);
  EXPECT_EQ(allowed_depth_limit(kSpot, 777), 777);
  EXPECT_EQ(allowed_depth_limit(kSpot, 9999), 5000);
}

// Of an answer with so many bids and asks.
int depth_limit_of(int asked, std::size_t bids, std::size_t asks) {
  const std::vector<Level> levels(std::max(bids, asks));
  const std::span<const Level> all{levels};
  DepthSnapshot snapshot;
  snapshot.limit = asked;
  snapshot.bids = all.first(bids);
  snapshot.asks = all.first(asks);
  return binance::depth_limit_of(snapshot);
}

// A recording made with less than is asked for, served by an exchange of ours.
TEST(DepthLimit, TakesAnAnswerThatIsAsLongAsALowerLimitForCut) {
  EXPECT_EQ(depth_limit_of(5000, 1000, 1000), 1000);
  EXPECT_EQ(depth_limit_of(5000, 17, 20), 20);
  EXPECT_EQ(depth_limit_of(1000, 5, 2), 5);
  EXPECT_EQ(depth_limit_of(5000, 999, 998), 5000) << "complete";
  EXPECT_EQ(depth_limit_of(5000, 0, 0), 5000);
  EXPECT_EQ(depth_limit_of(5000, 5000, 4), 5000);
  EXPECT_EQ(depth_limit_of(3, 5, 5), 3) << "more than was asked for";
}

TEST(DepthLimit, TakesTheNextUsualOneWhereNobodyKnowsWhatWasAskedFor) {
  EXPECT_EQ(depth_limit_of(0, 0, 0), 5);
  EXPECT_EQ(depth_limit_of(0, 5, 1), 5);
  EXPECT_EQ(depth_limit_of(0, 6, 1), 10);
  EXPECT_EQ(depth_limit_of(0, 1, 1001), 5000);
  EXPECT_EQ(depth_limit_of(0, 6000, 1), 6000) << "beyond any";
}

TEST(DepthLimit, WeighsAsDocumented) {
  for (const auto& [limit, weight] : std::vector<std::pair<int, int>>{
           {1, 5}, {100, 5}, {101, 25}, {500, 25}, {501, 50}, {1000, 50}, {1001, 250}, {5000, 250}}) {
    EXPECT_EQ(depth_weight(kSpot, limit), weight) << limit;
  }
  for (const auto& [limit, weight] :
       std::vector<std::pair<int, int>>{{5, 2}, {50, 2}, {100, 5}, {500, 10}, {1000, 20}}) {
    EXPECT_EQ(depth_weight(kUsdm, limit), weight) << limit;
  }
  EXPECT_DEATH(static_cast<void>(depth_weight(kUsdm, 7)), "limit");
}

TEST(Judge, TakesJsonAndItsUsedWeight) {
  const RestVerdict verdict =
      judge({.status = 200, .body = R"({"lastUpdateId":1,"bids":[],"asks":[]})", .used_weight = "1250"});
  EXPECT_EQ(verdict.outcome, RestOutcome::kOk);
  EXPECT_EQ(verdict.action, RestAction::kUse);
  EXPECT_EQ(verdict.used_weight, 1250);
  EXPECT_EQ(verdict.message, "");
  const std::string info = test::captured_body("BINANCE.0", "exchangeInfo");
  EXPECT_EQ(judge({.status = 200, .body = info}).outcome, RestOutcome::kOk);
  EXPECT_EQ(judge({.status = 200, .body = "{}"}).outcome, RestOutcome::kOk);
  EXPECT_EQ(judge({.status = 200, .body = " [1]"}).outcome, RestOutcome::kOk);
  EXPECT_EQ(judge({.status = 200, .body = R"({"code":200,"msg":"success"})"}).outcome, RestOutcome::kOk);
}

struct Case {
  RestAnswer answer;
  RestOutcome outcome;
  RestAction action;
  Nanos retry_after;
};

TEST(Judge, TellsRefusalsApartAndSaysWhatToDo) {
  using enum RestOutcome;
  constexpr std::string_view kHtml = "<html><head><title>403 Forbidden</title></head></html>";
  const std::vector<Case> cases{
      {{429, R"({"code":-1003,"msg":"Too much request weight used."})", "", "17"},
       kRateLimited,
       RestAction::kWaitAll,
       17s},
      {{429, "", "", ""}, kRateLimited, RestAction::kWaitAll, kDefaultRateLimitWait},
      {{429, "", "", "soon"}, kRateLimited, RestAction::kWaitAll, kDefaultRateLimitWait},
      {{418, "", "", "7200"}, kBanned, RestAction::kWaitAll, 2h},
      {{418, "", "", ""}, kBanned, RestAction::kWaitAll, kDefaultBanWait},
      {{418, "", "", "99999999999"}, kBanned, RestAction::kWaitAll, kMaxRetryAfter},
      {{403, kHtml, "", ""}, kBlocked, RestAction::kTryOtherHost, kBlockedWait},
      {{451, "", "", ""}, kRestricted, RestAction::kTryOtherHost, 0s},
      {{502, kHtml, "", ""}, kServerError, RestAction::kRetryLater, 0s},
      {{503, R"({"code":-1008,"msg":"Throttled."})", "", "5"}, kServerError, RestAction::kRetryLater, 5s},
      {{408, "", "", ""}, kServerError, RestAction::kRetryLater, 0s},
      {{400, R"({"code":-1121,"msg":"Invalid symbol."})", "", "5"}, kBadRequest, RestAction::kGiveUp, 0s},
      {{400, R"({"code":-1007,"msg":"Timeout."})", "", ""}, kServerError, RestAction::kRetryLater, 0s},
      {{400, R"({"code":-1003,"msg":"Too many."})", "", ""}, kRateLimited, RestAction::kWaitAll, kDefaultRateLimitWait},
      {{404, kHtml, "", ""}, kUnreadable, RestAction::kRetryLater, 0s},
      {{410, kHtml, "", ""}, kUnreadable, RestAction::kRetryLater, 0s},
      {{410, kHtml, "", "5"}, kUnreadable, RestAction::kRetryLater, 5s},
      {{404, "", "", ""}, kUnreadable, RestAction::kRetryLater, 0s},
      {{400, "{}", "", ""}, kUnreadable, RestAction::kRetryLater, 0s},
      {{200, R"({"code":-1121,"msg":"Invalid symbol."})", "", ""}, kBadRequest, RestAction::kGiveUp, 0s},
      {{200, kHtml, "", ""}, kUnreadable, RestAction::kRetryLater, 0s},
      {{200, "", "", ""}, kUnreadable, RestAction::kRetryLater, 0s},
      {{302, "{}", "", ""}, kUnreadable, RestAction::kRetryLater, 0s},
      {{0, "", "", ""}, kUnreadable, RestAction::kRetryLater, 0s},
  };
  for (const Case& c : cases) {
    const RestVerdict verdict = judge(c.answer, BareRefusal::kPassing);
    SCOPED_TRACE(verdict.message);
    EXPECT_EQ(verdict.outcome, c.outcome) << c.answer.status;
    EXPECT_EQ(verdict.action, c.action);
    EXPECT_EQ(verdict.retry_after, c.retry_after);
    EXPECT_THAT(verdict.message, Not(HasSubstr("\n")));
    EXPECT_FALSE(verdict.message.empty());
    EXPECT_EQ(to_error(verdict).code, c.action == RestAction::kGiveUp ? ErrorCode::kRefused : ErrorCode::kRetry);
  }
}

TEST(Judge, TakesARefusalWithoutTheVenuesWordForFinalWhereItIsAskedOnce) {
  for (const std::string_view body : {"<html>gone</html>", "", "{}"}) {
    const RestVerdict once = judge({.status = 410, .body = body});
    EXPECT_EQ(once.outcome, RestOutcome::kBadRequest) << body;
    EXPECT_EQ(once.action, RestAction::kGiveUp) << body;
  }
  for (const BareRefusal bare : {BareRefusal::kFinal, BareRefusal::kPassing}) {
    EXPECT_EQ(judge({.status = 404, .body = R"({"code":-1121,"msg":"x"})"}, bare).action, RestAction::kGiveUp);
    EXPECT_EQ(judge({.status = 502, .body = "<html>"}, bare).outcome, RestOutcome::kServerError);
  }
}

TEST(Judge, QuotesTheVenueInOneShortLine) {
  const RestVerdict verdict = judge({.status = 400, .body = R"({"code":-1121,"msg":"Invalid\nsymbol."})"});
  EXPECT_EQ(verdict.code, -1121);
  EXPECT_THAT(verdict.message, HasSubstr("answer 400 (-1121 Invalid symbol.)"));
  std::string page = "<html>\n";
  for (int i = 0; i < 3000; ++i) page += "é";
  const RestVerdict html = judge({.status = 500, .body = page});
  EXPECT_LT(html.message.size(), 400U);
  EXPECT_THAT(html.message, HasSubstr("<html> é"));
  EXPECT_THAT(html.message, HasSubstr("é..."));
  EXPECT_THAT(judge({.status = 503}).message, HasSubstr("(empty)"));
}

TEST(Judge, SurvivesBodiesThatAreAlmostErrors) {
  for (const char* body : {R"({"code":"-1121"})", R"({"code":-99999999999})", R"({"code":null})", R"({"code":-1)"}) {
    EXPECT_EQ(judge({.status = 400, .body = body}).code, 0) << body;
  }
  EXPECT_EQ(judge({.status = 400, .body = R"({"code":-1102})"}).code, -1102);
}

TEST(UsedWeight, ReadsWholeNumbersOnly) {
  EXPECT_EQ(parse_used_weight("0"), 0);
  EXPECT_EQ(parse_used_weight("2147483647"), 2147483647);
  for (const char* bad : {"", " 1", "-1", "1.5", "12a", "2147483648", "99999999999999999999"}) {
    EXPECT_EQ(parse_used_weight(bad), std::nullopt) << bad;
  }
}

TEST(ServerTime, ReadsMilliseconds) {
  EXPECT_EQ(parse_server_time(R"({"serverTime":1499827319559})").value(), from_unix_millis(1499827319559));
  for (const char* bad : {"", "{}", "<html>\n</html>", R"({"serverTime":"1"})", R"({"serverTime":-1})",
                          R"({"serverTime":9223372036854775807})", R"({"serverTime":1)", "[1]"}) {
    const Result<UnixNanos> time = parse_server_time(bad);
    ASSERT_FALSE(time.has_value()) << bad;
    EXPECT_EQ(time.error().code, ErrorCode::kBadInput);
    EXPECT_THAT(time.error().message, Not(HasSubstr("\n")));
  }
}

TEST(RestOutcome, HasANameForEachOutcome) {
  std::set<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(RestOutcome::kUnreadable); ++i) {
    names.insert(to_string(static_cast<RestOutcome>(i)));
  }
  EXPECT_EQ(names.size(), 8U);
}

}  // namespace
}  // namespace acts::binance
