#include "history/import/funding_rates.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>

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
  const auto rate = parse_mark_price(kMark, "BTCUSDT", {5});
  ASSERT_TRUE(rate.has_value() && rate->has_value());
  EXPECT_EQ(**rate, (AnnouncedRate{.ts_recv = {5}, .at = {1'723'104'000'000'000'000}, .rate = 10'000}));
  const auto negative = parse_mark_price(with("0.00010000", "-0.0003"), "BTCUSDT", {5});
  ASSERT_TRUE(negative.has_value() && negative->has_value());
  EXPECT_EQ((*negative)->rate, -30'000);
}

TEST(FundingRates, AreNotOfOtherMessagesSymbolsAndContracts) {
  for (const std::string& text : {with("BTCUSDT", "ETHUSDT"), with("markPriceUpdate", "aggTrade"),
                                  with("\"0.00010000\",\"T\":1723104000000", "\"\",\"T\":0")}) {
    const auto rate = parse_mark_price(text, "BTCUSDT", {5});
    ASSERT_TRUE(rate.has_value()) << text;
    EXPECT_FALSE(rate->has_value()) << text;
  }
}

TEST(FundingRates, AreRefusedWhereTheyCannotBeRead) {
  for (const std::string& text :
       {with("0.00010000", "much"), with("0.00010000", "0.000100001"), with("0.00010000", "100"),
        with("0.00010000", "-99999999999999999999999999999999999999"), with("1723104000000", "\"soon\""),
        with("1723104000000", "-1"), std::string(kMark.substr(0, kMark.size() - 1))}) {
    EXPECT_FALSE(parse_mark_price(text, "BTCUSDT", {5}).has_value()) << text;
  }
}

TEST(FundingRates, ComeWithTheEventsOfARecording) {
  const acts::testing::TempDir dir;
  const auto depth = [](int id) {
    return fmt::format(
        "172307520{}000000000 "
        "{{\"stream\":\"btcusdt@depth\",\"data\":{{\"e\":\"depthUpdate\",\"E\":1723075200000,\"T\":"
        "1723075200000,\"s\":\"BTCUSDT\",\"U\":{},\"u\":{},\"pu\":{},\"b\":[[\"100.0\",\"1.0\"]],\"a\":[]}}}}\n",
        id, id, id, id - 1);
  };
  const std::string lines = depth(1) + fmt::format("1723075202000000000 {}\n", kMark) +
                            fmt::format("1723075203000000000 {}\n", kMark) +
                            fmt::format("1723075204000000000 {}\n", with("0.00010000", "0.00020000")) + depth(5);
  auto exporter = RecordingExporter::open(
      {.paths = {dir.write("r.txt", lines)}, .venue = Venue::kBinanceUsdm, .symbol = "BTCUSDT", .keeps_events = true},
      [](std::string_view) {});
  ASSERT_TRUE(exporter.has_value());
  const std::vector<AnnouncedRate>& rates = exporter->funding().rates();
  ASSERT_EQ(rates.size(), 2U);
  EXPECT_EQ(rates[0].ts_recv.value, 1'723'075'202'000'000'000);
  EXPECT_EQ(rates[1].rate, 20'000);
}

}  // namespace
}  // namespace acts::history
