#include "history/catalog/verify.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <set>
#include <utility>

#include "history/catalog/entry.hpp"
#include "history/day_recording.hpp"
#include "history/engine/parquet_writer.hpp"
#include "history/table/row_digest.hpp"

namespace acts::history {
namespace {

namespace fs = std::filesystem;

struct FileRows {
  std::uint64_t rows = 0;
  std::string digest;
};

Result<FileRows> read_rows(Duck& duck, const CatalogFile& file, const std::string& path) {
  const Kind& kind = *file.set.kind;
  const auto rows = open_rows(duck, file, path);
  if (!rows) return std::unexpected(rows.error());
  RowDigest digest(kind, file.set.folder(file.day));
  FileRows read;
  Row row;
  Row last;
  for (;;) {
    const Result<bool> there = (*rows)->next(row);
    if (!there) return std::unexpected(there.error());
    if (!*there) break;
    if (read.rows > 0 && compare_keys(kind, row, last) <= 0) {
      return fail(ErrorCode::kBadInput, fmt::format("its {} do not go up at {}", kind.columns[0].name, row.integer(0)));
    }
    if (day_of(micros_of(kind, row)) != file.day) {
      return fail(ErrorCode::kBadInput, fmt::format("{} {} is of another day", kind.columns[0].name, row.integer(0)));
    }
    last = row;
    ++read.rows;
    digest.add(row);
  }
  read.digest = digest.finish();
  return read;
}

// What is wrong with a file; empty: nothing.
std::string fault_of(Duck& duck, const CatalogFile& file, const std::string& path) {
  if (!fs::exists(path)) return "is not there, and a manifest names it";
  const Result<std::string> sum = sha256_of_file(path);
  if (!sum) return sum.error().message;
  if (*sum != file.sha256) return fmt::format("its SHA-256 is {}, and not {}", *sum, file.sha256);
  const Result<FileRows> read = read_rows(duck, file, path);
  if (!read) return read.error().message;
  if (read->rows != file.rows) return fmt::format("it has {} rows, and not {}", read->rows, file.rows);
  return read->digest == file.digest ? "" : "its rows are not those that its name says";
}

std::vector<std::string> unknown_files(const CatalogPaths& paths, const std::set<std::string>& known) {
  std::vector<std::string> unknown;
  std::error_code error;
  for (fs::recursive_directory_iterator at(paths.root, error), end; !error && at != end; at.increment(error)) {
    const std::string path = at->path().lexically_relative(paths.root).generic_string();
    if (path.starts_with("kind=") && at->is_regular_file() && !known.contains(path)) unknown.push_back(path);
  }
  return unknown;
}

}  // namespace

Result<CatalogCheck> verify_catalog(FileOps& ops, const CatalogPaths& paths, Duck& duck) {
  if (const Result<void> checked = check_place(paths); !checked) return std::unexpected(checked.error());
  const Result<std::vector<Manifest>> manifests = read_manifests(ops, paths);
  if (!manifests) return std::unexpected(manifests.error());
  CatalogCheck check{.sources = manifests->size(), .problems = {}, .unfinished = {}};
  std::set<std::string> known;
  std::set<std::pair<std::string, std::int64_t>> days;
  for (const CatalogFile& file : current_files(*manifests)) {
    const std::string path = file.path();
    known.insert(path);
    ++check.files;
    check.rows += file.rows;
    if (!days.emplace(file.set.folder(file.day), file.day).second) {
      check.problems.push_back(fmt::format("{}: there is another file of that day", path));
    }
    const std::string fault = fault_of(duck, file, paths.file(path));
    if (!fault.empty()) check.problems.push_back(fmt::format("{}: {}", path, fault));
  }
  for (const Manifest& manifest : *manifests) {
    if (manifest.bad_rows == 0 || ops.exists(paths.rejects(manifest.id))) continue;
    check.problems.push_back(fmt::format("_rejects/{}.csv: is not there, and a manifest names it", manifest.id));
  }
  // The next import moves or removes these.
  const Result<std::vector<Manifest>> unfinished = unfinished_entries(ops, paths);
  if (!unfinished) check.problems.push_back(unfinished.error().message);
  for (const Manifest& manifest : unfinished.value_or(std::vector<Manifest>{})) {
    check.unfinished.push_back(manifest.source_name);
    for (const CatalogFile& file : manifest.files) known.insert(file.path());
    known.insert(manifest.replaced.begin(), manifest.replaced.end());
  }
  for (const std::string& path : unknown_files(paths, known)) {
    check.problems.push_back(fmt::format("{}: no manifest names it: remove it", path));
  }
  return check;
}

}  // namespace acts::history
