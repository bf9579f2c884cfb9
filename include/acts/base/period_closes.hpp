// A value at the end of each period, out of samples by time: the first sample, then at each multiple of the step since
// 1970 UTC within the run the last sample not after it, then the last sample. Not thread-safe. Pure.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <vector>

#include "acts/base/time.hpp"

namespace acts {

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
  // Before it no sample matters but the last.
  [[nodiscard]] UnixNanos next() const { return time_ ? boundary_ : UnixNanos{INT64_MIN}; }
  [[nodiscard]] Nanos step() const { return step_; }
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

// Closes of the period by which a run of its length is looked at: a day; of a run below three days, of which days say
// nothing, a minute; below 30 minutes a second.
class RunCloses {
 public:
  RunCloses();

  // Times do not go back.
  void add(UnixNanos time, double value) {
    if (time < next_) [[likely]] {
      last_ = {time, value};
      has_last_ = true;
      return;
    }
    add_at_boundary(time, value);
  }
  // Before it no sample matters but the last.
  [[nodiscard]] UnixNanos next() const { return next_; }

  struct Chosen {
    Nanos period{};
    Closes closes = {};  // empty: there were too many, or no sample
  };
  [[nodiscard]] Chosen closes() const;

 private:
  struct Sample {
    UnixNanos time = {};
    double value = 0;
  };
  void add_at_boundary(UnixNanos time, double value);

  std::array<std::optional<PeriodCloses>, 3> periods_;  // the longest first; none of those that are too short
  std::optional<UnixNanos> first_ = {};
  UnixNanos next_{INT64_MIN};
  Sample last_ = {};  // that periods_ have not been told of, if there is one
  bool has_last_ = false;
};

// The value of `closes` at each of the times: that of the last time not after it; none before the first.
std::vector<std::optional<double>> values_at(const Closes& closes, const std::vector<UnixNanos>& times);

}  // namespace acts
