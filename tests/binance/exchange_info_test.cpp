#include "binance/exchange_info.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "binance/captured.hpp"

namespace acts::binance {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

Decimal decimal(const char* text) { return parse_decimal(text).value(); }

// A list with these entries.
std::string with_symbols(std::string_view entries) {
  return fmt::format(R"({{"serverTime":1,"rateLimits":[],"symbols":[{}]}})", entries);
}

std::string entry(std::string_view symbol, std::string_view filters, std::string_view status = "TRADING") {
  return fmt::format(R"({{"symbol":"{}","status":"{}","baseAsset":"B","quoteAsset":"Q","filters":[{}]}})", symbol,
                     status, filters);
}

ExchangeInfo parse(const std::string& json, Venue venue = Venue::kBinanceSpot) {
  Result<ExchangeInfo> info = parse_exchange_info(json, venue);
  EXPECT_TRUE(info.has_value()) << (info ? "" : info.error().message);
  return info.value_or(ExchangeInfo{});
}

TEST(ExchangeInfo, ReadsTheWholeSpotListAsCaptured) {
  const ExchangeInfo info = parse(test::captured_body("BINANCE.0", "exchangeInfo"));
  EXPECT_EQ(info.instruments.size(), 1695U);
  EXPECT_EQ(info.skipped, 0U);
  EXPECT_EQ(info.problem_count, 0U);
  EXPECT_EQ(to_unix_millis(info.server_time), 1633998511098);
  EXPECT_EQ(std::ranges::count(info.instruments, TradingStatus::kTrading, &Instrument::status), 1262);
  EXPECT_EQ(std::ranges::count(info.instruments, TradingStatus::kHalted, &Instrument::status), 433);

  const Instrument* btc = info.find("BTCUSDT");
  ASSERT_NE(btc, nullptr);
  EXPECT_EQ(btc->venue, Venue::kBinanceSpot);
  EXPECT_EQ(btc->base_asset, "BTC");
  EXPECT_EQ(btc->quote_asset, "USDT");
  EXPECT_EQ(btc->tick_size, decimal("0.01"));
  EXPECT_EQ(btc->min_price, decimal("0.01"));
  EXPECT_EQ(btc->max_price, decimal("1000000"));
  EXPECT_EQ(btc->lot_size, decimal("0.00001"));
  EXPECT_EQ(btc->min_quantity, decimal("0.00001"));
  EXPECT_EQ(btc->max_quantity, decimal("9000"));
  EXPECT_EQ(btc->min_notional, decimal("10"));
  EXPECT_EQ(btc->scales(), (Scales{2, 5}));

  const Instrument* shib = info.find("SHIBUSDT");
  ASSERT_NE(shib, nullptr);
  EXPECT_EQ(shib->max_quantity, decimal("46116860414"));
  EXPECT_EQ(shib->scales(), (Scales{8, 0}));
  EXPECT_EQ(info.find("btcusdt"), nullptr);
}

TEST(ExchangeInfo, ReadsTheLimitsOfTheSpotCapture) {
  const ExchangeInfo info = parse(test::captured_body("BINANCE.0", "exchangeInfo"));
  const std::vector<RateLimit> expected{{RateLimitType::kRequestWeight, 1min, 1200},
                                        {RateLimitType::kOrders, 10s, 50},
                                        {RateLimitType::kOrders, 24h, 160000},
                                        {RateLimitType::kRawRequests, 5min, 6100}};
  EXPECT_EQ(info.rate_limits, expected);
  EXPECT_EQ(info.request_weight_limit(), expected[0]);
}

TEST(ExchangeInfo, ReadsTheWholeUsdmListAsCaptured) {
  const ExchangeInfo info = parse(test::captured_body("BINANCE_FUTURES.0", "exchangeInfo"), Venue::kBinanceUsdm);
  EXPECT_EQ(info.instruments.size(), 122U);
  EXPECT_EQ(info.skipped, 0U);
  EXPECT_EQ(info.coin_m, 0U);
  EXPECT_EQ(info.request_weight_limit(), (RateLimit{RateLimitType::kRequestWeight, 1min, 2400}));

  const Instrument* btc = info.find("BTCUSDT");
  ASSERT_NE(btc, nullptr);
  EXPECT_EQ(btc->venue, Venue::kBinanceUsdm);
  EXPECT_EQ(btc->min_price, decimal("556.72"));
  EXPECT_EQ(btc->lot_size, decimal("0.001"));
  EXPECT_EQ(btc->min_notional, decimal("5"));
  EXPECT_NE(info.find("BTCUSDT_210924"), nullptr);
  EXPECT_EQ(info.find("BTCSTUSDT")->status, TradingStatus::kHalted);  // PENDING_TRADING
}

TEST(ExchangeInfo, TakesZeroAsNoRule) {
  const ExchangeInfo info = parse(with_symbols(
      entry("AB", R"({"filterType":"PRICE_FILTER","minPrice":"0.00000000","maxPrice":"0","tickSize":"0.0100"},
                     {"filterType":"LOT_SIZE","minQty":"0","maxQty":"5","stepSize":"0.00000000"})")));
  ASSERT_EQ(info.instruments.size(), 1U);
  const Instrument& instrument = info.instruments[0];
  EXPECT_EQ(instrument.min_price, std::nullopt);
  EXPECT_EQ(instrument.max_price, std::nullopt);
  EXPECT_EQ(instrument.tick_size, decimal("0.01"));
  EXPECT_EQ(instrument.lot_size, std::nullopt);
  EXPECT_EQ(instrument.max_quantity, decimal("5"));
  EXPECT_EQ(instrument.min_notional, std::nullopt);
}

TEST(ExchangeInfo, ReadsTheNotionalFilterThatTookTheOldOnesPlace) {
  const ExchangeInfo info = parse(with_symbols(
      entry("AB", R"({"filterType":"NOTIONAL","minNotional":"5.00000000","maxNotional":"9000000.00000000"})")));
  ASSERT_EQ(info.instruments.size(), 1U);
  EXPECT_EQ(info.instruments[0].min_notional, decimal("5"));
}

TEST(ExchangeInfo, SkipsAndCountsABadEntryAndKeepsTheOthers) {
  const auto tick = [](std::string_view value) {
    return fmt::format(R"({{"filterType":"PRICE_FILTER","tickSize":{}}})", value);
  };
  const std::vector<std::pair<std::string, std::string>> bad{
      {entry("NEG", tick(R"("-0.01")")), "not a decimal"},
      {entry("EXP", tick(R"("1e-2")")), "not a decimal"},
      {entry("BIG", tick(R"("99999999999999999999999999")")), "not a decimal"},
      {entry("FINE", tick(R"("0.0000000000000000001")")), "not a decimal"},
      {entry("NUM", tick("0.01")), "not a string"},
      {entry("FLT", "7"), "not an object"},
      {"17", "not an object"},
      {R"({"symbol":"NOF","status":"TRADING","baseAsset":"B","quoteAsset":"Q"})", "no list of filters"},
      {R"({"symbol":"NOB","status":"TRADING","quoteAsset":"Q","filters":[]})", "no base or quote"},
      {R"({"status":"TRADING","baseAsset":"B","quoteAsset":"Q","filters":[]})", "no symbol"},
      {entry(std::string(65, 'X'), ""), "no symbol"},
      {entry("GOOD", ""), "listed twice"},
  };
  for (const auto& [json, what] : bad) {
    const ExchangeInfo info = parse(with_symbols(entry("GOOD", "") + "," + json + "," + entry("LAST", "")));
    EXPECT_EQ(info.instruments.size(), 2U) << json;
    EXPECT_NE(info.find("LAST"), nullptr);
    EXPECT_EQ(info.skipped, 1U);
    ASSERT_EQ(info.problems.size(), 1U);
    EXPECT_THAT(info.problems[0].what, HasSubstr(what)) << json;
  }
}

TEST(ExchangeInfo, KeepsAnUnknownStatusAsUnknownAndSaysSo) {
  const ExchangeInfo info = parse(with_symbols(entry("AB", "", "NAPPING")));
  ASSERT_EQ(info.instruments.size(), 1U);
  EXPECT_EQ(info.instruments[0].status, TradingStatus::kUnknown);
  EXPECT_EQ(info.skipped, 0U);
  ASSERT_EQ(info.problem_count, 1U);
  EXPECT_EQ(info.problems[0].where, "AB");
  EXPECT_THAT(info.problems[0].what, HasSubstr("NAPPING"));
}

TEST(ExchangeInfo, MapsTheStatusWordsOfBothVenues) {
  EXPECT_EQ(parse_trading_status("TRADING"), TradingStatus::kTrading);
  for (const char* halted : {"HALT", "BREAK", "END_OF_DAY", "CANCEL_ONLY", "PENDING_TRADING", "SETTLING"}) {
    EXPECT_EQ(parse_trading_status(halted), TradingStatus::kHalted) << halted;
  }
  EXPECT_EQ(parse_trading_status("CLOSE"), TradingStatus::kDelisted);
  EXPECT_EQ(parse_trading_status("DELIVERED"), TradingStatus::kDelisted);
  EXPECT_EQ(parse_trading_status(""), TradingStatus::kUnknown);
  EXPECT_EQ(parse_trading_status("trading"), TradingStatus::kUnknown);
}

TEST(ExchangeInfo, CountsAllProblemsButListsABoundedNumber) {
  std::string entries = "1";
  for (std::size_t i = 1; i < kMaxListedProblems * 3; ++i) entries += ",1";
  const ExchangeInfo info = parse(with_symbols(entries));
  EXPECT_EQ(info.skipped, kMaxListedProblems * 3);
  EXPECT_EQ(info.problem_count, kMaxListedProblems * 3);
  EXPECT_EQ(info.problems.size(), kMaxListedProblems);
}

TEST(ExchangeInfo, LeavesOutTheSisterMarketOfUsdm) {
  const std::string coin_by_st =
      R"({"symbol":"BTCUSD_PERP","st":2,"status":"TRADING","baseAsset":"BTC","quoteAsset":"USD","filters":[]})";
  const std::string coin_by_key =
      R"({"symbol":"ETHUSD_PERP","contractStatus":"TRADING","baseAsset":"ETH","quoteAsset":"USD","filters":[]})";
  const std::string usdm =
      R"({"symbol":"BTCUSDT","st":1,"status":"TRADING","baseAsset":"BTC","quoteAsset":"USDT","filters":[]})";
  const ExchangeInfo info = parse(with_symbols(coin_by_st + "," + coin_by_key + "," + usdm), Venue::kBinanceUsdm);
  EXPECT_EQ(info.coin_m, 2U);
  EXPECT_EQ(info.skipped, 0U);
  ASSERT_EQ(info.instruments.size(), 1U);
  EXPECT_EQ(info.instruments[0].symbol, "BTCUSDT");
}

TEST(ExchangeInfo, KeepsSymbolsThatAreNotAscii) {
  const ExchangeInfo info = parse(with_symbols(entry("币安人生USDT", "")));
  EXPECT_NE(info.find("币安人生USDT"), nullptr);
}

TEST(ExchangeInfo, IgnoresUnknownKeysAndFilters) {
  const ExchangeInfo info = parse(
      R"({"new":{"a":[1,{"b":null}]},"symbols":[{"symbol":"AB","extra":[1],"status":"TRADING","baseAsset":"A",
          "quoteAsset":"B","filters":[{"filterType":"NEW_FILTER","tickSize":7},{"noType":1}]}]})");
  EXPECT_EQ(info.instruments.size(), 1U);
  EXPECT_EQ(info.problem_count, 0U);
  EXPECT_EQ(info.server_time, UnixNanos{});
}

