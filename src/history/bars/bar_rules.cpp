#include "history/bars/bar_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <utility>

#include "acts/base/assert.hpp"

namespace acts::history {
namespace {

namespace chr = std::chrono;
using Micros = chr::sys_time<chr::microseconds>;

constexpr std::int64_t kDayLength = 86'400'000'000;
constexpr std::int64_t kFirstMonday = 4 * kDayLength;  // 1970-01-05
constexpr int kMostMonths = 1200;
constexpr std::int64_t kMostLength = 36'525 * kDayLength;  // as long

struct Unit {
  std::string_view name;
  std::int64_t micros;  // 0: months
};
constexpr std::array<Unit, 7> kUnits{{{"ms", 1'000},
                                      {"s", 1'000'000},
                                      {"m", 60'000'000},
                                      {"h", 3'600'000'000},
                                      {"d", kDayLength},
                                      {"w", 7 * kDayLength},
                                      {"mo", 0}}};

std::int64_t floor_multiple(std::int64_t value, std::int64_t of) {
  const std::int64_t rest = value % of;
  return value - rest - (rest < 0 ? of : 0);
}

// Months since January 1970.
std::int64_t month_of(std::int64_t micros) {
  const chr::year_month_day day{chr::floor<chr::days>(Micros{chr::microseconds{micros}})};
  return (static_cast<int>(day.year()) - 1970) * std::int64_t{12} + static_cast<unsigned>(day.month()) - 1;
}

std::int64_t begin_of_month(std::int64_t month) {
  const std::int64_t year = floor_multiple(month, 12) / 12;
  const chr::year_month_day day{chr::year{static_cast<int>(1970 + year)},
                                chr::month{static_cast<unsigned>(month - year * 12 + 1)}, chr::day{1}};
  return Micros{chr::sys_days{day}}.time_since_epoch().count();
}

int128 measured(BarMeasure measure, const BarPart& part) {
  switch (measure) {
    case BarMeasure::kTick: return 1;
    case BarMeasure::kVolume: return part.volume;
    case BarMeasure::kDollar: return part.value;
  }
  return 0;
}

std::unexpected<Error> too_large(const BarPart& part) {
  return fail(ErrorCode::kBadInput, fmt::format("trade {}: the sum of its bar is too large", part.id));
}

}  // namespace

Result<TimeGrid> TimeGrid::parse(std::string_view text) {
  std::int64_t count = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  const auto unit = std::ranges::find(kUnits, text.substr(static_cast<std::size_t>(stop - text.data())), &Unit::name);
  const auto wrong = [&text] {
    return fail(ErrorCode::kUsage,
                fmt::format("'{}' is no interval such as 250ms, 90s, 5m, 4h, 1d, 1w, 1mo, of 100 years at most", text));
  };
  if (error != std::errc{} || unit == kUnits.end() || count <= 0) return wrong();
  TimeGrid grid;
  if (unit->micros == 0) {
    if (count > kMostMonths) return wrong();
    grid.months_ = static_cast<int>(count);
    return grid;
  }
  if (count > kMostLength / unit->micros) return wrong();
  grid.length_ = count * unit->micros;
  if (unit->name == "w") grid.offset_ = kFirstMonday;
  return grid;
}

std::int64_t TimeGrid::begin_of(std::int64_t time) const noexcept {
  if (months_ > 0) return begin_of_month(floor_multiple(month_of(time), months_));
  return floor_multiple(time - offset_, length_) + offset_;
}

std::int64_t TimeGrid::next(std::int64_t begin) const noexcept {
  return months_ > 0 ? begin_of_month(month_of(begin) + months_) : begin + length_;
}

bool TimeGrid::is_made_of(std::int64_t step) const noexcept {
  if (step == 0) return months_ > 0;
  if (months_ > 0) return kDayLength % step == 0;
  return length_ % step == 0;
}

Result<bool> SizeRule::add(const BarPart& part) {
  if (__builtin_add_overflow(sum_, measured(measure_, part), &sum_)) return too_large(part);
  if (sum_ < size_) return false;
  sum_ = 0;
  return true;
}

ImbalanceRule::ImbalanceRule(BarMeasure measure, std::int64_t rows, std::int64_t span)
    : measure_(measure),
      rows_expected_at_first_(static_cast<double>(rows)),
      bar_weight_(2 / (static_cast<double>(span) + 1)),
      trade_weight_(2 / (static_cast<double>(span) * static_cast<double>(rows) + 1)),
      expected_rows_(static_cast<double>(rows)) {
  ACTS_ASSERT(rows > 0 && span > 0);
}

Result<bool> ImbalanceRule::add(const BarPart& part) {
  const int128 size = measured(measure_, part);
  const int128 imbalance = part.is_buy ? size : -size;
  if (__builtin_add_overflow(theta_, imbalance, &theta_)) return too_large(part);
  ++rows_;
  if (!threshold_) {
    if (static_cast<double>(rows_) < rows_expected_at_first_) return false;
    expected_imbalance_ = static_cast<double>(theta_) / static_cast<double>(rows_);
    end_bar();
    return true;
  }
  expected_imbalance_ += trade_weight_ * (static_cast<double>(imbalance) - expected_imbalance_);
  const bool is_short = static_cast<double>(rows_) * kBound < rows_expected_at_first_;
  if (is_short || std::abs(static_cast<double>(theta_)) < *threshold_) return false;
  expected_rows_ += bar_weight_ * (static_cast<double>(rows_) - expected_rows_);
  expected_rows_ = std::clamp(expected_rows_, rows_expected_at_first_ / kBound, rows_expected_at_first_ * kBound);
  end_bar();
  return true;
}

void ImbalanceRule::end_bar() {
  threshold_ = expected_rows_ * std::abs(expected_imbalance_);
  theta_ = 0;
  rows_ = 0;
}

Result<int128> sized_units(BarMeasure measure, std::string_view text, int value_scale) {
  const Result<Decimal> size = parse_decimal(text);
  const int scale = measure == BarMeasure::kTick ? 0 : measure == BarMeasure::kVolume ? 8 : value_scale;
  if (!size || size->units <= 0) return fail(ErrorCode::kUsage, fmt::format("'{}' is no size above 0", text));
  int128 units = size->units;
  int at = size->scale;
  for (; at < scale; ++at) {
    if (__builtin_mul_overflow(units, int128{10}, &units)) {
      return fail(ErrorCode::kUsage, fmt::format("'{}' is too large a size", text));
    }
  }
  for (; at > scale; --at) {
    if (units % 10 != 0) {
      return fail(ErrorCode::kUsage, fmt::format("'{}' has more than {} decimals", text, scale));
    }
    units /= 10;
  }
  return units;
}

}  // namespace acts::history
