#include "store/sinks/bson_row.hpp"

#include <fmt/format.h>
#include <mongoc/mongoc.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <utility>

#include "acts/base/ratio.hpp"
#include "acts/base/time.hpp"

#include "store/sinks/sink_text.hpp"

namespace acts {
namespace {

constexpr std::string_view kTimeField = "current_time";
constexpr std::string_view kTimeColumn = "sample_time";
constexpr std::string_view kCollectionEnding = "_data";
constexpr std::string_view kQuoteAsset = "USDT";
constexpr std::int64_t kMostMillis = 7'258'118'400'000;  // 2200-01-01
constexpr double kMostWhole = 9'007'199'254'740'992.0;   // 2^53: beyond it doubles leave numbers out

std::string decimal128_text(const bson_iter_t& at) {
  bson_decimal128_t number;
  if (!bson_iter_decimal128(&at, &number)) return {};
  std::array<char, BSON_DECIMAL128_STRING> text{};
  bson_decimal128_to_string(&number, text.data());
  return plain_decimal(text.data());
}

std::optional<Value> parsed(const Column& column, std::string_view text) {
  Result<Value> value = parse_value(column, text);
  return value ? std::optional(*std::move(value)) : std::nullopt;
}

std::string_view utf8_of(const bson_iter_t& at) {
  std::uint32_t length = 0;
  const char* const text = bson_iter_utf8(&at, &length);
  return {text, length};
}

std::optional<Value> time_of(const bson_iter_t& at) {
  if (BSON_ITER_HOLDS_DATE_TIME(&at)) {
    const std::int64_t millis = bson_iter_date_time(&at);
    if (millis < 0 || millis >= kMostMillis) return std::nullopt;
    return Value{from_unix_millis(millis)};
  }
  if (!BSON_ITER_HOLDS_UTF8(&at)) return std::nullopt;
  const Result<UnixNanos> time = parse_iso8601(utf8_of(at));
  if (!time || time->value < 0 || time->value % 1'000'000 != 0 || to_unix_millis(*time) >= kMostMillis) {
    return std::nullopt;
  }
  return Value{*time};
}

std::optional<Value> exact_of(const bson_iter_t& at, const Column& column, BsonRow& made) {
  if (BSON_ITER_HOLDS_INT(&at)) return Value{Decimal{bson_iter_as_int64(&at), 0}};
  if (BSON_ITER_HOLDS_UTF8(&at)) return parsed(column, utf8_of(at));
  if (BSON_ITER_HOLDS_DECIMAL128(&at)) return parsed(column, decimal128_text(at));
  if (!BSON_ITER_HOLDS_DOUBLE(&at) || !std::isfinite(bson_iter_double(&at))) return std::nullopt;
  ++made.from_doubles;
  return parsed(column, plain_decimal(shortest_text(bson_iter_double(&at))));
}

std::optional<Value> ratio_of(const bson_iter_t& at, const Column& column) {
  if (BSON_ITER_HOLDS_INT(&at)) return Value{static_cast<double>(bson_iter_as_int64(&at))};
  if (BSON_ITER_HOLDS_DECIMAL128(&at)) return parsed(column, decimal128_text(at));
  if (!BSON_ITER_HOLDS_DOUBLE(&at) || !std::isfinite(bson_iter_double(&at))) return std::nullopt;
  return Value{bson_iter_double(&at)};
}

std::optional<Value> count_of(const bson_iter_t& at, const Column& column) {
  if (BSON_ITER_HOLDS_INT(&at)) return Value{bson_iter_as_int64(&at)};
  if (BSON_ITER_HOLDS_DECIMAL128(&at)) return parsed(column, decimal128_text(at));
  if (!BSON_ITER_HOLDS_DOUBLE(&at)) return std::nullopt;
  const double number = bson_iter_double(&at);
  if (!(std::abs(number) <= kMostWhole) || number != std::trunc(number)) return std::nullopt;
  return Value{static_cast<std::int64_t>(number)};
}

// Nothing: a value that the column cannot have.
std::optional<Value> value_of(const bson_iter_t& at, const Column& column, BsonRow& made) {
  if (BSON_ITER_HOLDS_NULL(&at) || BSON_ITER_HOLDS_UNDEFINED(&at)) return Value{};
  switch (column.type) {
    case ColumnType::kText:
      return BSON_ITER_HOLDS_UTF8(&at) ? std::optional(Value{std::string(utf8_of(at))}) : std::nullopt;
    case ColumnType::kTime: return time_of(at);
    case ColumnType::kDecimal: return exact_of(at, column, made);
    case ColumnType::kRatio: return ratio_of(at, column);
    case ColumnType::kCount: return count_of(at, column);
  }
  return std::nullopt;
}

std::unexpected<Error> bad_document(std::string text) { return fail(ErrorCode::kBadInput, std::move(text)); }

Result<void> take_field(const bson_iter_t& at, const RowSchema& schema, BsonRow& made) {
  const std::string_view field = bson_iter_key(&at);
  const auto column = std::ranges::find(schema.columns, field == kTimeField ? kTimeColumn : field, &Column::name);
  if (column == schema.columns.end()) {
    if (field != "_id") made.unknown.emplace_back(field);
    return {};
  }
  std::optional<Value> value = value_of(at, *column, made);
  if (!value) return bad_document(fmt::format("{} has a value that it cannot have", column->name));
  made.row.values[static_cast<std::size_t>(column - schema.columns.begin())] = *std::move(value);
  return {};
}

}  // namespace

Result<BsonRow> row_of_bson(std::span<const std::uint8_t> bytes, const RowSchema& schema, const RowOwner& owner) {
  bson_t document;
  bson_iter_t at;
  if (!bson_init_static(&document, bytes.data(), bytes.size()) ||
      !bson_validate(&document, BSON_VALIDATE_UTF8, nullptr) || !bson_iter_init(&at, &document)) {
    return bad_document("it is damaged");
  }
  BsonRow made;
  made.row.values.resize(schema.columns.size());
  while (bson_iter_next(&at)) {
    if (Result<void> taken = take_field(at, schema, made); !taken) return std::unexpected(taken.error());
  }
  std::vector<Value>& values = made.row.values;
  if (values[0].index() == 0) values[0] = owner.venue;
  if (values[1].index() == 0) values[1] = owner.symbol;
  if (values[2].index() == 0) return bad_document(fmt::format("it has no {}", kTimeField));
  return made;
}

Result<RowOwner> owner_of_collection(std::string_view name) {
  const std::string_view base = name.substr(0, name.size() - std::min(name.size(), kCollectionEnding.size()));
  const auto is_plain = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
  };
  if (!name.ends_with(kCollectionEnding) || base.empty() || !std::ranges::all_of(base, is_plain)) {
    return bad_document(fmt::format("{}: it is no collection of one asset's rows, as BTC_data", name));
  }
  std::string symbol(base);
  std::ranges::transform(symbol, symbol.begin(),
                         [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  symbol += kQuoteAsset;
  return RowOwner{"binance-spot", std::move(symbol)};
}

}  // namespace acts
