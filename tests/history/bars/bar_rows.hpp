// Rows of trades and candles for tests of bars.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "history/bars/bar_source.hpp"
#include "history/table/row_text.hpp"

namespace acts::history::test {

inline const Kind& agg_trades() { return *find_kind("agg_trades"); }
inline const Kind& klines() { return *find_kind("klines"); }

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

struct Trade {
  std::int64_t id;
  std::int64_t time;      // microseconds
  std::int64_t price;     // units of 10^-8
  std::int64_t quantity;  // the same
  bool is_buy = true;     // by the taker
};

inline Row row_of(const Trade& trade, DecimalForm form = DecimalForm::kNarrow) {
  Row row;
  row.form = form;
  row.values[0] = trade.id;
  row.values[1] = trade.time;
  row.values[2] = trade.price * int128{form == DecimalForm::kWide ? 10'000 : 1};
  row.values[3] = trade.quantity;
  row.values[4] = trade.id * 2;
  row.values[5] = trade.id * 2 + 1;  // two trades each
  row.values[6] = trade.is_buy ? 0 : 1;
  row.nulls = 1U << 7 | 1U << 8;
  return row;
}

struct Candle {
  std::int64_t open_time;
  std::int64_t step;
  std::int64_t open, high, low, close;
  std::int64_t volume = 1;
  std::int64_t trades = 1;
};

inline Row row_of(const Candle& candle) {
  Row row;
  const std::int64_t values[] = {candle.open_time,
                                 candle.open,
                                 candle.high,
                                 candle.low,
                                 candle.close,
                                 candle.volume,
                                 candle.open_time + candle.step - 1000,
                                 candle.volume * 3,
                                 candle.trades,
                                 candle.volume / 2,
                                 candle.volume};
  std::copy(std::begin(values), std::end(values), row.values);
  return row;
}

template <typename Item>
std::vector<Row> rows_of(const std::vector<Item>& items) {
  std::vector<Row> rows;
  rows.reserve(items.size());
  for (const Item& item : items) rows.push_back(row_of(item));
  return rows;
}

struct Bars {
  std::vector<Row> rows;
  BarFacts facts;
  std::string error;

  // Of one column, all bars.
  [[nodiscard]] std::vector<std::int64_t> all(BarColumn column) const {
    std::vector<std::int64_t> values;
    values.reserve(rows.size());
    for (const Row& row : rows) values.push_back(row.integer(column));
    return values;
  }
};

inline Bars bars_of(const Kind& kind, std::vector<Row> rows, const BarOptions& options, bool has_value = true) {
  const DecimalForm form = rows.empty() ? DecimalForm::kNarrow : rows.front().form;
  RowList list(std::move(rows));
  BarSource source(list, PartReader(kind, form, has_value), form, options);
  Bars bars;
  Row row;
  for (;;) {
    const Result<bool> there = source.next(row);
    bars.facts = source.facts();
    if (!there) {
      bars.error = there.error().message;
      return bars;
    }
    if (!*there) break;
    bars.rows.push_back(row);
  }
  EXPECT_FALSE(source.next(row).value());
  return bars;
}

inline TimeGrid grid(std::string_view text) { return TimeGrid::parse(text).value(); }

}  // namespace acts::history::test
