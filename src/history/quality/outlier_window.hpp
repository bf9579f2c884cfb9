// Prices far from their neighbours. The rule is Q4 of Barndorff-Nielsen, Hansen, Lunde and Shephard, "Realized kernels
// in practice: trades and quotes" (Econometrics Journal 12, 2009), section 3.1: more than ten mean absolute deviations
// from the median of the 25 before and the 25 after, itself left out. A move that lasts has neighbours on its side and
// is none. In a flat stretch that deviation is next to nothing: as Brownlees and Gallo ("Financial econometric analysis
// at ultra-high frequency", Computational Statistics & Data Analysis 51, 2006) add a granularity to their bound, a
// price within kLeastPart of the median is never one. Pure; memory is constant.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "acts/base/decimal.hpp"

namespace acts::history {

class OutlierWindow {
 public:
  static constexpr std::size_t kNeighbours = 25;  // on each side
  static constexpr std::size_t kLeastNeighbours = 20;
  static constexpr double kDeviations = 10;
  static constexpr double kLeastPart = 0.01;

  // A trade: all three the same. A candle: its neighbours' closes judge its high and its low.
  struct Prices {
    Decimal low;
    Decimal high;
    Decimal close;
    std::int64_t time = 0;  // microseconds since 1970 UTC
  };
  struct Outlier {
    std::int64_t time = 0;
    Decimal price;
    double median = 0;
  };

  // Prices above 0. Judges the one that came 25 before, once it is there.
  std::optional<Outlier> add(const Prices& prices);
  // At the end, until there is none: judges one of those that are left, by the neighbours there are.
  std::optional<Outlier> finish();

 private:
  static constexpr std::size_t kSlots = 2 * kNeighbours + 1;

  [[nodiscard]] std::optional<Outlier> judge(std::size_t index) const;

  // The n-th that was added is at n % kSlots, in each of them: as doubles, which are gone through for every price.
  std::array<double, kSlots> lows_{};
  std::array<double, kSlots> highs_{};
  std::array<double, kSlots> closes_{};
  std::array<Prices, kSlots> exact_{};
  std::size_t added_ = 0;
  std::size_t judged_ = 0;
};

}  // namespace acts::history
