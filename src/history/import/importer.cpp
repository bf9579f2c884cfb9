#include "history/import/importer.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>
#include <span>
#include <utility>

#include "history/canonical_json.hpp"
#include "history/day_recording.hpp"
#include "history/engine/parquet_writer.hpp"
#include "history/import/sorted_file.hpp"
#include "history/import/source_format.hpp"
#include "recording/whole_file.hpp"

namespace acts::history {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxChecksumBytes = 4096;
// The second knows whether rows are wide; if they have to be sorted, one more.
constexpr int kMaxPasses = 3;

std::unexpected<Error> named(std::string_view path, const Error& error) {
  if (error.message.starts_with(path)) return std::unexpected(error);
  return fail(error.code, fmt::format("{}: {}", path, error.message));
}

// What changes whenever somebody writes to the file.
struct FileState {
  std::uint64_t bytes = 0;
  std::int64_t seconds = 0;
  std::int64_t nanos = 0;
  friend bool operator==(const FileState&, const FileState&) = default;
};

Result<FileState> state_of(const std::string& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) {
    return fail(ErrorCode::kUsage, fmt::format("{}: {}", path, std::strerror(errno)));
  }
  if (!S_ISREG(status.st_mode)) return fail(ErrorCode::kUsage, fmt::format("{}: it is no file", path));
  return FileState{static_cast<std::uint64_t>(status.st_size), status.st_mtim.tv_sec, status.st_mtim.tv_nsec};
}

// Whether there is a .CHECKSUM that agrees: "<sha256>  <name>", with a newline at its end or without. Errors: kBadInput
// if it does not agree.
Result<bool> check_sum(const std::string& path, std::string_view sha256) {
  const std::string sum_path = path + ".CHECKSUM";
  if (!fs::exists(sum_path)) return false;
  const Result<std::string> text = read_whole_file(sum_path, kMaxChecksumBytes);
  if (!text) return std::unexpected(text.error());
  if (text->starts_with(sha256)) return true;
  return fail(ErrorCode::kBadInput, fmt::format("{}: its SHA-256 is {}, and not what {} says: fetch it again", path,
                                                sha256, fs::path(sum_path).filename().string()));
}

// Of all sets, one after the other.
void add_facts(SourceFacts& sum, const SourceFacts& facts) {
  sum.rows += facts.rows;
  sum.repeated += facts.repeated;
  sum.gaps += facts.gaps;
  sum.missing += facts.missing;
  sum.zero_price += facts.zero_price;
  sum.zero_volume += facts.zero_volume;
  sum.early_close += facts.early_close;
  if (sum.off_grid == 0) sum.first_off_grid = facts.first_off_grid;
  sum.off_grid += facts.off_grid;
}

// Whether the file counts, or those that took its place kept its rows. Of one that contradicted some rows of others it
// is not known which: false.
bool is_kept(const CatalogFile& file, const CatalogIndex& index) {
  std::string path = file.path();
  // A path that was replaced never comes back, so a source is met once.
  for (std::size_t i = 0; i <= index.size(); ++i) {
    const Manifest* const by = index.replaced_by(path);
    if (by == nullptr) return true;
    const auto joined =
        std::ranges::find_if(by->files, [&](const CatalogFile& f) { return f.day == file.day && f.set == file.set; });
    if (by->superseded > 0 || joined == by->files.end()) return false;
    path = joined->path();
  }
  return false;
}

// How often a source has entered.
struct Entered {
  const Manifest* last = nullptr;  // of them; nullptr: never
  bool is_told = false;            // and the catalog still tells it
};
// One that others have contradicted since may enter again, as another source: `manifest` gets the id of the one that
// was not there, and read_as says which time it is.
Entered look_up(const CatalogIndex& index, std::span<const DataSet> sets, Manifest& manifest) {
  Entered entered;
  const std::string read = manifest.read_as;
  for (int time = 2;; ++time) {
    manifest.id = source_id(manifest.source_sha256, sets, manifest.read_as);
    const Manifest* const known = index.find(manifest.id);
    if (known == nullptr) return entered;
    entered.last = known;
    entered.is_told = std::ranges::all_of(known->files, [&](const CatalogFile& file) { return is_kept(file, index); });
    if (entered.is_told) return entered;
    manifest.read_as = fmt::format("{}, time {}", read, time);
  }
}

