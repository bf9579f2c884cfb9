#include "history/catalog/verify.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "history/catalog/day_overlap.hpp"
#include "history/catalog/entry.hpp"
#include "history/day_recording.hpp"
#include "history/engine/parquet_writer.hpp"
#include "history/quality/quality_watch.hpp"
#include "history/table/row_digest.hpp"

namespace acts::history {
namespace {

namespace fs = std::filesystem;

struct FileRows {
  std::uint64_t rows = 0;
  std::string digest;
};

// Of the day behind a file those rows that come before its last: the watch looks at rows by key.
class EarlyRows {
 public:
  // Where it cannot be read, there are none: the look at that file says why.
  EarlyRows(Duck& duck, const CatalogPaths& paths, const CatalogFile& file, const CatalogFile* next) {
    if (next == nullptr || !overlaps(file, *next)) return;
    auto rows = open_rows(duck, *next, paths.file(next->path()),
                          fmt::format("{} <= {}", file.set.kind->columns[0].name, file.last_key));
    if (rows) rows_ = *std::move(rows);
    advance();
  }
  void look_before(std::int64_t key, QualityWatch& watch) {
    for (; is_there_ && row_.integer(0) < key; advance()) watch.look(row_);
  }
  void look_at_rest(QualityWatch& watch) {
    for (; is_there_; advance()) watch.look(row_);
  }

 private:
  void advance() { is_there_ = rows_ != nullptr && rows_->next(row_).value_or(false); }

  std::unique_ptr<RowSource> rows_;
  Row row_;
  bool is_there_ = false;
};

// `seen`: the watch has looked at the rows up to that key.
Result<FileRows> read_rows(Duck& duck, const CatalogFile& file, const std::string& path, QualityWatch& watch,
                           EarlyRows& early, std::optional<std::int64_t> seen) {
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
    if (seen && row.integer(0) <= *seen) continue;
    early.look_before(row.integer(0), watch);
    watch.look(row);
  }
  early.look_at_rest(watch);
  read.digest = digest.finish();
  return read;
}

// What is wrong with a file; empty: nothing.
std::string fault_of(Duck& duck, const CatalogFile& file, const std::string& path, QualityWatch& watch,
                     EarlyRows& early, std::optional<std::int64_t> seen) {
  if (!fs::exists(path)) return "is not there, and a manifest names it";
  const Result<std::string> sum = sha256_of_file(path);
  if (!sum) return sum.error().message;
  if (*sum != file.sha256) return fmt::format("its SHA-256 is {}, and not {}", *sum, file.sha256);
  const Result<FileRows> read = read_rows(duck, file, path, watch, early, seen);
  if (!read) return read.error().message;
  if (read->rows != file.rows) return fmt::format("it has {} rows, and not {}", read->rows, file.rows);
  return read->digest == file.digest ? "" : "its rows are not those that its name says";
}

// The files, data set by data set, each read once: whether they are sound, and what their rows are like.
class FilesCheck {
 public:
  FilesCheck(const CatalogPaths& paths, Duck& duck, CatalogCheck& check, const SetFindingSink& told)
      : paths_(&paths), duck_(&duck), check_(&check), told_(&told) {}

  // `next`: the file behind it; nullptr: there is none.
  void look(const CatalogFile& file, const CatalogFile* next) {
    const std::string path = file.path();
    ++check_->files;
    check_->rows += file.rows;
    if (!days_.emplace(file.set.folder(file.day), file.day).second) {
      check_->problems.push_back(fmt::format("{}: there is another file of that day", path));
    }
    if (!watch_ || set_ != file.set) begin(file.set);
    EarlyRows early(*duck_, *paths_, file, next);
    const std::string fault = fault_of(*duck_, file, paths_->file(path), *watch_, early, seen_);
    seen_.reset();
    if (fault.empty()) {
      if (next != nullptr && overlaps(file, *next)) seen_ = file.last_key;
      sound_.push_back(file);
      return watch_->end_day();
    }
    check_->problems.push_back(fmt::format("{}: {}", path, fault));
    watch_->interrupt();
  }
  // The sound ones.
  std::vector<CatalogFile> finish() {
    if (watch_) watch_->finish();
    return std::move(sound_);
  }

