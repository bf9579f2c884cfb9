#include "store/sinks/sink_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/sinks/csv_text.hpp"
#include "store/sinks/http_call.hpp"
#include "store/sinks/sink_settings.hpp"
#include "store/sinks/sink_uri.hpp"

namespace acts {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(ParseValue, ReadsEachTypeExactly) {
  EXPECT_EQ(parse_value({"a", ColumnType::kText}, "x").value(), Value{"x"});
  EXPECT_EQ(parse_value({"a", ColumnType::kTime}, "1723161300027").value(),
            Value{UnixNanos{1'723'161'300'027'000'000}});
  EXPECT_EQ(parse_value({"a", ColumnType::kDecimal}, "61685.990000000000000000").value(),
            (Value{Decimal{6'168'599, 2}}));
  EXPECT_EQ(parse_value({"a", ColumnType::kRatio}, "0.30000000000000004").value(), Value{0.1 + 0.2});
  EXPECT_EQ(parse_value({"a", ColumnType::kCount}, "-7").value(), Value{std::int64_t{-7}});
}

TEST(ParseValue, NamesTheColumnThatItCannotRead) {
  for (const ColumnType type : {ColumnType::kTime, ColumnType::kDecimal, ColumnType::kRatio, ColumnType::kCount}) {
    EXPECT_EQ(parse_value({"best_bid", type}, "1x").error().message,
              "column 'best_bid' holds '1x', which acts cannot read");
  }
  EXPECT_FALSE(parse_value({"a", ColumnType::kTime}, "9223372036854775807"));  // milliseconds beyond the year 2262
  for (const char* endless : {"inf", "-Infinity", "nan", "NaN", "1e999"}) {
    EXPECT_FALSE(parse_value({"a", ColumnType::kRatio}, endless)) << endless;
  }
}

TEST(PlainDecimal, WritesAnExponentOut) {
  EXPECT_EQ(plain_decimal("1.5E-7"), "0.00000015");
  EXPECT_EQ(plain_decimal("-12E-1"), "-1.2");
  EXPECT_EQ(plain_decimal("12E-2"), "0.12");
  EXPECT_EQ(plain_decimal("1.25E+4"), "12500");
  EXPECT_EQ(plain_decimal("1.25e1"), "12.5");
  EXPECT_EQ(plain_decimal("61685.99"), "61685.99");
  for (const char* odd : {"NaN", "Infinity", "1E", "1E+6144", "E", ""}) EXPECT_EQ(plain_decimal(odd), odd);
}

TEST(DigitsOf, CountsWhatANumberTakes) {
  const auto count = [](int128 units, int scale) {
    const DigitCount digits = digits_of({units, scale});
    return std::pair(digits.digits, digits.decimals);
  };
  EXPECT_EQ(count(1250, 2), std::pair(3, 1));
  EXPECT_EQ(count(-1250, 2), std::pair(3, 1));
  EXPECT_EQ(count(0, 18), std::pair(0, 0));
  EXPECT_EQ(count(5, 3), std::pair(1, 3));  // 0.005
  EXPECT_EQ(count(1200, 0), std::pair(4, 0));
}

TEST(OneLine, MakesOneLineOfWhatAServerSaid) {
  EXPECT_EQ(one_line("bad\n\tnews\r\n"), "bad  news");
  EXPECT_EQ(one_line(std::string(1000, 'x')).size(), 300U);
}

TEST(CsvLines, ReadsQuotesAndLineEnds) {
  EXPECT_THAT(csv_lines("a,b\r\n\n\"x,\"\"y\"\"\",\n"), ElementsAre(ElementsAre("a", "b"), ElementsAre("x,\"y\"", "")));
  EXPECT_TRUE(csv_lines("").empty());
  EXPECT_THAT(csv_lines("\"open\n"), ElementsAre(ElementsAre("open\n")));
}

TEST(SinkUri, HasItsParts) {
  const SinkUri uri = split_uri("postgresql://acts@db1:5432,db2/rows?sslmode=require");
  EXPECT_EQ(uri.scheme, "postgresql");
  EXPECT_EQ(uri.user, "acts");
  EXPECT_EQ(uri.hosts, "db1:5432,db2");
  EXPECT_EQ(uri.database, "rows");
  EXPECT_EQ(uri.query, "sslmode=require");
  EXPECT_FALSE(uri.has_password);
  EXPECT_EQ(shown(uri), "postgresql://acts@db1:5432,db2/rows");
  EXPECT_EQ(split_uri("nothing").scheme, "");
  EXPECT_EQ(split_uri("http://[::1]:8123/x").hosts, "[::1]:8123");
}

// Secrets are never shown, wherever they were put.
TEST(SinkUri, FindsAPasswordAndNeverShowsIt) {
  for (const char* text :
       {"mongodb://me:hunter2@h/d", "mongodb://me:hun@ter2@h/d", "postgresql://h/d?password=hunter2"}) {
    const SinkUri uri = split_uri(text);
    EXPECT_TRUE(uri.has_password) << text;
    EXPECT_THAT(shown(uri), ::testing::Not(HasSubstr("hun"))) << text;
  }
}

TEST(UrlText, GoesThereAndBack) {
  EXPECT_EQ(url_encoded("a b/ü~"), "a%20b%2F%C3%BC~");
  EXPECT_EQ(url_decoded("a%20b%2F%C3%BC~"), "a b/ü~");
  EXPECT_EQ(url_decoded("100%"), "100%");
  EXPECT_EQ(url_decoded("%zz%4"), "%zz%4");
}

}  // namespace
}  // namespace acts
