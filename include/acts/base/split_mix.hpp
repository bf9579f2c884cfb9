// splitmix64 (Steele, Lea, Flood 2014; the constants are S. Vigna's of 2015): the whole state is one number, and the
// numbers are the same on every machine and with every compiler. Not for secrets.
#pragma once

#include <cstdint>

namespace acts {

class SplitMix {
 public:
  explicit constexpr SplitMix(std::uint64_t seed) : state_(seed) {}

  // Each of the 2^64 values once before any comes again.
  constexpr std::uint64_t next() {
    state_ += 0x9e3779b97f4a7c15U;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31U);
  }

 private:
  std::uint64_t state_;
};

}  // namespace acts
