#include "report/sheet/explorer.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <cstdint>
#include <string_view>
#include <utility>

#include "report/chart.hpp"
#include "report/page_data.hpp"
#include "report/sheet/figures.hpp"

namespace acts::report {
namespace {

using nlohmann::json;

constexpr std::string_view kFillsId = "fills";
constexpr std::string_view kOrdersId = "orders";

std::string text_of(const std::optional<Decimal>& value) { return value ? to_string(*value) : std::string(); }

std::string text_of(const std::optional<double>& value) { return value ? number_text(*value) : std::string(); }

// With all nine digits: fills are told apart by them.
std::string time_text(UnixNanos time) {
  const UnixNanos second = floor_to(time, std::chrono::seconds{1});
  return fmt::format("{}.{:09}Z", to_iso8601(second).substr(0, 19), (time - second).count());
}

json row_of(const ListedFill& listed) {
  const FillRow& fill = listed.fill;
  json row = {unix_seconds(fill.time),
              time_text(fill.time),
              fill.instrument,
              fill.is_buy ? "buy" : "sell",
              to_string(fill.price),
              to_string(fill.quantity),
              fill.cause,
              fill.is_maker ? "maker" : "taker",
              to_string(fill.fee),
              fill.order_id,
              text_of(fill.queue_ahead_entry),
              text_of(fill.queue_ahead_fill),
              text_of(fill.mid_price)};
  for (std::size_t i = 0; i < kHorizons; ++i) {
    row.push_back(listed.marks ? text_of(listed.marks->mid_price[i]) : std::string());
  }
  row.push_back(text_of(fill.realised));
  return row;
}

json row_of(const OrderRow& order) {
  return {unix_seconds(order.time), time_text(order.time),         order.instrument,    order.order_id,
          to_string(order.event),   order.is_buy ? "buy" : "sell", order.type,          order.time_in_force,
          text_of(order.price),     text_of(order.quantity),       text_of(order.left), order.reason};
}

// Of one of the tables.
struct Listed {
  std::string_view id;
  std::string_view title;
  std::size_t rows;
  std::uint64_t all;
  BookShelf::Place (BookShelf::*place)(std::size_t row) const;
};

Listed fills_of(const RunReport& run) {
  return {kFillsId, "Fills", run.listed_fills.size(), run.fill_flow.fills, &BookShelf::of_fill};
}
Listed orders_of(const RunReport& run) {
  return {kOrdersId, "Orders", run.listed_orders.size(), run.order_events, &BookShelf::of_order};
}

std::string note_on_books(const RunReport& run, const Listed& listed) {
  if (!run.books) {
    return "A click on a line shows its moment in the charts. The run has no order books to be shown beside: it kept "
           "none, or is of bars.";
  }
  std::size_t count = 0;
  for (std::size_t row = 0; row < listed.rows; ++row) count += ((*run.books).*listed.place)(row).is_empty() ? 0U : 1U;
  std::string text =
      "A click on a line, or Enter on it, shows the order book that it met and its moment in the charts.";
  if (count == listed.rows) return text;
  return text + fmt::format(
                    " The books of {} of these lines are in the page, the first ones that there are: {} different "
                    "ones of fills and {} of other order events at most.",
                    count, BookShelf::kMostOfFills, BookShelf::kMostOfOrders);
}

// ", from … on, before …".
std::string span_text(const ListedSpan& span) {
  std::string text;
  if (span.from) text += fmt::format(" from {} on", time_text(*span.from));
  if (span.to) text += fmt::format(" before {}", time_text(*span.to));
  return text;
}

void append_place(std::string& out, const RunReport& run, const Listed& listed) {
  if (listed.all == 0) return;
  std::string note = note_on_books(run, listed);
  if (listed.rows < listed.all) {
    note = fmt::format("The first {}{} of {}; {}.csv has all, and acts report --list-from lists others. {}",
                       listed.rows, span_text(run.listed), listed.all, listed.id, note);
  }
  out += fmt::format("<section class=\"explorer\"><h2>{}</h2>\n<p>{}</p>\n<div id=\"{}\"></div></section>\n",
                     listed.title, note, listed.id);
}

json levels_json(const std::vector<BookRowLevel>& levels) {
  json out = json::array();
  for (const BookRowLevel& level : levels) {
    out.push_back(to_string(level.price));
    out.push_back(to_string(level.quantity));
  }
  return out;
}

json books_json(const BookShelf& shelf) {
  json books = json::array();
  for (const BookRow& book : shelf.books()) {
    books.push_back({book.is_venue, time_text(book.time), levels_json(book.bids), levels_json(book.asks)});
  }
  return books;
}

void add_places(json& table, const RunReport& run, const Listed& listed) {
  if (!run.books) return;
  const auto number = [](std::size_t book) { return book == BookShelf::kNone ? -1 : static_cast<std::int64_t>(book); };
  json places = json::array();
  for (std::size_t row = 0; row < listed.rows; ++row) {
    const BookShelf::Place place = ((*run.books).*listed.place)(row);
    places.push_back({number(place.local), number(place.venue)});
  }
  table["books"] = std::move(places);
}

}  // namespace

std::string explorer_body(const RunReport& run) {
  std::string out;
  append_place(out, run, fills_of(run));
  append_place(out, run, orders_of(run));
  return out;
}

std::string explorer_json(const RunReport& run) {
  json tables = json::array();
  if (!run.listed_fills.empty()) {
    json rows = json::array();
    for (const ListedFill& fill : run.listed_fills) rows.push_back(row_of(fill));
    json columns = {"time",
                    "instrument",
                    "side",
                    "price",
                    "quantity",
                    "cause",
                    "liquidity",
                    "fee",
                    "order",
                    "queue ahead at entry",
                    "queue ahead at fill",
                    "middle"};
    for (const std::string_view name : kHorizonNames) columns.push_back(fmt::format("middle {} later", name));
    columns.push_back("realised");
    tables.push_back({{"id", kFillsId}, {"columns", std::move(columns)}, {"rows", std::move(rows)}});
    add_places(tables.back(), run, fills_of(run));
  }
  if (!run.listed_orders.empty()) {
    json rows = json::array();
    for (const OrderRow& order : run.listed_orders) rows.push_back(row_of(order));
    tables.push_back(
        {{"id", kOrdersId},
         {"columns",
          {"time", "instrument", "order", "event", "side", "type", "in force", "price", "quantity", "left", "reason"}},
         {"rows", std::move(rows)}});
    add_places(tables.back(), run, orders_of(run));
  }
  json all = {{"books", run.books ? books_json(*run.books) : json::array()}, {"tables", std::move(tables)}};
  return script_safe(all.dump(-1, ' ', true, json::error_handler_t::replace));
}

}  // namespace acts::report
