// What the catalog says about one source that has entered it: where its rows came from, what was left out, and in which
// files they are. Of the same source, code and earlier imports it is the same bytes: it holds no time of import. A
// manifest never changes; what the catalog holds are the files that manifests name, less those that others replaced.
// Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "acts/base/result.hpp"

#include "history/import/row_watch.hpp"
#include "history/import/source_name.hpp"

namespace acts::history {

// All rows of one data set and day. Its name comes from its rows: the same rows are the same file, whatever source they
// came from, and whoever has other rows of that day makes another file that replaces it.
struct CatalogFile {
  DataSet set = {};
  std::int64_t day = 0;  // since 1970-01-01 UTC
  DecimalForm form = DecimalForm::kNarrow;
  std::size_t columns = 0;  // that it has, the first of its kind's; 0: first_columns_of()
  std::string digest = {};  // SHA-256 of its rows (row_digest.hpp)
  std::uint64_t rows = 0;
  std::int64_t first_key = 0;
  std::int64_t last_key = 0;
  std::int64_t first_time = 0;  // microseconds since 1970 UTC: the earliest
  std::int64_t last_time = 0;
  std::uint64_t bytes = 0;
  std::string sha256 = {};
  // How often a file of these rows has been replaced before: a path that is listed under `replaced` never comes back.
  std::uint64_t generation = 0;

  // path_of() it.
  [[nodiscard]] std::string path() const;
  [[nodiscard]] std::size_t column_count() const { return columns != 0 ? columns : first_columns_of(*set.kind); }

  friend bool operator==(const CatalogFile&, const CatalogFile&) = default;
};

struct Manifest {
  std::string id = {};      // source_id()
  std::string code = {};    // "acts 0.1.0"
  std::string engine = {};  // "DuckDB v1.5.6"

  std::string source_name = {};  // of the file, without folders
  std::uint64_t source_bytes = 0;
  std::string source_sha256 = {};
  bool checksum_verified = false;   // against the .CHECKSUM beside it
  std::string read_as = "archive";  // its format, and what was said about it
  bool has_header = false;
  std::optional<std::string> time_unit = {};  // "ms", "us"; nothing without a row

  std::uint64_t lines = 0;
  SourceFacts facts = {};
  std::uint64_t bad_rows = 0;       // listed in _rejects/<id>.csv
  std::uint64_t already_there = 0;  // of facts.rows: another source had told them
  std::uint64_t superseded = 0;     // rows of others that these contradict, and took the place of

  std::vector<CatalogFile> files = {};     // that hold its rows, by day; made for it or there before
  std::vector<std::string> replaced = {};  // paths of files whose rows are in these now

  friend bool operator==(const Manifest&, const Manifest&) = default;
};

// 16 hexadecimal digits: the same content, read in the same way into the same data sets, is the same source.
std::string source_id(std::string_view source_sha256, std::span<const DataSet> sets, std::string_view read_as);

// Of a digest's digits, those that are in the path of a file.
inline constexpr std::size_t kPathDigits = 16;
// Below the catalog: set.folder(day) and `name`, the first digits of the digest, "-" and the generation unless it is 0,
// ".parquet".
std::string path_of(const DataSet& set, std::int64_t day, std::string_view name, std::uint64_t generation);

// What the catalog holds, by data set and day.
std::vector<CatalogFile> current_files(const std::vector<Manifest>& manifests);
// Of files that manifests name, in the manifests' order, and paths that they list as replaced: what the catalog holds
// of them, by data set and day.
void keep_current(std::vector<CatalogFile>& files, std::set<std::string> replaced);

// By data set and day; of one day by their sums.
void sort_files(std::vector<CatalogFile>& files);

// A file of more bytes is none. A year of daily files of one source has some 150 KB.
inline constexpr std::size_t kMaxManifestBytes = std::size_t{64} << 20;

// Canonical JSON (canonical_json.hpp). Errors: kBadInput, for a name that is not UTF-8.
Result<std::string> to_json(const Manifest& manifest);
// Errors: kBadInput: not what to_json() writes, a path that leads elsewhere, a kind that this version does not know.
Result<Manifest> parse_manifest(std::string_view json);

}  // namespace acts::history
