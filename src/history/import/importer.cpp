#include "history/import/importer.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <tuple>
#include <utility>

#include "history/day_recording.hpp"
#include "history/engine/parquet_writer.hpp"
#include "history/import/unpack_limits.hpp"
#include "history/import/zip_member.hpp"
#include "recording/whole_file.hpp"

namespace acts::history {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxChecksumBytes = 4096;
// The second knows which days are wide.
constexpr int kMaxPasses = 2;

std::unexpected<Error> named(std::string_view path, const Error& error) {
  return fail(error.code, fmt::format("{}: {}", path, error.message));
}

Result<std::unique_ptr<ByteSource>> open_source(const std::string& path, std::uint64_t bytes) {
  if (is_zip(path)) return open_zip_member(path);
  auto file = open_file(path);
  if (!file) return file;
  auto unpacked = unpack(std::move(*file));
  return unpacked ? limit_bytes(std::move(*unpacked), UnpackLimits{}.most_of(bytes)) : std::move(unpacked);
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

std::string column_list(const Kind& kind, DecimalForm form, std::string_view prefix) {
  std::string list;
  for (const TableColumn& column : kind.columns) {
    list += fmt::format("{}CAST({}{} AS {}) AS {}", list.empty() ? "" : ", ", prefix, column.name,
                        sql_type(column, form), column.name);
  }
  return list;
}

}  // namespace

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
  manifests_ = *std::move(manifests);
  files_ = current_files(manifests_);
  is_unfinished_ = false;
  return {};
}

Result<ImportOutcome> Importer::import_file(const ImportRequest& request) {
  const Result<DataSet> set = data_set_of(request.path, request.hints);
  if (!set) return std::unexpected(set.error());
  const Result<FileState> before = state_of(request.path);
  if (!before) return std::unexpected(before.error());
  const Result<std::string> sha256 = sha256_of_file(request.path);
  if (!sha256) return std::unexpected(sha256.error());
  const Result<bool> verified = check_sum(request.path, *sha256);
  if (!verified) return std::unexpected(verified.error());

  // A source whose files are not all in their places is in: what follows must know its rows.
  if (is_unfinished_) {
    if (const Result<void> known = recover(); !known) return std::unexpected(known.error());
  }
  Manifest manifest{.id = source_id(*sha256, *set), .code = request.code, .engine = Duck::version()};
  const auto known = std::ranges::find(manifests_, manifest.id, &Manifest::id);
  if (known != manifests_.end()) return ImportOutcome{*known, *set, true, ""};
  manifest.source_name = fs::path(request.path).filename().string();
  manifest.source_bytes = before->bytes;
  manifest.source_sha256 = *sha256;
  manifest.checksum_verified = *verified;

  Result<CatalogEntry> entry = CatalogEntry::begin(*ops_, paths_, manifest.id);
  if (!entry) return std::unexpected(entry.error());
  Result<Manifest> read = read_source(request, *set, *entry, manifest);
  if (!read) return std::unexpected(read.error());
  const Result<FileState> after = state_of(request.path);
  if (!after || *after != *before) {
    return fail(ErrorCode::kBadInput, fmt::format("{}: it changed while it was read: import it again", request.path));
  }
  is_unfinished_ = true;
  if (const Result<void> done = entry->commit(*read); !done) return std::unexpected(done.error());
  is_unfinished_ = false;
  const std::string rejects = read->bad_rows > 0 ? paths_.rejects(read->id) : "";
  manifests_.push_back(*std::move(read));
  files_ = current_files(manifests_);
  return ImportOutcome{manifests_.back(), *set, false, rejects};
}

Result<Manifest> Importer::read_source(const ImportRequest& request, const DataSet& set, CatalogEntry& entry,
                                       const Manifest& manifest) {
  PassOptions options{.max_bad_rows = request.max_bad_rows};
  for (int i = 0; i < kMaxPasses; ++i) {
    // What the pass before has staged comes again: those days that stay narrow under the same names.
    if (Result<void> cleared = entry.clear(); !cleared) return std::unexpected(cleared.error());
    auto source = open_source(request.path, manifest.source_bytes);
    if (!source) return std::unexpected(source.error());
    RowPass pass(*std::move(source), *set.kind, set.interval, options);
    Manifest made = manifest;
    const Result<void> written = write_days(pass, set, entry, made);
    if (!written && pass.bad_rows() > 0) {
      if (const Result<void> kept = keep_rejects(made.id, pass.rejects()); !kept) return std::unexpected(kept.error());
    }
    if (!written) return named(request.path, written.error());
    options.wide_days.insert(pass.new_wide_days().begin(), pass.new_wide_days().end());
    if (!pass.new_wide_days().empty()) continue;
    if (pass.facts().rows == 0) return named(request.path, {ErrorCode::kBadInput, "it holds no row"});
    made.has_header = pass.has_header();
    if (pass.time_unit()) made.time_unit = to_string(*pass.time_unit());
    made.lines = pass.lines();
    made.facts = pass.facts();
    made.bad_rows = pass.bad_rows();
    if (made.bad_rows > 0) {
      if (const Result<void> kept = entry.write_rejects(pass.rejects()); !kept) return std::unexpected(kept.error());
    }
    return made;
  }
  return named(request.path, {ErrorCode::kBadInput, "it changes while it is read"});
}

