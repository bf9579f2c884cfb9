#include "collector/watchdog.hpp"

#include <algorithm>

namespace acts::collector {
namespace {

constexpr int kMeanShift = 16;              // the mean is over about so many intervals
constexpr std::uint32_t kFewIntervals = 4;  // too few to know a pace
// One long silence must not make it patient for hours: it counts as so many mean intervals, of at least kLeastMean.
constexpr int kOutlier = 8;
constexpr Nanos kLeastMean = std::chrono::milliseconds{1};
constexpr Nanos kUnknownPace = std::chrono::minutes{1};
constexpr std::uint32_t kMostDoublings = 6;

}  // namespace

void SymbolWatch::on_open(UnixNanos now) {
  open_ = true;
  has_data_ = false;
  probing_ = false;
  quiet_probes_ = 0;
  last_ = now;
  ask_at_ = {INT64_MIN};
  reference_.reset();
  target_.reset();
}

void SymbolWatch::on_lost() {
  open_ = false;
  probing_ = false;
  target_.reset();
}

void SymbolWatch::on_update(UnixNanos now) {
  if (has_data_) {
    const bool known = intervals_ == kFewIntervals;
    const Nanos interval = known ? std::min(now - last_, std::max(mean_, kLeastMean) * kOutlier) : now - last_;
    mean_ = intervals_ == 0 ? interval : mean_ + (interval - mean_) / kMeanShift;
    intervals_ += static_cast<std::uint32_t>(intervals_ < kFewIntervals);
  }
  has_data_ = true;
  last_ = now;
  if (quiet_probes_ != 0 || target_) {
    quiet_probes_ = 0;
    ask_at_ = {INT64_MIN};
  }
}

Nanos SymbolWatch::patience(const Timings& timings) const {
  if (!has_data_) return timings.first_data;
  const Nanos wish = intervals_ < kFewIntervals ? kUnknownPace : mean_ * timings.silence_factor;
  return std::clamp(wish, timings.silence_least, timings.silence_most);
}

SymbolWatch::Verdict SymbolWatch::check(UpdateId ours, UnixNanos now, const Timings& timings) {
  if (!open_) return Verdict::kNothing;
  if (target_) {
    if (ours >= *target_) {
      target_.reset();
    } else if (now >= deadline_) {
      target_.reset();
      ask_at_ = now + patience(timings);
      return Verdict::kFrozen;
    }
    return Verdict::kNothing;
  }
  if (probing_ || now < ask_at_ || now - last_ < patience(timings)) return Verdict::kNothing;
  probing_ = true;
  return Verdict::kProbe;
}

// Asked again and again, a quiet symbol would cost request weight for nothing.
void SymbolWatch::wait(UnixNanos now, const Timings& timings) {
  Nanos delay = patience(timings);
  for (std::uint32_t i = 0; i < quiet_probes_; ++i) delay *= 2;
  ask_at_ = now + std::min(delay, timings.silence_most);
  quiet_probes_ = std::min(quiet_probes_ + 1, kMostDoublings);
}

void SymbolWatch::on_probe(UpdateId rest, UpdateId ours, UnixNanos now, const Timings& timings) {
  if (!probing_) return;
  probing_ = false;
  const bool known = ours.value() >= 0;
  if (!known && !reference_) reference_ = rest;
  if (rest <= (known ? ours : *reference_)) {
    wait(now, timings);
    return;
  }
  target_ = rest;
  deadline_ = now + timings.probe_grace;
}

void SymbolWatch::on_probe_failed(UnixNanos now, const Timings& timings) {
  if (!probing_) return;
  probing_ = false;
  wait(now, timings);
}

void SymbolWatch::grant(Nanos longer) {
  last_ = last_ + longer;
  deadline_ = deadline_ + longer;
}

}  // namespace acts::collector
