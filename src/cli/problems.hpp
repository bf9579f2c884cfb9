// What a command met in its input and went on from.
#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "cli/command.hpp"

namespace acts::cli {

// "1 place", "2 places".
inline std::string counted_places(std::uint64_t places) {
  return fmt::format("{} place{}", places, places == 1 ? "" : "s");
}

// The first ones are said as they come, the others are counted.
class Problems {
 public:
  void add(std::string_view problem) {
    if (++count_ <= kShown) complain(problem, LogLevel::kWarn);
  }
  void finish() const {
    if (count_ > kShown) {
      complain(fmt::format("{} more problems like these were left out", count_ - kShown), LogLevel::kWarn);
    }
  }

  [[nodiscard]] std::size_t count() const { return count_; }

 private:
  static constexpr std::size_t kShown = 10;
  std::size_t count_ = 0;
};

// Of a query's: the exit code.
inline int tell_unreadable(std::uint64_t places) {
  if (places == 0) return kExitDone;
  complain({ErrorCode::kBadInput,
            fmt::format("{} of recordings could not be read, and {} left out: acts recording verify names {}",
                        counted_places(places), places == 1 ? "is" : "are", places == 1 ? "it" : "them")});
  return kExitBadInput;
}

}  // namespace acts::cli
