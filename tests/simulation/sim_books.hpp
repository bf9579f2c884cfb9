// The checkpoints of simulated runs, on a simulated disk: what BookWriter does on its thread, at simulated times and
// with the same files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "acts/base/time.hpp"
#include "acts/market/venue.hpp"

#include "collector/actions.hpp"
#include "exchange/random.hpp"
#include "live/book_file.hpp"
#include "simulation/sim_disk.hpp"

namespace acts::sim {

class SimBooks {
 public:
  // `disk` outlives the object.
  SimBooks(Venue venue, SimDisk& disk, std::uint64_t seed) : venue_(venue), disk_(disk), random_(seed) {}

  void push(const collector::SaveBook& action, UnixNanos now);
  [[nodiscard]] std::string path_of(std::string_view symbol, UnixNanos at) const;
  // With so many that are to come.
  [[nodiscard]] bool full(std::size_t to_come) const;
  // When there is something to do; never while the disk hangs, or the process sleeps.
  [[nodiscard]] UnixNanos next_deadline() const;
  // The path of what is on the disk now, if anything is.
  std::optional<std::string> work(UnixNanos now);
  // Each true is followed by a false.
  void set_hanging(bool hangs) { hangs_ += hangs ? 1 : -1; }
  // The process ends, perhaps while a book is written.
  void crash();

  // Every book that was to be written of the symbol, whatever came of it.
  [[nodiscard]] const std::vector<BookFile>& told(std::string_view symbol) const;
  [[nodiscard]] std::uint64_t written() const { return written_; }

 private:
  std::optional<std::string> write();

  Venue venue_;
  SimDisk& disk_;
  exchange::Random random_;
  std::deque<BookFile> queue_;
  UnixNanos next_;
  int hangs_ = 0;  // how many things hold it up
  std::map<std::string, std::vector<BookFile>, std::less<>> told_;
  std::uint64_t written_ = 0;
};

}  // namespace acts::sim
