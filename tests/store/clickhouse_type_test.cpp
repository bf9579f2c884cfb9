#include "store/sinks/clickhouse_type.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace acts {
namespace {

using ::testing::HasSubstr;
using namespace std::string_literals;

ClickhouseType type(ColumnType column, std::string_view said) {
  const auto found = clickhouse_type({"sample_time", column}, said);
  EXPECT_TRUE(found) << found.error().message;
  return found.value_or(ClickhouseType{});
}

std::string bytes(const Value& value, const ClickhouseType& type) {
  std::string out;
  const std::string reason = append_binary(out, value, type);
  return reason.empty() ? out : reason;
}

TEST(ClickhouseType, IsReadFromItsName) {
  using enum ClickhouseType::Base;
  EXPECT_EQ(type(ColumnType::kDecimal, "Nullable(Decimal(38, 18))"), (ClickhouseType{kDecimal, true, 38, 18}));
  EXPECT_EQ(type(ColumnType::kText, "LowCardinality(Nullable(String))"), (ClickhouseType{kString, true}));
  EXPECT_EQ(type(ColumnType::kTime, "DateTime64(3, 'UTC')"), (ClickhouseType{kDateTime64, false, 0, 3}));
  for (const char* const said : {"DateTime('UTC')", "DateTime"}) {
    const auto found = clickhouse_type({"sample_time", ColumnType::kTime}, said);
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_EQ(*found, (ClickhouseType{kDateTime}));
    // Every level of a book was set aside: its time has milliseconds.
    EXPECT_FALSE(clickhouse_type({"book_time", ColumnType::kTime}, said));
  }
  EXPECT_EQ(type(ColumnType::kCount, "Nullable(Int64)"), (ClickhouseType{kInt64, true}));
  EXPECT_EQ(type(ColumnType::kRatio, "Float64"), (ClickhouseType{kFloat64}));
}

// A table that somebody made with floating-point prices would round every one of them.
TEST(ClickhouseType, RefusesWhatWouldRoundOrCut) {
  for (const auto& [column, said] :
       std::vector<std::pair<ColumnType, std::string>>{{ColumnType::kDecimal, "Float64"},
                                                       {ColumnType::kDecimal, "Decimal(76, 18)"},
                                                       {ColumnType::kRatio, "Float32"},
                                                       {ColumnType::kCount, "Int32"},
                                                       {ColumnType::kTime, "DateTime64(0)"},
                                                       {ColumnType::kTime, "Date"},
                                                       {ColumnType::kText, "FixedString(8)"}}) {
    const auto found = clickhouse_type({"best_bid", column}, said);
    ASSERT_FALSE(found) << said;
    EXPECT_EQ(found.error().code, ErrorCode::kRefused);
    EXPECT_THAT(found.error().message, HasSubstr("column best_bid is " + said));
  }
}

TEST(ClickhouseType, WritesValuesInRowBinary) {
  EXPECT_EQ(bytes("ab", type(ColumnType::kText, "String")), "\x02"s + "ab");
  EXPECT_EQ(bytes(std::string(200, 'x'), type(ColumnType::kText, "String")), "\xc8\x01"s + std::string(200, 'x'));
  EXPECT_EQ(bytes(Value{}, type(ColumnType::kText, "Nullable(String)")), "\x01"s);
  EXPECT_EQ(bytes(std::int64_t{258}, type(ColumnType::kCount, "Nullable(Int64)")), "\0\x02\x01\0\0\0\0\0\0"s);
  EXPECT_EQ(bytes(1.0, type(ColumnType::kRatio, "Float64")), "\0\0\0\0\0\0\xf0\x3f"s);
  EXPECT_EQ(bytes(UnixNanos{1'000'000'000}, type(ColumnType::kTime, "DateTime")), "\x01\0\0\0"s);
  EXPECT_EQ(bytes(UnixNanos{2'000'000}, type(ColumnType::kTime, "DateTime64(6)")), "\xd0\x07\0\0\0\0\0\0"s);
  EXPECT_EQ(bytes(Decimal{-150, 2}, type(ColumnType::kDecimal, "Decimal(9, 1)")), "\xf1\xff\xff\xff"s);
  EXPECT_EQ(bytes(Decimal{15, 1}, type(ColumnType::kDecimal, "Decimal(18, 3)")), "\xdc\x05\0\0\0\0\0\0"s);
  EXPECT_EQ(bytes(Decimal{1, 18}, type(ColumnType::kDecimal, "Decimal(38, 18)")), "\x01"s + std::string(15, '\0'));
}

TEST(ClickhouseType, SaysWhatAColumnCannotHold) {
  const ClickhouseType usual = type(ColumnType::kDecimal, "Decimal(38, 18)");
  EXPECT_EQ(bytes(Decimal{1, 19}, usual), "has 19 decimals, its column Decimal(38, 18) holds 18");
  EXPECT_EQ(bytes(Decimal{static_cast<int128>(1'000'000'000'000) * 1'000'000'000, 0}, usual),
            "has 22 digits before the point, its column Decimal(38, 18) holds 20");
  EXPECT_EQ(bytes(Decimal{10, 19}, usual).size(), 16U);  // a trailing zero is none
  EXPECT_EQ(bytes(Value{}, usual), "is unknown, its column is not Nullable");
  const ClickhouseType seconds = type(ColumnType::kTime, "DateTime");
  EXPECT_EQ(bytes(UnixNanos{1'000'000}, seconds), "has milliseconds, its column DateTime holds none");
  EXPECT_THAT(bytes(UnixNanos{-1'000'000'000}, seconds), HasSubstr("is outside 1970"));
}

}  // namespace
}  // namespace acts
