// Random numbers that are the same on every machine and compiler: splitmix64 (Steele, Lea, Flood 2014).
#pragma once

#include <cstdint>

namespace acts::exchange {

class Random {
 public:
  explicit constexpr Random(std::uint64_t seed) : state_(seed) {}

  constexpr std::uint64_t next() {
    state_ += 0x9e3779b97f4a7c15U;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
  }
  // 0 ... bound - 1; bound > 0. The bias of the remainder is below 2^-40 for the bounds used here.
  constexpr std::int64_t below(std::int64_t bound) {
    return static_cast<std::int64_t>(next() % static_cast<std::uint64_t>(bound));
  }
  // True once in `n` times.
  constexpr bool one_in(std::int64_t n) { return below(n) == 0; }

 private:
  std::uint64_t state_;
};

}  // namespace acts::exchange
