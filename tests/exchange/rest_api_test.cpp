#include "exchange/rest_api.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "exchange/fake_source.hpp"

namespace acts::exchange {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr UnixNanos kNow{1723161255'000'000'000};  // :15 of a minute

class Rest {
 public:
  explicit Rest(Venue venue = Venue::kBinanceSpot, std::optional<int> limit = std::nullopt)
      : source(venue), api(venue, source, rules(venue, limit)) {}
  HttpResponse get(std::string_view target, UnixNanos now = kNow, std::string_view method = "GET",
                   std::string_view peer = "127.0.0.1") {
    const std::size_t question = target.find('?');
    const std::string_view query = question == std::string_view::npos ? "" : target.substr(question + 1);
    return api.handle({method, target.substr(0, question), query, peer}, now);
  }
  static WeightRules rules(Venue venue, std::optional<int> limit) {
    WeightRules rules = default_weight_rules(venue);
    rules.limit = limit.value_or(rules.limit);
    return rules;
  }

  FakeSource source;
  RestApi api;
};

int weight_of(const HttpResponse& response) { return std::stoi(std::string(response.header("X-MBX-USED-WEIGHT-1M"))); }
int code_of(const HttpResponse& response) { return nlohmann::json::parse(response.body).at("code").get<int>(); }
std::size_t levels_of(const HttpResponse& response) { return nlohmann::json::parse(response.body).at("bids").size(); }

TEST(RestApi, AnswersPingAndTime) {
  Rest rest;
  const HttpResponse ping = rest.get("/api/v3/ping");
  EXPECT_EQ(ping.status, 200);
  EXPECT_EQ(ping.body, "{}");
  EXPECT_EQ(ping.header("content-type"), "application/json;charset=UTF-8");
  EXPECT_EQ(rest.get("/api/v3/time").body, R"({"serverTime":1723161255000})");
  Rest usdm(Venue::kBinanceUsdm);
  EXPECT_EQ(usdm.get("/fapi/v1/ping").status, 200);
  EXPECT_EQ(usdm.get("/fapi/v1/time?x=1").body, R"({"serverTime":1723161255000})");
}

TEST(RestApi, ShowsSpotDepthBestFirstWithEightDecimals) {
  Rest rest;
  const HttpResponse depth = rest.get("/api/v3/depth?symbol=BTCUSDT&limit=2");
  EXPECT_EQ(depth.body,
            R"({"lastUpdateId":100,"bids":[["10000.00000000","1.00000000"],["9999.99000000","1.00100000"]],)"
            R"("asks":[["10000.01000000","2.00000000"],["10000.02000000","2.00100000"]]})");
}

TEST(RestApi, ShowsUsdmDepthWithTimesAndTheInstrumentsDecimals) {
  Rest rest(Venue::kBinanceUsdm);
  const HttpResponse depth = rest.get("/fapi/v1/depth?symbol=BTCUSDT&limit=5");
  EXPECT_THAT(depth.body,
              StartsWith(R"({"lastUpdateId":100,"E":1723161255208,"T":1723161255207,"bids":[["10000.00","1.000"],)"));
  EXPECT_THAT(rest.get("/fapi/v1/depth?symbol=ETHUSDT&limit=5").body,
              R"({"lastUpdateId":0,"E":1723161255000,"T":1723161255000,"bids":[],"asks":[]})");
}

struct Charged {
  const char* limit;
  std::size_t levels;
  int weight;
};

TEST(RestApi, ChargesSpotDepthByItsLimitAndCutsAtFiveThousand) {
  for (const Charged& row : {Charged{"", 100, 5},
                             {"&limit=1", 1, 5},
                             {"&limit=100", 100, 5},
                             {"&limit=101", 101, 25},
                             {"&limit=500", 500, 25},
                             {"&limit=501", 501, 50},
                             {"&limit=1000", 1000, 50},
                             {"&limit=1001", 1001, 250},
                             {"&limit=5000", 5000, 250},
                             {"&limit=99999", 5000, 250}}) {
    Rest rest;
    const HttpResponse depth = rest.get(std::string("/api/v3/depth?symbol=BTCUSDT") + row.limit);
    EXPECT_EQ(depth.status, 200) << row.limit;
    EXPECT_EQ(levels_of(depth), row.levels) << row.limit;
    EXPECT_EQ(weight_of(depth), row.weight) << row.limit;
    EXPECT_EQ(depth.header("x-mbx-used-weight"), depth.header("x-mbx-used-weight-1m"));
  }
}

TEST(RestApi, TakesOnlyTheListedDepthLimitsOnUsdm) {
  for (const Charged& row : {Charged{"", 500, 10},
                             {"&limit=5", 5, 2},
                             {"&limit=10", 10, 2},
                             {"&limit=20", 20, 2},
                             {"&limit=50", 50, 2},
                             {"&limit=100", 100, 5},
                             {"&limit=500", 500, 10},
                             {"&limit=1000", 1000, 20}}) {
    Rest rest(Venue::kBinanceUsdm);
    const HttpResponse depth = rest.get(std::string("/fapi/v1/depth?symbol=BTCUSDT") + row.limit);
    EXPECT_EQ(levels_of(depth), row.levels) << row.limit;
    EXPECT_EQ(weight_of(depth), row.weight) << row.limit;
  }
  Rest rest(Venue::kBinanceUsdm);
  for (const char* limit : {"0", "1", "99", "5000", "-5"}) {
    const HttpResponse refused = rest.get(std::string("/fapi/v1/depth?symbol=BTCUSDT&limit=") + limit);
    EXPECT_EQ(refused.status, 400);
    EXPECT_EQ(code_of(refused), -4021) << limit;
  }
}

TEST(RestApi, NamesWhatIsWrongByTheVenuesCodes) {
  Rest rest;
  const std::vector<std::pair<const char*, int>> wrong{
      {"depth", -1102},
      {"depth?symbol=", -1102},
      {"depth?symbol=NOPE", -1121},
      {"depth?symbol=btcusdt", -1121},
      {"depth?symbol=BTCUSDT&limit=ten", -1100},
      {"depth?symbol=BTCUSDT&limit=", -1100},
      {"depth?symbol=BTCUSDT&limit=0", -1130},
      {"depth?symbol=BTCUSDT&limit=-3", -1130},
      {"depth?symbol=BTCUSDT&symbolStatus=HALT", -1220},
      {"depth?symbol=BTCUSDT&symbol=ETHUSDT", -1101},
      {"depth?symbol=BTCUSDT&depth=5", -1104},
      {"ping?x=1", -1104},
      {"exchangeInfo?symbol=NOPE", -1121},
      {"exchangeInfo?symbol=BTCUSDT&symbols=%5B%22ETHUSDT%22%5D", -1128},
      {"exchangeInfo?symbols=BTCUSDT", -1100},
      {"exchangeInfo?symbols=%5B1%5D", -1100},
      {"exchangeInfo?symbols=%5B%22NOPE%22%5D", -1121}};
  for (const auto& [target, code] : wrong) {
    const HttpResponse response = rest.get(std::string("/api/v3/") + target);
    EXPECT_EQ(response.status, 400) << target;
    EXPECT_EQ(code_of(response), code) << target;
  }
  EXPECT_GT(weight_of(rest.get("/api/v3/ping")), static_cast<int>(wrong.size())) << "wrong requests cost weight too";
  EXPECT_EQ(rest.get("/api/v3/depth?symbol=BTCUSDT&symbolStatus=TRADING").status, 200);
}

TEST(RestApi, AnswersUnknownPathsWithAPageAndNoWeight) {
  Rest rest;
  for (const char* path : {"/", "/api/v3/klines", "/fapi/v1/ping", "/api/v3/", "/api/v1/ping"}) {
    const HttpResponse response = rest.get(path);
    EXPECT_EQ(response.status, 404) << path;
    EXPECT_EQ(response.header("content-type"), "text/html");
    EXPECT_EQ(response.header("x-mbx-used-weight-1m"), "");
  }
  EXPECT_EQ(rest.get("/api/v3/ping", kNow, "POST").status, 405);
}

TEST(RestApi, ListsItsSymbols) {
  Rest rest;
  const auto all = nlohmann::json::parse(rest.get("/api/v3/exchangeInfo").body);
  ASSERT_EQ(all["symbols"].size(), 2U);
  EXPECT_EQ(all["serverTime"], 1723161255000);
  EXPECT_EQ(all["rateLimits"][0].dump(),
            R"({"interval":"MINUTE","intervalNum":1,"limit":6000,"rateLimitType":"REQUEST_WEIGHT"})");
  const auto& btc = all["symbols"][0];
  EXPECT_EQ(btc["symbol"], "BTCUSDT");
  EXPECT_EQ(btc["status"], "TRADING");
  EXPECT_EQ(btc["baseAsset"], "BTC");
  EXPECT_EQ(btc["quoteAsset"], "USDT");
  EXPECT_FALSE(btc.contains("contractType"));
  EXPECT_EQ(btc["filters"][0]["tickSize"], "0.01000000");
  EXPECT_EQ(btc["filters"][1]["filterType"], "LOT_SIZE");
  EXPECT_EQ(btc["filters"][1]["stepSize"], "0.00100000");
  const auto one = nlohmann::json::parse(rest.get("/api/v3/exchangeInfo?symbol=ETHUSDT").body);
  ASSERT_EQ(one["symbols"].size(), 1U);
  EXPECT_EQ(one["symbols"][0]["symbol"], "ETHUSDT");
  const auto some =
      nlohmann::json::parse(rest.get("/api/v3/exchangeInfo?symbols=%5B%22ETHUSDT%22,%22BTCUSDT%22%5D").body);
  EXPECT_EQ(some["symbols"].size(), 2U);
  EXPECT_TRUE(nlohmann::json::parse(rest.get("/api/v3/exchangeInfo?symbolStatus=HALT").body)["symbols"].empty());
  EXPECT_EQ(weight_of(rest.get("/api/v3/ping")), 4 * 20 + 1);

  Rest usdm(Venue::kBinanceUsdm);
  const HttpResponse futures = usdm.get("/fapi/v1/exchangeInfo?symbol=whatever");
  EXPECT_EQ(weight_of(futures), 1);
  const auto info = nlohmann::json::parse(futures.body);
  ASSERT_EQ(info["symbols"].size(), 2U);
  EXPECT_EQ(info["symbols"][0]["contractType"], "PERPETUAL");
  EXPECT_EQ(info["symbols"][0]["filters"][0]["tickSize"], "0.01");
  EXPECT_EQ(info["symbols"][0]["filters"][1]["stepSize"], "0.001");
  EXPECT_EQ(info["rateLimits"][0]["limit"], 2400);
}

TEST(RestApi, RefusesAboveTheWeightLimitUntilTheClocksMinuteEndsAndBansWhoGoesOn) {
  Rest rest(Venue::kBinanceSpot, 12);
  EXPECT_EQ(rest.get("/api/v3/depth?symbol=BTCUSDT").status, 200);
  EXPECT_EQ(rest.get("/api/v3/depth?symbol=BTCUSDT").status, 200);
  const HttpResponse refused = rest.get("/api/v3/depth?symbol=BTCUSDT");
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(code_of(refused), -1003);
  EXPECT_EQ(refused.header("Retry-After"), "45");
  EXPECT_EQ(weight_of(refused), 10);
  EXPECT_EQ(rest.get("/api/v3/depth?symbol=BTCUSDT", kNow, "GET", "127.0.0.2").status, 200) << "counted by address";
  EXPECT_EQ(rest.get("/api/v3/depth?symbol=BTCUSDT", kNow + std::chrono::seconds{45}).status, 200);

  const UnixNanos later = kNow + std::chrono::minutes{5};
  HttpResponse last;
  for (int i = 0; i < 13; ++i) last = rest.get("/api/v3/depth?symbol=BTCUSDT", later);
  EXPECT_EQ(last.status, 418);
  EXPECT_EQ(last.header("Retry-After"), "120");
  EXPECT_THAT(last.body, HasSubstr("banned until 1723161675000"));
  EXPECT_EQ(rest.get("/api/v3/ping", later + std::chrono::seconds{119}).status, 418);
  EXPECT_EQ(rest.get("/api/v3/ping", later + std::chrono::seconds{120}).status, 200);
}

TEST(WeightMeter, BansLongerEachTimeAndForgetsAddressesWithoutABanWhenThereAreTooMany) {
  WeightRules rules;
  rules.limit = 1;
  rules.refusals_before_ban = 0;
  WeightMeter meter(rules);
  UnixNanos now = kNow;
  for (const int minutes : {2, 4, 8}) {
    EXPECT_EQ(meter.charge("a", 1, now).status, 200);
    const WeightVerdict banned = meter.charge("a", 1, now);
    EXPECT_EQ(banned.status, 418);
    EXPECT_EQ(banned.retry_after, std::chrono::minutes{minutes});
    now = now + banned.retry_after;
  }
  meter.charge("banned", 1, now);
  meter.charge("banned", 1, now);
  EXPECT_EQ(meter.charge("free", 1, now).status, 200);
  for (std::size_t i = 0; i < WeightMeter::kMaxAddresses; ++i) meter.charge(std::to_string(i), 1, now);
  EXPECT_EQ(meter.charge("banned", 1, now).status, 418);
  EXPECT_EQ(meter.charge("free", 1, now).status, 200) << "forgotten, so it starts anew";
}

TEST(UrlQuery, IsReadAsAServerDoes) {
  EXPECT_EQ(percent_decode("a%2Fb%20c+d%zz%4"), "a/b c d%zz%4");
  EXPECT_EQ(percent_decode("a+b", false), "a+b");
  const auto parameters = parse_query("a=1&&b=&c&=5&a=x%3Dy");
  ASSERT_EQ(parameters.size(), 4U);
  EXPECT_EQ(*find_parameter(parameters, "a"), "1");
  EXPECT_EQ(*find_parameter(parameters, "b"), "");
  EXPECT_EQ(*find_parameter(parameters, "c"), "");
  EXPECT_EQ(parameters[3].value, "x=y");
  EXPECT_EQ(find_parameter(parameters, "d"), nullptr);
}

}  // namespace
}  // namespace acts::exchange
