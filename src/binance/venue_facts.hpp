// What Binance documents of each venue as data: its hosts and its limits. Nothing here changes while we run; what the
// venue tells at run time (request weight) comes with exchangeInfo. Static storage, usable from every thread.
#pragma once

#include <array>
#include <span>
#include <string_view>

#include "acts/base/time.hpp"
#include "acts/market/venue.hpp"

namespace acts::binance {

// Origins without a path, in the order in which to try them. The first is the venue's own.
struct Endpoints {
  std::span<const std::string_view> rest;
  std::span<const std::string_view> streams;
};
const Endpoints& endpoints(Venue venue) noexcept;

// Of depth snapshots: all that USD-M takes, and the one above them that spot has, which takes any number. USD-M "Order
// Book" (2026-05-28) and spot "Market Data endpoints" (2026-07-21).
inline constexpr std::array<int, 8> kUsualDepthLimits{5, 10, 20, 50, 100, 500, 1000, 5000};

struct VenueLimits {
  // One WebSocket connection.
  int streams_per_connection;
  int control_messages_per_second;  // what we send, PING and PONG frames included
  int names_per_message;            // our own choice: 437 names in one SUBSCRIBE were seen to fail silently
  Nanos ping_interval;              // the server's pings
  Nanos pong_timeout;
  Nanos connection_lifetime;

  // All connections of one IP address.
  int connects;
  Nanos connect_window;

  // REST. The weight limit is what holds until exchangeInfo says better.
  int request_weight;
  Nanos request_weight_window;
  int largest_depth_limit;
  int default_depth_limit;                 // when a request names none
  std::span<const int> depth_limits;       // ascending, the only ones taken; empty: any from 1 to the largest
  std::span<const Nanos> depth_intervals;  // of <symbol>@depth, the default first
};
const VenueLimits& limits(Venue venue) noexcept;

}  // namespace acts::binance
