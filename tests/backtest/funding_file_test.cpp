#include "backtest/funding_file.hpp"

#include <gtest/gtest.h>

#include <string>

namespace acts::backtest {
namespace {

Result<sim::FundingBook> read(const std::string& text) { return read_funding(read_from_memory(text), "f.csv"); }

std::string refusal(const std::string& text) {
  const auto book = read(text);
  return book ? "" : book.error().message;
}

TEST(FundingFile, IsReadWithOrWithoutAHeader) {
  for (const std::string header : {"", "time,rate\n", "time,rate,mark_price\n"}) {
    auto book = read(header + "1723104000000,0.0001,61685.5\r\n\n2024-08-08T16:00:00Z,-0.0002\n");
    ASSERT_TRUE(book.has_value()) << book.error().message;
    const auto first = book->take(book->next());
    EXPECT_EQ(to_iso8601(first->at), "2024-08-08T08:00:00.000Z");
    EXPECT_EQ(first->mark, (Decimal{616855, 1}));
    EXPECT_EQ(book->take(book->next())->rate, (Decimal{-2, 4}));
  }
}

TEST(FundingFile, IsRefusedWithPlaceAndRemedy) {
  EXPECT_EQ(refusal(""), "f.csv: there is no funding in it");
  EXPECT_EQ(refusal("1723104000000,0.0001\n1723104000000\n"),
            "f.csv:2: '1723104000000': time,rate or time,rate,mark_price is needed, such as "
            "2024-08-08T08:00:00Z,0.0001,61685.5");
  EXPECT_EQ(refusal("1723104000000,0.0001\n1723104000000,0.0001\n"),
            "f.csv: row 2: 2024-08-08T08:00:00.000Z is not after the time before it: a time is paid once, in order");
  EXPECT_EQ(read_funding("/nowhere.csv").error().code, ErrorCode::kUsage);
}

}  // namespace
}  // namespace acts::backtest
