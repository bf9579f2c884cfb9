// The set K of prices where the absence of a level is knowledge: disjoint closed intervals on the price axis,
// ascending.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "acts/market/price.hpp"

namespace acts {

// Both ends included. The two limits of 64 bits stand for "without end": a side that is complete to its end.
struct PriceInterval {
  Price low;
  Price high;
  friend bool operator==(const PriceInterval&, const PriceInterval&) = default;
};

class CoverageSet {
 public:
  static constexpr Price kNoLowerEnd{std::numeric_limits<std::int64_t>::min()};
  static constexpr Price kNoUpperEnd{std::numeric_limits<std::int64_t>::max()};
  // Beyond these, one at the far end is forgotten: claiming less than is known is always true.
  static constexpr std::size_t kMaxIntervals = 64;

  // Joins what overlaps. interval.low <= interval.high (asserted).
  void add(PriceInterval interval);
  void clear() { intervals_.clear(); }
  [[nodiscard]] bool contains(Price price) const;
  [[nodiscard]] std::span<const PriceInterval> intervals() const { return intervals_; }
  [[nodiscard]] bool empty() const { return intervals_.empty(); }
  // Multiplies every end by 10^decimals. False, and unchanged, if one does not fit.
  bool rescale(int decimals);

 private:
  std::vector<PriceInterval> intervals_;
};

}  // namespace acts
