// What a run made in the gaps of its data, sample by sample. Not thread-safe. Pure.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "acts/base/period_closes.hpp"
#include "acts/base/time.hpp"

#include "report/run/run_facts.hpp"
#include "report/run/run_report.hpp"
#include "report/statistics/exact.hpp"
#include "report/statistics/gap_time.hpp"

namespace acts::report {

class GapMeter {
 public:
  // Of RunFacts. A gap without an instrument is of all.
  explicit GapMeter(const std::vector<GapFact>& gaps);

  // Two samples of an instrument, one after the other.
  void add(const EquityRow& before, const EquityRow& now);
  // All lines of one time have come. Times rise.
  void end_sample(UnixNanos time);
  [[nodiscard]] InGaps result() const;

 private:
  [[nodiscard]] const GapTime& of(std::string_view instrument) const;

  std::map<std::string, GapTime, std::less<>> gaps_;  // of instruments that have gaps of their own
  GapTime of_all_;
  ExactSum profit_;
  // Intervals since the last sample of all.
  bool has_touched_ = false;
  bool has_clear_ = false;
  UnixNanos time_;
  RunCloses made_;
  std::vector<GapSpan> hidden_;  // no more of them than gaps
};

}  // namespace acts::report
