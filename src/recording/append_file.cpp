#include "recording/append_file.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace acts {

AppendFile::AppendFile(AppendFile&& other) noexcept
    : ops_(other.ops_),
      fd_(std::exchange(other.fd_, -1)),
      path_(std::move(other.path_)),
      held_(std::move(other.held_)),
      written_(other.written_),
      durable_(other.durable_) {}

AppendFile::~AppendFile() {
  if (fd_ >= 0) ops_->close(fd_);
}

Result<void> AppendFile::write() {
  while (written_ < held_.size()) {
    const std::int64_t count = ops_->write_at(fd_, std::string_view(held_).substr(written_), durable_ + written_);
    if (count <= 0) return failed("cannot be written", count);
    written_ += static_cast<std::size_t>(count);
  }
  return {};
}

Result<void> AppendFile::sync() {
  if (held_.empty()) return {};
  if (auto wrote = write(); !wrote) return wrote;
  if (const int status = ops_->sync(fd_); status < 0) {
    // After a failed sync the system counts its pages as clean, though they may never have reached the disk: a second
    // sync would succeed and mean nothing. Writing them again makes it mean something.
    written_ = 0;
    return failed("cannot be brought to the disk", status);
  }
  durable_ += held_.size();
  held_.clear();
  written_ = 0;
  return {};
}

Result<void> AppendFile::close() {
  if (fd_ < 0) return {};
  if (const int status = ops_->close(std::exchange(fd_, -1)); status < 0) return failed("cannot be closed", status);
  return {};
}

std::unexpected<Error> AppendFile::failed(std::string_view what, std::int64_t status) const {
  const char* const reason = status < 0 ? std::strerror(static_cast<int>(-status)) : "nothing was written";
  const bool is_full = status == -ENOSPC || status == -EDQUOT;
  return fail(ErrorCode::kStorage, fmt::format("{} {}: {}; {} bytes are kept in memory until it works{}", path_, what,
                                               reason, held_.size(), is_full ? ": free some space on its disk" : ""));
}

}  // namespace acts
