// A document of a minute collector: whatever the bytes, a row whose values are of their columns' types, or an error.
#include <variant>

#include "acts/base/assert.hpp"
#include "acts/features/bands.hpp"
#include "acts/features/feature.hpp"

#include "store/sinks/bson_row.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* bytes, std::size_t size) {
  using namespace acts;
  static const RowSchema kSchema = make_schema(BandList::defaults());
  const auto made = row_of_bson({bytes, size}, kSchema, {"binance-spot", "BTCUSDT"});
  if (!made) {
    ACTS_ASSERT(!made.error().message.empty());
    return 0;
  }
  ACTS_ASSERT(made->row.values.size() == kSchema.columns.size());
  for (std::size_t i = 0; i < kSchema.columns.size(); ++i) {
    const Value& value = made->row.values[i];
    if (value.index() == 0) {
      ACTS_ASSERT(i > 2);
      continue;
    }
    switch (kSchema.columns[i].type) {
      case ColumnType::kText: ACTS_ASSERT(std::holds_alternative<std::string>(value)); break;
      case ColumnType::kTime: ACTS_ASSERT(std::holds_alternative<UnixNanos>(value)); break;
      case ColumnType::kDecimal: ACTS_ASSERT(std::holds_alternative<Decimal>(value)); break;
      case ColumnType::kRatio: ACTS_ASSERT(std::holds_alternative<double>(value)); break;
      case ColumnType::kCount: ACTS_ASSERT(std::holds_alternative<std::int64_t>(value)); break;
    }
  }
  std::string text;
  append_json(text, kSchema, made->row);
  return 0;
}
