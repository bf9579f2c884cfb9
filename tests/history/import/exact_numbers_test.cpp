// Every number that enters as text leaves as the same number, through Parquet, SQL and export, or is listed with its
// reason.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "history/export/export_select.hpp"
#include "history/import/importer_fixture.hpp"
#include "history/query/query_session.hpp"

namespace acts::history {
namespace {

using test::Catalog;
using ::testing::HasSubstr;

constexpr int kRowsAFile = 2000;
constexpr std::uint64_t kSeeds = 3;

// The one way to write a number: no zeros in front or behind.
std::string plain(std::string_view text) {
  std::string whole(text.substr(0, text.find('.')));
  std::string decimals(text.contains('.') ? text.substr(text.find('.') + 1) : "");
  whole.erase(0, std::min(whole.find_first_not_of('0'), whole.size()));
  decimals.erase(decimals.find_last_not_of('0') + 1);
  if (whole.empty()) whole = "0";
  return decimals.empty() ? whole : whole + "." + decimals;
}

struct Number {
  std::string text;            // as it stands in the file
  std::string value;           // plain()
  bool fits_price = false;     // DECIMAL(38,12)
  bool fits_quantity = false;  // DECIMAL(38,8)
};

// Whole numbers of up to 32 digits with up to 14 decimals, most of usual sizes; zeros in front, behind, or an exponent
// say the same in other words.
Number random_number(std::mt19937_64& random) {
  const auto below = [&random](std::uint64_t end) { return random() % end; };
  const bool is_usual = below(10) != 0;
  const std::size_t whole = is_usual ? 1 + below(9) : below(33);
  const std::size_t decimals = is_usual ? below(9) : below(15);
  std::string digits;
  for (std::size_t i = 0; i < whole + decimals; ++i) digits += static_cast<char>('0' + below(10));
  if (digits.empty()) digits = "0";
  const std::size_t point = std::min(whole, digits.size());
  std::string text = digits.substr(0, point);
  if (text.empty()) text = "0";
  if (point < digits.size()) text += "." + digits.substr(point);
  Number number{.text = text, .value = plain(text)};
  const std::size_t at = number.value.find('.');
  const std::string whole_part = number.value.substr(0, at);
  const std::size_t whole_digits = whole_part == "0" ? 0 : whole_part.size();
  const std::size_t decimal_digits = at == std::string::npos ? 0 : number.value.size() - at - 1;
  number.fits_price = whole_digits <= 26 && decimal_digits <= 12;
  number.fits_quantity = whole_digits <= 30 && decimal_digits <= 8;
  switch (below(6)) {
    case 0: number.text = "00" + text; break;
    case 1: number.text = text + (text.contains('.') ? "000" : ".000"); break;
    case 2: number.text = fmt::format("{}e-{}", digits, digits.size() - point); break;
    default: break;
  }
  return number;
}

struct Told {
  std::string price;
  std::string quantity;
  friend bool operator==(const Told&, const Told&) = default;
};
using Trades = std::map<std::int64_t, Told>;

// Of a statement that gives id, price and quantity.
Trades answer_of(QuerySession& session, const std::string& sql, std::size_t id, std::size_t price) {
  auto rows = session.select(sql, [] { return false; });
  if (!rows) ADD_FAILURE() << rows.error().message;
  Trades trades;
  std::vector<std::optional<std::string>> cells;
  while (rows) {
    const auto there = rows->next(cells);
    if (!there) ADD_FAILURE() << there.error().message;
    if (!there || !*there) break;
    trades[std::stoll(cells.at(id).value())] = {plain(cells.at(price).value()), plain(cells.at(price + 1).value())};
  }
  return trades;
}

// A day of trades, a row in two hundred of them with a number that does not fit.
void import_random(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  Catalog catalog;
  std::string text;
  Trades wanted;
  std::vector<std::int64_t> refused;
  for (std::int64_t id = 1; id <= kRowsAFile; ++id) {
    const Number price = random_number(random);
    const Number quantity = random_number(random);
    text +=
        fmt::format("{},{},{},{},{},true,true\n", id, price.text, quantity.text, "1", 1'609'459'200'000 + id * 1000);
    if (price.fits_price && quantity.fits_quantity) {
      wanted[id] = {price.value, quantity.value};
    } else {
      refused.push_back(id);
    }
  }
  ASSERT_GT(refused.size(), 20U);
  const auto outcome =
      catalog.import(catalog.dir.write("XUSDT-trades-2021-01-01.csv", text), test::kSpotMarket, kRowsAFile);
  ASSERT_TRUE(outcome) << outcome.error().message;
  EXPECT_EQ(outcome->manifest.bad_rows, refused.size());
  // Each with its line, which is its id, and why.
  const std::string rejects = acts::testing::read_file(outcome->rejects_path);
  for (const std::int64_t id : refused) ASSERT_THAT(rejects, HasSubstr(fmt::format("\n{},\"", id)));

  Trades in_parquet;
  for (const auto& row :
       catalog.ask("SELECT trade_id, price::VARCHAR, quantity::VARCHAR FROM " + catalog.rows("trades"))) {
    in_parquet[std::stoll(row.at(0).value())] = {plain(row.at(1).value()), plain(row.at(2).value())};
  }
  EXPECT_EQ(in_parquet, wanted);
  auto session = QuerySession::open(real_file_ops(), catalog.dir.string(), {.temp_directory = {}, .output = {}});
  ASSERT_TRUE(session) << session.error().message;
  EXPECT_EQ(answer_of(*session, "SELECT trade_id, price, quantity FROM trades", 0, 1), wanted);
  // exchange, symbol, timestamp, local_timestamp, id, side, price, amount
  const CatalogExport of_all{.kind = find_kind("trades"), .venue = "binance-spot", .symbol = "XUSDT"};
  EXPECT_EQ(answer_of(*session, export_select(of_all, ExportForm::kTardis), 4, 6), wanted);
  EXPECT_TRUE(catalog.verify().problems.empty());
}

TEST(ExactNumbers, LeaveAsTheyEnteredOrAreListed) {
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    SCOPED_TRACE(seed);
    import_random(seed);
  }
}

}  // namespace
}  // namespace acts::history