// Of rows that contradict the catalog's.
std::unexpected<Error> with_remedy(const Error& error) {
  if (error.code != ErrorCode::kBadInput) return std::unexpected(error);
  return fail(
      error.code,
      fmt::format("{}: nothing of it is imported; --replace takes its rows in place of the catalog's", error.message));
}

}  // namespace

struct Importer::Source {
  const ImportRequest* request = nullptr;
  const SourceFormat* format = nullptr;
  std::vector<DataSet> sets;
  std::unique_ptr<OpenedSource> opened;  // of a format that has open_whole
  OpenedSource* whole = nullptr;         // that, or what was made

  Result<void> open() {
    if (format->open_whole == nullptr) {
      auto told = format->sets_of(request->path, request->hints);
      if (!told) return std::unexpected(told.error());
      sets = *std::move(told);
      return {};
    }
    auto looked = format->open_whole(request->path, request->hints);
    if (!looked) return std::unexpected(looked.error());
    opened = *std::move(looked);
    whole = opened.get();
    sets = whole->sets();
    return {};
  }

  [[nodiscard]] Result<std::unique_ptr<RowReader>> reader(const DataSet& set, const std::string& folder) const {
    if (whole != nullptr) return whole->reader(set, folder);
    auto bytes = format->open(request->path);
    if (!bytes) return std::unexpected(bytes.error());
    return format->make_reader(std::move(*bytes), set, request->hints);
  }
};

Result<Importer> Importer::open(FileOps& ops, const std::string& data_dir) {
  CatalogPaths paths(fs::absolute(data_dir).lexically_normal().string());
  if (const Result<void> checked = check_place(paths); !checked) return std::unexpected(checked.error());
  Result<FileLock> lock = lock_catalog(ops, paths);
  if (!lock) return std::unexpected(lock.error());
  auto duck = Duck::open({.temp_directory = ""});
  if (!duck) return std::unexpected(duck.error());
  Importer importer(ops, std::move(paths), *std::move(lock), *std::move(duck));
  if (const Result<void> known = importer.recover(); !known) return std::unexpected(known.error());
  return importer;
}

Result<void> Importer::recover() {
  if (Result<void> recovered = recover_entries(*ops_, paths_); !recovered) return recovered;
  Result<std::vector<Manifest>> manifests = read_manifests(*ops_, paths_);
  if (!manifests) return std::unexpected(manifests.error());
  index_ = CatalogIndex(*std::move(manifests));
  is_unfinished_ = false;
  return {};
}

Result<ImportOutcome> Importer::import_file(const ImportRequest& request) {
  if (!is_utf8(fs::path(request.path).filename().string())) {
    return fail(ErrorCode::kUsage,
                fmt::format("{}: its name, which the catalog keeps, is not UTF-8: give it another", request.path));
  }
  const Result<FileState> before = state_of(request.path);
  if (!before) return std::unexpected(before.error());
  Source source{.request = &request, .format = nullptr, .sets = {}, .opened = nullptr, .whole = nullptr};
  const Result<const SourceFormat*> format = format_of(request.path, request.hints);
  if (!format) return std::unexpected(format.error());
  if (const Result<void> used = check_hints(**format, request.hints); !used) return named(request.path, used.error());
  source.format = *format;
  if (const Result<void> opened = source.open(); !opened) return std::unexpected(opened.error());
  const Result<std::string> sha256 = sha256_of_file(request.path);
  if (!sha256) return std::unexpected(sha256.error());
  const Result<bool> verified = check_sum(request.path, *sha256);
  if (!verified) return std::unexpected(verified.error());

  // Of a source that was in, and that another has contradicted since, this is another telling.
  const std::string read = read_as(*source.format, request.hints) + (request.replaces ? ", replacing" : "");
  Manifest manifest{.code = request.code};
  manifest.source_name = fs::path(request.path).filename().string();
  manifest.source_bytes = before->bytes;
  manifest.source_sha256 = *sha256;
  manifest.checksum_verified = *verified;
  manifest.read_as = read;
  return enter(source, std::move(manifest), [&]() -> Result<void> {
    const Result<FileState> after = state_of(request.path);
    if (after && *after == *before) return {};
    return fail(ErrorCode::kBadInput, fmt::format("{}: it changed while it was read: import it again", request.path));
  });
}

