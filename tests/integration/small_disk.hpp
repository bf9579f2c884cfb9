// A disk of its own, in memory, which a test fills and frees. Needs the right to mount.
#pragma once

#include <sys/mount.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>

namespace acts::testing {

class SmallDisk {
 public:
  explicit SmallDisk(std::string path, std::size_t mebibytes = 24) : path_(std::move(path)) {
    std::filesystem::create_directories(path_);
    const std::string size = "size=" + std::to_string(mebibytes) + "m";
    if (::mount("tmpfs", path_.c_str(), "tmpfs", 0, size.c_str()) != 0) problem_ = std::strerror(errno);
  }
  ~SmallDisk() {
    if (problem_.empty()) ::umount2(path_.c_str(), MNT_DETACH);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  // Why there is none; "": there is one.
  [[nodiscard]] const std::string& problem() const { return problem_; }
  [[nodiscard]] std::string data_dir() const { return path_ + "/data"; }
  // Takes what is left, to the last byte.
  void fill() const {
    std::ofstream ballast(path_ + "/ballast", std::ios::binary | std::ios::app);
    const std::string block(4096, 'x');
    while (ballast.write(block.data(), static_cast<std::streamsize>(block.size())).flush()) continue;
  }
  void fill(std::size_t mebibytes) const {
    std::ofstream ballast(path_ + "/ballast", std::ios::binary | std::ios::app);
    const std::string block(std::size_t{1} << 20, 'x');
    for (std::size_t i = 0; i < mebibytes; ++i) ballast << block;
  }
  void free() const { std::filesystem::remove(path_ + "/ballast"); }

 private:
  std::string path_;
  std::string problem_;
};

}  // namespace acts::testing
