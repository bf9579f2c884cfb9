#include "history/output_file.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <filesystem>
#include <utility>

#include "history/file_status.hpp"

namespace acts::history {
namespace {

namespace fs = std::filesystem;

bool is_below(const std::string& path, const std::string& folder) {
  std::error_code error;
  const fs::path way = fs::weakly_canonical(path, error).lexically_relative(fs::weakly_canonical(folder, error));
  return !error && !way.empty() && *way.begin() != "..";
}

}  // namespace

Result<void> check_output(const std::string& output, const std::string& catalog) {
  if (!is_below(output, catalog)) return check_replaceable(output);
  return fail(ErrorCode::kUsage,
              fmt::format("{}: is in the catalog, where only imports write: choose another place", output));
}

Result<void> check_replaceable(const std::string& output) {
  std::error_code ignored;
  const fs::file_status status = fs::status(output, ignored);
  if (!fs::exists(status) || fs::is_regular_file(status)) return {};
  const std::string_view kind = fs::is_directory(status) ? "a folder" : "no file, but a device or a pipe";
  return fail(ErrorCode::kUsage, fmt::format("{}: is {}: name a file, new or to be replaced", output, kind));
}

std::string part_of(const std::string& output) { return output + ".part"; }

Result<void> put_in_place(FileOps& ops, const std::string& output) {
  if (Result<void> fits = check_replaceable(output); !fits) return fits;
  const std::string part = part_of(output);
  if (Result<void> synced = sync_file(ops, part); !synced) return synced;
  std::error_code error;
  fs::rename(part, output, error);
  if (error) return fail(ErrorCode::kStorage, fmt::format("{}: {}", output, error.message()));
  const std::string folder = fs::path(output).parent_path().string();
  const int status = ops.sync_directory(folder.empty() ? "." : folder);
  return status < 0 ? file_failed(output, status) : Result<void>();
}

Result<OutputFile> OutputFile::create(FileOps& ops, const std::string& path) {
  if (Result<void> fits = check_replaceable(path); !fits) return std::unexpected(std::move(fits.error()));
  const std::string part = part_of(path);
  int fd = ops.create(part);
  if (fd == -EEXIST) {
    ops.remove(part);
    fd = ops.create(part);
  }
  if (fd < 0) return file_failed(part, fd);
  OutputFile file(ops, path, fd);
  // Growing by doubling it would come to hold twice as much, and only late in a long run.
  file.buffer_.reserve(kBufferBytes);
  return file;
}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : ops_(other.ops_),
      path_(std::move(other.path_)),
      fd_(std::exchange(other.fd_, -1)),
      offset_(other.offset_),
      buffer_(std::move(other.buffer_)) {}

OutputFile::~OutputFile() {
  if (fd_ < 0) return;
  ops_->close(fd_);
  ops_->remove(part_of(path_));
}

Result<void> OutputFile::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::string_view part = bytes.substr(0, kBufferBytes - buffer_.size());
    buffer_ += part;
    bytes.remove_prefix(part.size());
    if (buffer_.size() < kBufferBytes) return {};
    if (Result<void> flushed = flush(); !flushed) return flushed;
  }
  return {};
}

Result<void> OutputFile::flush() {
  std::string_view left = buffer_;
  while (!left.empty()) {
    const std::int64_t count = ops_->write_at(fd_, left, offset_);
    if (count < 0) return file_failed(part_of(path_), static_cast<int>(count));
    offset_ += static_cast<std::uint64_t>(count);
    left.remove_prefix(static_cast<std::size_t>(count));
  }
  buffer_.clear();
  return {};
}

Result<void> OutputFile::finish() {
  if (Result<void> flushed = flush(); !flushed) return flushed;
  const int status = ops_->close(std::exchange(fd_, -1));
  Result<void> placed = status < 0 ? file_failed(part_of(path_), status) : put_in_place(*ops_, path_);
  if (!placed) ops_->remove(part_of(path_));
  return placed;
}

}  // namespace acts::history
