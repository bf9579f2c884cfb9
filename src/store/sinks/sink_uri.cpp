#include "store/sinks/sink_uri.hpp"

#include <fmt/format.h>

namespace acts {
namespace {

// What stands before `mark`, which is taken off `text` with it; all of it if there is none.
std::string take_until(std::string_view& text, std::string_view mark) {
  const std::size_t at = text.find(mark);
  std::string part(text.substr(0, at));
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + mark.size());
  return part;
}

}  // namespace

SinkUri split_uri(std::string_view uri) {
  SinkUri parts;
  if (!uri.contains("://")) return parts;
  parts.scheme = take_until(uri, "://");
  // A password may hold anything but "@"; hosts, database and query hold none.
  const std::size_t at = uri.rfind('@');
  if (at != std::string_view::npos) {
    std::string_view login = uri.substr(0, at);
    uri.remove_prefix(at + 1);
    parts.has_password = login.contains(':');
    parts.user = take_until(login, ":");
  }
  std::string_view place = uri;
  const std::string before_query = take_until(place, "?");
  parts.query = place;
  place = before_query;
  parts.hosts = take_until(place, "/");
  parts.database = place;
  if (parts.query.contains("password=")) parts.has_password = true;
  return parts;
}

std::string shown(const SinkUri& uri) {
  return fmt::format("{}://{}{}{}/{}", uri.scheme, uri.user, uri.user.empty() ? "" : "@", uri.hosts, uri.database);
}

}  // namespace acts
