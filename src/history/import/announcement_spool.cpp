#include "history/import/announcement_spool.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <type_traits>

namespace acts::history {

static_assert(std::is_trivially_copyable_v<Announcement>);

Result<void> AnnouncementSpool::add(const Announcement& announcement) {
  if (waiting_.size() == most_) {
    if (Result<void> written = write(); !written) return written;
  }
  waiting_.push_back(announcement);
  last_ = announcement;
  return {};
}

Result<void> AnnouncementSpool::write() {
  if (file_ == nullptr) {
    std::error_code error;
    const std::string folder = folder_.empty() ? std::filesystem::temp_directory_path(error).string() : folder_;
    if (error) {
      return fail(ErrorCode::kStorage,
                  "announcements of the recording are put aside where temporary files are, and TMPDIR is no directory");
    }
    auto file = NamelessFile::create(folder);
    if (!file) {
      return fail(file.error().code, fmt::format("{}: announcements are put aside there, TMPDIR names another place",
                                                 file.error().message));
    }
    file_ = *std::move(file);
  }
  const auto bytes = std::as_bytes(std::span(waiting_));
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (Result<void> written = file_->write(text, written_ * kRowBytes); !written) return written;
  written_ += waiting_.size();
  waiting_.clear();
  return {};
}

Result<std::size_t> AnnouncementSpool::read(std::uint64_t number, std::span<Announcement> into) const {
  if (number >= written_) {
    const std::size_t first = std::min<std::uint64_t>(number - written_, waiting_.size());
    const std::size_t count = std::min(into.size(), waiting_.size() - first);
    std::copy_n(waiting_.begin() + static_cast<std::ptrdiff_t>(first), count, into.begin());
    return count;
  }
  const std::size_t count = std::min<std::uint64_t>(into.size(), written_ - number);
  const std::span<char> bytes(reinterpret_cast<char*>(into.data()), count * kRowBytes);
  if (Result<void> read = file_->read(bytes, number * kRowBytes); !read) return std::unexpected(read.error());
  return count;
}

}  // namespace acts::history
