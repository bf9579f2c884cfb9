#include "store/sinks/sink_settings.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "store/sinks/sink_uri.hpp"

namespace acts {
namespace {

// A name that needs no quoting anywhere; one dot for a schema or database before it.
bool is_plain_name(std::string_view name) {
  const auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
  };
  return !name.empty() && name.size() <= 100 && std::ranges::all_of(name, is_plain) && !name.starts_with('.') &&
         !name.ends_with('.') && std::ranges::count(name, '.') <= 1;
}

std::string_view example_of(SinkKind kind) {
  switch (kind) {
    case SinkKind::kMongodb: return "mongodb://localhost:27017/acts";
    case SinkKind::kPostgresql: return "postgresql://acts@localhost:5432/acts";
    case SinkKind::kClickhouse: return "http://default@localhost:8123/default";
    case SinkKind::kInfluxdb: break;
  }
  return "http://localhost:8086/acts";
}

bool takes_scheme(SinkKind kind, std::string_view scheme) {
  switch (kind) {
    case SinkKind::kMongodb: return scheme == "mongodb" || scheme == "mongodb+srv";
    case SinkKind::kPostgresql: return scheme == "postgresql" || scheme == "postgres";
    case SinkKind::kClickhouse:
    case SinkKind::kInfluxdb: break;
  }
  return scheme == "http" || scheme == "https";
}

}  // namespace

std::string_view to_string(SinkKind kind) noexcept {
  switch (kind) {
    case SinkKind::kMongodb: return "mongodb";
    case SinkKind::kPostgresql: return "postgresql";
    case SinkKind::kClickhouse: return "clickhouse";
    case SinkKind::kInfluxdb: break;
  }
  return "influxdb";
}

Result<void> check(const SinkSettings& settings) {
  const SinkUri uri = split_uri(settings.uri);
  if (uri.has_password) {
    return fail(ErrorCode::kUsage, "uri: has a password in it: give that in the environment or as password_file");
  }
  if (!takes_scheme(settings.kind, uri.scheme) || uri.hosts.empty() || uri.database.empty()) {
    return fail(ErrorCode::kUsage,
                fmt::format("uri: scheme, host and database are needed, such as {}", example_of(settings.kind)));
  }
  if (!is_plain_name(settings.table)) {
    return fail(ErrorCode::kUsage, fmt::format("table: '{}' is no name of letters, digits and _", settings.table));
  }
  if (settings.kind == SinkKind::kMongodb &&
      (!settings.collection.contains("{base}") || settings.collection.contains('$'))) {
    return fail(ErrorCode::kUsage,
                fmt::format("collection: '{}' does not say where {{base}} stands", settings.collection));
  }
  return {};
}

}  // namespace acts
