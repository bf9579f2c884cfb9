// A file without a name, which is gone with its last user however that ends. What is written once may be read by any
// number of threads.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "acts/base/result.hpp"

namespace acts::history {

class NamelessFile {
 public:
  // On the disk of `folder`. Errors of all: kStorage, naming the folder.
  static Result<std::shared_ptr<const NamelessFile>> create(const std::string& folder);
  ~NamelessFile();
  NamelessFile(const NamelessFile&) = delete;
  NamelessFile& operator=(const NamelessFile&) = delete;

  [[nodiscard]] Result<void> write(std::string_view bytes, std::uint64_t offset) const;
  // All of `into`, which has been written.
  [[nodiscard]] Result<void> read(std::span<char> into, std::uint64_t offset) const;

 private:
  NamelessFile(int fd, std::string folder) : fd_(fd), folder_(std::move(folder)) {}
  int fd_;
  std::string folder_;
};

}  // namespace acts::history
