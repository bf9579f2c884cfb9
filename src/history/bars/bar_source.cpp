#include "history/bars/bar_source.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "acts/base/assert.hpp"
#include "acts/base/time.hpp"

namespace acts::history {
namespace {

constexpr int kSumScale = 8;
constexpr int kSumDigits = 38;

int128 power(int exponent) {
  int128 result = 1;
  for (int i = 0; i < exponent; ++i) result *= 10;
  return result;
}

bool fits(int128 sum) {
  static const int128 kLimit = power(kSumDigits);
  return sum > -kLimit && sum < kLimit;
}

// Half up; sums are not negative.
int128 rounded(int128 value, int scale) {
  const int128 unit = power(scale - kSumScale);
  return value / unit + (value % unit >= unit - value % unit ? 1 : 0);
}

constexpr std::uint32_t column_bit(BarColumn column) { return std::uint32_t{1} << column; }
bool is_null(std::uint32_t nulls, BarColumn column) { return (nulls & column_bit(column)) != 0; }

std::string time_of(std::int64_t micros) { return to_iso8601(UnixNanos{micros * 1000}); }

}  // namespace

Result<bool> BarSource::next(Row& row) {
  if (!has_bar_) {
    Result<bool> made = make_bar();
    if (!made || !*made) return made;
    has_bar_ = true;
  }
  const bool fills = fills_before(bar_.begin);
  const Bar bar = fills ? filled_bar() : bar_;
  if (!fills) has_bar_ = false;
  if (const Result<void> written = write(bar, row); !written) return std::unexpected(written.error());
  last_ = bar;
  return true;
}

Result<bool> BarSource::make_bar() {
  const Result<bool> there = read_part();
  if (!there || !*there) return there;
  if (const Result<void> begun = begin_bar(); !begun) return std::unexpected(begun.error());
  for (;;) {
    if (const Result<void> added = add_part(); !added) return std::unexpected(added.error());
    const Result<bool> full = is_full();
    if (!full || *full) return full;
    const Result<bool> more = read_part();
    if (!more) return more;
    if (!*more) {
      close_last();
      return true;
    }
    if (is_of_next_bar()) return true;
  }
}

// The next part into part_, unless one waits there.
Result<bool> BarSource::read_part() {
  while (!has_part_ && !has_ended_) {
    Row row;
    const Result<bool> there = source_->next(row);
    if (!there) return there;
    if (!*there) {
      has_ended_ = true;
      break;
    }
    ACTS_ASSERT(row.form == form_);
    ++facts_.rows;
    const Result<bool> taken = reader_.read(row, part_);
    if (!taken) return taken;
    has_part_ = *taken;
    if (!*taken) ++facts_.outside_market;
    if (*taken) end_with_step(part_);
  }
  return has_part_;
}

// A candle that does not tell its last moment ends with its interval.
void BarSource::end_with_step(BarPart& part) const {
  if (options_.step == 0 || !is_null(part.nulls, kBarCloseTime)) return;
  part.close_time = part.open_time + options_.step - 1;
  part.nulls &= ~column_bit(kBarCloseTime);
}

bool BarSource::is_of_next_bar() {
  if (grid() == nullptr) return false;
  if (part_.open_time < bar_.begin) ++facts_.late;
  return part_.open_time >= bar_.end;
}

Result<void> BarSource::begin_bar() {
  bar_ = {.begin = part_.open_time,
          .end = part_.open_time,
          .close_time = part_.close_time,
          .open = part_.open,
          .high = part_.high,
          .low = part_.low,
          .first_id = part_.id};
  if (grid() == nullptr) return {};
  bar_.begin = grid()->begin_of(part_.open_time);
  bar_.end = grid()->next(bar_.begin);
  // One whose time goes back behind a bar that is over opens no older bar than the one after that.
  if (last_ && bar_.begin < last_->end) {
    ++facts_.late;
    bar_.begin = last_->end;
    bar_.end = grid()->next(bar_.begin);
  }
  return {};
}

Result<void> BarSource::add_part() {
  has_part_ = false;
  if (options_.step > 0 && grid() != nullptr && part_.open_time + options_.step > bar_.end) {
    return fail(ErrorCode::kBadInput, fmt::format("the candle of {} is not within a bar", time_of(part_.open_time)));
  }
  bar_.high = std::max(bar_.high, part_.high);
  bar_.low = std::min(bar_.low, part_.low);
  bar_.close = part_.close;
  bar_.close_time = std::max(bar_.close_time, part_.close_time);
  bar_.trades += part_.trades;
  bar_.missing += part_.missing;
  // A sum of which a part is not known is not known.
  bar_.nulls |= part_.nulls;
  ++bar_.rows;
  const bool is_too_large = __builtin_add_overflow(bar_.volume, part_.volume, &bar_.volume) ||
                            __builtin_add_overflow(bar_.buy_volume, part_.buy_volume, &bar_.buy_volume) ||
                            __builtin_add_overflow(bar_.value, part_.value, &bar_.value) ||
                            __builtin_add_overflow(bar_.buy_value, part_.buy_value, &bar_.buy_value);
  if (!is_too_large && fits(bar_.volume)) return {};
  return fail(ErrorCode::kBadInput,
              fmt::format("the sum of the bar of {} is too large: make smaller bars", time_of(bar_.begin)));
}

// With the part that it has got.
Result<bool> BarSource::is_full() {
  if (auto* const rule = std::get_if<SizeRule>(&options_.rule)) return rule->add(part_);
  if (auto* const rule = std::get_if<ImbalanceRule>(&options_.rule)) return rule->add(part_);
  return false;
}

// Nothing follows: is the bar over all the same?
void BarSource::close_last() {
  const bool has_last_candle = options_.step > 0 && part_.open_time + options_.step >= bar_.end;
  bar_.is_open = grid() == nullptr || (!has_last_candle && bar_.end > options_.known_until);
}

bool BarSource::fills_before(std::int64_t begin) const {
  return options_.fill && grid() != nullptr && last_ && last_->end < begin;
}

BarSource::Bar BarSource::filled_bar() const {
  const std::int64_t end = grid()->next(last_->end);
  return {.begin = last_->end,
          .end = end,
          .close_time = end - 1,
          .open = last_->close,
          .high = last_->close,
          .low = last_->close,
          .close = last_->close,
          .is_filled = true};
}

Result<void> BarSource::write(const Bar& bar, Row& row) {
  const bool has_steps = grid() != nullptr && options_.step > 0;
  const bool is_of_time = grid() != nullptr;
  const std::int64_t missing = has_steps ? (bar.end - bar.begin) / options_.step - bar.rows : bar.missing;
  const bool has_id = reader_.is_of_trades() && !bar.is_filled;
  const bool knows_missing = has_steps || reader_.is_of_trades();
  row = {};
  row.form = form_;
  const auto put = [&row, &bar](BarColumn column, int128 value, bool has_it = true) {
    const bool is_known = has_it && !is_null(bar.nulls, column);
    row.values[column] = is_known ? value : 0;
    if (!is_known) row.nulls |= column_bit(column);
  };
  const int128 value = rounded(bar.value, reader_.value_scale());
  const int128 buy_value = rounded(bar.buy_value, reader_.value_scale());
  if (!fits(value)) {
    return fail(ErrorCode::kBadInput, fmt::format("the quote volume of {} is too large", time_of(bar.begin)));
  }
  put(kBarOpenTime, bar.begin);
  put(kBarOpen, bar.open);
  put(kBarHigh, bar.high);
  put(kBarLow, bar.low);
  put(kBarClose, bar.close);
  put(kBarVolume, bar.volume);
  // Of trades by time: the interval's, as candles have it.
  put(kBarCloseTime, is_of_time && reader_.is_of_trades() ? bar.end - 1 : bar.close_time);
  put(kBarQuoteVolume, value, reader_.has_value());
  put(kBarTrades, bar.trades);
  put(kBarTakerBuyVolume, bar.buy_volume);
  put(kBarTakerBuyQuoteVolume, buy_value, reader_.has_value());
  put(kBarFirstId, bar.first_id, has_id);
  put(kBarRows, bar.rows);
  put(kBarMissing, missing, knows_missing);
  put(kBarIsFilled, bar.is_filled ? 1 : 0);
  put(kBarIsOpen, bar.is_open ? 1 : 0);
  ++facts_.bars;
  if (bar.is_filled) ++facts_.filled;
  if (knows_missing) facts_.missing += static_cast<std::uint64_t>(std::max<std::int64_t>(missing, 0));
  return {};
}

}  // namespace acts::history
