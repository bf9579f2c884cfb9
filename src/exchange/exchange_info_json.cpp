#include "exchange/exchange_info_json.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <string_view>

namespace acts::exchange {
namespace {

using Json = nlohmann::ordered_json;

std::string text_of(const std::optional<Decimal>& value, int decimals) {
  if (!value) return "0";
  std::string text = to_string(*value);
  const std::size_t dot = text.find('.');
  const auto have = dot == std::string::npos ? 0 : static_cast<int>(text.size() - dot - 1);
  if (decimals > have) {
    if (dot == std::string::npos) text += '.';
    text.append(static_cast<std::size_t>(decimals - have), '0');
  }
  return text;
}

Json rate_limit(std::string_view type, std::string_view interval, int count, int limit) {
  return {{"rateLimitType", type}, {"interval", interval}, {"intervalNum", count}, {"limit", limit}};
}

Json filters_of(Venue venue, const ListedSymbol& symbol) {
  const Instrument& instrument = symbol.instrument;
  const int price = symbol.text_decimals.price;
  const int quantity = symbol.text_decimals.quantity;
  const Json lot{{"minQty", text_of(instrument.min_quantity, quantity)},
                 {"maxQty", text_of(instrument.max_quantity, quantity)},
                 {"stepSize", text_of(instrument.lot_size, quantity)}};
  Json filters = Json::array();
  filters.push_back({{"filterType", "PRICE_FILTER"},
                     {"minPrice", text_of(instrument.min_price, price)},
                     {"maxPrice", text_of(instrument.max_price, price)},
                     {"tickSize", text_of(instrument.tick_size, price)}});
  filters.push_back(Json{{"filterType", "LOT_SIZE"}});
  filters.back().update(lot);
  if (venue == Venue::kBinanceSpot) {
    filters.push_back({{"filterType", "NOTIONAL"},
                       {"minNotional", text_of(instrument.min_notional, 8)},
                       {"applyMinToMarket", true},
                       {"maxNotional", "9000000.00000000"},
                       {"applyMaxToMarket", false},
                       {"avgPriceMins", 5}});
  } else {
    filters.push_back(Json{{"filterType", "MARKET_LOT_SIZE"}});
    filters.back().update(lot);
    filters.push_back({{"filterType", "MIN_NOTIONAL"}, {"notional", text_of(instrument.min_notional, 0)}});
  }
  return filters;
}

// TRADING, or what a symbol is that is not traded now.
std::string_view status_of(Venue venue, const Instrument& instrument) {
  if (instrument.status == TradingStatus::kTrading) return "TRADING";
  return venue == Venue::kBinanceSpot ? "BREAK" : "PENDING_TRADING";
}

// No "contractType" here: clients take a symbol that has one for a perpetual.
Json spot_symbol(const ListedSymbol& symbol) {
  const Instrument& instrument = symbol.instrument;
  return {{"symbol", instrument.symbol},
          {"status", status_of(Venue::kBinanceSpot, instrument)},
          {"baseAsset", instrument.base_asset},
          {"baseAssetPrecision", 8},
          {"quoteAsset", instrument.quote_asset},
          {"quotePrecision", 8},
          {"quoteAssetPrecision", 8},
          {"baseCommissionPrecision", 8},
          {"quoteCommissionPrecision", 8},
          {"orderTypes", {"LIMIT", "LIMIT_MAKER", "MARKET"}},
          {"icebergAllowed", true},
          {"ocoAllowed", true},
          {"otoAllowed", true},
          {"opoAllowed", true},
          {"quoteOrderQtyMarketAllowed", true},
          {"allowTrailingStop", false},
          {"cancelReplaceAllowed", true},
          {"amendAllowed", true},
          {"pegInstructionsAllowed", true},
          {"isSpotTradingAllowed", true},
          {"isMarginTradingAllowed", false},
          {"filters", filters_of(Venue::kBinanceSpot, symbol)},
          {"permissions", Json::array()},
          {"permissionSets", Json::array({Json::array({"SPOT"})})},
          {"defaultSelfTradePreventionMode", "NONE"},
          {"allowedSelfTradePreventionModes", {"NONE"}}};
}

Json usdm_symbol(const ListedSymbol& symbol) {
  const Instrument& instrument = symbol.instrument;
  return {{"symbol", instrument.symbol},
          {"pair", instrument.symbol},
          {"contractType", "PERPETUAL"},
          {"deliveryDate", 4133404800000},
          {"onboardDate", 1569398400000},
          {"status", status_of(Venue::kBinanceUsdm, instrument)},
          {"baseAsset", instrument.base_asset},
          {"quoteAsset", instrument.quote_asset},
          {"marginAsset", instrument.quote_asset},
          {"pricePrecision", symbol.text_decimals.price},
          {"quantityPrecision", symbol.text_decimals.quantity},
          {"baseAssetPrecision", 8},
          {"quotePrecision", 8},
          {"underlyingType", "COIN"},
          {"underlyingSubType", Json::array()},
          {"triggerProtect", "0.0500"},
          {"liquidationFee", "0.015000"},
          {"marketTakeBound", "0.05"},
          {"filters", filters_of(Venue::kBinanceUsdm, symbol)},
          {"orderTypes", {"LIMIT", "MARKET"}},
          {"timeInForce", {"GTC", "IOC", "FOK", "GTX"}}};
}

}  // namespace

std::string exchange_info_json(Venue venue, std::span<const ListedSymbol* const> symbols, int weight_limit,
                               UnixNanos now) {
  const bool spot = venue == Venue::kBinanceSpot;
  Json info{{"timezone", "UTC"}, {"serverTime", to_unix_millis(now)}};
  info["rateLimits"] = Json::array({rate_limit("REQUEST_WEIGHT", "MINUTE", 1, weight_limit)});
  if (spot) {
    info["rateLimits"].push_back(rate_limit("ORDERS", "SECOND", 10, 50));
    info["rateLimits"].push_back(rate_limit("ORDERS", "DAY", 1, 160000));
    info["rateLimits"].push_back(rate_limit("RAW_REQUESTS", "MINUTE", 5, 300000));
  } else {
    info["rateLimits"].push_back(rate_limit("ORDERS", "MINUTE", 1, 1200));
    info["rateLimits"].push_back(rate_limit("ORDERS", "SECOND", 10, 300));
    info["futuresType"] = "U_MARGINED";
  }
  info["exchangeFilters"] = Json::array();
  Json list = Json::array();
  for (const ListedSymbol* symbol : symbols) list.push_back(spot ? spot_symbol(*symbol) : usdm_symbol(*symbol));
  info["symbols"] = std::move(list);
  return info.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace acts::exchange