Result<void> Importer::write_days(RowPass& pass, const DataSet& set, CatalogEntry& entry, Manifest& manifest) {
  std::optional<std::int64_t> last;
  for (;;) {
    const auto day = pass.next_day();
    if (!day) return std::unexpected(day.error());
    if (!*day || !pass.new_wide_days().empty()) return {};
    if (last && **day <= *last) {
      return fail(ErrorCode::kBadInput, fmt::format("line {}: its time is of {}, which was over: sort the file by time",
                                                    pass.lines(), day_text(**day)));
    }
    last = *day;
    const std::string path = fmt::format("{}/{}.tmp", entry.folder(), day_text(**day));
    Result<CatalogFile> file = write_parquet(*duck_, {.set = set, .day = **day, .form = pass.form()}, pass, path);
    if (!file) return std::unexpected(file.error());
    // The rest of the file was looked through for more of them.
    if (!pass.new_wide_days().empty()) return {};
    if (Result<void> taken = take_day(*std::move(file), path, entry, manifest); !taken) return taken;
  }
}

// A day's rows are there as they are, or join those that are there, or are the first.
Result<void> Importer::take_day(CatalogFile file, const std::string& path, CatalogEntry& entry, Manifest& manifest) {
  const CatalogFile* const there = find(file.set, file.day);
  if (there == nullptr) {
    if (Result<void> staged = stage(file, path, entry); !staged) return staged;
    manifest.files.push_back(std::move(file));
    return {};
  }
  if (there->digest == file.digest) {
    ops_->remove(path);
    manifest.already_there += file.rows;
    manifest.files.push_back(*there);
    return {};
  }
  const std::string merged_path = path + ".merged";
  Result<CatalogFile> merged = merge_day(*there, file, path, merged_path);
  if (!merged) return std::unexpected(merged.error());
  ops_->remove(path);
  manifest.already_there += file.rows - (merged->rows - there->rows);
  if (merged->digest == there->digest) {
    ops_->remove(merged_path);
    manifest.files.push_back(*there);
    return {};
  }
  if (Result<void> staged = stage(*merged, merged_path, entry); !staged) return staged;
  manifest.replaced.push_back(there->path());
  manifest.files.push_back(*std::move(merged));
  return {};
}

// All rows of both, of which those with the same key must be the same.
Result<CatalogFile> Importer::merge_day(const CatalogFile& there, const CatalogFile& file, const std::string& path,
                                        const std::string& merged_path) {
  const Kind& kind = *file.set.kind;
  const DecimalForm form = std::max(there.form, file.form);
  const std::string old_rows = fmt::format("SELECT {} FROM read_parquet({}, hive_partitioning = false)",
                                           column_list(kind, form, ""), quoted_sql_text(paths_.file(there.path())));
  const std::string new_rows = fmt::format("SELECT {} FROM read_parquet({}, hive_partitioning = false)",
                                           column_list(kind, form, ""), quoted_sql_text(path));
  const std::string key(kind.columns[0].name);
  const auto different =
      duck_->texts(fmt::format("SELECT n.{0}, n::VARCHAR, o::VARCHAR FROM ({1}) n JOIN ({2}) o USING ({0}) "
                               "WHERE n IS DISTINCT FROM o ORDER BY n.{0}",
                               key, new_rows, old_rows),
                   1);
  if (!different) return std::unexpected(different.error());
  if (!different->empty()) {
    const Duck::Texts& first = different->front();
    return fail(ErrorCode::kBadInput,
                fmt::format("{} {} is {} here, and {} in the catalog: nothing of it is imported", key,
                            first[0].value_or(""), first[1].value_or(""), first[2].value_or("")));
  }
  auto rows = open_query(*duck_, kind, form,
                         fmt::format("{1} UNION ALL SELECT o.* FROM ({2}) o ANTI JOIN ({1}) n USING ({0}) ORDER BY {0}",
                                     key, new_rows, old_rows));
  if (!rows) return std::unexpected(rows.error());
  return write_parquet(*duck_, {.set = file.set, .day = file.day, .form = form}, **rows, merged_path);
}

Result<void> Importer::stage(CatalogFile& file, const std::string& path, const CatalogEntry& entry) {
  const Result<FileState> state = state_of(path);
  if (!state) return fail(ErrorCode::kStorage, state.error().message);
  file.bytes = state->bytes;
  Result<std::string> sum = sha256_of_file(path);
  if (!sum) return std::unexpected(sum.error());
  file.sha256 = *std::move(sum);
  const int status = ops_->rename(path, entry.staged(file));
  if (status < 0) return fail(ErrorCode::kStorage, fmt::format("{}: {}", path, std::strerror(-status)));
  return {};
}

// Of a source that does not enter: what is wrong with it is told all the same.
Result<void> Importer::keep_rejects(const std::string& id, const std::string& csv) {
  ops_->remove(paths_.rejects(id));
  return write_whole_file(*ops_, paths_.rejects(id), csv);
}

const CatalogFile* Importer::find(const DataSet& set, std::int64_t day) const {
  const auto file = std::ranges::find_if(files_, [&](const CatalogFile& f) { return f.day == day && f.set == set; });
  return file == files_.end() ? nullptr : &*file;
}

}  // namespace acts::history
