#include "store/book_level.hpp"

namespace acts {

RowSchema book_level_schema() {
  return {{{"venue", ColumnType::kText, false},
           {"symbol", ColumnType::kText, false},
           {"book_time", ColumnType::kTime, false},
           {"side", ColumnType::kText, false},
           {"price", ColumnType::kDecimal, false},
           {"quantity", ColumnType::kDecimal, false},
           {"state", ColumnType::kText, false},
           {"level", ColumnType::kCount, false}}};
}

MinuteRow book_level_row(const std::string& venue, const std::string& symbol, UnixNanos saved_at,
                         const BookLevelValues& level) {
  return {{venue, symbol, floor_to(saved_at, std::chrono::milliseconds{1}), std::string(level.side), level.price,
           level.quantity, std::string(level.state), level.level}};
}

}  // namespace acts