TEST(ExchangeInfo, CountsRateLimitsItCannotRead) {
  const ExchangeInfo info = parse(R"({"symbols":[],"rateLimits":[7,
      {"rateLimitType":"REQUEST_WEIGHT","interval":"FORTNIGHT","intervalNum":1,"limit":5},
      {"rateLimitType":"REQUEST_WEIGHT","interval":"MINUTE","intervalNum":0,"limit":5},
      {"rateLimitType":"REQUEST_WEIGHT","interval":"MINUTE","intervalNum":1,"limit":"5"},
      {"rateLimitType":"REQUEST_WEIGHT","interval":"HOUR","intervalNum":1,"limit":100000},
      {"rateLimitType":"REQUEST_WEIGHT","interval":"MINUTE","intervalNum":1,"limit":7000},
      {"rateLimitType":"CONNECTIONS","interval":"SECOND","intervalNum":1,"limit":5}]})");
  EXPECT_EQ(info.skipped, 4U);
  EXPECT_EQ(info.rate_limits.size(), 3U);
  EXPECT_EQ(info.rate_limits.back().type, RateLimitType::kOther);
  EXPECT_EQ(info.request_weight_limit(), (RateLimit{RateLimitType::kRequestWeight, 1min, 7000}));
}

TEST(ExchangeInfo, FallsBackToTheDocumentedWeightLimit) {
  const std::string empty = R"({"symbols":[]})";
  EXPECT_EQ(parse(empty).request_weight_limit(), (RateLimit{RateLimitType::kRequestWeight, 1min, 6000}));
  EXPECT_EQ(parse(empty, Venue::kBinanceUsdm).request_weight_limit().limit, 2400);
}

