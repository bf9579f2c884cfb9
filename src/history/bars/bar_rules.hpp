// Where one bar ends and the next begins. Pure.
//
// Definitions: M. López de Prado, "Advances in Financial Machine Learning" (2018), chapter 2: time, tick, volume and
// dollar bars (2.3.1), imbalance bars (2.3.2.1 and 2.3.2.2). He guesses a trade's side by the tick rule; the venue says
// who was the taker, so that is taken.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "acts/base/decimal.hpp"
#include "acts/base/result.hpp"

#include "history/bars/bar_part.hpp"

namespace acts::history {

// Bars of equal time. Up to days they begin at multiples of their length since 1970-01-01 UTC, those of weeks on
// Mondays, those of months on the first of a month (of several: at multiples since January 1970).
class TimeGrid {
 public:
  // "250ms", "90s", "1m", "4h", "1d", "2w", "1mo". Errors: kUsage.
  static Result<TimeGrid> parse(std::string_view text);

  // Microseconds since 1970 UTC: the begin of the bar that `time` belongs to, and of the one behind a bar's begin.
  [[nodiscard]] std::int64_t begin_of(std::int64_t time) const noexcept;
  [[nodiscard]] std::int64_t next(std::int64_t begin) const noexcept;
  // Whether candles of so many microseconds (0: of a month) make whole bars. `step` >= 0.
  [[nodiscard]] bool is_made_of(std::int64_t step) const noexcept;

 private:
  std::int64_t length_ = 0;  // microseconds; 0: months
  std::int64_t offset_ = 0;  // of a begin, since 1970
  int months_ = 0;
};

// What bars are counted in.
enum class BarMeasure : std::uint8_t { kTick, kVolume, kDollar };

// A bar ends with the trade with which its ticks (rows), volume or value reach the size; no trade is divided.
class SizeRule {
 public:
  // `size` > 0: rows, units of 10^-8, or of 10^-value_scale() (sized_units()).
  SizeRule(BarMeasure measure, int128 size) : measure_(measure), size_(size) {}
  // Whether the bar ends with this part. Errors: kBadInput: a sum beyond 128 bits.
  Result<bool> add(const BarPart& part);

 private:
  BarMeasure measure_;
  int128 size_;
  int128 sum_ = 0;
};

// A bar ends with the trade with which the taker's side prevails by more than was to be expected: |theta| >= E[T] *
// |E[b v]|, where theta is the sum of signed ticks, volumes or values of the bar, exact, T the trades in a bar, and b v
// a trade's signed measure. Expectations are exponentially weighted means, hence doubles: of T over the bars before, of
// b v over the trades before, both as they were when the bar began. The first bar ends after `rows`, by which there are
// means at all.
//
// E[T] stays within a tenth and ten times of `rows`, and no bar has less than a tenth: without a bound a run of one
// side makes E[T] grow, which makes bars longer, which makes it grow; and a market in balance makes bars of single
// trades.
class ImbalanceRule {
 public:
  static constexpr double kBound = 10;
  // `rows` > 0: trades that a bar is expected to have. `span` > 0: of the means, in bars (weight 2 / (span + 1)), and
  // `span` times `rows` in trades.
  ImbalanceRule(BarMeasure measure, std::int64_t rows, std::int64_t span);
  // As SizeRule::add().
  Result<bool> add(const BarPart& part);

  [[nodiscard]] std::optional<double> threshold() const { return threshold_; }

 private:
  void end_bar();

  BarMeasure measure_;
  double rows_expected_at_first_;
  double bar_weight_;
  double trade_weight_;
  double expected_rows_;
  double expected_imbalance_ = 0;
  std::optional<double> threshold_;  // none: the first bar
  int128 theta_ = 0;
  std::int64_t rows_ = 0;
};

// The size of SizeRule in its units. `text`: a decimal above 0, of ticks a whole number. Errors: kUsage.
Result<int128> sized_units(BarMeasure measure, std::string_view text, int value_scale);

}  // namespace acts::history
