// A process that is gone in the middle of its work on files.
#pragma once

#include <cerrno>
#include <string>
#include <string_view>
#include <vector>

#include "recording/file_ops.hpp"

namespace acts::history::test {

// The process is gone after so many operations: every later one fails, those of its destructors too.
class DyingOps final : public FileOps {
 public:
  explicit DyingOps(int lives) : lives_(lives) {}
  [[nodiscard]] bool is_dead() const { return lives_ < 0; }

  int make_directory(const std::string& path) override { return dies() ? -EIO : FileOps::make_directory(path); }
  int create(const std::string& path) override { return dies() ? -EIO : FileOps::create(path); }
  int reopen(const std::string& path) override { return dies() ? -EIO : FileOps::reopen(path); }
  std::int64_t write_at(int fd, std::string_view bytes, std::uint64_t offset) override {
    return dies() ? -EIO : FileOps::write_at(fd, bytes, offset);
  }
  int sync(int fd) override { return dies() ? -EIO : FileOps::sync(fd); }
  int sync_directory(const std::string& path) override { return dies() ? -EIO : FileOps::sync_directory(path); }
  int remove(const std::string& path) override { return dies() ? -EIO : FileOps::remove(path); }
  int rename(const std::string& from, const std::string& to) override {
    return dies() ? -EIO : FileOps::rename(from, to);
  }
  int list(const std::string& path, std::vector<std::string>& names) override {
    return dies() ? -EIO : FileOps::list(path, names);
  }

 private:
  bool dies() { return --lives_ < 0; }
  int lives_;
};

}  // namespace acts::history::test
