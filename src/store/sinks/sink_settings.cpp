#include "store/sinks/sink_settings.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "store/sinks/http_call.hpp"
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

std::string_view schemes_of(SinkKind kind) {
  switch (kind) {
    case SinkKind::kMongodb: return "mongodb:// or mongodb+srv://";
    case SinkKind::kPostgresql: return "postgresql:// or postgres://";
    case SinkKind::kClickhouse:
    case SinkKind::kInfluxdb: break;
  }
  return "http:// or https://";
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

Result<void> check_table(std::string_view key, const std::string& table) {
  if (is_plain_name(table)) return {};
  return fail(ErrorCode::kUsage, fmt::format("{}: '{}' is no name of letters, digits and _", key, table));
}

Result<void> check_collection(std::string_view key, const std::string& pattern) {
  if (pattern.contains("{base}") && !pattern.contains('$')) return {};
  return fail(ErrorCode::kUsage, fmt::format("{}: '{}' does not say where {{base}} stands", key, pattern));
}

// A row and a level have other columns and another key.
Result<void> check_names(const SinkSettings& settings) {
  const bool is_mongo = settings.kind == SinkKind::kMongodb;
  if (auto checked = check_table("table", settings.table); !checked) return checked;
  if (auto checked = check_table("book_table", settings.book_table); !checked) return checked;
  if (!is_mongo && settings.table == settings.book_table) {
    return fail(ErrorCode::kUsage, fmt::format("book_table: '{}' is the table of the rows", settings.book_table));
  }
  if (!is_mongo) return {};
  if (auto checked = check_collection("collection", settings.collection); !checked) return checked;
  if (auto checked = check_collection("book_collection", settings.book_collection); !checked) return checked;
  if (settings.collection != settings.book_collection) return {};
  return fail(ErrorCode::kUsage,
              fmt::format("book_collection: '{}' is the collection of the rows", settings.book_collection));
}

}  // namespace

std::string_view to_string(SinkContent content) noexcept { return content == SinkContent::kRows ? "rows" : "books"; }

SinkLayout layout_of(const SinkSettings& settings, SinkContent content) {
  if (content == SinkContent::kRows) {
    return {content, settings.table, settings.collection, "data", 3, "sample_time"};
  }
  return {content, settings.book_table, settings.book_collection, "books", 5, "book_time"};
}

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
  if (!uri.scheme.empty() && !takes_scheme(settings.kind, uri.scheme)) {
    return fail(ErrorCode::kUsage,
                fmt::format("uri: {}:// is not of {}, which takes {}, such as {}", uri.scheme, to_string(settings.kind),
                            schemes_of(settings.kind), example_of(settings.kind)));
  }
  if (uri.scheme.empty() || uri.hosts.empty() || uri.database.empty()) {
    return fail(ErrorCode::kUsage,
                fmt::format("uri: scheme, host and database are needed, such as {}", example_of(settings.kind)));
  }
  const bool is_http = settings.kind == SinkKind::kClickhouse || settings.kind == SinkKind::kInfluxdb;
  const std::string problem = is_http ? url_problem(settings.uri) : "";
  if (!problem.empty()) {
    return fail(ErrorCode::kUsage,
                fmt::format("uri: {}: {}: write one such as {}", shown(uri), problem, example_of(settings.kind)));
  }
  return check_names(settings);
}

}  // namespace acts