 private:
  void begin(const DataSet& set) {
    if (watch_) watch_->finish();
    set_ = set;
    watch_.emplace(set, [told = told_, set](const Finding& finding) { (*told)(set, finding); });
  }

  const CatalogPaths* paths_;
  Duck* duck_;
  CatalogCheck* check_;
  const SetFindingSink* told_;
  DataSet set_;
  std::optional<QualityWatch> watch_;  // of set_
  std::optional<std::int64_t> seen_;   // it has looked at the rows of the next file up to that key
  std::vector<CatalogFile> sound_;
  std::set<std::pair<std::string, std::int64_t>> days_;
};

void count(CatalogCheck& check, const Finding& finding) {
  if (!finding.outage.empty()) {
    ++check.in_outages;
  } else {
    ++(is_fault(finding.kind) ? check.faults : check.remarks);
  }
}

void note_unfinished(const std::vector<Manifest>& manifests, std::vector<std::string>& names,
                     std::set<std::string>& known) {
  for (const Manifest& manifest : manifests) {
    names.push_back(manifest.source_name);
    for (const CatalogFile& file : manifest.files) known.insert(file.path());
    known.insert(manifest.replaced.begin(), manifest.replaced.end());
  }
}

// `files`: by set.
std::vector<std::string> mixed_folders(const std::vector<CatalogFile>& files) {
  std::vector<std::string> mixed;
  std::string folder;
  DecimalForm form = DecimalForm::kNarrow;
  for (const CatalogFile& file : files) {
    const bool is_same = file.set.symbol_folder() == folder;
    if (is_same && file.form != form && (mixed.empty() || mixed.back() != folder)) mixed.push_back(folder);
    folder = file.set.symbol_folder();
    form = file.form;
  }
  return mixed;
}

}  // namespace

Result<CatalogCheck> verify_catalog(FileOps& ops, const CatalogPaths& paths, Duck& duck, const SetFindingSink& told) {
  if (const Result<void> checked = check_place(paths); !checked) return std::unexpected(checked.error());
  const std::optional<FileLock> held = hold_files(paths);
  CatalogCheck check{.problems = {}, .mixed = {}, .unfinished = {}, .kept_replaced = {}};
  const auto check_name = [&check](std::string_view name, const Manifest& manifest) {
    if (name == manifest.id + ".json") return;
    check.problems.push_back(
        fmt::format("_manifests/{}: it is that of {}: give it that name, or remove it where there "
                    "is one of that name",
                    name, manifest.id));
  };
  const Result<std::vector<Manifest>> manifests = read_manifests(ops, paths, check_name);
  if (!manifests) return std::unexpected(manifests.error());
  check.sources = manifests->size();
  const SetFindingSink counted = [&](const DataSet& set, const Finding& finding) {
    count(check, finding);
    if (told) told(set, finding);
  };
  std::set<std::string> known;
  FilesCheck files(paths, duck, check, counted);
  const std::vector<CatalogFile> current = current_files(*manifests);
  check.mixed = mixed_folders(current);
  for (std::size_t i = 0; i < current.size(); ++i) {
    known.insert(current[i].path());
    files.look(current[i], i + 1 < current.size() ? &current[i + 1] : nullptr);
  }
  const Result<std::uint64_t> compared = cross_check(duck, paths, files.finish(), counted);
  if (!compared) return std::unexpected(compared.error());
  check.comparisons = *compared;
  for (const Manifest& manifest : *manifests) {
    if (manifest.bad_rows == 0 || ops.exists(paths.rejects(manifest.id))) continue;
    check.problems.push_back(fmt::format("_rejects/{}.csv: is not there, and a manifest names it", manifest.id));
  }
  // The next import moves or removes these.
  const Result<UnfinishedEntries> unfinished = unfinished_entries(ops, paths);
  if (!unfinished) check.problems.push_back(unfinished.error().message);
  const UnfinishedEntries left = unfinished.value_or(UnfinishedEntries{});
  note_unfinished(left.entering, check.unfinished, known);
  note_unfinished(left.in_place, check.kept_replaced, known);
  for (const std::string& path : files_below_kinds(paths)) {
    if (!known.contains(path)) check.problems.push_back(fmt::format("{}: no manifest names it: remove it", path));
  }
  return check;
}

}  // namespace acts::history
