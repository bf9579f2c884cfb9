#include "binance/rest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "acts/base/assert.hpp"

#include "binance/url_text.hpp"

namespace acts::binance {
namespace {

struct WeightStep {
  int up_to_limit;
  int weight;
};
// Spot "Market Data endpoints" (2026-07-21), USD-M "Order Book" (2026-05-28).
constexpr auto kSpotDepthWeights = std::to_array<WeightStep>({{100, 5}, {500, 25}, {1000, 50}, {5000, 250}});
constexpr auto kUsdmDepthWeights = std::to_array<WeightStep>({{50, 2}, {100, 5}, {500, 10}, {1000, 20}});
constexpr int kSpotExchangeInfoWeight = 20;

std::string path(Venue venue, std::string_view endpoint) {
  return fmt::format("{}{}", venue == Venue::kBinanceUsdm ? "/fapi/v1/" : "/api/v3/", endpoint);
}

}  // namespace

RestRequest time_request(Venue venue) { return {path(venue, "time"), 1}; }

RestRequest exchange_info_request(Venue venue) {
  return {path(venue, "exchangeInfo"), venue == Venue::kBinanceUsdm ? 1 : kSpotExchangeInfoWeight};
}

RestRequest depth_request(Venue venue, std::string_view symbol, int limit) {
  RestRequest request{path(venue, "depth?symbol="), depth_weight(venue, limit)};
  append_percent_encoded(request.target, symbol);
  request.target += fmt::format("&limit={}", limit);
  return request;
}

int allowed_depth_limit(Venue venue, int wish) noexcept {
  const VenueLimits& rules = limits(venue);
  if (rules.depth_limits.empty()) return std::clamp(wish, 1, rules.largest_depth_limit);
  const auto next = std::ranges::lower_bound(rules.depth_limits, wish);
  return next == rules.depth_limits.end() ? rules.largest_depth_limit : *next;
}

int depth_limit_of(const DepthSnapshot& snapshot) noexcept {
  const auto longer = static_cast<int>(std::max(snapshot.bids.size(), snapshot.asks.size()));
  const auto* const usual = std::ranges::lower_bound(kUsualDepthLimits, longer);
  if (snapshot.limit <= 0) return usual == kUsualDepthLimits.end() ? longer : *usual;
  const bool may_be_cut = usual != kUsualDepthLimits.end() && *usual == longer;
  return may_be_cut ? std::min(longer, snapshot.limit) : snapshot.limit;
}

int depth_weight(Venue venue, int limit) noexcept {
  ACTS_ASSERT(limit == allowed_depth_limit(venue, limit));
  const std::span<const WeightStep> steps = venue == Venue::kBinanceUsdm
                                                ? std::span<const WeightStep>{kUsdmDepthWeights}
                                                : std::span<const WeightStep>{kSpotDepthWeights};
  return std::ranges::lower_bound(steps, limit, {}, &WeightStep::up_to_limit)->weight;
}

}  // namespace acts::binance
