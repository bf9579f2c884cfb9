// Features of real recordings: the columns of every minute row stay what they are, nothing looks ahead, and sums are
// those of the messages.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "acts/features/feature.hpp"

#include "live/replay.hpp"
#include "recording/temp_dir.hpp"
#include "support/testdata.hpp"

namespace acts {
namespace {

using namespace std::chrono_literals;
using acts::testing::TempDir;

const std::string kSpot = test::testdata("binance-feed/spot/btcusdt_20240808.gz");
const std::string kUsdm = test::testdata("binance-feed/usdm/btcusdt_20240808.gz");

struct Rows {
  RowSchema schema;
  std::vector<MinuteRow> rows;

  [[nodiscard]] const Value& cell(std::size_t row, std::string_view name) const {
    const auto column = std::ranges::find(schema.columns, name, &Column::name);
    EXPECT_TRUE(column != schema.columns.end()) << name;
    return rows.at(row).values.at(static_cast<std::size_t>(column - schema.columns.begin()));
  }
};

Rows replay(const std::string& file, Venue venue, const IntervalFeatureOptions& features) {
  ReplayOptions options;
  options.venue = venue;
  options.features = IntervalFeatures::make(features).value();
  Rows result;
  Replay replay(options, [&](MinuteRow&& row) { result.rows.push_back(std::move(row)); }, [](const std::string&) {});
  auto reader = RecordingReader::open({file});
  EXPECT_TRUE(reader.has_value());
  EXPECT_TRUE(replay.run(*reader).has_value());
  result.schema = replay.pipeline().schema();
  return result;
}

TEST(ReplayFeatures, LeaveTheColumnsOfEveryMinuteRowAsTheyAre) {
  for (const auto& [file, venue] : {std::pair{kSpot, Venue::kBinanceSpot}, std::pair{kUsdm, Venue::kBinanceUsdm}}) {
    const Rows plain = replay(file, venue, {});
    const Rows more = replay(file, venue, {.names = {"all"}});
    ASSERT_EQ(plain.rows.size(), more.rows.size());
    ASSERT_GT(plain.rows.size(), 3U);
    const std::size_t columns = plain.schema.columns.size();
    EXPECT_GT(more.schema.columns.size(), columns);
    for (std::size_t i = 0; i < plain.rows.size(); ++i) {
      EXPECT_TRUE(std::equal(plain.rows[i].values.begin(), plain.rows[i].values.end(), more.rows[i].values.begin()));
      EXPECT_EQ(more.rows[i].values.size(), more.schema.columns.size());
    }
  }
}

// What the book is at a boundary does not depend on how often one looks.
TEST(ReplayFeatures, AreTheSameAtMinutesWhateverTheInterval) {
  const Rows minutes = replay(kSpot, Venue::kBinanceSpot, {.names = {"imbalance", "bid_slope"}});
  const Rows often = replay(kSpot, Venue::kBinanceSpot, {.interval = 100ms, .names = {"imbalance", "bid_slope"}});
  std::size_t at = 0;
  for (std::size_t i = 0; i < minutes.rows.size(); ++i) {
    while (at < often.rows.size() && often.rows[at].sample_time() != minutes.rows[i].sample_time()) ++at;
    ASSERT_LT(at, often.rows.size());
    for (const Column& column : minutes.schema.columns) {
      const std::string_view name = column.name;
      if (name == "updates" || name == "gap_ms" || name == "gaps" || name == "reconnects") continue;  // of the interval
      EXPECT_EQ(minutes.cell(i, name), often.cell(at, name)) << name;
    }
  }
}

struct Line {
  UnixNanos at;
  std::string json;
};

std::vector<Line> lines_of(const std::string& file) {
  auto reader = RecordingReader::open({file});
  std::vector<Line> lines;
  while (auto item = reader->next().value()) {
    const auto& line = std::get<RecordedLine>(*item);
    lines.push_back({line.ts_recv, std::string(line.json)});
  }
  return lines;
}

std::string text_of(const std::vector<Line>& lines, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += std::to_string(lines[i].at.value) + " " + lines[i].json + "\n";
  return text;
}

// Cut anywhere: what was known up to there is what is known with all that follows.
TEST(ReplayFeatures, OfARecordingsBeginningAreThoseOfTheWhole) {
  const std::vector<Line> lines = lines_of(kSpot);
  const IntervalFeatureOptions options{.interval = 500ms, .names = {"all"}, .horizons = {1s, 5s}};
  const Rows whole = replay(kSpot, Venue::kBinanceSpot, options);
  const TempDir dir;
  for (const std::size_t percent : {3U, 20U, 47U, 71U, 99U}) {
    const std::size_t count = lines.size() * percent / 100;
    const Rows part = replay(dir.write("part", text_of(lines, count)), Venue::kBinanceSpot, options);
    ASSERT_GT(part.rows.size(), 1U);
    ASSERT_LE(part.rows.size(), whole.rows.size());
    for (std::size_t i = 0; i < part.rows.size(); ++i) ASSERT_EQ(part.rows[i], whole.rows[i]) << percent << " " << i;
    // None is missing that could be told.
    EXPECT_GT(part.rows.back().sample_time() + options.interval, lines[count - 1].at);
  }
}

std::string_view text_behind(std::string_view json, std::string_view key) {
  const std::size_t at = json.find(key);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = json.substr(at + key.size());
  return rest.substr(0, rest.find_first_of("\",}"));
}

struct Volumes {
  std::int64_t buys = 0;
  std::int64_t sells = 0;
  Decimal bought{0, 8};
  Decimal sold{0, 8};
};

// By minute, from the text of the messages.
std::map<UnixNanos, Volumes> volumes_in(const std::vector<Line>& lines) {
  std::map<UnixNanos, Volumes> volumes;
  for (const Line& line : lines) {
    if (!line.json.contains(R"("e":"trade")")) continue;
    const bool is_market = !line.json.contains(R"("X":)") || line.json.contains(R"("X":"MARKET")");
    if (!is_market) continue;
    Volumes& of_minute = volumes[next_multiple(line.at, kMinute)];
    const Decimal quantity = parse_decimal(text_behind(line.json, R"("q":")")).value();
    const int128 units = quantity.units * power_of_ten(8 - quantity.scale);
    const bool is_sell = text_behind(line.json, R"("m":)") == "true";
    (is_sell ? of_minute.sells : of_minute.buys) += 1;
    (is_sell ? of_minute.sold : of_minute.bought).units += units;
  }
  return volumes;
}

TEST(ReplayFeatures, SumUpTheTradesThatWereRecorded) {
  for (const auto& [file, venue] : {std::pair{kSpot, Venue::kBinanceSpot}, std::pair{kUsdm, Venue::kBinanceUsdm}}) {
    const auto volumes = volumes_in(lines_of(file));
    const Rows rows = replay(file, venue, {.names = {"buy_volume", "sell_volume", "buy_count", "sell_count"}});
    std::int64_t trades = 0;
    for (std::size_t i = 0; i < rows.rows.size(); ++i) {
      const Volumes expected = volumes.at(rows.rows[i].sample_time());
      EXPECT_EQ(std::get<std::int64_t>(rows.cell(i, "buy_count")), expected.buys);
      EXPECT_EQ(std::get<std::int64_t>(rows.cell(i, "sell_count")), expected.sells);
      EXPECT_EQ(std::get<Decimal>(rows.cell(i, "buy_volume")), expected.bought);
      EXPECT_EQ(std::get<Decimal>(rows.cell(i, "sell_volume")), expected.sold);
      trades += expected.buys + expected.sells;
    }
    EXPECT_GT(trades, 100);
  }
}

}  // namespace
}  // namespace acts
