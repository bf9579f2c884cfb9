#include "report/run/run_rows.hpp"

#include <fmt/format.h>

#include <utility>

#include "report/run/row_fields.hpp"
#include "report/statistics/exact.hpp"

namespace acts::report {
namespace {

constexpr std::array<std::string_view, 9> kEquityColumns{"time", "instrument", "mark_price", "position",      "cash",
                                                         "fee",  "funding",    "equity",     "position_value"};
constexpr std::array<std::string_view, 15> kFillColumns{"time",
                                                        "instrument",
                                                        "side",
                                                        "price",
                                                        "quantity",
                                                        "liquidity",
                                                        "cause",
                                                        "fee",
                                                        "order_id",
                                                        "queue_ahead_entry",
                                                        "queue_ahead_fill",
                                                        "mid_price",
                                                        "realised",
                                                        "value",
                                                        "base_fee"};
constexpr std::array<std::string_view, 12> kOrderColumns{"time",     "instrument", "order_id",      "event",
                                                         "side",     "type",       "time_in_force", "price",
                                                         "quantity", "left",       "reason",        "received"};
constexpr std::array<std::string_view, 5> kMarkColumns{"fill_number", "0.1s", "1s", "10s", "60s"};

std::array<std::string_view, kOrderEvents> event_names() {
  std::array<std::string_view, kOrderEvents> names;
  for (std::size_t i = 0; i < kOrderEvents; ++i) names[i] = to_string(static_cast<OrderEvent>(i));
  return names;
}

constexpr std::array<std::string_view, 2> kSides{"sell", "buy"};
constexpr std::array<std::string_view, 2> kLiquidity{"taker", "maker"};

std::optional<Decimal> equity_of(const EquityRow& row) {
  ExactSum total;
  total.add(row.cash);
  total.add(row.position_value);
  total.subtract(row.fee);
  total.add(row.funding);
  return total.value();
}

}  // namespace

Result<CsvTable> equity_table(std::string_view header) { return CsvTable::open(header, kEquityColumns, 1); }
Result<CsvTable> fills_table(std::string_view header) { return CsvTable::open(header, kFillColumns, 2); }
Result<CsvTable> orders_table(std::string_view header) { return CsvTable::open(header, kOrderColumns, 1); }
Result<CsvTable> marks_table(std::string_view header) { return CsvTable::open(header, kMarkColumns); }

Result<EquityRow> equity_row(CsvTable& table, std::string_view line) {
  RowFields fields(table, line);
  EquityRow row;
  row.time = fields.time();
  row.instrument = fields.text();
  row.mark_price = fields.decimal_or_nothing();
  row.position = fields.decimal();
  if (!row.mark_price && row.position.units != 0) fields.refuse("has no mark_price to be valued at");
  row.cash = fields.decimal();
  row.fee = fields.decimal();
  row.funding = fields.decimal();
  row.equity = fields.decimal();
  row.position_value = fields.decimal_or_nothing();
  if (!row.position_value) {
    row.position_value = row.mark_price ? product(row.position, *row.mark_price) : std::optional(Decimal{});
  }
  if (fields.is_good()) {
    const auto equity = equity_of(row);
    const auto off = equity ? difference(*equity, row.equity) : std::nullopt;
    if (!off || off->units != 0) {
      fields.refuse(fmt::format("is not cash + position_value - fee + funding, which is {}: the file is damaged",
                                equity ? acts::to_string(*equity) : "beyond exact numbers"));
    }
  }
  return fields.row(std::move(row));
}

Result<FillRow> fill_row(CsvTable& table, std::string_view line) {
  RowFields fields(table, line);
  FillRow row;
  row.time = fields.time();
  row.instrument = fields.text();
  row.is_buy = fields.one_of(kSides) == 1;
  row.price = fields.decimal();
  row.quantity = fields.decimal();
  if (row.quantity.units <= 0) fields.refuse("is not above 0");
  row.is_maker = fields.one_of(kLiquidity) == 1;
  row.cause = fields.text();
  row.fee = fields.decimal();
  row.order_id = fields.text();
  row.queue_ahead_entry = fields.estimate_or_nothing();
  row.queue_ahead_fill = fields.estimate_or_nothing();
  row.mid_price = fields.decimal_or_nothing();
  row.realised = fields.decimal_or_nothing();
  row.value = fields.decimal_or_nothing();
  if (!row.value) row.value = product(row.price, row.quantity);
  row.base_fee = fields.decimal_or_nothing().value_or(Decimal{});
  return fields.row(std::move(row));
}

Result<OrderRow> order_row(CsvTable& table, std::string_view line) {
  RowFields fields(table, line);
  OrderRow row;
  row.time = fields.time();
  row.instrument = fields.text();
  row.order_id = fields.text();
  static const std::array<std::string_view, kOrderEvents> kNames = event_names();
  row.event = static_cast<OrderEvent>(fields.one_of(kNames));
  row.is_buy = fields.one_of(kSides) == 1;
  row.type = fields.text();
  row.time_in_force = fields.text();
  row.price = fields.decimal_or_nothing();
  row.quantity = fields.decimal_or_nothing();
  row.left = fields.decimal_or_nothing();
  row.reason = fields.text();
  row.received = fields.time_or_nothing();
  return fields.row(std::move(row));
}

Result<MarksRow> marks_row(CsvTable& table, std::string_view line) {
  RowFields fields(table, line);
  MarksRow row;
  row.fill_number = fields.number();
  for (std::optional<Decimal>& mid : row.mid_price) mid = fields.decimal_or_nothing();
  return fields.row(row);
}

}  // namespace acts::report
