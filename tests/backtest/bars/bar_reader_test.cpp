#include "backtest/bars/bar_reader.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "backtest/bars/bars_support.hpp"
#include "recording/temp_dir.hpp"

namespace acts::backtest {
namespace {

// Times below are seconds since then.
constexpr UnixNanos kBegin{1'600'000'200'000'000'000};

class BarReaders : public ::testing::Test {
 protected:
  std::string write(const std::string& name, std::string_view text) { return folder_.write(name, text); }
  // The bars as "open_time-close_time o h l c v,…", or the message without the folder.
  std::string read(const std::vector<std::string>& paths, std::string_view tick = "0.01",
                   std::string_view lot = "0.001") {
    Result<std::unique_ptr<FileBars>> bars =
        FileBars::open(paths, test::spot_hints(), test::bar_instrument(tick, lot), InstrumentId{0});
    if (!bars) return plain(bars.error().message);
    std::string text;
    Bar bar;
    for (;;) {
      const Result<bool> there = (*bars)->next(bar);
      if (!there) return text + plain(there.error().message);
      if (!*there) return text + fmt::format("missing {}", (*bars)->missing());
      text += fmt::format("{}-{} {} {} {} {} {},", (bar.open_time - kBegin).count() / 1'000'000'000,
                          (bar.close_time - kBegin).count() / 1'000'000'000, bar.open.units(), bar.high.units(),
                          bar.low.units(), bar.close.units(), bar.volume.units());
    }
  }
  std::string plain(std::string message) const {
    const std::string folder = folder_ / "";
    for (std::size_t at = message.find(folder); at != std::string::npos; at = message.find(folder)) {
      message.erase(at, folder.size());
    }
    return message;
  }
  acts::testing::TempDir folder_;
};

TEST_F(BarReaders, ReadJsonArraysExactly) {
  const std::string path = write("BTC_USDT-5m.json",
                                 "[[1600000500000,1.5,2,1.25,1.75,10.1234],[1600000800000,1.75,1.75,1.75,1.75,0],"
                                 "[1600001700000,1.75,1.8,1.75,1.77,0.0001]]");
  // Of the volume what the lot has; something stays something.
  EXPECT_EQ(read({path}),
            "300-600 150 200 125 175 10123,600-900 175 175 175 175 0,1500-1800 175 180 175 177 1,missing 2");
}

TEST_F(BarReaders, ReadTheArchivesFilesOneAfterTheOther) {
  Result<std::unique_ptr<FileBars>> bars = FileBars::open(test::hours_of_2021(), test::spot_hints(),
                                                          test::bar_instrument("0.01", "0.000001"), InstrumentId{0});
  ASSERT_TRUE(bars.has_value()) << bars.error().message;
  std::size_t count = 0;
  Bar bar;
  while ((*bars)->next(bar).value()) ++count;
  EXPECT_EQ(count, 2158U);
  EXPECT_EQ((*bars)->missing(), 2U);
  EXPECT_EQ(bar.trades > 0, true);
  EXPECT_EQ(bar.close_time - bar.open_time, Nanos{std::chrono::hours{1}});
  EXPECT_EQ(to_iso8601(bar.close_time), "2021-04-01T00:00:00.000Z");
}

TEST_F(BarReaders, SayWhereAndWhatIsWrong) {
  const auto message = [this](std::string_view candle) {
    return read({write("BTC_USDT-5m.json", fmt::format("[[1600000500000,1,1,1,1,1],{}]", candle))});
  };
  const std::string good = "300-600 100 100 100 100 1000,";
  EXPECT_EQ(message("[1600000800000,1.001,2,1,2,1]"),
            good + "BTC_USDT-5m.json: candle 2: open 1.001 is not on the tick 0.01: set tick_size to what it was then");
  EXPECT_EQ(message("[1600000800000,2,1,1,1,1]"),
            good + "BTC_USDT-5m.json: candle 2: its open or close lies outside its low and high");
  EXPECT_EQ(
      message("[1600000500000,1,1,1,1,1]"),
      good +
          "BTC_USDT-5m.json: candle 2: it begins at 2020-09-13T12:35:00.000Z, before the one before it ends "
          "(2020-09-13T12:40:00.000Z): put the files in order, and let 'acts import' take out what is told twice");
  EXPECT_EQ(message("[1600000800000,0,1,0,1,1]"), good + "BTC_USDT-5m.json: candle 2: open 0 is no price");
  EXPECT_NE(message("[1600000800000,1,1,1,1,null]").find("candle 2: "), std::string::npos);
  EXPECT_EQ(message("[1600000800000,1,1,1,1]"), good + "BTC_USDT-5m.json: candle 2: it has 5 values, not 6 or 12");
}

// A run would pass through all the time between.
TEST_F(BarReaders, RefuseALeapThatNoOutageTakes) {
  const auto after = [this](std::int64_t days) {
    const std::int64_t second = 1'600'000'800'000 + days * 86'400'000;
    return read({write("BTC_USDT-5m.json", fmt::format("[[1600000500000,1,1,1,1,1],[{},1,1,1,1,1]]", second))});
  };
  EXPECT_NE(after(400).find("missing 115200"), std::string::npos);
  EXPECT_NE(
      after(401).find("candle 2: it begins at 2021-10-19T12:40:00.000Z, more than 400d after the one before ended "
                      "(2020-09-13T12:40:00.000Z), so that one of them is wrong: take it out, or cut the data there"),
      std::string::npos)
      << after(401);
}

TEST_F(BarReaders, RefuseFilesOfTwoIntervals) {
  const std::string five = write("BTC_USDT-5m.json", "[[1600000500000,1,1,1,1,1]]");
  const std::string hour = write("BTC_USDT-1h.json", "[[1600002000000,1,1,1,1,1]]");
  EXPECT_EQ(read({five, hour}), "BTC_USDT-1h.json: candles of 1h, and those before of 5m: a run has one interval");
}

TEST_F(BarReaders, TicksNeedNotBeOneOfTheirLastDigit) {
  const std::string path = write("BTC_USDT-5m.json", "[[1600000500000,1.5,2,1,2,1]]");
  EXPECT_EQ(read({path}, "0.5"), "300-600 15 20 10 20 1000,missing 0");
  EXPECT_NE(read({path}, "0.4").find("not on the tick"), std::string::npos);
}

class ListedBars final : public BarReader {
 public:
  explicit ListedBars(std::vector<Bar> bars) : bars_(std::move(bars)) {}
  Result<bool> next(Bar& bar) override {
    if (at_ == bars_.size()) return false;
    bar = bars_[at_++];
    return true;
  }
  [[nodiscard]] std::uint64_t missing() const override { return 0; }

