// What a stream announces again and again, put aside in the order of its receipt while a recording is looked through,
// for any number of runs over it: however long it is, kMostInMemory of it are in memory and the others on the disk,
// kRowBytes each, in a file without a name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"

#include "history/import/nameless_file.hpp"

namespace acts::history {

struct Announcement {
  UnixNanos ts_recv = {};
  UnixNanos at = {};  // of a mark price the venue's time, of a funding rate when it will be paid
  std::int64_t value = 0;
  friend bool operator==(const Announcement&, const Announcement&) = default;
};

class AnnouncementSpool {
 public:
  static constexpr std::size_t kMostInMemory = 65'536;
  static constexpr std::size_t kRowBytes = sizeof(Announcement);

  // `folder`: of the file; empty: that of temporary files. `most_in_memory`: for tests; positive.
  explicit AnnouncementSpool(std::string folder = {}, std::size_t most_in_memory = kMostInMemory)
      : folder_(std::move(folder)), most_(most_in_memory) {}

  // Errors: kStorage, naming the folder; final.
  Result<void> add(const Announcement& announcement);
  [[nodiscard]] std::uint64_t size() const { return written_ + waiting_.size(); }
  [[nodiscard]] const std::optional<Announcement>& last() const { return last_; }
  // From the one with this number on: how many there are, as many as `into` takes at most. Once all are added any
  // number of threads may read. Errors: kStorage.
  Result<std::size_t> read(std::uint64_t number, std::span<Announcement> into) const;

 private:
  Result<void> write();

  std::string folder_;
  std::size_t most_;
  std::vector<Announcement> waiting_;  // the last ones, which are not in the file
  std::shared_ptr<const NamelessFile> file_;
  std::uint64_t written_ = 0;
  std::optional<Announcement> last_;
};

}  // namespace acts::history
