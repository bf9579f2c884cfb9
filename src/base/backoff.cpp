#include "acts/base/backoff.hpp"

#include <algorithm>

#include "acts/base/assert.hpp"

namespace acts {

Backoff::Backoff(Nanos initial, Nanos cap, std::uint64_t seed)
    : initial_(initial), cap_(cap), step_(initial), random_(seed) {
  ACTS_ASSERT(initial.count() > 0 && initial <= cap);
}

Nanos Backoff::next() {
  const Nanos whole = step_;
  step_ = step_ > cap_ / 2 ? cap_ : step_ * 2;
  ++attempts_;
  const auto half = static_cast<std::uint64_t>(whole.count() / 2);
  return whole - Nanos{static_cast<std::int64_t>(random_.next() % (half + 1))};
}

}  // namespace acts