Result<ImportOutcome> Importer::import_made(const MadeSource& made) {
  const ImportRequest request{
      .path = made.name, .hints = {}, .max_bad_rows = 0, .code = made.code, .replaces = made.replaces};
  const Source source{
      .request = &request, .format = nullptr, .sets = made.source->sets(), .opened = nullptr, .whole = made.source};
  Manifest manifest{.code = made.code};
  manifest.source_name = made.name;
  manifest.source_sha256 = made.sha256;
  manifest.read_as = "made";
  return enter(source, std::move(manifest), [] { return Result<void>(); });
}

Result<ImportOutcome> Importer::enter(const Source& source, Manifest manifest,
                                      const std::function<Result<void>()>& is_unchanged) {
  // A source whose files are not all in their places is in: what follows must know its rows.
  if (is_unfinished_) {
    if (const Result<void> known = recover(); !known) return std::unexpected(known.error());
  }
  if (has_kept_ && !are_files_held(paths_)) {
    if (const Result<void> swept = recover_entries(*ops_, paths_); !swept) return std::unexpected(swept.error());
    has_kept_ = false;
  }
  const Entered entered = look_up(index_, source.sets, manifest);
  if (entered.is_told) return ImportOutcome{*entered.last, source.sets, true, ""};
  manifest.engine = Duck::version();

  Result<CatalogEntry> entry = CatalogEntry::begin(*ops_, paths_, manifest.id);
  if (!entry) return std::unexpected(entry.error());
  Result<Manifest> made = read_source(source, *entry, std::move(manifest));
  if (!made) return std::unexpected(made.error());
  if (const Result<void> unchanged = is_unchanged(); !unchanged) return std::unexpected(unchanged.error());
  const bool is_all_there = made->replaced.empty() && made->already_there == made->facts.rows;
  if (entered.last != nullptr && is_all_there) return ImportOutcome{*entered.last, source.sets, true, ""};
  is_unfinished_ = true;
  if (const Result<void> done = entry->commit(*made); !done) return std::unexpected(done.error());
  is_unfinished_ = false;
  has_kept_ |= ops_->exists(paths_.staging(made->id));
  const std::string rejects = made->bad_rows > 0 ? paths_.rejects(made->id) : "";
  const std::string left_out = source.whole == nullptr ? "" : source.whole->left_out();
  return ImportOutcome{index_.add(*std::move(made)), source.sets, false, rejects, left_out};
}

Result<Manifest> Importer::read_source(const Source& source, CatalogEntry& entry, Manifest manifest) {
  const std::string& path = source.request->path;
  // What an import that was killed has left there.
  if (Result<void> cleared = entry.clear(); !cleared) return std::unexpected(cleared.error());
  StagedDays days({.ops = ops_, .paths = &paths_, .duck = duck_.get(), .index = &index_, .there = nullptr}, entry,
                  source.request->replaces);
  RejectList rejects;
  for (const DataSet& set : source.sets) {
    const Result<void> read = read_set(source, set, entry, days, manifest, rejects);
    if (!read && rejects.count() > 0) {
      if (const Result<void> kept = keep_rejects(manifest.id, rejects.csv()); !kept) {
        return std::unexpected(kept.error());
      }
    }
    if (!read) return named(path, read.error());
  }
  if (manifest.facts.rows == 0) {
    const Result<std::string> what = without_rows(manifest.id, rejects);
    return what ? named(path, {ErrorCode::kBadInput, *what}) : std::unexpected(what.error());
  }
  manifest.bad_rows = rejects.count();
  if (manifest.bad_rows > 0) {
    if (const Result<void> kept = entry.write_rejects(rejects.csv()); !kept) return std::unexpected(kept.error());
  }
  return manifest;
}

