#include "history/import/nameless_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <utility>

#include "history/file_status.hpp"

namespace acts::history {

Result<std::shared_ptr<const NamelessFile>> NamelessFile::create(const std::string& folder) {
  std::string name = fmt::format("{}/acts-XXXXXX", folder);
  const int fd = ::mkostemp(name.data(), O_CLOEXEC);
  if (fd < 0) return file_failed(folder, -errno);
  std::shared_ptr<const NamelessFile> file(new NamelessFile(fd, folder));
  if (::unlink(name.c_str()) != 0) return file_failed(name, -errno);
  return file;
}

NamelessFile::~NamelessFile() { ::close(fd_); }

Result<void> NamelessFile::write(std::string_view bytes, std::uint64_t offset) const {
  while (!bytes.empty()) {
    const ssize_t count = ::pwrite(fd_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return file_failed(folder_, -errno);
    bytes.remove_prefix(static_cast<std::size_t>(count));
    offset += static_cast<std::uint64_t>(count);
  }
  return {};
}

Result<void> NamelessFile::read(std::span<char> into, std::uint64_t offset) const {
  while (!into.empty()) {
    const ssize_t count = ::pread(fd_, into.data(), into.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return file_failed(folder_, count == 0 ? -EIO : -errno);
    into = into.subspan(static_cast<std::size_t>(count));
    offset += static_cast<std::uint64_t>(count);
  }
  return {};
}

}  // namespace acts::history
