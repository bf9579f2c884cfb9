// The grid over a real recording against what hftbacktest 2.4.4 gives for the same strategy, run over the same data.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "backtest/run_backtest.hpp"
#include "recording/temp_dir.hpp"
#include "support/testdata.hpp"

namespace acts::backtest {
namespace {

Decimal decimal(std::string_view text) { return *parse_decimal(text); }

BacktestSettings grid(const std::string& half_spread, const std::string& grid_interval, const std::string& skew) {
  const sim::Latency latency = *sim::Latency::of(std::chrono::milliseconds{10});
  BacktestSettings settings;
  InstrumentSettings& of = settings.instruments.emplace_back();
  of.info.venue = Venue::kBinanceUsdm;
  of.info.symbol = "BTCUSDT";
  of.info.tick_size = decimal("0.1");
  of.info.lot_size = decimal("0.001");
  of.files = {test::testdata("binance-feed/usdm/btcusdt_20240808.gz")};
  of.latency = {.entry = latency, .response = latency};
  of.exchange.fills = sim::FillSizes::kFull;
  of.fees = {.maker = decimal("-0.00005"), .taker = decimal("0.0007")};
  settings.strategy = "grid";
  settings.parameters = {{.name = "relative_half_spread", .text = half_spread},
                         {.name = "relative_grid_interval", .text = grid_interval},
                         {.name = "skew", .text = skew}};
  return settings;
}

void expect_end(const BacktestSettings& settings, std::uint64_t fills, const std::string& position,
                const std::string& balance, const std::string& fee) {
  const auto report = run_backtest(real_file_ops(), {.settings = settings, .version = "test"});
  ASSERT_TRUE(report.has_value()) << report.error().message;
  ASSERT_EQ(report->instruments.size(), 1U);
  const FeedFacts& data = report->instruments.front().data;
  EXPECT_EQ(data.events, 466'836U);
  EXPECT_EQ(data.rows, 491'973U);
  EXPECT_EQ(data.only_exchange, 25'137U);
  EXPECT_EQ(data.only_local, 25'137U);
  EXPECT_EQ(data.shift, Nanos{1'272'156'851});
  EXPECT_EQ(data.off_tick + data.off_scale + data.out_of_range, 0U);
  EXPECT_EQ(report->end.fills, fills);
  const Position& end = report->end.positions.at(0);
  EXPECT_EQ(to_string(to_decimal(end.quantity, report->instruments.front().instrument.scales)), position);
  EXPECT_EQ(to_string(end.cash), balance);
  EXPECT_EQ(to_string(end.fee), fee);
}

TEST(Grid, HasTheFillsOfHftbacktest) {
  for (const bool as_hftbacktest : {false, true}) {
    BacktestSettings wide = grid("5e-5", "1e-4", "5e-6");
    wide.instruments.front().exchange.as_hftbacktest = as_hftbacktest;
    expect_end(wide, 194, "0.4", "-24689.02", "-59.831519");
    BacktestSettings narrow = grid("2e-5", "5e-5", "2e-6");
    narrow.instruments.front().exchange.as_hftbacktest = as_hftbacktest;
    expect_end(narrow, 426, "0.6", "-37247.12", "-131.418021");
  }
}

// The rules come from the settings to the venue: 0.1 BTC at some 60,000 is worth less than this.
TEST(Grid, FillsNothingThatItsVenueRefuses) {
  BacktestSettings settings = grid("5e-5", "1e-4", "5e-6");
  settings.instruments.front().info.min_notional = decimal("7000");
  expect_end(settings, 0, "0", "0", "0");
  settings.instruments.front().info.min_notional = decimal("5000");
  settings.instruments.front().exchange.rules.price_band_up = decimal("1.1");
  settings.instruments.front().exchange.rules.price_band_down = decimal("0.9");
  expect_end(settings, 194, "0.4", "-24689.02", "-59.831519");
}

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(Grid, WritesTheSameBytesTwice) {
  const testing::TempDir own;
  const std::string folder = own / "run";
  std::string first;
  for (int round = 0; round < 2; ++round) {
    std::filesystem::remove_all(folder);
    const auto report = run_backtest(real_file_ops(), {.settings = grid("5e-5", "1e-4", "5e-6"),
                                                       .version = "test",
                                                       .configuration = "a = 1\n",
                                                       .json = folder + ".json",
                                                       .folder = folder});
    ASSERT_TRUE(report.has_value()) << report.error().message;
    std::string all;
    for (const std::string name : {"run.json", "equity.csv", "fills.csv", "orders.csv", "marks.csv"}) {
      const std::string content = content_of(folder + "/" + name);
      EXPECT_GT(content.size(), 1000U) << name;
      all += content;
    }
    // The object by itself has the fills besides, which the folder has in a file of their own.
    const std::string object = content_of(folder + ".json");
    EXPECT_TRUE(object.starts_with("{\"fills\":[{"));
    EXPECT_EQ("{" + object.substr(object.find("],\"run\":") + 2), content_of(folder + "/run.json"));
    if (round == 0) first = all;
    EXPECT_EQ(all, first);
  }
}

}  // namespace
}  // namespace acts::backtest
