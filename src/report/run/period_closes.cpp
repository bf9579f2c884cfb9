#include "report/run/period_closes.hpp"

#include <algorithm>

namespace acts::report {

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

}  // namespace acts::report
