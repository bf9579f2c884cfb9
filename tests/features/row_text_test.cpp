#include <gtest/gtest.h>

#include <limits>

#include "acts/features/row.hpp"

namespace acts {
namespace {

const RowSchema kSchema{{{"venue", ColumnType::kText, false},
                         {"symbol", ColumnType::kText, false},
                         {"sample_time", ColumnType::kTime, false},
                         {"best_bid", ColumnType::kDecimal, true},
                         {"book_bias_1", ColumnType::kRatio, true},
                         {"updates", ColumnType::kCount, true},
                         {"reason", ColumnType::kText, true}}};
constexpr UnixNanos kTime{1'723'161'300'000'000'000};

TEST(RowText, PrintsAHeaderAndValuesAsCsv) {
  std::string out;
  append_csv_header(out, kSchema);
  append_csv(out, kSchema,
             {{"binance-spot", "BTCUSDT", kTime, Decimal{6'168'599'000, 5}, -0.1, std::int64_t{598}, "late"}});
  append_csv(out, kSchema, {{"binance-spot", "ETHUSDT", kTime, {}, {}, {}, {}}});
  EXPECT_EQ(out,
            "venue,symbol,sample_time,best_bid,book_bias_1,updates,reason\n"
            "binance-spot,BTCUSDT,2024-08-08T23:55:00.000Z,61685.99,-0.1,598,late\n"
            "binance-spot,ETHUSDT,2024-08-08T23:55:00.000Z,,,,\n");
}

TEST(RowText, ARowIsBroughtIntoAnotherSchemaByTheNamesOfItsColumns) {
  const MinuteRow row{{"v", "S", kTime, Decimal{1, 0}, -0.1, std::int64_t{598}, "late"}};
  EXPECT_EQ(by_schema(row, kSchema, kSchema), row);
  const RowSchema other{{kSchema.columns[0],
                         kSchema.columns[1],
                         kSchema.columns[2],
                         {"updates", ColumnType::kCount, true},
                         {"book_bias_4", ColumnType::kRatio, true},
                         {"book_bias_1", ColumnType::kRatio, true}}};
  EXPECT_EQ(by_schema(row, kSchema, other), (MinuteRow{{"v", "S", kTime, std::int64_t{598}, {}, -0.1}}));
}

TEST(RowText, QuotesWhatCsvCannotHoldBare) {
  std::string out;
  append_csv(out, {{{"a", ColumnType::kText, false}, {"b", ColumnType::kText, true}}}, {{"x,\"y\"\r\n", ""}});
  EXPECT_EQ(out, "\"x,\"\"y\"\"\r\n\",\"\"\n");
}

TEST(RowText, PrintsJsonWithExactValuesAsStringsAndUnknownAsNull) {
  std::string out;
  append_json(out, kSchema,
              {{"binance-spot",
                "币安人生USDT",
                kTime,
                Decimal{1, 18},
                0.1 + 0.2,
                std::numeric_limits<std::int64_t>::min(),
                {}}});
  EXPECT_EQ(out,
            "{\"venue\":\"binance-spot\",\"symbol\":\"币安人生USDT\",\"sample_time\":\"2024-08-08T23:55:00.000Z\","
            "\"best_bid\":\"0.000000000000000001\",\"book_bias_1\":0.30000000000000004,"
            "\"updates\":-9223372036854775808,\"reason\":null}\n");
}

TEST(RowText, EscapesJsonTexts) {
  std::string out;
  append_json(out, {{{"a\"", ColumnType::kText, false}}}, {{"\\ \" \n \x01"}});
  EXPECT_EQ(out, "{\"a\\\"\":\"\\\\ \\\" \\u000a \\u0001\"}\n");
}

TEST(RowTextDeath, StopsAtARowOfAnotherSchema) {
  std::string out;
  EXPECT_DEATH(append_csv(out, kSchema, {{"binance-spot"}}), "schema.columns.size");
  EXPECT_DEATH(append_json(out, {{{"a", ColumnType::kCount, true}}}, {{"text"}}), "held");
}

}  // namespace
}  // namespace acts
