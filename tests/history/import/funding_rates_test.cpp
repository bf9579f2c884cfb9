#include "history/import/funding_rates.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "history/export/export_recording.hpp"
#include "recording/temp_dir.hpp"

namespace acts::history {
namespace {

constexpr std::string_view kMark =
    R"({"stream":"btcusdt@markPrice@1s","data":{"e":"markPriceUpdate","E":1723075200000,"s":"BTCUSDT","p":"55000.1",)"
    R"("i":"55001","P":"55002","r":"0.00010000","T":1723104000000}})";

std::string with(const std::string& from, const std::string& to) {
  std::string text(kMark);
  text.replace(text.find(from), from.size(), to);
  return text;
}

TEST(FundingRates, AreThoseThatTheMarkPriceAnnounces) {
  const auto update = parse_mark_price(kMark, "BTCUSDT", {5});
  ASSERT_TRUE(update.has_value() && update->has_value());
  EXPECT_EQ((*update)->funding, (AnnouncedRate{.ts_recv = {5}, .at = {1'723'104'000'000'000'000}, .rate = 10'000}));
  EXPECT_EQ((*update)->mark,
            (AnnouncedMark{.ts_recv = {5}, .ts_event = {1'723'075'200'000'000'000}, .price = 5'500'010'000'000}));
  const auto negative = parse_mark_price(with("0.00010000", "-0.0003"), "BTCUSDT", {5});
  ASSERT_TRUE(negative.has_value() && negative->has_value());
  EXPECT_EQ((*negative)->funding->rate, -30'000);
}

TEST(FundingRates, AreNotOfOtherMessagesAndSymbols) {
  for (const std::string& text : {with("BTCUSDT", "ETHUSDT"), with("markPriceUpdate", "aggTrade")}) {
    const auto update = parse_mark_price(text, "BTCUSDT", {5});
    ASSERT_TRUE(update.has_value()) << text;
    EXPECT_FALSE(update->has_value()) << text;
  }
}

TEST(FundingRates, OfADeliveryContractAreNoneBesideItsMarkPrice) {
  const auto update = parse_mark_price(with("\"0.00010000\",\"T\":1723104000000", "\"\",\"T\":0"), "BTCUSDT", {5});
  ASSERT_TRUE(update.has_value() && update->has_value());
  EXPECT_FALSE((*update)->funding.has_value());
  EXPECT_EQ((*update)->mark.price, 5'500'010'000'000);
}

TEST(FundingRates, AreRefusedWhereTheyCannotBeRead) {
  for (const std::string& text :
       {with("0.00010000", "much"), with("0.00010000", "0.000100001"), with("0.00010000", "1"),
        with("0.00010000", "-1"), with("0.00010000", "100"),
        with("0.00010000", "-99999999999999999999999999999999999999"),
        with("55000.1", "99999999999999999999999999999999999999"), with("1723104000000", "\"soon\""),
        with("1723104000000", "-1"), with("1723104000000", "18446744073709551615"), with("1723075200000", "1.5"),
        with("55000.1", "0"), with("55000.1", "-5"), with("55000.1", "0.000000001"), with("55000.1", "10000000001"),
        with("55000.1", "1e5"), std::string(kMark.substr(0, kMark.size() - 1))}) {
    EXPECT_FALSE(parse_mark_price(text, "BTCUSDT", {5}).has_value()) << text;
  }
}

constexpr std::int64_t kFirst = 1'723'075'200'000;  // ms

// A recording: a change of the depth each second, and marks of (ms after the first, price, rate, funding's ms).
struct Mark {
  std::int64_t ms;
  std::string price;
  std::string rate;
  std::int64_t at;
};
std::string recording_of(const std::vector<Mark>& marks) {
  std::string lines;
  const auto depth = [&lines](std::int64_t id) {
    lines += fmt::format(
        "{}000000 {{\"stream\":\"btcusdt@depth\",\"data\":{{\"e\":\"depthUpdate\",\"E\":{},\"T\":{},\"s\":\"BTCUSDT\","
        "\"U\":{},\"u\":{},\"pu\":{},\"b\":[[\"100.0\",\"1.0\"]],\"a\":[]}}}}\n",
        kFirst + id * 1000, kFirst, kFirst, id, id, id - 1);
  };
  depth(1);
  for (std::size_t i = 0; i < marks.size(); ++i) {
    lines += fmt::format(
        "{}000000 {{\"stream\":\"btcusdt@markPrice\",\"data\":{{\"e\":\"markPriceUpdate\",\"E\":{},\"s\":\"BTCUSDT\","
        "\"p\":\"{}\",\"i\":\"1\",\"P\":\"1\",\"r\":\"{}\",\"T\":{}}}}}\n",
        kFirst + 2000 + static_cast<std::int64_t>(i) * 100, kFirst + marks[i].ms, marks[i].price, marks[i].rate,
        kFirst + marks[i].at);
  }
  depth(30);
  return lines;
}

FundingRates rates_of(const std::vector<Mark>& marks) {
  const acts::testing::TempDir dir;
  auto exporter = RecordingExporter::open({.paths = {dir.write("r.txt", recording_of(marks))},
                                           .venue = Venue::kBinanceUsdm,
                                           .symbol = "BTCUSDT",
                                           .keeps_marks = true,
                                           .keeps_events = true},
                                          [](std::string_view) {});
  return exporter.value().funding();
}

std::vector<Announcement> all_of(const AnnouncementSpool& spool) {
  std::vector<Announcement> all(spool.size());
  EXPECT_EQ(spool.read(0, all), all.size());
  return all;
}

TEST(FundingRates, ComeWithTheEventsOfARecording) {
  const FundingRates funding = rates_of(
      {{0, "55000.1", "0.0001", 28'800}, {100, "55000.1", "0.0001", 28'800}, {200, "55000", "0.0002", 28'800}});
  const std::vector<Announcement> rates = all_of(*funding.rates());
  ASSERT_EQ(rates.size(), 2U);
  EXPECT_EQ(rates[0].ts_recv.value, (kFirst + 2000) * 1'000'000);
  EXPECT_EQ(rates[1].value, 20'000);
  const std::vector<Announcement> marks = all_of(*funding.marks());
  ASSERT_EQ(marks.size(), 2U);
  EXPECT_EQ(marks[1].at.value, (kFirst + 200) * 1'000'000);
  EXPECT_EQ(marks[1].value, 5'500'000'000'000);
}

// A second connection may bring it late: it was taken for a new one.
TEST(FundingRates, HaveNoMarkPriceBehindALaterOne) {
  const FundingRates funding = rates_of({{0, "100", "0.0001", 1'000},
                                         {200, "102", "0.0001", 1'000},
                                         {100, "101", "0.0001", 1'000},
                                         {300, "102", "0.0001", 1'000},
                                         {250, "100", "0.0001", 1'000}});
  const std::vector<Announcement> marks = all_of(*funding.marks());
  ASSERT_EQ(marks.size(), 2U);
  EXPECT_EQ(marks[1].value, 10'200'000'000);
}

TEST(FundingRates, OfATimeAreWhatWasAnnouncedLastBeforeIt) {
  const FundingRates funding = rates_of({{0, "100", "0.0001", 1'000},
                                         {900, "101", "0.0002", 1'000},
                                         {800, "99", "0.0009", 1'000},     // late
                                         {1'000, "105", "0.0003", 1'000},  // not before it
                                         {1'100, "102", "0.0004", 3'000},
                                         {1'200, "103", "0.0005", 2'000}});  // brought forward
  ASSERT_EQ(funding.times().size(), 2U);
  EXPECT_EQ(funding.times()[0].mark.price, 10'100'000'000);
  EXPECT_EQ(funding.times()[0].funding->rate, 20'000);
  EXPECT_EQ(funding.times()[1].funding->at.value, (kFirst + 2'000) * 1'000'000);
  EXPECT_EQ(funding.times()[1].mark.price, 10'300'000'000);
}

}  // namespace
}  // namespace acts::history
