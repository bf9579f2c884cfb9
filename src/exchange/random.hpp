// What a market, a plan of faults or a simulation draws by its seed.
#pragma once

#include <cstdint>

#include "acts/base/split_mix.hpp"

namespace acts::exchange {

class Random {
 public:
  explicit constexpr Random(std::uint64_t seed) : numbers_(seed) {}

  constexpr std::uint64_t next() { return numbers_.next(); }
  // 0 ... bound - 1; bound > 0. The bias of the remainder is below 2^-40 for the bounds used here.
  constexpr std::int64_t below(std::int64_t bound) {
    return static_cast<std::int64_t>(next() % static_cast<std::uint64_t>(bound));
  }
  // True once in `n` times.
  constexpr bool one_in(std::int64_t n) { return below(n) == 0; }

 private:
  SplitMix numbers_;
};

}  // namespace acts::exchange
