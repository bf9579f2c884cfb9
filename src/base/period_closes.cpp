#include "acts/base/period_closes.hpp"

#include <algorithm>
#include <chrono>

namespace acts {
namespace {

struct RunPeriod {
  Nanos step;
  Nanos least;  // of a run's length
  std::size_t most;
};
constexpr std::array<RunPeriod, 3> kRunPeriods{{{std::chrono::hours{24}, std::chrono::hours{72}, 100'000},
                                                {std::chrono::minutes{1}, std::chrono::minutes{30}, 5'000},
                                                {std::chrono::seconds{1}, Nanos{0}, 2'000}}};

}  // namespace

void PeriodCloses::add(UnixNanos time, double value) {
  if (is_too_many_) return;
  if (!time_) {
    closes_.times.push_back(time);
    closes_.values.push_back(value);
    boundary_ = next_multiple(time, step_);
  }
  while (time_ && boundary_ < time) {
    if (closes_.times.size() >= most_) {
      is_too_many_ = true;
      closes_ = {};
      return;
    }
    closes_.times.push_back(boundary_);
    closes_.values.push_back(value_);
    boundary_ = boundary_ + step_;
  }
  time_ = time;
  value_ = value;
}

std::optional<Closes> PeriodCloses::closes() const {
  if (is_too_many_) return std::nullopt;
  Closes all = closes_;
  if (time_ && all.times.back() < *time_) {
    all.times.push_back(*time_);
    all.values.push_back(value_);
  }
  return all;
}

RunCloses::RunCloses() {
  for (std::size_t i = 0; i < kRunPeriods.size(); ++i) periods_[i].emplace(kRunPeriods[i].step, kRunPeriods[i].most);
}

void RunCloses::add_at_boundary(UnixNanos time, double value) {
  if (!first_) first_ = time;
  next_ = UnixNanos{INT64_MAX};
  for (std::size_t i = 0; i < periods_.size(); ++i) {
    std::optional<PeriodCloses>& period = periods_[i];
    if (i > 0 && time - *first_ >= kRunPeriods[i - 1].least) period.reset();
    if (!period) continue;
    if (has_last_) period->add(last_.time, last_.value);
    period->add(time, value);
    next_ = std::min(next_, period->next());
  }
  has_last_ = false;
}

RunCloses::Chosen RunCloses::closes() const {
  if (!first_) return {};
  RunCloses whole = *this;
  if (has_last_) whole.add_at_boundary(last_.time, last_.value);
  for (std::size_t i = periods_.size(); i-- > 0;) {
    if (!whole.periods_[i]) continue;
    return {kRunPeriods[i].step, whole.periods_[i]->closes().value_or(Closes{})};
  }
  return {};
}

std::vector<std::optional<double>> values_at(const Closes& closes, const std::vector<UnixNanos>& times) {
  std::vector<std::optional<double>> values;
  values.reserve(times.size());
  for (const UnixNanos time : times) {
    const auto after = std::ranges::upper_bound(closes.times, time);
    const auto place = static_cast<std::size_t>(after - closes.times.begin());
    values.push_back(place == 0 ? std::nullopt : std::optional(closes.values[place - 1]));
  }
  return values;
}

}  // namespace acts
