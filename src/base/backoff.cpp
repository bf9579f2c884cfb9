#include "acts/base/backoff.hpp"

#include <algorithm>

#include "acts/base/assert.hpp"

namespace acts {
namespace {

// SplitMix64 (Steele, Lea, Flood 2014): the whole state is one number, and it is the same on every platform.
std::uint64_t next_random(std::uint64_t& state) {
  state += 0x9e3779b97f4a7c15;
  std::uint64_t z = state;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

}  // namespace

Backoff::Backoff(Nanos initial, Nanos cap, std::uint64_t seed)
    : initial_(initial), cap_(cap), step_(initial), state_(seed) {
  ACTS_ASSERT(initial.count() > 0 && initial <= cap);
}

Nanos Backoff::next() {
  const Nanos whole = step_;
  step_ = step_ > cap_ / 2 ? cap_ : step_ * 2;
  ++attempts_;
  const auto half = static_cast<std::uint64_t>(whole.count() / 2);
  return whole - Nanos{static_cast<std::int64_t>(next_random(state_) % (half + 1))};
}

}  // namespace acts