TEST(ExchangeInfo, RefusesWhatIsNoList) {
  const std::vector<std::pair<std::string, std::string>> bad{
      {"", "not a JSON object"},
      {"<html><body>502</body></html>", "not a JSON object"},
      {"[]", "not a JSON object"},
      {R"({"symbols":[)", "not a JSON object"},
      {"{}", "no list of symbols"},
      {R"({"symbols":{}})", "no list of symbols"},
      {R"({"code":-1121,"msg":"Invalid symbol."})", "-1121 Invalid symbol."},
      {"{\"symbols\":[\"\xff\xfe\"]}", "not a JSON object"},
      {R"({"code":-1,"msg":"one\nand two"})", "-1 one and two"},
  };
  for (const auto& [json, what] : bad) {
    const Result<ExchangeInfo> info = parse_exchange_info(json, Venue::kBinanceSpot);
    ASSERT_FALSE(info.has_value()) << json;
    EXPECT_EQ(info.error().code, ErrorCode::kBadInput);
    EXPECT_THAT(info.error().message, HasSubstr(what));
    EXPECT_THAT(info.error().message, ::testing::Not(HasSubstr("\n")));
  }
}

TEST(ExchangeInfo, RefusesAnAnswerWithoutABody) {
  EXPECT_FALSE(parse_exchange_info({}, Venue::kBinanceSpot).has_value());
}

TEST(ExchangeInfo, RefusesAnAnswerAboveItsBound) {
  const std::string huge(kMaxExchangeInfoBytes + 1, ' ');
  EXPECT_FALSE(parse_exchange_info(huge, Venue::kBinanceSpot).has_value());
}

}  // namespace
}  // namespace acts::binance
