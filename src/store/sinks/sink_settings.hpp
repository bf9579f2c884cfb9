// What a sink is told: section [sinks.NAME] of acts.toml. Values only.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "acts/base/result.hpp"

namespace acts {

enum class SinkKind : std::uint8_t { kMongodb, kPostgresql, kClickhouse, kInfluxdb };

inline constexpr std::array kAllSinkKinds{SinkKind::kMongodb, SinkKind::kPostgresql, SinkKind::kClickhouse,
                                          SinkKind::kInfluxdb};

// "mongodb", "postgresql", "clickhouse", "influxdb".
std::string_view to_string(SinkKind kind) noexcept;

// What one table, collection or measurement of a sink holds: minute rows, or the levels of full books
// (store/book_level.hpp).
enum class SinkContent : std::uint8_t { kRows, kBooks };

// "rows", "books".
std::string_view to_string(SinkContent content) noexcept;

struct SinkSettings {
  std::string name;  // of the section; lower-case letters, digits, "-", "_"; the key of its cursor
  SinkKind kind = SinkKind::kPostgresql;
  // mongodb://host/database, postgresql://user@host:5432/database, http(s)://user@host:8123/database; never with a
  // password.
  std::string uri;
  std::string password;       // InfluxDB 2: the token. Never logged
  std::string password_file;  // where it is read from; "": from the environment, if there
  // PostgreSQL and ClickHouse: the table; InfluxDB: the measurement.
  std::string table = "minute_rows";
  // MongoDB, of spot pairs with USDT; "{base}" is the base asset. Any other symbol goes to {venue}_{symbol}_data.
  std::string collection = "{base}_data";
  std::string organization;  // InfluxDB 2; the database of the address is the bucket then
  // Full books (DIR/books) go there too: to a table or measurement, and to collections, of their own.
  bool books = false;
  std::string book_table = "book_levels";
  std::string book_collection = "{base}_books";
  // Rows that are set aside for it, or levels of books, before it stops; at least 1.
  std::int64_t most_rejected = 100'000;

  friend bool operator==(const SinkSettings&, const SinkSettings&) = default;
};

// Where content of one kind lies, and what of its columns is the key.
struct SinkLayout {
  SinkContent content = SinkContent::kRows;
  std::string table;
  std::string collection;         // pattern with "{base}"
  std::string_view other_ending;  // of other collections: {venue}_{symbol}_ENDING
  std::size_t key_columns = 3;    // so many of the schema's first ones; the third is the time
  std::string_view time_column;
};
SinkLayout layout_of(const SinkSettings& settings, SinkContent content);

// Errors: kUsage, one line without the place: an address this kind cannot use, a password in it, a table or collection
// that is no name, or one for both rows and books.
Result<void> check(const SinkSettings& settings);

}  // namespace acts
