#include "report/run/book_rows.hpp"

#include <fmt/format.h>

#include <array>
#include <span>
#include <utility>

#include "report/run/row_fields.hpp"
#include "report/statistics/exact.hpp"

namespace acts::report {
namespace {

constexpr std::size_t kKeyColumns = 5;
constexpr std::size_t kBookColumns = kKeyColumns + 4 * kBookLevels;

const std::array<std::string, kBookColumns>& book_column_texts() {
  static const std::array<std::string, kBookColumns> kTexts = [] {
    std::array<std::string, kBookColumns> texts{"order_line", "fill_number", "book", "time", "instrument"};
    std::size_t at = kKeyColumns;
    for (const std::string_view side : {"bid", "ask"}) {
      for (std::size_t level = 1; level <= kBookLevels; ++level) {
        texts[at++] = fmt::format("{}_price_{}", side, level);
        texts[at++] = fmt::format("{}_quantity_{}", side, level);
      }
    }
    return texts;
  }();
  return kTexts;
}

std::span<const std::string_view> book_columns() {
  static const std::array<std::string_view, kBookColumns> kColumns = [] {
    std::array<std::string_view, kBookColumns> columns;
    for (std::size_t i = 0; i < kBookColumns; ++i) columns[i] = book_column_texts()[i];
    return columns;
  }();
  return kColumns;
}

bool is_above(const Decimal& a, const Decimal& b) {
  const auto off = difference(a, b);
  return off && off->units > 0;
}

void read_levels(RowFields& fields, std::vector<BookRowLevel>& levels, bool is_bid) {
  bool has_ended = false;
  for (std::size_t i = 0; i < kBookLevels; ++i) {
    const std::optional<Decimal> price = fields.decimal_or_nothing();
    if (price && has_ended) fields.refuse("stands behind a level that is empty");
    has_ended = !price;
    if (price && !levels.empty()) {
      const Decimal& better = levels.back().price;
      if (!(is_bid ? is_above(better, *price) : is_above(*price, better))) {
        fields.refuse("is not behind the level before it: the best price stands first");
      }
    }
    const std::optional<Decimal> quantity = fields.decimal_or_nothing();
    if (price.has_value() != quantity.has_value()) fields.refuse("is not beside a price, or beside none");
    if (quantity && quantity->units <= 0) fields.refuse("is not above 0");
    if (fields.is_good() && price && quantity) levels.push_back({*price, *quantity});
  }
}

}  // namespace

Result<CsvTable> books_table(std::string_view header) { return CsvTable::open(header, book_columns()); }

Result<BookRow> book_row(CsvTable& table, std::string_view line) {
  static constexpr std::array<std::string_view, 2> kBooks{"local", "venue"};
  RowFields fields(table, line);
  BookRow row;
  row.order_line = fields.number_or_nothing();
  if (row.order_line && *row.order_line == 0) fields.refuse("is no line: they count from 1");
  row.fill_number = fields.number_or_nothing();
  if (row.fill_number && *row.fill_number == 0) fields.refuse("is no fill: they count from 1");
  if (!row.order_line && !row.fill_number) fields.refuse("is empty, and order_line too: whose book is it?");
  row.is_venue = fields.one_of(kBooks) == 1;
  row.time = fields.time();
  row.instrument = fields.text();
  read_levels(fields, row.bids, true);
  read_levels(fields, row.asks, false);
  return fields.row(std::move(row));
}

void BookShelf::put(std::vector<Place>& places, std::uint64_t number, const BookRow& row, std::size_t book) {
  if (number > kMostLines || book == kNone) return;
  if (places.size() < number) places.resize(number);
  (row.is_venue ? places[number - 1].venue : places[number - 1].local) = book;
}

std::size_t BookShelf::place_of(const BookRow& row) {
  const Key key{row.is_venue, row.time, row.instrument};
  if (const auto found = known_.find(key); found != known_.end()) return found->second;
  const bool is_of_fill = row.fill_number.has_value();
  const std::size_t count = is_of_fill ? of_fills_count_ : books_.size() - of_fills_count_;
  const bool is_late = is_of_fill ? *row.fill_number > kMostLines : *row.order_line > kMostLines;
  if (is_late || count == (is_of_fill ? kMostOfFills : kMostOfOrders)) return kNone;
  if (is_of_fill) ++of_fills_count_;
  books_.push_back(row);
  known_.emplace(key, books_.size() - 1);
  return books_.size() - 1;
}

// The event of a fill has the fill's book of the venue, too, whose line comes before.
void BookShelf::add(const BookRow& row) {
  const std::size_t book = place_of(row);
  if (row.fill_number) put(of_fills_, *row.fill_number, row, book);
  if (!row.order_line) return;
  put(of_orders_, *row.order_line, row, book);
  if (!row.fill_number || *row.order_line > of_orders_.size()) return;
  of_orders_[*row.order_line - 1].venue = of_fill(*row.fill_number - 1).venue;
}

}  // namespace acts::report
