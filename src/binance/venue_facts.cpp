#include "binance/venue_facts.hpp"

#include <array>

namespace acts::binance {
namespace {

using namespace std::chrono_literals;
using std::string_view;

// Spot "General API Information" and "Market Data Only" (2026-07-21). The last of each serves public data only.
constexpr std::array<string_view, 7> kSpotRest{
    "https://api.binance.com",         "https://api-gcp.binance.com", "https://api1.binance.com",
    "https://api2.binance.com",        "https://api3.binance.com",    "https://api4.binance.com",
    "https://data-api.binance.vision",
};
constexpr std::array<string_view, 3> kSpotStreams{
    "wss://stream.binance.com:9443",
    "wss://stream.binance.com:443",
    "wss://data-stream.binance.vision",
};
// USD-M "General Info" and "Websocket Market Streams" (2026-05-28): no second host is documented.
constexpr std::array<string_view, 1> kUsdmRest{"https://fapi.binance.com"};
constexpr std::array<string_view, 1> kUsdmStreams{"wss://fstream.binance.com"};

constexpr Endpoints kSpotEndpoints{kSpotRest, kSpotStreams};
constexpr Endpoints kUsdmEndpoints{kUsdmRest, kUsdmStreams};

constexpr std::array<Nanos, 2> kSpotIntervals{1000ms, 100ms};
// 0ms is not documented, but served.
constexpr std::array<Nanos, 4> kUsdmIntervals{250ms, 0ms, 100ms, 500ms};
constexpr std::span<const int> kUsdmDepthLimits = std::span{kUsualDepthLimits}.first(7);  // up to 1000

constexpr VenueLimits kSpotLimits{
    .streams_per_connection = 1024,
    .control_messages_per_second = 5,
    .names_per_message = 200,
    .ping_interval = 20s,
    .pong_timeout = 60s,
    .connection_lifetime = 24h,
    .connects = 300,
    .connect_window = 5min,
    .request_weight = 6000,
    .request_weight_window = 1min,
    .largest_depth_limit = 5000,
    .default_depth_limit = 100,
    .depth_limits = {},
    .depth_intervals = kSpotIntervals,
};
constexpr VenueLimits kUsdmLimits{
    .streams_per_connection = 1024,
    .control_messages_per_second = 10,
    .names_per_message = 200,
    .ping_interval = 3min,
    .pong_timeout = 10min,
    .connection_lifetime = 24h,
    .connects = 300,
    .connect_window = 5min,
    .request_weight = 2400,
    .request_weight_window = 1min,
    .largest_depth_limit = 1000,
    .default_depth_limit = 500,
    .depth_limits = kUsdmDepthLimits,
    .depth_intervals = kUsdmIntervals,
};

}  // namespace

const Endpoints& endpoints(Venue venue) noexcept {
  return venue == Venue::kBinanceUsdm ? kUsdmEndpoints : kSpotEndpoints;
}

const VenueLimits& limits(Venue venue) noexcept { return venue == Venue::kBinanceUsdm ? kUsdmLimits : kSpotLimits; }

}  // namespace acts::binance
