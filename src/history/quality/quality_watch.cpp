#include "history/quality/quality_watch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "history/quality/outages.hpp"
#include "history/table/micros.hpp"

namespace acts::history {
namespace {

constexpr std::int64_t kMillisecond = 1000;
constexpr std::int64_t kMostHours = 24 * 366;

// Columns of candles: all four kinds have the same.
enum Candle : std::size_t { kOpenTime, kOpen, kHigh, kLow, kClose, kVolume, kCloseTime, kQuoteVolume, kTrades, kTaker };

}  // namespace

QualityWatch::QualityWatch(DataSet set, FindingSink told)
    : set_(std::move(set)),
      kind_(set_.kind),
      findings_(std::move(told)),
      price_(find_column(*kind_, "price")),
      bid_(find_column(*kind_, "bid_price")),
      ask_(find_column(*kind_, "ask_price")),
      hours_(find_column(*kind_, "interval_hours")) {
  if (kind_->is_stream) book_.emplace(*kind_, BookIds::of_venue(set_.venue), findings_);
  has_single_key_ = kind_->key_columns == 1;
  step_ = kind_->has_interval ? std::max<std::int64_t>(interval_micros(set_.interval), 0) : kind_->key_step;
  const bool is_of_ids = kind_->columns[0].type == CellType::kInteger;
  if (is_of_ids && !has_dense_ids(set_)) step_ = 0;
  if (step_ > 0 || hours_) steps_ = is_of_ids ? Steps::kIds : Steps::kTimes;
}

void QualityWatch::look(const Row& row) {
  const std::int64_t time = time_of(row);
  look_at_unit(row, time);
  if (book_) return book_->look(row, time);
  if (has_last_) check_order(row, time);
  last_key_ = has_last_ ? std::max(last_key_, row.integer(0)) : row.integer(0);
  last_time_ = time;
  has_last_ = true;
  if (kind_->has_interval) check_candle(row, time);
  if (price_) check_prices(row, time);
  if (bid_ && ask_) check_quote(row, time);
}

void QualityWatch::check_order(const Row& row, std::int64_t time) {
  const std::int64_t key = row.integer(0);
  if (kind_->time_column != 0 && time < last_time_) {
    add(FindingKind::kStepBack, time,
        fmt::format("{} is {} us before that of the row before", kind_->columns[kind_->time_column].name,
                    last_time_ - time));
  }
  if (!has_single_key_) return;
  if (key > last_key_) return check_gap(key, time, row);
  const bool again = key == last_key_;
  const bool is_id = kind_->columns[0].type == CellType::kInteger;
  add(again ? FindingKind::kRepeated : FindingKind::kStepBack, time,
      is_id ? fmt::format("{} {} behind {}", kind_->columns[0].name, key, last_key_)
            : std::string(kind_->columns[0].name));
}

void QualityWatch::check_gap(std::int64_t key, std::int64_t time, const Row& row) {
  const int128 apart = int128{key} - last_key_;  // ids may be any numbers
  if (steps_ == Steps::kNone) return;
  if (steps_ == Steps::kIds) {
    if (apart == 1) return;
    return findings_.add({.kind = FindingKind::kGap,
                          .first = last_time_,
                          .last = time,
                          .count = static_cast<std::uint64_t>(apart - 1),
                          .detail = fmt::format("{} {} to {}", kind_->columns[0].name, last_key_ + 1, key - 1)});
  }
  // A row may tell any number of hours.
  const std::int64_t step =
      hours_ ? std::clamp<std::int64_t>(row.integer(*hours_), 0, kMostHours) * kHourMicros : step_;
  if (step <= 0) return;
  const auto missing = static_cast<std::int64_t>((apart + step / 2) / step - 1);
  if (missing <= 0) return;
  const std::int64_t first = last_key_ + step;
  const std::int64_t last = last_key_ + missing * step;
  const Outage* const outage = kind_->has_interval ? outage_of(set_.venue, first, last + step, step) : nullptr;
  findings_.add({.kind = FindingKind::kGap,
                 .first = first,
                 .last = last,
                 .count = static_cast<std::uint64_t>(missing),
                 .outage = outage == nullptr ? std::string_view() : outage->source});
}

void QualityWatch::check_candle(const Row& row, std::int64_t time) {
  check_shape(row, time);
  const bool has_volume = row.values[kVolume] != 0;
  const bool is_flat = row.values[kHigh] == row.values[kLow];
  if (!has_volume && !row.is_null(kVolume)) add(FindingKind::kZeroVolume, time);
  if (has_volume && is_flat && row.values[kTrades] > 1) add(FindingKind::kFlat, time);
  // The last moment is a millisecond or a microsecond before the next candle.
  if (step_ > 0 && !row.is_null(kCloseTime) && row.values[kCloseTime] + kMillisecond < row.values[0] + step_) {
    add(FindingKind::kEarlyClose, time);
  }
  if (row.values[kLow] <= 0) return;  // premium indices have no outliers of this kind
  tell(outliers_.add({decimal(row, kLow), decimal(row, kHigh), decimal(row, kClose), time}));
}

void QualityWatch::check_shape(const Row& row, std::int64_t time) {
  const auto& v = row.values;
  const auto contradicts = [&](std::size_t a, std::string_view how, std::size_t b) {
    add(FindingKind::kContradiction, time,
        fmt::format("{} {} {} {} {}", kind_->columns[a].name, text(row, a), how, kind_->columns[b].name, text(row, b)));
  };
  for (const std::size_t price : {kOpen, kClose, kLow}) {
    if (v[kHigh] < v[price]) return contradicts(kHigh, "is below", price);
    if (v[kLow] > v[price]) return contradicts(kLow, "is above", price);
  }
  if (!row.is_null(kTaker) && v[kTaker] > v[kVolume]) return contradicts(kTaker, "is above", kVolume);
  if (step_ <= 0) return;
  const bool ends_within = row.is_null(kCloseTime) || (v[kCloseTime] >= v[0] && v[kCloseTime] < v[0] + step_);
  if (!ends_within) return add(FindingKind::kContradiction, time, "close_time is not within the candle");
  if (!is_on_grid(row.integer(0), step_)) {
    add(FindingKind::kContradiction, time, fmt::format("open_time is not a multiple of {}", set_.interval));
  }
}

void QualityWatch::check_prices(const Row& row, std::int64_t time) {
  if (row.is_null(*price_)) return;
  const Decimal price = decimal(row, *price_);
  if (price.units == 0) return add(FindingKind::kZeroPrice, time);
  if (price.units > 0) tell(outliers_.add({price, price, price, time}));
}

void QualityWatch::check_quote(const Row& row, std::int64_t time) {
  if (row.is_null(*bid_) || row.is_null(*ask_)) return;
  // A side without an order is told as 0.
  if (row.values[*ask_] <= 0 || row.values[*bid_] < row.values[*ask_]) return;
  add(FindingKind::kCrossed, time, fmt::format("bid {}, ask {}", text(row, *bid_), text(row, *ask_)));
}

void QualityWatch::look_at_unit(const Row& row, std::int64_t time) {
  if (unit_ == Unit::kUnknown) {
    unit_ = Unit::kMillis;
    day_begin_ = time;
  }
  for (std::size_t i = 0; i < kind_->columns.size(); ++i) {
    if (kind_->columns[i].type == CellType::kTime && row.values[i] % kMillisecond != 0) unit_ = Unit::kMicros;
  }
}

void QualityWatch::end_day() {
  if (book_) book_->end_message();
  if (unit_ != Unit::kUnknown) {
    if (last_unit_ != Unit::kUnknown && last_unit_ != unit_) {
      add(FindingKind::kUnitChange, day_begin_,
          unit_ == Unit::kMicros ? "times in milliseconds up to here, in microseconds from here on"
                                 : "times in microseconds up to here, in milliseconds from here on");
    }
    last_unit_ = unit_;
  }
  unit_ = Unit::kUnknown;
  findings_.end_day();
}

void QualityWatch::interrupt() {
  if (book_) book_->interrupt();
  has_last_ = false;
  unit_ = Unit::kUnknown;
  last_unit_ = Unit::kUnknown;
  while (const auto outlier = outliers_.finish()) tell(outlier);
  outliers_ = {};
  findings_.end_day();
}

void QualityWatch::finish() { interrupt(); }

void QualityWatch::tell(const std::optional<OutlierWindow::Outlier>& outlier) {
  if (!outlier) return;
  add(FindingKind::kOutlier, outlier->time,
      fmt::format("price {}, the median of its neighbours is {}", to_string(outlier->price), outlier->median));
}

void QualityWatch::add(FindingKind kind, std::int64_t time, std::string detail) {
  const bool may_be_cut = kind_->has_interval && !is_fault(kind) && step_ > 0;
  const Outage* const outage = may_be_cut ? outage_of(set_.venue, time, time + step_, step_) : nullptr;
  findings_.add({.kind = kind,
                 .first = time,
                 .last = time,
                 .detail = std::move(detail),
                 .outage = outage == nullptr ? std::string_view() : outage->source});
}

std::int64_t QualityWatch::time_of(const Row& row) const {
  return has_time(*kind_, row) ? micros_of(*kind_, row) : last_time_;
}

Decimal QualityWatch::decimal(const Row& row, std::size_t column) const {
  return {row.values[column], decimal_shape(kind_->columns[column].type, row.form).scale};
}

std::string QualityWatch::text(const Row& row, std::size_t column) const { return to_string(decimal(row, column)); }

}  // namespace acts::history
