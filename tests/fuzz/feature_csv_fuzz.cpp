// Any bytes as stored features in CSV: rows of finite numbers and NaN, or one line that says what is wrong.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "acts/base/assert.hpp"

#include "backtest/features/feature_csv.hpp"

namespace {

void check_told(const acts::Error& error) {
  ACTS_ASSERT(error.message.starts_with("f.csv:") && !error.message.contains('\n'));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace acts;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto table = backtest::csv_feature_table(read_from_memory(text), "f.csv");
  if (!table) return check_told(table.error()), 0;
  if (table->time.empty()) return 0;
  std::vector<std::string> wanted;
  for (const backtest::FeatureColumn& column : table->columns) {
    if (column.name != "venue" && column.name != "symbol") wanted.push_back(column.name);
  }
  const backtest::FeatureMarket market{.venue = "binance-usdm", .symbol = "BTCUSDT"};
  const auto rows = backtest::read_csv_features(read_from_memory(text), *table, market, wanted);
  backtest::FeatureRow row;
  for (;;) {
    const Result<bool> there = rows->next(row);
    if (!there) return check_told(there.error()), 0;
    if (!*there) return 0;
    ACTS_ASSERT(row.values.size() == wanted.size() && row.ts.value > 0);
    for (const double value : row.values) ACTS_ASSERT(std::isfinite(value) || std::isnan(value));
  }
}
