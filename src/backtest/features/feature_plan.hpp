// Which features a run tells its strategy, and where they stand in a row: columns of every minute row
// (acts/features/feature.hpp) and of any interval (interval_feature.hpp), by their names. Pure.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"
#include "acts/features/bands.hpp"
#include "acts/features/interval_feature.hpp"

namespace acts::backtest {

// What columns there are to choose from.
struct FeatureSettings {
  BandList bands = BandList::defaults();
  IntervalFeatureOptions rows = {};  // its interval, levels and horizons; its names are not looked at
};

class FeaturePlan {
 public:
  // `names`: of columns, as FeatureValues has them. Errors: kUsage, one line with the name: there is no such column
  // (with the nearest one), it is no number, or nothing that replayed rows tell (gaps, coverage, suspects); too many
  // names; `settings` that IntervalFeatures::make() refuses.
  static Result<FeaturePlan> make(std::span<const std::string> names, const FeatureSettings& settings);

  // Bands and features that rows need for them. A row's columns are those of make_schema(bands()), and behind them
  // those of intervals().
  [[nodiscard]] const BandList& bands() const { return bands_; }
  [[nodiscard]] const IntervalFeatures& intervals() const { return intervals_; }
  [[nodiscard]] Nanos interval() const { return intervals_.interval(); }
  // Of each name, among a row's columns.
  [[nodiscard]] std::span<const std::size_t> places() const { return places_; }

 private:
  FeaturePlan() = default;
  BandList bands_;
  IntervalFeatures intervals_;
  std::vector<std::size_t> places_;
};

}  // namespace acts::backtest
