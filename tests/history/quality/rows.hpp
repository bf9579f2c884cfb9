// Rows of the catalog's kinds, made by hand.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "acts/base/time.hpp"

#include "history/import/source_name.hpp"
#include "history/quality/finding.hpp"
#include "history/table/kind.hpp"
#include "history/table/row_source.hpp"

namespace acts::history::test {

// Microseconds since 1970 of "2021-02-11T04:00:00Z".
inline std::int64_t micros(std::string_view text) { return parse_iso8601(text).value().value / 1000; }

inline constexpr std::int64_t kSecondMicros = 1'000'000;
inline constexpr std::int64_t kHourMicros = 3600 * kSecondMicros;
inline constexpr int128 kOne = 100'000'000;  // of the narrow form

// A candle of several trades, sound in itself.
inline Row candle(std::int64_t open_time, std::int64_t step, int128 price = 100 * kOne) {
  Row row;
  const int128 values[]{open_time,   price, price + kOne, price - kOne, price, 10 * kOne, open_time + step - 1000,
                        1000 * kOne, 7,     5 * kOne,     500 * kOne};
  std::size_t i = 0;
  for (const int128 value : values) row.values[i++] = value;
  return row;
}

// Of `trades`.
inline Row trade(std::int64_t id, std::int64_t time, int128 price = 100 * kOne, int128 quantity = kOne) {
  Row row;
  const int128 values[]{id, time, price, quantity, price * quantity / kOne, id % 2};
  std::size_t i = 0;
  for (const int128 value : values) row.values[i++] = value;
  row.nulls = 1U << 6U | 1U << 7U | 1U << 8U;
  return row;
}

inline DataSet set_of(std::string_view kind, std::string interval = {}, std::string origin = "archive") {
  return {.kind = find_kind(kind),
          .venue = "binance-spot",
          .symbol = "BTCUSDT",
          .interval = std::move(interval),
          .origin = std::move(origin)};
}

class RowList final : public RowSource {
 public:
  explicit RowList(std::vector<Row> rows) : rows_(std::move(rows)) {}
  Result<bool> next(Row& row) override {
    if (at_ == rows_.size()) return false;
    row = rows_[at_++];
    return true;
  }

 private:
  std::vector<Row> rows_;
  std::size_t at_ = 0;
};

// "gap 2 2021-02-11T04:00:00.000Z 2021-02-11T05:00:00.000Z detail", with "outage" at its end if it was one.
inline std::string text_of(const Finding& finding) {
  std::string text(to_string(finding.kind));
  text += ' ' + std::to_string(finding.count) + ' ' + to_iso8601({finding.first * 1000});
  if (finding.last != finding.first) text += ' ' + to_iso8601({finding.last * 1000});
  if (!finding.detail.empty()) text += ' ' + finding.detail;
  if (!finding.outage.empty()) text += " outage";
  return text;
}

}  // namespace acts::history::test
