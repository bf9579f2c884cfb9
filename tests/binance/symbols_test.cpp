#include "binance/symbols.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "binance/captured.hpp"

namespace acts::binance {
namespace {

using ::testing::HasSubstr;

constexpr Venue kSpot = Venue::kBinanceSpot;
constexpr Venue kUsdm = Venue::kBinanceUsdm;

const ExchangeInfo& spot_list() {
  static const ExchangeInfo info = parse_exchange_info(test::captured_body("BINANCE.0", "exchangeInfo"), kSpot).value();
  return info;
}
const ExchangeInfo& usdm_list() {
  static const ExchangeInfo info =
      parse_exchange_info(test::captured_body("BINANCE_FUTURES.0", "exchangeInfo"), kUsdm).value();
  return info;
}

// The symbol that typed text leads to, or the error's message.
std::string resolve(std::string_view typed) {
  const Result<SymbolWish> wish = parse_symbol_wish(typed, kSpot);
  if (!wish) return wish.error().message;
  const Result<const Instrument*> found = resolve_symbol(*wish, wish->venue == kSpot ? spot_list() : usdm_list());
  return found ? (*found)->symbol : found.error().message;
}

TEST(SymbolWish, TakesVenueAndCase) {
  EXPECT_EQ(parse_symbol_wish("btcusdt", kSpot).value(), (SymbolWish{kSpot, "BTCUSDT"}));
  EXPECT_EQ(parse_symbol_wish("BTC", kUsdm).value(), (SymbolWish{kUsdm, "BTC"}));
  EXPECT_EQ(parse_symbol_wish("binance-usdm:BTCUSDT_210924", kSpot).value(), (SymbolWish{kUsdm, "BTCUSDT_210924"}));
  EXPECT_EQ(parse_symbol_wish("binance-spot:ethbtc", kUsdm).value(), (SymbolWish{kSpot, "ETHBTC"}));
  EXPECT_EQ(parse_symbol_wish("币安人生usdt", kSpot).value(), (SymbolWish{kSpot, "币安人生USDT"}));
}

TEST(SymbolWish, RefusesWhatCannotBeOne) {
  for (const std::string& typed : {std::string{}, std::string{"BTC USDT"}, std::string{"BTC/USDT"},
                                   std::string{"btcusdt@trade"}, std::string{"binance-spot:"}, std::string{"A,B"},
                                   std::string{"a\n"}, std::string(kMaxTypedBytes + 1, 'A'), std::string{"a:b:c"}}) {
    const Result<SymbolWish> wish = parse_symbol_wish(typed, kSpot);
    ASSERT_FALSE(wish.has_value()) << typed;
    EXPECT_EQ(wish.error().code, ErrorCode::kUsage);
  }
  EXPECT_THAT(parse_symbol_wish("kraken:BTCUSDT", kSpot).error().message, HasSubstr("binance-usdm"));
}

TEST(ResolveSymbol, FindsSymbolsAndTheUsdtPairOfAnAsset) {
  EXPECT_EQ(resolve("BTCUSDT"), "BTCUSDT");
  EXPECT_EQ(resolve("ethbtc"), "ETHBTC");
  EXPECT_EQ(resolve("BTC"), "BTCUSDT");
  EXPECT_EQ(resolve("binance-usdm:btc"), "BTCUSDT");
  EXPECT_EQ(resolve("binance-usdm:BTCUSDT_210924"), "BTCUSDT_210924");
}

TEST(ResolveSymbol, NamesTheNearestSymbol) {
  EXPECT_THAT(resolve("BTCUDST"), HasSubstr("did you mean BTCUSDT?"));
  EXPECT_THAT(resolve("ETHUSTD"), HasSubstr("did you mean ETHUSDT?"));
  EXPECT_THAT(resolve("BTC-USDT"), HasSubstr("did you mean BTCUSDT?"));
  EXPECT_THAT(resolve("binance-usdm:SHIBUSDT"), HasSubstr("binance-usdm has no symbol 'SHIBUSDT'"));
  EXPECT_THAT(resolve("QQQQQQQQQQQ"), HasSubstr("1695 symbols"));
}

TEST(ResolveSymbol, ListsThePairsOfAnAssetWithoutUsdt) {
  EXPECT_THAT(resolve("WBTC"), HasSubstr("the asset has no USDT pair; there is WBTCBTC"));
}

TEST(ResolveSymbol, RefusesWhatIsNoLongerTraded) {
  ExchangeInfo info;
  info.venue = kUsdm;
  Instrument& old = info.instruments.emplace_back();
  old.venue = kUsdm;
  old.symbol = "OLDUSDT";
  old.base_asset = "OLD";
  old.quote_asset = "USDT";
  old.status = TradingStatus::kDelisted;
  EXPECT_THAT(resolve_symbol({kUsdm, "OLD"}, info).error().message, HasSubstr("no longer trades OLDUSDT"));
  EXPECT_THAT(resolve_symbol({kUsdm, "OLDUSD"}, info).error().message, Not(HasSubstr("did you mean")));
  old.status = TradingStatus::kHalted;
  EXPECT_TRUE(resolve_symbol({kUsdm, "OLD"}, info).has_value());
  EXPECT_DEATH(static_cast<void>(resolve_symbol({kSpot, "OLD"}, info)), "venue");
}

}  // namespace
}  // namespace acts::binance
