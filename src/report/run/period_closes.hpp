// A value at the end of each period, out of samples by time: the first sample, then at each multiple of the step since
// 1970 UTC within the run the last sample not after it, then the last sample. Not thread-safe. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "acts/base/time.hpp"

namespace acts::report {

struct Closes {
  std::vector<UnixNanos> times = {};
  std::vector<double> values = {};
};

class PeriodCloses {
 public:
  // step > 0. Of a run with more than `most` periods nothing is kept.
  PeriodCloses(Nanos step, std::size_t most) : step_(step), most_(most) {}

  // Times do not go back.
  void add(UnixNanos time, double value);
  // None if there were too many.
  [[nodiscard]] std::optional<Closes> closes() const;

 private:
  Nanos step_;
  std::size_t most_;
  bool is_too_many_ = false;
  UnixNanos boundary_;
  std::optional<UnixNanos> time_;  // of the last sample
  double value_ = 0;
  Closes closes_;
};

// The value of `closes` at each of the times: that of the last time not after it; none before the first.
std::vector<std::optional<double>> values_at(const Closes& closes, const std::vector<UnixNanos>& times);

}  // namespace acts::report