 private:
  std::vector<Bar> bars_;
  std::size_t at_ = 0;
};

Bar bar_at(std::uint32_t instrument, std::int64_t open, std::int64_t close) {
  return {.instrument = InstrumentId{instrument}, .open_time = {open}, .close_time = {close}};
}

TEST(BarBlocks, JoinBarsOfOneTime) {
  std::vector<std::unique_ptr<BarReader>> readers;
  readers.push_back(std::make_unique<ListedBars>(std::vector<Bar>{bar_at(0, 0, 5), bar_at(0, 10, 15)}));
  readers.push_back(std::make_unique<ListedBars>(std::vector<Bar>{bar_at(1, 5, 10), bar_at(1, 10, 15)}));
  BarBlocks blocks(std::move(readers));
  BarBlock block;
  ASSERT_TRUE(blocks.next(block).value());
  ASSERT_EQ(block.steps(), 3U);
  EXPECT_EQ(block.step(0).size(), 1U);
  EXPECT_EQ(block.step(1).front().instrument, InstrumentId{1});
  EXPECT_EQ(block.step(2).size(), 2U);
  EXPECT_FALSE(blocks.next(block).value());
}

TEST(BarBlocks, RefuseBarsThatOverlap) {
  std::vector<std::unique_ptr<BarReader>> readers;
  readers.push_back(std::make_unique<ListedBars>(std::vector<Bar>{bar_at(0, 0, 10)}));
  readers.push_back(std::make_unique<ListedBars>(std::vector<Bar>{bar_at(1, 5, 10)}));
  BarBlocks blocks(std::move(readers));
  BarBlock block;
  EXPECT_FALSE(blocks.next(block).has_value());
}

TEST(BarBlocks, HoldABlockAtATime) {
  std::vector<Bar> many;
  for (std::int64_t i = 0; i < 40'000; ++i) many.push_back(bar_at(0, i, i + 1));
  std::vector<std::unique_ptr<BarReader>> readers;
  readers.push_back(std::make_unique<ListedBars>(many));
  BarBlocks blocks(std::move(readers));
  BarBlock block;
  std::size_t seen = 0;
  while (blocks.next(block).value()) {
    ASSERT_LE(block.steps(), BarBlocks::kSteps);
    for (std::size_t i = 0; i < block.steps(); ++i) ASSERT_EQ(block.step(i).front(), many[seen++]);
  }
  EXPECT_EQ(seen, many.size());
}

}  // namespace
}  // namespace acts::backtest
