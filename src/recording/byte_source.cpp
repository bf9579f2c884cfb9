#include "recording/byte_source.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

namespace acts {
namespace {

class FileSource final : public ByteSource {
 public:
  FileSource(int fd, bool owned) : fd_(fd), owned_(owned) {}
  ~FileSource() override {
    if (owned_) ::close(fd_);
  }
  FileSource(const FileSource&) = delete;
  FileSource& operator=(const FileSource&) = delete;

  Result<std::size_t> read(std::span<char> out) override {
    for (;;) {
      const ssize_t count = ::read(fd_, out.data(), out.size());
      if (count >= 0) return static_cast<std::size_t>(count);
      if (errno != EINTR) return fail(ErrorCode::kStorage, fmt::format("cannot be read: {}", std::strerror(errno)));
    }
  }

  Result<void> skip(std::uint64_t bytes) override {
    // A pipe has no places to go to.
    if (::lseek(fd_, static_cast<off_t>(bytes), SEEK_CUR) >= 0) return {};
    return ByteSource::skip(bytes);
  }

 private:
  int fd_;
  bool owned_;
};

class MemorySource final : public ByteSource {
 public:
  explicit MemorySource(std::string_view bytes) : rest_(bytes) {}

  Result<std::size_t> read(std::span<char> out) override {
    const std::size_t count = rest_.copy(out.data(), out.size());
    rest_.remove_prefix(count);
    return count;
  }

 private:
  std::string_view rest_;
};

}  // namespace

Result<void> ByteSource::skip(std::uint64_t bytes) {
  std::vector<char> buffer(std::min<std::uint64_t>(bytes, std::size_t{64} << 10));
  while (bytes > 0) {
    const auto count = read(std::span(buffer).first(std::min<std::uint64_t>(buffer.size(), bytes)));
    if (!count) return std::unexpected(count.error());
    if (*count == 0) return {};
    bytes -= *count;
  }
  return {};
}

Result<std::unique_ptr<ByteSource>> open_file(const std::string& path) {
  if (path == "-") return std::make_unique<FileSource>(STDIN_FILENO, false);
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return fail(ErrorCode::kUsage, fmt::format("{}: cannot be opened: {}", path, std::strerror(errno)));
  auto source = std::make_unique<FileSource>(fd, true);
  struct stat status{};
  if (::fstat(fd, &status) == 0 && S_ISDIR(status.st_mode)) {
    return fail(ErrorCode::kUsage, fmt::format("{}: is a directory: name the files in it", path));
  }
  return source;
}

bool can_be_read_once_only(const std::string& path) {
  struct stat status{};
  return path == "-" || (::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode));
}

std::unique_ptr<ByteSource> read_from_memory(std::string_view bytes) { return std::make_unique<MemorySource>(bytes); }

}  // namespace acts
