// What a strategy has been told of features last, an instrument: what StrategyContext::features() reads. It is kept
// here and not read from where rows are made, or a row could be seen before it is told. Pure; not thread-safe.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <vector>

#include "acts/base/time.hpp"
#include "acts/market/instrument.hpp"
#include "acts/strategy/strategy.hpp"

namespace acts::backtest {

class ToldFeatures {
 public:
  // Before each on_features(), which is called with what this returns.
  FeatureValues keep(const FeatureValues& told) {
    const std::size_t place = told.instrument.value();
    if (place >= rows_.size()) rows_.resize(place + 1);
    Row& row = rows_[place];
    row.is_told = true;
    row.ts = told.ts;
    row.values.assign(told.values.begin(), told.values.end());
    return {.instrument = told.instrument, .ts = row.ts, .values = row.values};
  }
  // Nothing before the first. Valid until the next keep().
  [[nodiscard]] std::optional<FeatureValues> of(InstrumentId id) const {
    if (id.value() >= rows_.size() || !rows_[id.value()].is_told) return std::nullopt;
    const Row& row = rows_[id.value()];
    return FeatureValues{.instrument = id, .ts = row.ts, .values = row.values};
  }
  // Whether some were told, of so many instruments, by their ids.
  [[nodiscard]] std::vector<bool> are_told(std::size_t instruments) const {
    std::vector<bool> told(instruments);
    for (std::size_t i = 0; i < std::min(instruments, rows_.size()); ++i) told[i] = rows_[i].is_told;
    return told;
  }
  void clear() { rows_.clear(); }

 private:
  struct Row {
    bool is_told = false;
    UnixNanos ts = {};
    std::vector<double> values = {};
  };
  std::vector<Row> rows_;  // by instrument
};

}  // namespace acts::backtest
