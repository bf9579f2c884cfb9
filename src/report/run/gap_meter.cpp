#include "report/run/gap_meter.hpp"

#include <utility>

namespace acts::report {
namespace {

std::vector<GapSpan> gap_spans(const std::vector<GapFact>& gaps, std::string_view instrument) {
  std::vector<GapSpan> spans;
  for (const GapFact& gap : gaps) {
    if (gap.instrument.empty() || gap.instrument == instrument) spans.push_back({gap.from, gap.to});
  }
  return spans;
}

}  // namespace

GapMeter::GapMeter(const std::vector<GapFact>& gaps) : of_all_(gap_spans(gaps, "")) {
  for (const GapFact& gap : gaps) {
    if (gap.instrument.empty() || gaps_.contains(gap.instrument)) continue;
    gaps_.emplace(gap.instrument, GapTime(gap_spans(gaps, gap.instrument)));
  }
}

const GapTime& GapMeter::of(std::string_view instrument) const {
  const auto found = gaps_.find(instrument);
  return found == gaps_.end() ? of_all_ : found->second;
}

void GapMeter::add(const EquityRow& before, const EquityRow& now) {
  if (!of(now.instrument).touches(before.time, now.time)) {
    has_clear_ = true;
    return;
  }
  has_touched_ = true;
  profit_.add(now.equity);
  profit_.subtract(before.equity);
}

void GapMeter::end_sample(UnixNanos time) {
  if (has_touched_ && !has_clear_) {
    if (hidden_.empty() || hidden_.back().to != time_) hidden_.push_back({.from = time_, .to = time_});
    hidden_.back().to = time;
  }
  has_touched_ = false;
  has_clear_ = false;
  time_ = time;
  made_.add(time, profit_.value() ? to_double(*profit_.value()) : 0);
}

InGaps GapMeter::result() const {
  return {.profit = profit_.value(), .made = made_.closes().closes, .hidden = GapTime(hidden_)};
}

}  // namespace acts::report
