// Minute rows for tests of what keeps them.
#pragma once

#include <cstdint>
#include <string>

#include "acts/features/row.hpp"

namespace acts::testing {

// Every type of column.
inline RowSchema small_schema() {
  return {{{"venue", ColumnType::kText, false},
           {"symbol", ColumnType::kText, false},
           {"sample_time", ColumnType::kTime, false},
           {"last_book_update", ColumnType::kTime, true},
           {"best_bid", ColumnType::kDecimal, true},
           {"book_bias_1", ColumnType::kRatio, true},
           {"updates", ColumnType::kCount, true},
           {"state", ColumnType::kText, true}}};
}

inline UnixNanos minute(std::int64_t number) { return UnixNanos{1'723'161'300'000'000'000} + number * kMinute; }

inline MinuteRow small_row(const std::string& symbol, std::int64_t number, std::int64_t bid_units = 6'168'599) {
  return {{"binance-spot", symbol, minute(number), minute(number) - std::chrono::milliseconds{27},
           Decimal{bid_units, 2}, 0.1 + 0.2, number, "live"}};
}

}  // namespace acts::testing
