// What a venue lets pass: [filters], and the orders that it takes within a time.
#include <fmt/format.h>

#include <charconv>

#include "cli/backtest_keys.hpp"

namespace acts::cli {
namespace {

using backtest::InstrumentSettings;

Result<void> set_order_count(std::uint32_t& count, const std::string& text) {
  constexpr std::uint32_t kMostCount = 1'000'000;
  std::uint32_t parsed = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), parsed);
  const bool is_whole = error == std::errc() && end == text.data() + text.size();
  if (!is_whole || parsed == 0 || parsed > kMostCount) {
    return fail(ErrorCode::kUsage, fmt::format("'{}': a whole number from 1 to {}", text, kMostCount));
  }
  count = parsed;
  return {};
}

Result<void> set_self_trades(InstrumentSettings& s, const Values& v) {
  using enum SelfTradePrevention;
  for (const SelfTradePrevention mode : {kNone, kExpireTaker, kExpireMaker, kExpireBoth}) {
    if (to_string(mode) != v[0]) continue;
    s.exchange.self_trades = mode;
    return {};
  }
  return fail(ErrorCode::kUsage, fmt::format("'{}': none, expire_taker, expire_maker or expire_both?", v[0]));
}

constexpr std::string_view kDecimalText = "a decimal in quotes";
constexpr std::string_view kWholeNumber = "a whole number";

}  // namespace

std::vector<InstrumentKey> rule_keys() {
  using enum ConfigType;
  return {
      {"filters",
       "min_price",
       {kText},
       kDecimalText,
       [](InstrumentSettings& s, const Values& v) { return set_optional(s.info.min_price, v[0]); }},
      {"filters",
       "max_price",
       {kText},
       kDecimalText,
       [](InstrumentSettings& s, const Values& v) { return set_optional(s.info.max_price, v[0]); }},
      {"filters",
       "min_quantity",
       {kText},
       kDecimalText,
       [](InstrumentSettings& s, const Values& v) { return set_optional(s.info.min_quantity, v[0]); }},
      {"filters",
       "max_quantity",
       {kText},
       kDecimalText,
       [](InstrumentSettings& s, const Values& v) { return set_optional(s.info.max_quantity, v[0]); }},
      {"filters",
       "min_notional",
       {kText},
       kDecimalText,
       [](InstrumentSettings& s, const Values& v) { return set_optional(s.info.min_notional, v[0]); }},
      {"filters",
       "price_band_up",
       {kText},
       kDecimalText,
       [](InstrumentSettings& s, const Values& v) { return set_optional(s.exchange.rules.price_band_up, v[0]); }},
      {"filters",
       "price_band_down",
       {kText},
       kDecimalText,
       [](InstrumentSettings& s, const Values& v) { return set_optional(s.exchange.rules.price_band_down, v[0]); }},
      {"filters",
       "max_open_orders",
       {kInteger},
       kWholeNumber,
       [](InstrumentSettings& s, const Values& v) { return set_order_count(s.exchange.rules.max_open_orders, v[0]); }},
      {"filters",
       "max_algo_orders",
       {kInteger},
       kWholeNumber,
       [](InstrumentSettings& s, const Values& v) { return set_order_count(s.exchange.rules.max_algo_orders, v[0]); }},
      {"exchange", "self_trade_prevention", {kText}, "text in quotes", set_self_trades},
      {"exchange",
       "orders_per_10s",
       {kInteger},
       kWholeNumber,
       [](InstrumentSettings& s, const Values& v) { return set_order_count(s.exchange.rates.per_10s, v[0]); }},
      {"exchange",
       "orders_per_minute",
       {kInteger},
       kWholeNumber,
       [](InstrumentSettings& s, const Values& v) { return set_order_count(s.exchange.rates.per_minute, v[0]); }},
      {"exchange",
       "orders_per_day",
       {kInteger},
       kWholeNumber,
       [](InstrumentSettings& s, const Values& v) { return set_order_count(s.exchange.rates.per_day, v[0]); }},
      {"exchange",
       "requests_per_minute",
       {kInteger},
       kWholeNumber,
       [](InstrumentSettings& s, const Values& v) {
         return set_order_count(s.exchange.rates.requests_per_minute, v[0]);
       }},
  };
}

}  // namespace acts::cli
