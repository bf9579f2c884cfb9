// A catalog of its own for one test, and what a test asks of it.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "history/catalog/verify.hpp"
#include "history/engine/parquet_writer.hpp"
#include "history/import/importer.hpp"
#include "history/signature.hpp"
#include "recording/temp_dir.hpp"
#include "support/testdata.hpp"

namespace acts::history::test {

inline SourceHints market(const std::string& venue) {
  return {.kind = "", .venue = venue, .symbol = "", .interval = ""};
}

inline const SourceHints kSpotMarket = market("binance-spot");

// Hourly candles of spot from 2021-01-01 on: `hours` of them from `first`, as the archive has them.
inline std::string candles(int first, int hours, std::string_view close = "4.5") {
  std::string text;
  for (int i = first; i < first + hours; ++i) {
    const std::int64_t open = 1'609'459'200'000 + std::int64_t{i} * 3'600'000;
    text += fmt::format("{},1.5,9.0,1.0,{},10.5,{},100,7,5,50,0\n", open, close, open + 3'599'999);
  }
  return text;
}

// Every file of the catalog with the sum of its bytes, but for the lock.
inline std::map<std::string, std::string> tree(const std::string& data_dir) {
  std::map<std::string, std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(data_dir)) {
    const std::string path = entry.path().lexically_relative(data_dir).generic_string();
    if (entry.is_regular_file() && !path.ends_with(".lock")) {
      files[path] = sha256_of(acts::testing::read_file(entry.path()));
    }
  }
  return files;
}

class Catalog {
 public:
  Result<ImportOutcome> import(const std::string& path, const SourceHints& hints, std::uint64_t max_bad_rows = 0) {
    auto importer = Importer::open(real_file_ops(), dir.string());
    if (!importer) return std::unexpected(importer.error());
    return importer->import_file({.path = path, .hints = hints, .max_bad_rows = max_bad_rows, .code = "acts test"});
  }

  std::string error(const std::string& path, const SourceHints& hints, std::uint64_t max_bad_rows = 0) {
    const auto outcome = import(path, hints, max_bad_rows);
    return outcome ? "" : outcome.error().message;
  }

  // Of all files of a kind, in the order of time: "FROM rows".
  std::string rows(const std::string& kind) {
    std::string list;
    for (const CatalogFile& file : current_files(read_manifests(real_file_ops(), paths()).value())) {
      if (file.set.kind->name != kind) continue;
      list += fmt::format("{}{}", list.empty() ? "" : ", ", quoted_sql_text(paths().file(file.path())));
    }
    return fmt::format("read_parquet([{}], hive_partitioning = true)", list);
  }

  std::vector<Duck::Texts> ask(const std::string& sql) {
    const auto duck = Duck::open({.temp_directory = ""}).value();
    const auto texts = duck->texts(sql);
    if (!texts) ADD_FAILURE() << texts.error().message;
    return texts ? *texts : std::vector<Duck::Texts>{};
  }
  std::string one(const std::string& sql) { return ask(sql).at(0).at(0).value_or("NULL"); }

  CatalogCheck verify() {
    return verify_catalog(real_file_ops(), paths(), **Duck::open({.temp_directory = ""})).value();
  }

  [[nodiscard]] CatalogPaths paths() const { return CatalogPaths(dir.string()); }

  // In memory, where there is such a place: what is tested is the order of syncs, not how long a disk takes for them.
  acts::testing::TempDir dir{std::filesystem::is_directory("/dev/shm") ? std::filesystem::path("/dev/shm")
                                                                       : std::filesystem::temp_directory_path()};
};

}  // namespace acts::history::test
