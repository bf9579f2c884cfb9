#include "report/axis.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>

namespace acts::report {
namespace {

namespace chr = std::chrono;

constexpr std::int64_t kMinute = 60;
constexpr std::int64_t kHour = 60 * kMinute;
constexpr std::int64_t kDay = 24 * kHour;
constexpr std::array<std::int64_t, 18> kSteps{
    1,     2,         5,         10,         30,   kMinute,  5 * kMinute, 15 * kMinute, 30 * kMinute,
    kHour, 3 * kHour, 6 * kHour, 12 * kHour, kDay, 2 * kDay, 7 * kDay,    14 * kDay,    28 * kDay};
// Beyond these a double's seconds are no moments of ours: the years 1 to 9999.
constexpr double kMostSeconds = 253402300799.0;

chr::year_month_day date_of(std::int64_t day) { return chr::year_month_day{chr::sys_days{chr::days{day}}}; }

std::int64_t floor_to(std::int64_t value, std::int64_t step) {
  const std::int64_t rest = value % step;
  return value - rest - (rest < 0 ? step : 0);
}

std::string time_label(std::int64_t seconds, std::int64_t step) {
  const std::int64_t day = floor_to(seconds, kDay) / kDay;
  const std::int64_t of_day = seconds - day * kDay;
  if (of_day == 0) return date_text(day);
  const std::int64_t minutes = of_day / kMinute;
  if (step >= kMinute) return fmt::format("{:02}:{:02}", minutes / 60, minutes % 60);
  return fmt::format("{:02}:{:02}:{:02}", minutes / 60, minutes % 60, of_day % 60);
}

// The first of every `months`th month.
std::vector<Tick> month_ticks(std::int64_t low, std::int64_t high, std::size_t most) {
  const chr::year_month_day begin = date_of(floor_to(low, kDay) / kDay);
  const chr::year_month_day end = date_of(floor_to(high, kDay) / kDay);
  const std::int64_t first =
      static_cast<int>(begin.year()) * std::int64_t{12} + static_cast<unsigned>(begin.month()) - 1;
  const std::int64_t last = static_cast<int>(end.year()) * std::int64_t{12} + static_cast<unsigned>(end.month()) - 1;
  std::int64_t step = 1;
  for (const std::int64_t wider : {1, 2, 3, 6, 12, 24, 60, 120, 600, 1200, 12000}) {
    step = wider;
    if ((last - first) / step < static_cast<std::int64_t>(most)) break;
  }
  std::vector<Tick> ticks;
  for (std::int64_t month = floor_to(first + step - 1, step); month <= last; month += step) {
    const chr::year_month_day day{chr::year{static_cast<int>(floor_to(month, 12) / 12)},
                                  chr::month{static_cast<unsigned>(month - floor_to(month, 12) + 1)}, chr::day{1}};
    const std::int64_t days = chr::sys_days{day}.time_since_epoch().count();
    if (days * kDay >= low && days * kDay <= high) ticks.push_back({static_cast<double>(days * kDay), date_text(days)});
  }
  return ticks;
}

}  // namespace

std::string date_text(std::int64_t day) {
  const chr::year_month_day date = date_of(day);
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}

std::vector<Tick> number_ticks(double low, double high, std::size_t most) {
  if (!std::isfinite(low) || !std::isfinite(high) || low > high || !std::isfinite(high - low)) return {};
  constexpr double kRounding = 1e-9;  // of a step: what its product with a number may be off
  constexpr double kLeast = 1e-300;   // below, powers of ten are not exact any more
  const double span = high > low ? high - low : std::max(std::abs(low), 1.0);
  if (span < kLeast) return {};
  double step = std::pow(10.0, std::floor(std::log10(span / static_cast<double>(most))));
  for (const double times : {1.0, 2.0, 5.0, 10.0, 20.0, 50.0}) {
    if (span / (step * times) > static_cast<double>(most - 1) + kRounding) continue;
    step *= times;
    break;
  }
  const int decimals = std::clamp(static_cast<int>(std::ceil(-std::log10(step) - kRounding)), 0, 12);
  std::vector<Tick> ticks;
  // By number: a step may be too small to change a sum of doubles.
  const double first = std::ceil(low / step - kRounding);
  for (std::size_t i = 0; i < most; ++i) {
    const double value = (first + static_cast<double>(i)) * step;
    if (!(value <= high + step * kRounding)) break;
    ticks.push_back({value, fmt::format("{:.{}f}", value == 0 ? 0.0 : value, decimals)});
  }
  return ticks;
}

std::vector<Tick> time_ticks(double low, double high, std::size_t most) {
  if (!(std::abs(low) < kMostSeconds) || !(std::abs(high) < kMostSeconds) || low > high) return {};
  const auto begin = static_cast<std::int64_t>(std::ceil(low));
  const auto end = static_cast<std::int64_t>(std::floor(high));
  const auto step = std::ranges::find_if(
      kSteps, [&](std::int64_t seconds) { return (end - begin) / seconds < static_cast<std::int64_t>(most); });
  if (step == kSteps.end()) return month_ticks(begin, end, most);
  std::vector<Tick> ticks;
  for (std::int64_t at = floor_to(begin + *step - 1, *step); at <= end; at += *step) {
    ticks.push_back({static_cast<double>(at), time_label(at, *step)});
  }
  return ticks;
}

}  // namespace acts::report
