#include "history/import/staged_days.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <utility>

#include "history/day_recording.hpp"
#include "history/engine/parquet_writer.hpp"
#include "history/file_status.hpp"
#include "history/import/merged_rows.hpp"

namespace acts::history {

Result<void> StagedDays::add(CatalogFile file, const std::string& path, Manifest& manifest) {
  const CatalogFile* const there = place_.there != nullptr ? place_.there : place_.index->find(file.set, file.day);
  if (there == nullptr) {
    if (Result<void> staged = stage(file, path); !staged) return staged;
    manifest.files.push_back(std::move(file));
    return {};
  }
  if (there->digest == file.digest) {
    place_.ops->remove(path);
    manifest.already_there += file.rows;
    manifest.files.push_back(*there);
    return {};
  }
  const std::string merged_path = path + ".merged";
  Result<Merged> merged = merge(*there, file, path, merged_path);
  if (!merged) return std::unexpected(merged.error());
  place_.ops->remove(path);
  manifest.already_there += merged->repeated;
  manifest.superseded += merged->superseded;
  if (merged->file.digest == there->digest) {
    place_.ops->remove(merged_path);
    manifest.files.push_back(*there);
    return {};
  }
  return replace(*there, std::move(merged->file), merged_path, manifest);
}

Result<void> StagedDays::replace(const CatalogFile& there, CatalogFile file, const std::string& path,
                                 Manifest& manifest) {
  if (Result<void> staged = stage(file, path); !staged) return staged;
  manifest.replaced.push_back(there.path());
  manifest.files.push_back(std::move(file));
  return {};
}

Result<void> StagedDays::drop(const Manifest& manifest, std::size_t first_file) {
  for (std::size_t i = first_file; i < manifest.files.size(); ++i) {
    const std::string path = entry_->staged(manifest.files[i]);
    if (!place_.ops->exists(path)) continue;  // it was in the catalog
    const int status = place_.ops->remove(path);
    if (status < 0) return file_failed(path, status);
  }
  return {};
}

Result<StagedDays::Merged> StagedDays::merge(const CatalogFile& there, const CatalogFile& file, const std::string& path,
                                             const std::string& merged_path) {
  // Wide stays wide, also where the rows that needed it are among those that are superseded.
  const DecimalForm form = std::max(there.form, file.form);
  const auto old_rows = open_rows(*place_.duck, there, place_.paths->file(there.path()));
  if (!old_rows) return std::unexpected(old_rows.error());
  const auto new_rows = open_rows(*place_.duck, file, path);
  if (!new_rows) return std::unexpected(new_rows.error());
  MergedRows rows(*file.set.kind, **old_rows, **new_rows,
                  {.form = form,
                   .replaces = replaces_,
                   .there = {there.first_key, there.last_key},
                   .here = {file.first_key, file.last_key}});
  Result<CatalogFile> written =
      write_parquet(*place_.duck, {.set = file.set, .day = file.day, .form = form}, rows, merged_path);
  if (!written) return std::unexpected(written.error());
  return Merged{*std::move(written), rows.repeated(), rows.superseded()};
}

Result<void> StagedDays::stage(CatalogFile& file, const std::string& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) {
    return fail(ErrorCode::kStorage, fmt::format("{}: {}", path, std::strerror(errno)));
  }
  file.bytes = static_cast<std::uint64_t>(status.st_size);
  Result<std::string> sum = sha256_of_file(path);
  if (!sum) return std::unexpected(sum.error());
  file.sha256 = *std::move(sum);
  while (place_.index->replaced_by(file.path()) != nullptr) ++file.generation;
  const int renamed = place_.ops->rename(path, entry_->staged(file));
  if (renamed < 0) return file_failed(path, renamed);
  return {};
}

}  // namespace acts::history
