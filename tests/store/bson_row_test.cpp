#include "store/sinks/bson_row.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <cstring>
#include <limits>

#include "store/rows.hpp"

namespace acts {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::small_schema;

// A document, written as bsonspec.org says (1.1, read 2026-11).
class Document {
 public:
  Document& text(const std::string& name, const std::string& value) {
    begin(0x02, name);
    number(static_cast<std::int32_t>(value.size() + 1));
    bytes_.append(value.c_str(), value.size() + 1);
    return *this;
  }
  Document& real(const std::string& name, double value) { return begin(0x01, name).number(value); }
  Document& date(const std::string& name, std::int64_t millis) { return begin(0x09, name).number(millis); }
  Document& int32(const std::string& name, std::int32_t value) { return begin(0x10, name).number(value); }
  Document& int64(const std::string& name, std::int64_t value) { return begin(0x12, name).number(value); }
  Document& null(const std::string& name) { return begin(0x0A, name); }
  // coefficient * 10^exponent; of coefficients below 2^64.
  Document& decimal(const std::string& name, std::uint64_t coefficient, int exponent, bool is_negative = false) {
    const std::uint64_t high = (static_cast<std::uint64_t>(exponent + 6176) << 49U) | (is_negative ? 1ULL << 63U : 0);
    return begin(0x13, name).number(coefficient).number(high);
  }
  Document& not_a_number(const std::string& name) {
    return begin(0x13, name).number(std::uint64_t{0}).number(std::uint64_t{0x7C00000000000000});
  }
  [[nodiscard]] std::vector<std::uint8_t> bytes() const {
    std::string all(4, '\0');
    all += bytes_;
    all += '\0';
    const auto size = static_cast<std::int32_t>(all.size());
    std::memcpy(all.data(), &size, sizeof size);
    return {all.begin(), all.end()};
  }

 private:
  Document& begin(char type, const std::string& name) {
    bytes_ += type;
    bytes_.append(name.c_str(), name.size() + 1);
    return *this;
  }
  template <typename T>
  Document& number(T value) {
    static_assert(std::endian::native == std::endian::little);
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
    return *this;
  }