// Pass after pass, until one knows whether rows are wide, and that they are in order. `rejects`: of the last one.
Result<void> Importer::read_set(const Source& source, const DataSet& set, CatalogEntry& entry, StagedDays& days,
                                Manifest& manifest, RejectList& rejects) {
  PassOptions options{.max_bad_rows = source.request->max_bad_rows,
                      .form = index_.form_of(set),
                      .has_dense_ids = has_dense_ids(set),
                      .rejects = rejects};
  const std::string folder = entry.folder();
  std::optional<SortedFile> sorted;
  for (int i = 0; i < kMaxPasses; ++i) {
    auto reader = sorted ? sorted->open() : source.reader(set, folder);
    if (!reader) return std::unexpected(reader.error());
    RowPass pass(std::move(*reader), *set.kind, set.interval, options);
    Manifest made = manifest;
    const Result<void> written = write_days(pass, options.form, set, entry, days, made);
    rejects = pass.rejects();
    const bool is_void = pass.is_out_of_order() || pass.needs_wide();
    if (!written && !pass.is_out_of_order()) return written;
    if (!is_void) {
      const RowReader& read = pass.reader();
      made.has_header = read.has_header();
      if (const auto unit = read.time_unit()) made.time_unit = std::string(*unit);
      made.lines = std::max(made.lines, sorted ? sorted->places() : read.place());
      add_facts(made.facts, pass.facts());
      manifest = std::move(made);
      return {};
    }
    if (const Result<void> dropped = days.drop(made, manifest.files.size()); !dropped) return dropped;
    if (pass.needs_wide()) options.form = DecimalForm::kWide;
    if (!pass.is_out_of_order() || sorted) continue;
    const auto again = source.reader(set, folder);
    if (!again) return std::unexpected(again.error());
    // Its bad rows are those that the reader has; the passes over what is sorted find what is bad about the order.
    rejects = options.rejects;
    auto made_sorted = SortedFile::make(*duck_, **again, *set.kind, folder, rejects, options.max_bad_rows);
    if (!made_sorted) return std::unexpected(made_sorted.error());
    sorted.emplace(*std::move(made_sorted));
    options.rejects = rejects;
    options.is_sorted = true;
  }
  return fail(ErrorCode::kBadInput, "it changes while it is read");
}

Result<void> Importer::write_days(RowPass& pass, DecimalForm form, const DataSet& set, const CatalogEntry& entry,
                                  StagedDays& days, Manifest& manifest) {
  for (;;) {
    const auto day = pass.next_day();
    if (!day) return std::unexpected(day.error());
    if (!*day) return {};
    const std::string path = fmt::format("{}/{}.tmp", entry.folder(), day_text(**day));
    Result<CatalogFile> file = write_parquet(*duck_, {.set = set, .day = **day, .form = form}, pass, path);
    const bool is_void = !file || pass.needs_wide();
    if (is_void && ops_->exists(path)) ops_->remove(path);
    if (!file) return std::unexpected(file.error());
    if (is_void) return {};
    if (Result<void> taken = days.add(*std::move(file), path, manifest); !taken) return with_remedy(taken.error());
  }
}

// What is said of a source without a row that can be taken.
Result<std::string> Importer::without_rows(const std::string& id, const RejectList& rejects) {
  if (rejects.count() == 0) return "it holds no row";
  if (const Result<void> kept = keep_rejects(id, rejects.csv()); !kept) return std::unexpected(kept.error());
  return fmt::format("it holds no row but {} bad ones, the first in {}: {} lists them", rejects.count(),
                     rejects.first(), paths_.rejects(id));
}

// Of a source that does not enter: what is wrong with it is told all the same.
Result<void> Importer::keep_rejects(const std::string& id, const std::string& csv) {
  ops_->remove(paths_.rejects(id));
  return write_whole_file(*ops_, paths_.rejects(id), csv);
}

}  // namespace acts::history
