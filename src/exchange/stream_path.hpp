// What the address of a WebSocket connection asks for. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "acts/market/venue.hpp"

namespace acts::exchange {

// Which data a connection is given. Spot has one kind; USD-M splits its streams by path, and an unrouted address gets
// what /public gets.
enum class StreamAccess : std::uint8_t { kAll, kPublic, kMarket, kPrivate };

struct StreamPath {
  StreamAccess access = StreamAccess::kAll;
  bool combined = false;
  std::vector<std::string> streams;  // to be subscribed to at once; may be empty
};

// /ws, /ws/<a>, /ws/<a>/<b>, /stream, /stream?streams=<a>/<b>; USD-M also behind /public, /market and /private. Nothing
// for any other address.
std::optional<StreamPath> parse_stream_path(Venue venue, std::string_view path, std::string_view query);

// True if a connection with that access is given the data of a stream of that name. USD-M's undocumented <symbol>@trade
// comes on /public and on /market.
bool has_access(Venue venue, StreamAccess access, std::string_view stream);

}  // namespace acts::exchange