  std::string bytes_;
};

const RowOwner kOwner{"binance-spot", "BTCUSDT"};

Result<BsonRow> read(const Document& document) { return row_of_bson(document.bytes(), small_schema(), kOwner); }

std::string error_of(const Document& document) {
  const auto row = read(document);
  return row ? "none" : row.error().message;
}

TEST(BsonRow, IsADocumentOfAnOlderCollector) {
  const auto made = read(Document()
                             .text("_id", "x")
                             .date("current_time", 1'723'161'300'000)
                             .decimal("best_bid", 6'168'599, -2)
                             .real("book_bias_1", 0.25)
                             .int32("updates", 7)
                             .int32("total_bid_7", 3));
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(
      made->row,
      (MinuteRow{
          {"binance-spot", "BTCUSDT", testing::minute(0), {}, Decimal{6'168'599, 2}, 0.25, std::int64_t{7}, {}}}));
  EXPECT_EQ(made->from_doubles, 0U);
  EXPECT_THAT(made->unknown, ElementsAre("total_bid_7"));
}

TEST(BsonRow, HasItsOwnVenueAndSymbolIfItTellsThem) {
  const auto made = read(Document()
                             .text("venue", "binance-usdm")
                             .text("symbol", "ETHUSDT")
                             .text("sample_time", "2024-08-08T23:55:00Z")
                             .null("best_bid")
                             .text("state", "live"));
  ASSERT_TRUE(made);
  EXPECT_EQ(made->row.venue(), "binance-usdm");
  EXPECT_EQ(made->row.symbol(), "ETHUSDT");
  EXPECT_EQ(made->row.sample_time(), testing::minute(0));
  EXPECT_EQ(made->row.values[4], Value{});
  EXPECT_EQ(made->row.values[7], Value{"live"});
}

// The number that was written, where a double stands for it; it is told how many were.
TEST(BsonRow, TakesDoublesAsTheShortestDecimals) {
  const auto bid = [](const Document& document) {
    Document all = document;
    const auto made = read(all.date("current_time", 1'723'161'300'000));
    EXPECT_TRUE(made);
    return std::pair(std::get<Decimal>(made->row.values[4]), made->from_doubles);
  };
  EXPECT_EQ(bid(Document().real("best_bid", 61685.99)), std::pair(Decimal(6'168'599, 2), 1U));
  EXPECT_EQ(bid(Document().real("best_bid", 1e-7)), std::pair(Decimal(1, 7), 1U));
  EXPECT_EQ(bid(Document().real("best_bid", 1e21)).second, 1U);
  EXPECT_EQ(bid(Document().int32("best_bid", 5)), std::pair(Decimal(5, 0), 0U));
  EXPECT_EQ(bid(Document().text("best_bid", "0.1")), std::pair(Decimal(1, 1), 0U));
  EXPECT_EQ(bid(Document().decimal("best_bid", 15, -8)), std::pair(Decimal(15, 8), 0U));
  EXPECT_EQ(bid(Document().decimal("best_bid", 15, 3)), std::pair(Decimal(15'000, 0), 0U));
}

TEST(BsonRow, RefusesWhatAColumnCannotHave) {
  const auto at = [] { return Document().date("current_time", 1'723'161'300'000); };
  EXPECT_EQ(error_of(Document().int32("updates", 1)), "it has no current_time");
  EXPECT_EQ(error_of(Document().date("current_time", -1)), "sample_time has a value that it cannot have");
  EXPECT_EQ(error_of(Document().date("current_time", INT64_MAX)), "sample_time has a value that it cannot have");
  EXPECT_EQ(error_of(Document().text("current_time", "yesterday")), "sample_time has a value that it cannot have");
  EXPECT_EQ(error_of(at().real("best_bid", std::numeric_limits<double>::quiet_NaN())),
            "best_bid has a value that it cannot have");
  EXPECT_EQ(error_of(at().not_a_number("best_bid")), "best_bid has a value that it cannot have");
  EXPECT_EQ(error_of(at().decimal("best_bid", 1, 6000)), "best_bid has a value that it cannot have");
  EXPECT_EQ(error_of(at().real("book_bias_1", std::numeric_limits<double>::infinity())),
            "book_bias_1 has a value that it cannot have");
  EXPECT_EQ(error_of(at().not_a_number("book_bias_1")), "book_bias_1 has a value that it cannot have");
  EXPECT_EQ(error_of(at().decimal("book_bias_1", 1, 6000)), "book_bias_1 has a value that it cannot have");
  EXPECT_EQ(error_of(at().real("updates", 1.5)), "updates has a value that it cannot have");
  EXPECT_EQ(error_of(at().int32("state", 1)), "state has a value that it cannot have");
}

TEST(BsonRow, RefusesDamagedDocuments) {
  const std::vector<std::uint8_t> whole =
      Document().date("current_time", 1'723'161'300'000).text("state", "live").bytes();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(row_of_bson(std::span(whole).first(size), small_schema(), kOwner)) << size;
  }
  std::vector<std::uint8_t> long_text = whole;
  long_text[long_text.size() - 10] = 0x7F;
  EXPECT_FALSE(row_of_bson(long_text, small_schema(), kOwner));
}

TEST(OwnerOfCollection, IsASpotPairOfUsdt) {
  EXPECT_EQ(owner_of_collection("btc_data")->symbol, "BTCUSDT");
  EXPECT_EQ(owner_of_collection("1000SATS_data")->symbol, "1000SATSUSDT");
  EXPECT_EQ(owner_of_collection("BTC_data")->venue, "binance-spot");
  for (const char* name : {"", "_data", "data", "btc", "btc_data2", "binance-usdm_BTCUSDT_data", "b tc_data"}) {
    EXPECT_THAT(owner_of_collection(name).error().message, HasSubstr("it is no collection of one asset's rows"))
        << name;
  }
}

}  // namespace
}  // namespace acts
