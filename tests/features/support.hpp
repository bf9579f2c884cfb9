// Small books and rows in text form for the tests of this room.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "acts/base/ratio.hpp"
#include "acts/features/bands.hpp"
#include "acts/features/feature.hpp"
#include "acts/market/order_book.hpp"

namespace acts::test {

inline Level level(std::int64_t price, std::int64_t quantity) { return {Price{price}, Quantity{quantity}}; }

inline void merge(OrderBook& book, std::int64_t id, const std::vector<Level>& bids, const std::vector<Level>& asks,
                  int limit) {
  book.merge({.last_update_id = UpdateId{id},
              .ts_event = {},
              .limit = limit,
              .scales = book.scales(),
              .bids = bids,
              .asks = asks});
}

inline void apply(OrderBook& book, std::int64_t id, const std::vector<Level>& bids, const std::vector<Level>& asks) {
  book.apply({.first_update_id = UpdateId{id},
              .last_update_id = UpdateId{id},
              .previous_last_update_id = {},
              .ts_event = {},
              .scales = book.scales(),
              .bids = bids,
              .asks = asks},
             UnixNanos{});
}

// A book in sync whose sides are complete to their ends.
inline OrderBook make_book(Scales scales, const std::vector<Level>& bids, const std::vector<Level>& asks) {
  OrderBook book{scales};
  merge(book, 1, bids, asks, 5000);
  return book;
}

inline BandList bands(std::string_view text) { return BandList::parse(text).value(); }

// "" for an unknown value.
inline std::string text_of(const Value& value) {
  struct {
    std::string operator()(std::monostate) const { return ""; }
    std::string operator()(const std::string& v) const { return v; }
    std::string operator()(UnixNanos v) const { return to_iso8601(v); }
    std::string operator()(const Decimal& v) const { return to_string(v); }
    std::string operator()(double v) const { return shortest_text(v); }
    std::string operator()(std::int64_t v) const { return std::to_string(v); }
  } visitor;
  return std::visit(visitor, value);
}

// One cell by its column's name; "no such column" if there is none.
inline std::string cell(const MinuteRow& row, const BandList& bands, std::string_view name) {
  const RowSchema schema = make_schema(bands);
  for (std::size_t i = 0; i < schema.columns.size(); ++i) {
    if (schema.columns[i].name == name) return text_of(row.values.at(i));
  }
  return "no such column";
}

// The whole row, comma-separated.
inline std::string line(const MinuteRow& row) {
  std::string out;
  for (const Value& value : row.values) out += (out.empty() ? "" : ",") + text_of(value);
  return out;
}

}  // namespace acts::test
