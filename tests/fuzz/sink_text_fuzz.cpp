// Any text as an address of a database, as what one answers, and as the type of a column: read without harm, and a
// password never shown.
#include <fmt/format.h>

#include <cmath>
#include <variant>

#include "acts/base/assert.hpp"

#include "store/sinks/clickhouse_type.hpp"
#include "store/sinks/csv_text.hpp"
#include "store/sinks/http_call.hpp"
#include "store/sinks/influx_answer.hpp"
#include "store/sinks/sink_settings.hpp"
#include "store/sinks/sink_text.hpp"
#include "store/sinks/sink_uri.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* bytes, std::size_t size) {
  using namespace acts;
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  ACTS_ASSERT(url_decoded(url_encoded(text)) == text);
  static_cast<void>(url_decoded(text));
  const std::string line = one_line(text);
  ACTS_ASSERT(line.size() <= 300 && line.find('\n') == std::string::npos);

  if (const auto found = json_text(text, "buckets.0.id")) ACTS_ASSERT(found->size() < size);

  std::size_t fields = 0;
  for (const auto& one : csv_lines(text)) fields += one.size();
  ACTS_ASSERT(fields <= size + 1);

  const std::string plain = plain_decimal(text);
  if (const auto number = parse_decimal(plain)) {
    const DigitCount count = digits_of(*number);
    ACTS_ASSERT(count.decimals >= 0 && count.decimals <= number->scale && count.digits <= 38);
  }
  for (const ColumnType type :
       {ColumnType::kText, ColumnType::kTime, ColumnType::kDecimal, ColumnType::kRatio, ColumnType::kCount}) {
    const Column column{"x", type, true};
    if (const Result<Value> value = parse_value(column, text)) {
      if (const auto* number = std::get_if<double>(&*value)) ACTS_ASSERT(std::isfinite(*number));
    }
    const auto of_clickhouse = clickhouse_type(column, text);
    std::string out;
    if (of_clickhouse && type == ColumnType::kDecimal) {
      static_cast<void>(append_binary(out, Value{Decimal{-123'456, 3}}, *of_clickhouse));
    }
    if (of_clickhouse && type == ColumnType::kTime) {
      static_cast<void>(append_binary(out, Value{UnixNanos{1'723'161'300'027'000'000}}, *of_clickhouse));
    }
  }

  SinkSettings settings;
  settings.uri = text;
  const SinkUri uri = split_uri(text);
  if (check(settings)) ACTS_ASSERT(!uri.has_password && !uri.hosts.empty() && !uri.database.empty());
  return 0;
}
