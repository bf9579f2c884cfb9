// books.csv: what its lines may be, and which of its books a page has.
#include "report/run/book_rows.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>
#include <string_view>

#include "report/run/run_builder.hpp"
#include "report/run_files.hpp"
#include "report/sheet/explorer.hpp"

namespace acts::report {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

std::string books_columns() {
  std::string header = "order_line,fill_number,book,time,instrument";
  for (const std::string_view side : {"bid", "ask"}) {
    for (int i = 1; i <= 10; ++i) header += fmt::format(",{0}_price_{1},{0}_quantity_{1}", side, i);
  }
  return header;
}

// `bids`, `asks`: their fields, as many as there are: the rest is empty.
std::string books_line(std::string_view key, const std::string& bids, const std::string& asks) {
  const auto padded = [](const std::string& levels) {
    const auto fields = levels.empty() ? 0 : std::ranges::count(levels, ',') + 1;
    return levels + std::string(static_cast<std::size_t>((fields == 0 ? 19 : 20 - fields)), ',');
  };
  return fmt::format("{},{},{}", key, padded(bids), padded(asks));
}

Result<BookRow> read_book(const std::string& line) {
  auto table = books_table(books_columns());
  EXPECT_TRUE(table);
  return book_row(*table, line);
}

std::string told_of(const std::string& line) {
  const auto row = read_book(line);
  return row ? "taken" : row.error().message;
}

TEST(BookRow, HasLevelsFromTheBestOn) {
  const auto row = read_book(books_line("3,1,venue,2024-08-08T00:00:00.5Z,X", "10.1,2,10,0.5", "10.2,7"));
  ASSERT_TRUE(row) << row.error().message;
  EXPECT_EQ(row->order_line, 3U);
  EXPECT_EQ(row->fill_number, 1U);
  EXPECT_TRUE(row->is_venue);
  ASSERT_EQ(row->bids.size(), 2U);
  EXPECT_EQ(to_string(row->bids[1].price), "10");
  EXPECT_EQ(to_string(row->bids[1].quantity), "0.5");
  ASSERT_EQ(row->asks.size(), 1U);
  EXPECT_EQ(told_of(books_line("3,,local,2024-08-08,X", "", "")), "taken") << "a book that is empty";
}

TEST(BookRow, RefusesWhatIsNoBook) {
  EXPECT_THAT(told_of(books_line(",,local,2024-08-08,X", "1,1", "2,1")),
              HasSubstr("order_line too: whose book is it?"));
  EXPECT_THAT(told_of(books_line("0,,local,2024-08-08,X", "1,1", "2,1")), HasSubstr("order_line '0' is no line"));
  EXPECT_THAT(told_of(books_line("1,x,local,2024-08-08,X", "1,1", "2,1")), HasSubstr("fill_number 'x' is no whole"));
  EXPECT_THAT(told_of(books_line("1,,there,2024-08-08,X", "1,1", "2,1")), HasSubstr("'there' is none of local, venue"));
  EXPECT_THAT(told_of(books_line("1,,local,2024-08-08,X", "1,1,2,1", "2,1")),
              HasSubstr("bid_price_2 '2' is not behind the level before it"));
  EXPECT_THAT(told_of(books_line("1,,local,2024-08-08,X", "1,1", "2,1,2,1")),
              HasSubstr("ask_price_2 '2' is not behind"));
  EXPECT_THAT(told_of(books_line("1,,local,2024-08-08,X", "1,0", "2,1")), HasSubstr("bid_quantity_1 '0' is not above"));
  EXPECT_THAT(told_of(books_line("1,,local,2024-08-08,X", "1,", "2,1")), HasSubstr("bid_quantity_1 ''"));
  EXPECT_THAT(told_of(books_line("1,,local,2024-08-08,X", "3,1,,,1,1", "2,1")),
              HasSubstr("bid_price_3 '1' stands behind a level that is empty"));
  EXPECT_THAT(told_of("1,,local,2024-08-08,X,1"), HasSubstr("the line is cut or damaged"));
  EXPECT_FALSE(books_table("order_line,fill_number,book,time,instrument"));
}

BookRow book_at(std::int64_t seconds, std::uint64_t order, std::uint64_t fill, bool is_venue) {
  BookRow row{.is_venue = is_venue, .time = {seconds * 1'000'000'000}, .instrument = "X"};
  if (order > 0) row.order_line = order;
  if (fill > 0) row.fill_number = fill;
  return row;
}

TEST(BookShelf, HasABookOnceAndOfAFillBoth) {
  BookShelf shelf;
  shelf.add(book_at(1, 1, 0, false));
  shelf.add(book_at(1, 2, 0, false));
  shelf.add(book_at(2, 0, 1, true));
  shelf.add(book_at(3, 4, 1, false));
  EXPECT_EQ(shelf.books().size(), 3U);
  EXPECT_EQ(shelf.of_order(0).local, shelf.of_order(1).local);
  EXPECT_EQ(shelf.of_order(0).venue, BookShelf::kNone);
  EXPECT_TRUE(shelf.of_order(2).is_empty());
  EXPECT_EQ(shelf.of_fill(0).venue, 1U);
  EXPECT_EQ(shelf.of_fill(0).local, 2U);
  EXPECT_EQ(shelf.of_order(3).venue, 1U) << "the event of a fill has both, too";
  EXPECT_TRUE(shelf.of_fill(1).is_empty());
}

TEST(BookShelf, KeepsThoseOfTheFirstFillsAndOfTheFirstOrderEvents) {
  BookShelf shelf;
  for (std::uint64_t i = 1; i <= 3000; ++i) shelf.add(book_at(static_cast<std::int64_t>(i), i, 0, false));
  for (std::uint64_t i = 1; i <= 3000; ++i) shelf.add(book_at(static_cast<std::int64_t>(5000 + i), 0, i, true));
  EXPECT_EQ(shelf.books().size(), BookShelf::kMostOfFills + BookShelf::kMostOfOrders);
  EXPECT_FALSE(shelf.of_order(1999).is_empty());
  EXPECT_TRUE(shelf.of_order(2000).is_empty());
  EXPECT_FALSE(shelf.of_fill(1999).is_empty());
  EXPECT_TRUE(shelf.of_fill(2000).is_empty());
  shelf.add(book_at(1, BookShelf::kMostLines + 1, 0, false));
  EXPECT_TRUE(shelf.of_order(BookShelf::kMostLines).is_empty());
}

// A run of one fill and the two events of its order.
RunBuilder small_run(const ListedSpan& listed = {}) {
  RunBuilder builder("small", {}, {}, listed);
  auto equity = equity_table("time,instrument,mark_price,position,cash,fee,funding,equity").value();
  auto fills = fills_table(
                   "time,instrument,side,price,quantity,liquidity,cause,fee,order_id,queue_ahead_entry,"
                   "queue_ahead_fill,mid_price,realised")
                   .value();
  auto orders =
      orders_table("time,instrument,order_id,event,side,type,time_in_force,price,quantity,left,reason").value();
  EXPECT_TRUE(builder.add(equity_row(equity, "2024-08-08T00:00:00Z,X,10,0,0,0,0,0").value()));
  EXPECT_TRUE(builder.add(equity_row(equity, "2024-08-08T00:01:00Z,X,10,1,-10,0,0,0").value()));
  EXPECT_TRUE(
      builder.add(fill_row(fills, "2024-08-08T00:00:30Z,X,buy,10,1,maker,crossed,0,1,2,1,10,").value(), nullptr));
  for (const std::string event : {"submitted", "filled"}) {
    const std::string line = fmt::format("2024-08-08T00:00:30Z,X,1,{},buy,limit,gtc,10,1,0,", event);
    EXPECT_TRUE(builder.add(order_row(orders, line).value()));
  }
  return builder;
}

TEST(Explorer, HasTheBooksOfItsLines) {
  RunBuilder builder = small_run();
  EXPECT_TRUE(builder.add(read_book(books_line("1,,local,2024-08-08T00:00:20Z,X", "10,2", "10.5,3")).value()));
  EXPECT_TRUE(builder.add(read_book(books_line(",1,venue,2024-08-08T00:00:30Z,X", "9.5,1", "10,3,11,4")).value()));
  EXPECT_TRUE(builder.add(read_book(books_line("2,1,local,2024-08-08T00:00:31Z,X", "9.5,1", "")).value()));
  const RunReport run = builder.finish().value();
  const json data = json::parse(explorer_json(run));
  ASSERT_EQ(data["books"].size(), 3U);
  EXPECT_EQ(data["books"][1].dump(), R"([true,"2024-08-08T00:00:30.000000000Z",["9.5","1"],["10","3","11","4"]])");
  EXPECT_EQ(data["tables"][0]["books"].dump(), "[[2,1]]");
  EXPECT_EQ(data["tables"][1]["books"].dump(), "[[0,-1],[2,1]]");
  EXPECT_THAT(explorer_body(run), HasSubstr("shows the order book that it met and its moment in the charts.</p>"));
}

TEST(Explorer, ListsThoseOfATime) {
  const auto at = [](const char* time) { return parse_iso8601(time).value(); };
  RunBuilder later = small_run({.from = at("2024-08-08T00:00:31Z")});
  EXPECT_TRUE(later.add(read_book(books_line(",1,venue,2024-08-08T00:00:30Z,X", "9.5,1", "10,3,11,4")).value()));
  const RunReport none = later.finish().value();
  EXPECT_TRUE(none.listed_fills.empty());
  EXPECT_TRUE(none.listed_orders.empty());
  EXPECT_EQ(none.fill_flow.fills, 1U);
  EXPECT_THAT(explorer_body(none), HasSubstr("The first 0 from 2024-08-08T00:00:31"));
  RunBuilder then = small_run({.from = at("2024-08-08T00:00:30Z"), .to = at("2024-08-08T00:00:30.5Z")});
  EXPECT_TRUE(then.add(read_book(books_line(",1,venue,2024-08-08T00:00:30Z,X", "9.5,1", "10,3,11,4")).value()));
  const RunReport all = then.finish().value();
  EXPECT_EQ(all.listed_fills.size(), 1U);
  EXPECT_EQ(all.listed_orders.size(), 2U);
  EXPECT_EQ(all.books->books().size(), 1U);
}

TEST(Explorer, SaysThatThereAreNoBooksOrNotOfAllLines) {
  const RunReport without = small_run().finish().value();
  EXPECT_THAT(explorer_body(without), HasSubstr("The run has no order books to be shown beside"));
  EXPECT_FALSE(json::parse(explorer_json(without))["tables"][0].contains("books"));
  RunBuilder builder = small_run();
  EXPECT_TRUE(builder.add(read_book(books_line("1,,local,2024-08-08T00:00:20Z,X", "10,2", "10.5,3")).value()));
  EXPECT_THAT(explorer_body(builder.finish().value()), HasSubstr("The books of 1 of these lines are in the page"));
}

// Lines of files count all, those of a report only what it is of.
TEST(RunBuilder, ReportsOnTheInstrumentsOfOneAsset) {
  RunFacts facts;
  facts.instruments["X"].asset = "BTC";
  facts.instruments["Y"].asset = "USDT";
  facts.fills = 3;
  ASSERT_TRUE(choose_asset(facts, "USDT"));
  RunBuilder builder("two", facts, {});
  const UnixNanos time = from_unix_millis(1'000);
  const Decimal one{1, 0};
  for (const char* const name : {"X", "Y"}) {
    EXPECT_TRUE(
        builder.add(EquityRow{.time = time, .instrument = name, .mark_price = one, .cash = one, .equity = one}));
  }
  for (const char* const name : {"X", "Y", "X"}) {
    const FillRow fill{.time = time, .instrument = name, .price = one, .quantity = one, .value = one};
    EXPECT_TRUE(builder.add(fill, nullptr));
    EXPECT_TRUE(builder.add(OrderRow{.time = time, .instrument = name}));
  }
  EXPECT_TRUE(builder.add(BookRow{.fill_number = 1, .instrument = "X", .bids = {{one, one}}}));
  EXPECT_TRUE(builder.add(BookRow{.order_line = 2, .fill_number = 2, .instrument = "Y", .bids = {{one, one}}}));
  const Result<RunReport> run = builder.finish();
  ASSERT_TRUE(run) << run.error().message;
  EXPECT_EQ(to_string(*run->closing_equity), "1");
  EXPECT_EQ(run->fill_flow.fills, 1U);
  EXPECT_EQ(run->order_events, 1U);
  ASSERT_EQ(run->instruments.size(), 1U);
  EXPECT_EQ(run->instruments[0].name, "Y");
  ASSERT_EQ(run->books->books().size(), 1U);
  EXPECT_FALSE(run->books->of_fill(0).is_empty());
  EXPECT_FALSE(run->books->of_order(0).is_empty());
}

TEST(RunBuilder, CountsFillsInGapsOfTheirInstrument) {
  auto facts = parse_run_object(R"({"gap_minutes":1.5,"gaps":[{"from":"1970-01-01T00:00:01Z","instrument":"X",)"
                                R"("to":"1970-01-01T00:00:03Z"}]})");
  ASSERT_TRUE(facts);
  RunBuilder builder("gaps", *facts, {});
  const Decimal one{1, 0};
  for (const char* const name : {"X", "Y"}) {
    EXPECT_TRUE(builder.add(EquityRow{.instrument = name, .mark_price = one}));
  }
  for (const std::int64_t millis : {999, 1000, 2999, 3000}) {
    for (const char* const name : {"X", "Y"}) {
      const FillRow fill{.time = from_unix_millis(millis), .instrument = name, .price = one, .quantity = one};
      EXPECT_TRUE(builder.add(fill, nullptr));
    }
  }
  const RunReport run = builder.finish().value();
  EXPECT_EQ(run.fill_flow.in_gaps, 2U);
  EXPECT_EQ(run.facts.gap_minutes, 1.5);
  EXPECT_TRUE(run.facts.tells_gaps);
  EXPECT_FALSE(parse_run_object(R"({"gaps":null})")->tells_gaps);
}

TEST(RunBuilder, RefusesBooksOfLinesThatAreNotThere) {
  RunBuilder builder = small_run();
  const auto refusal = [&builder](std::string_view key) {
    const auto added = builder.add(read_book(books_line(key, "1,1", "2,1")).value());
    return added ? "taken" : added.error().message;
  };
  EXPECT_THAT(refusal("3,,local,2024-08-08,X"), HasSubstr("orders.csv or fills.csv has not"));
  EXPECT_THAT(refusal(",2,venue,2024-08-08,X"), HasSubstr("orders.csv or fills.csv has not"));
  EXPECT_THAT(refusal("1,,local,2024-08-08,Y"), HasSubstr("equity.csv has no instrument 'Y'"));
  EXPECT_EQ(refusal("1,,local,2024-08-08,X"), "taken");
}

}  // namespace
}  // namespace acts::report
