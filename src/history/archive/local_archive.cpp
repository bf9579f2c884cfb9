#include "history/archive/local_archive.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <vector>

#include "history/day_recording.hpp"
#include "recording/byte_source.hpp"
#include "recording/whole_file.hpp"

namespace acts::history::archive {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kChecksumEnding = ".CHECKSUM";
constexpr std::string_view kVersionEnding = ".version";
constexpr std::string_view kPartEnding = ".part";
constexpr std::size_t kMostNoteBytes = 4096;

Result<void> failed_at(std::string_view path, std::int64_t status) {
  return fail(ErrorCode::kStorage,
              fmt::format("{} cannot be written: {}", path, std::strerror(static_cast<int>(-status))));
}

std::string name_of(std::string_view path) { return std::string(path.substr(path.rfind('/') + 1)); }
std::string directory_of(std::string_view path) { return std::string(path.substr(0, path.rfind('/'))); }

// Nothing, if it is not there or is no note of ours: it is asked for again then.
std::string read_note(const std::string& path) { return read_whole_file(path, kMostNoteBytes).value_or(""); }

}  // namespace

Result<FileLock> lock_archive(FileOps& ops, const std::string& data_dir) {
  return FileLock::take(ops, data_dir + "/archive", ".lock", ": another download writes there: wait for its end");
}

std::string LocalArchive::part_path(std::string_view path, std::string_view sha256) const {
  return fmt::format("{}.{}{}", path_of(path), sha256, kPartEnding);
}

Result<void> LocalArchive::look_at_whole(const std::string& path, LocalFile& local) const {
  const std::string whole = path_of(path);
  if (!ops_.exists(whole)) return {};
  local.is_whole = true;
  if (const auto sum = parse_checksum(read_note(whole + std::string(kChecksumEnding)), name_of(path))) {
    local.sha256 = *sum;
    local.version = read_note(whole + std::string(kVersionEnding));
    return {};
  }
  auto sum = sha256_of_file(whole);
  if (!sum) return std::unexpected(sum.error());
  local.sha256 = std::move(*sum);
  return {};
}

Result<LocalFile> LocalArchive::look(const std::string& path) const {
  LocalFile local;
  const std::string whole = path_of(path);
  if (auto looked = look_at_whole(path, local); !looked) return std::unexpected(looked.error());
  std::vector<std::string> names;
  if (const int status = ops_.list(directory_of(whole), names); status < 0) {
    return fail(ErrorCode::kStorage, fmt::format("{} cannot be read: {}", directory_of(whole), std::strerror(-status)));
  }
  const std::string beginning = name_of(path) + ".";
  for (const std::string& name : names) {
    if (!name.starts_with(beginning) || !name.ends_with(kPartEnding)) continue;
    std::error_code error;
    const auto bytes = fs::file_size(fmt::format("{}/{}", directory_of(whole), name), error);
    if (error || bytes < local.part_bytes) continue;
    local.part_bytes = bytes;
    local.part_sha256 = name.substr(beginning.size(), name.size() - beginning.size() - kPartEnding.size());
  }
  return local;
}

Result<void> LocalArchive::replace(const std::string& path, std::string_view text) {
  if (ops_.exists(path) && read_note(path) == text) return {};
  if (const int status = ops_.remove(path); status < 0 && status != -ENOENT) return failed_at(path, status);
  return write_whole_file(ops_, path, text);
}

Result<void> LocalArchive::note_unchanged(const std::string& path, std::string_view checksum, std::string_view version,
                                          std::uint64_t bytes) {
  const std::string whole = path_of(path);
  if (auto written = replace(whole + std::string(kChecksumEnding), checksum); !written) return written;
  if (version.empty()) return {};
  // What is listed anew may be served as it was for a while: that is not the version that is listed.
  std::error_code error;
  if (fs::file_size(whole, error) != bytes || error) return {};
  return replace(whole + std::string(kVersionEnding), version);
}

