#include "recording/file_ops.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <mutex>
#include <system_error>
#include <thread>

namespace acts {
namespace {

// Syncs that wait at a time.
constexpr std::size_t kMostSyncs = 16;

int status_of(int result) { return result < 0 ? -errno : result; }

int sync_file_at(FileOps& ops, const std::string& path) {
  const int fd = ops.reopen(path);
  if (fd < 0) return fd;
  const int status = ops.sync(fd);
  const int closed = ops.close(fd);
  return status < 0 ? status : closed;
}

// Its operations have no state: any thread may call them.
class RealFileOps final : public FileOps {
 public:
  int sync_files(std::span<const std::string> paths, std::string& failed) override {
    return sync_together(paths, failed, [this](const std::string& path) { return sync_file_at(*this, path); });
  }
  int sync_directories(std::span<const std::string> paths, std::string& failed) override {
    return sync_together(paths, failed, [this](const std::string& path) { return sync_directory(path); });
  }

 private:
  // A journal brings to the disk at once what several wait for: together they take little longer than one.
  template <typename Sync>
  static int sync_together(std::span<const std::string> paths, std::string& failed, Sync sync) {
    std::atomic<std::size_t> next = 0;
    std::mutex mutex;
    std::size_t first_failed = paths.size();
    int status = 0;
    const auto work = [&] {
      for (std::size_t i = next++; i < paths.size(); i = next++) {
        const int result = sync(paths[i]);
        if (result >= 0) continue;
        const std::lock_guard<std::mutex> lock(mutex);
        if (i > first_failed) continue;
        first_failed = i;
        status = result;
      }
    };
    {
      std::vector<std::jthread> others;
      bool is_more = true;
      while (is_more && others.size() + 1 < std::min(paths.size(), kMostSyncs)) is_more = add_thread(others, work);
      work();
    }
    if (status < 0) failed = paths[first_failed];
    return status;
  }

  // False: no more are to be had.
  template <typename Work>
  static bool add_thread(std::vector<std::jthread>& threads, const Work& work) {
    try {
      threads.emplace_back(work);
      return true;
    } catch (const std::system_error&) {
      return false;
    }
  }
};

}  // namespace

int FileOps::make_directories(const std::string& path) {
  if (path.empty() || exists(path)) return 0;
  const std::string parent = std::filesystem::path(path).parent_path().string();
  if (const int status = make_directories(parent); status < 0) return status;
  if (const int status = make_directory(path); status < 0 && status != -EEXIST) return status;
  const int status = sync_directory(parent);
  // The next call would find it there and take it for durable.
  if (status < 0) remove(path);
  return status;
}

bool FileOps::exists(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

int FileOps::make_directory(const std::string& path) { return status_of(::mkdir(path.c_str(), 0777)); }

int FileOps::create(const std::string& path) {
  return status_of(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
}

int FileOps::reopen(const std::string& path) { return status_of(::open(path.c_str(), O_WRONLY | O_CLOEXEC)); }

std::int64_t FileOps::write_at(int fd, std::string_view bytes, std::uint64_t offset) {
  for (;;) {
    const ssize_t written = ::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written >= 0) return written;
    if (errno != EINTR) return -errno;
  }
}

int FileOps::sync(int fd) { return status_of(::fdatasync(fd)); }

int FileOps::sync_directory(const std::string& path) {
  const int fd = ::open(path.empty() ? "." : path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return -errno;
  const int status = status_of(::fsync(fd));
  ::close(fd);
  return status;
}

int FileOps::sync_files(std::span<const std::string> paths, std::string& failed) {
  for (const std::string& path : paths) {
    failed = path;
    if (const int status = sync_file_at(*this, path); status < 0) return status;
  }
  return 0;
}

int FileOps::sync_directories(std::span<const std::string> paths, std::string& failed) {
  for (const std::string& path : paths) {
    failed = path;
    if (const int status = sync_directory(path); status < 0) return status;
  }
  return 0;
}

int FileOps::remove(const std::string& path) { return status_of(std::remove(path.c_str())); }

int FileOps::rename(const std::string& from, const std::string& to) {
  return status_of(::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE));
}

int FileOps::list(const std::string& path, std::vector<std::string>& names) {
  names.clear();
  std::error_code error;
  for (std::filesystem::directory_iterator at(path, error), end; !error && at != end; at.increment(error)) {
    names.push_back(at->path().filename().string());
  }
  std::ranges::sort(names);
  return error && error != std::errc::no_such_file_or_directory ? -error.value() : 0;
}

int FileOps::close(int fd) { return status_of(::close(fd)); }

FileOps& real_file_ops() {
  // Never destroyed: a thread that a hanging disk holds may outlive main().
  static FileOps& ops = *new RealFileOps;
  return ops;
}

}  // namespace acts
