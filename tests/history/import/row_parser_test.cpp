#include "history/import/row_parser.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "history/import/layout.hpp"

namespace acts::history {
namespace {

using ::testing::HasSubstr;

const Kind& trades() { return *find_kind("agg_trades"); }

struct Parsed {
  Row row;
  std::string error;
};
Parsed parse(std::string_view line, const Kind& kind = trades()) {
  const Result<Layout> layout = choose_layout(kind, line);
  if (!layout) return {{}, layout.error().message};
  RowParser parser(kind, *layout);
  Parsed parsed;
  if (const Result<void> done = parser.parse(line, parsed.row); !done) parsed.error = done.error().message;
  return parsed;
}

TEST(Layout, FollowsTheHeader) {
  const Result<Layout> layout = choose_layout(*find_kind("trades"), "id,price,qty,quote_qty,time,is_buyer_maker");
  ASSERT_TRUE(layout);
  EXPECT_TRUE(layout->has_header);
  EXPECT_EQ(layout->columns, (std::vector<std::size_t>{0, 2, 3, 4, 1, 5}));
}

TEST(Layout, RefusesWhatItDoesNotKnow) {
  const auto refused = [](std::string_view line) { return choose_layout(trades(), line).error().message; };
  EXPECT_THAT(refused("agg_trade_id,cost"), HasSubstr("names 'cost'"));
  EXPECT_THAT(refused("agg_trade_id,price,price"), HasSubstr("price twice"));
  EXPECT_THAT(refused("agg_trade_id,price,quantity"), HasSubstr("lacks first_trade_id"));
  EXPECT_THAT(refused("1,2,3"), HasSubstr("have 3 fields, those of agg_trades have 7 or 8"));
  EXPECT_THAT(refused("1" + std::string(5000, ',')), HasSubstr("have 5001 fields"));
  EXPECT_THAT(refused(""), HasSubstr("names ''"));
}

TEST(RowParser, ReadsExactlyWhatIsThere) {
  const Parsed parsed = parse("480537903,79972.8,542.0,1123474160,1123474164,1778198400020,false");
  ASSERT_EQ(parsed.error, "");
  EXPECT_EQ(parsed.row.form, DecimalForm::kNarrow);
  EXPECT_EQ(parsed.row.integer(0), 480'537'903);
  EXPECT_EQ(parsed.row.integer(1), 1'778'198'400'020'000);
  EXPECT_EQ(parsed.row.integer(2), 7'997'280'000'000);
  EXPECT_EQ(parsed.row.integer(3), 54'200'000'000);
  EXPECT_EQ(parsed.row.integer(6), 0);
  EXPECT_EQ(parsed.row.nulls, 0b1'1000'0000U);  // is_best_match, ts_recv_ns
}

TEST(RowParser, TakesMicrosecondsByTheirSize) {
  EXPECT_EQ(parse("1,2,3,4,5,1735689600000123,True,True").row.integer(1), 1'735'689'600'000'123);
  EXPECT_EQ(parse("1,2,3,4,5,1735689599999,True,True").row.integer(1), 1'735'689'599'999'000);
}

TEST(RowParser, RefusesAnotherUnitOfTimeInTheSameFile) {
  RowParser parser(trades(), *choose_layout(trades(), "1,2,3,4,5,6,True"));
  Row row;
  ASSERT_TRUE(parser.parse("1,2,3,4,5,1735689600000,True", row));
  EXPECT_THAT(parser.parse("2,2,3,4,5,1735689600000000,True", row).error().message, HasSubstr("not in the unit"));
  EXPECT_TRUE(parser.parse("2,2,3,4,5,1735689600001,True", row));
}

TEST(RowParser, GoesWideOnlyWhereItMust) {
  EXPECT_EQ(parse("1,0.000009872,3,4,5,1735689600000,True").row.form, DecimalForm::kWide);
  EXPECT_EQ(parse("1,0.000009872,3,4,5,1735689600000,True").row.integer(2), 9'872'000);
  EXPECT_EQ(parse("1,9999999999.99999999,3,4,5,1735689600000,True").row.form, DecimalForm::kNarrow);
  EXPECT_EQ(parse("1,10000000000,3,4,5,1735689600000,True").row.form, DecimalForm::kWide);
  EXPECT_EQ(parse("1,1,45000000000,4,5,1735689600000,True").row.form, DecimalForm::kWide);
  EXPECT_EQ(parse("1,1.000000000000000000,3,4,5,1735689600000,True").row.form, DecimalForm::kNarrow);
}

TEST(RowParser, SaysWhatIsWrong) {
  const auto error = [](std::string_view field) {
    return parse(fmt::format("1,{},3,4,5,1735689600000,True", field)).error;
  };
  EXPECT_EQ(error("abc"), "price 'abc' is no decimal number");
  EXPECT_EQ(error("-1"), "price '-1' is negative");
  EXPECT_EQ(error("0.0000000000001"), "price '0.0000000000001' has more decimals than the catalog keeps");
  EXPECT_EQ(error("1" + std::string(30, '0')),
            "price '1000000000000000000000000000000' is larger than the catalog keeps");
  EXPECT_THAT(error(std::string_view("1\0002", 3)), HasSubstr("'1?2' is no decimal number"));
  EXPECT_THAT(error("1e"), HasSubstr("is no decimal number"));
  EXPECT_EQ(error("1e-13"), "price '1e-13' has more decimals than the catalog keeps");
  EXPECT_EQ(error("1e30"), "price '1e30' is larger than the catalog keeps");
  EXPECT_EQ(error("-1e-05"), "price '-1e-05' is negative");
  EXPECT_THAT(parse("1,2,3,4,5,12345,True").error, HasSubstr("is no time"));
  EXPECT_THAT(parse("1,2,3,4,5,1735689600000,maybe").error, HasSubstr("neither true nor false"));
  EXPECT_THAT(parse("99999999999999999999,2,3,4,5,1735689600000,True").error, HasSubstr("is no whole number"));
  EXPECT_EQ(parse("1,2,3,4,5,1735689600000,True\r").error, "");
}

TEST(RowParser, TakesNegativeRatesOnlyWhereTheyAreMeant) {
  const Kind& funding = *find_kind("funding");
  EXPECT_EQ(parse("1775001600000,8,-0.00003449", funding).row.integer(2), -3449);
  EXPECT_EQ(parse("1775001600000,8,-0.0000000001", funding).row.form, DecimalForm::kWide);
}

TEST(RowParser, ReadsExponentsExactly) {
  const auto price = [](std::string_view field) {
    const Parsed parsed = parse(fmt::format("1,{},3,4,5,1735689600000,True", field));
    EXPECT_EQ(parsed.error, "") << field;
    return to_string(Decimal{parsed.row.values[2], decimal_shape(CellType::kPrice, parsed.row.form).scale});
  };
  EXPECT_EQ(price("1e-05"), "0.00001");
  EXPECT_EQ(price("9.872E-6"), "0.000009872");
  EXPECT_EQ(price("1.5E3"), "1500");
  EXPECT_EQ(price("0e-20"), "0");
  EXPECT_EQ(parse("1,1e-8,3,4,5,1735689600000,True").row.form, DecimalForm::kNarrow);
  EXPECT_EQ(parse("1,1e-9,3,4,5,1735689600000,True").row.form, DecimalForm::kWide);
}

TEST(RowParser, TakesTimesAsText) {
  const Kind& depth = *find_kind("book_depth");
  EXPECT_EQ(parse("2025-01-01 00:00:04,-5.00,1,2", depth).row.integer(0), 1'735'689'604'000'000);
  EXPECT_THAT(parse("2025-01-01 25:00:00,-5.00,1,2", depth).error, HasSubstr("is no time"));
  EXPECT_THAT(parse("2025-01-01 00:00:04.0000001,-5.00,1,2", depth).error, HasSubstr("is finer than microseconds"));
  RowParser parser(depth, *choose_layout(depth, "2025-01-01 00:00:04,-5.00,1,2"));
  Row row;
  ASSERT_TRUE(parser.parse("2025-01-01 00:00:04,-5.00,1,2", row));
  EXPECT_EQ(parser.time_unit(), "text");
  EXPECT_THAT(parser.parse("1735689604000,-5.00,1,2", row).error().message, HasSubstr("not in the unit"));
}

// Every decimal leaves as the same number, or is refused.
TEST(RowParser, NeverChangesADecimal) {
  std::mt19937_64 random(7);  // NOLINT: the same ones each time
  int taken = 0;
  for (int i = 0; i < 20'000; ++i) {
    const auto digits = [&random](std::size_t count) {
      std::string text;
      for (std::size_t d = 0; d < count; ++d) text += static_cast<char>('0' + random() % 10);
      return text;
    };
    const std::string text = fmt::format("{}.{}", digits(1 + random() % 14), digits(1 + random() % 14));
    const Parsed parsed = parse(fmt::format("1,{},3,4,5,1735689600000,True", text));
    if (!parsed.error.empty()) {
      EXPECT_GT(significant_decimals(text), 12) << text;
      continue;
    }
    ++taken;
    const DecimalShape shape = decimal_shape(CellType::kPrice, parsed.row.form);
    EXPECT_EQ((Decimal{parsed.row.values[2], shape.scale}), parse_decimal(text).value()) << text;
  }
  EXPECT_GT(taken, 15'000);
}

}  // namespace
}  // namespace acts::history