Result<void> LocalArchive::keep(const std::string& path, const std::string& sha256, std::string_view checksum,
                                std::string_view version, std::uint64_t bytes) {
  const std::string whole = path_of(path);
  for (const std::string_view ending : {kVersionEnding, kChecksumEnding, std::string_view{}}) {
    const std::string old = whole + std::string(ending);
    if (const int status = ops_.remove(old); status < 0 && status != -ENOENT) return failed_at(old, status);
  }
  if (const int status = ops_.rename(part_path(path, sha256), whole); status < 0) return failed_at(whole, status);
  if (const int status = ops_.sync_directory(directory_of(whole)); status < 0) return failed_at(whole, status);
  if (auto noted = note_unchanged(path, checksum, version, bytes); !noted) return noted;
  return remove_parts(path, {});
}

Result<void> LocalArchive::remove_parts(const std::string& path, std::string_view sha256) {
  const std::string directory = directory_of(path_of(path));
  std::vector<std::string> names;
  if (const int status = ops_.list(directory, names); status < 0) return failed_at(directory, status);
  const std::string kept = sha256.empty() ? "" : name_of(part_path(path, sha256));
  for (const std::string& name : names) {
    if (!name.starts_with(name_of(path) + ".") || !name.ends_with(kPartEnding) || name == kept) continue;
    const std::string part = fmt::format("{}/{}", directory, name);
    if (const int status = ops_.remove(part); status < 0 && status != -ENOENT) return failed_at(part, status);
  }
  return {};
}

PartFile::PartFile(PartFile&& other) noexcept
    : ops_(other.ops_),
      path_(std::move(other.path_)),
      fd_(std::exchange(other.fd_, -1)),
      bytes_(other.bytes_),
      digest_(std::move(other.digest_)) {}

PartFile::~PartFile() {
  if (fd_ >= 0) ops_->close(fd_);
}

Result<void> PartFile::failed(std::int64_t status) const { return failed_at(path_, status); }

Result<PartFile> PartFile::open(FileOps& ops, std::string path) {
  const std::string directory = directory_of(path);
  if (const int status = ops.make_directories(directory); status < 0) {
    return std::unexpected(failed_at(directory, status).error());
  }
  PartFile part(ops, std::move(path));
  if (!ops.exists(part.path_)) {
    part.fd_ = ops.create(part.path_);
  } else {
    auto there = open_file(part.path_);
    if (!there) return fail(ErrorCode::kStorage, there.error().message);
    std::vector<char> buffer(std::size_t{256} << 10);
    for (;;) {
      const auto count = (*there)->read(buffer);
      if (!count) return fail(ErrorCode::kStorage, fmt::format("{}: {}", part.path_, count.error().message));
      if (*count == 0) break;
      part.digest_.add({buffer.data(), *count});
      part.bytes_ += *count;
    }
    part.fd_ = ops.reopen(part.path_);
  }
  if (part.fd_ < 0) return std::unexpected(part.failed(part.fd_).error());
  return part;
}

Result<void> PartFile::append(std::string_view bytes) {
  digest_.add(bytes);
  while (!bytes.empty()) {
    const std::int64_t written = ops_->write_at(fd_, bytes, bytes_);
    if (written <= 0) return failed(written == 0 ? -ENOSPC : written);
    bytes_ += static_cast<std::uint64_t>(written);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Result<void> PartFile::restart() {
  if (auto left = leave(); !left) return left;
  if (const int status = ops_->remove(path_); status < 0) return failed(status);
  fd_ = ops_->create(path_);
  if (fd_ < 0) return failed(fd_);
  bytes_ = 0;
  digest_ = Sha256();
  return {};
}

Result<void> PartFile::leave() {
  const int status = ops_->close(std::exchange(fd_, -1));
  return status < 0 ? failed(status) : Result<void>();
}

Result<std::string> PartFile::finish() {
  if (const int status = ops_->sync(fd_); status < 0) return std::unexpected(failed(status).error());
  if (auto left = leave(); !left) return std::unexpected(left.error());
  return digest_.finish();
}

}  // namespace acts::history::archive
