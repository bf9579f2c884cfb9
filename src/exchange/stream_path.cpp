#include "exchange/stream_path.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "binance/streams.hpp"
#include "exchange/url_query.hpp"

namespace acts::exchange {
namespace {

std::vector<std::string> split_names(std::string_view text) {
  std::vector<std::string> names;
  while (!text.empty()) {
    const std::string_view name = text.substr(0, text.find('/'));
    text.remove_prefix(std::min(name.size() + 1, text.size()));
    if (!name.empty()) names.emplace_back(name);
  }
  return names;
}

// Cuts the first folder off `path` if it is one of USD-M's.
StreamAccess take_route(std::string_view& path) {
  constexpr std::array<std::pair<std::string_view, StreamAccess>, 3> kRoutes{
      {{"/public", StreamAccess::kPublic}, {"/market", StreamAccess::kMarket}, {"/private", StreamAccess::kPrivate}}};
  for (const auto& [folder, access] : kRoutes) {
    if (path.starts_with(folder) && path.substr(folder.size()).starts_with('/')) {
      path.remove_prefix(folder.size());
      return access;
    }
  }
  return StreamAccess::kPublic;
}

}  // namespace

std::optional<StreamPath> parse_stream_path(Venue venue, std::string_view path, std::string_view query) {
  StreamPath result;
  if (venue == Venue::kBinanceUsdm) result.access = take_route(path);
  if (path == "/stream" || path == "/stream/") {
    result.combined = true;
    const std::vector<QueryParameter> parameters = parse_query(query);
    if (const std::string* names = find_parameter(parameters, "streams")) result.streams = split_names(*names);
    return result;
  }
  if (path == "/ws" || path.starts_with("/ws/")) {
    result.streams = split_names(percent_decode(path.substr(3), /*plus_is_blank=*/false));
    return result;
  }
  return std::nullopt;
}

bool has_access(Venue venue, StreamAccess access, std::string_view stream) {
  if (access == StreamAccess::kAll) return true;
  if (access == StreamAccess::kPrivate) return false;
  const binance::StreamName name = binance::parse_stream_name(venue, stream);
  if (name.type.kind == binance::StreamKind::kTrade) return true;
  const bool is_public = binance::route_of(venue, name) == binance::StreamRoute::kPublic;
  return is_public == (access == StreamAccess::kPublic);
}

}  // namespace acts::exchange
