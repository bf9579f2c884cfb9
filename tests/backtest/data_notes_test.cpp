#include "backtest/data_notes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace acts::backtest {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr UnixNanos kEight{1'723'104'000'000'000'000};  // 2024-08-08T08:00Z, a time of funding

BacktestSettings spot_and_perpetual() {
  BacktestSettings settings;
  settings.instruments.resize(2);
  settings.instruments[0].info.symbol = "ETHUSDT";
  settings.instruments[1].info.venue = Venue::kBinanceUsdm;
  settings.instruments[1].info.symbol = "BTCUSDT";
  return settings;
}

// From a second before to a second after a time of funding.
ReadMarkets nothing_odd() {
  const Nanos second = std::chrono::seconds{1};
  ReadMarkets read{.begin = kEight - second, .end = kEight + second};
  read.instruments.push_back({.name = "ETHUSDT"});
  read.instruments.push_back({.name = "BTCUSDT", .funding_times = 1});
  return read;
}

TEST(DataNotes, SayNothingOfDataInWhichNothingIsOdd) {
  EXPECT_THAT(data_notes(spot_and_perpetual(), nothing_odd()), IsEmpty());
  EXPECT_THAT(data_notes(spot_and_perpetual(), {}), IsEmpty()) << "nothing was read";
}

TEST(DataNotes, TellOfEachInstrumentWhatItsDataLacks) {
  BacktestSettings settings = spot_and_perpetual();
  settings.instruments[0].latency.file = "slow.csv";
  ReadMarkets read = nothing_odd();
  read.instruments[0].latency_covered = 0.255;
  read.instruments[0].facts.book_updates = 9;
  read.instruments[0].facts.crossed_updates = 2;
  read.instruments[1].funding_times = 0;
  EXPECT_THAT(
      data_notes(settings, read),
      ElementsAre(
          "ETHUSDT: 2 of 9 updates crossed the book, its best bid at or above its best ask: what is newer counts "
          "in the run, but no fill there is to be believed (acts catalog verify says where)",
          "slow.csv: its latencies cover 25.5 % of the time of the data of ETHUSDT: before the first row and "
          "behind the last one theirs count",
          "BTCUSDT: the data tells no funding, so a perpetual pays none: import its fundingRate into the "
          "catalog, record the stream markPrice, or name a file in [funding] (source = \"none\" if that is "
          "meant)"));
  read.end = kEight - Nanos{1};
  EXPECT_EQ(data_notes(settings, read).size(), 2U) << "no time of funding lies in it";
}

TEST(DataNotes, AddUpWhatInstrumentsHaveInCommon) {
  ReadMarkets read = nothing_odd();
  read.instruments[0].facts.off_tick = 3;
  read.instruments[1].facts.off_tick = 4;
  read.instruments[1].facts.off_scale = 5;
  read.instruments[0].facts.out_of_range = 1;
  read.instruments[1].missed_fundings = 2;
  read.instruments[1].unreadable_announcements = 6;
  EXPECT_THAT(
      data_notes(spot_and_perpetual(), read),
      ElementsAre("7 prices were off the tick and 5 quantities off the lot's decimals (rounded), 1 events could not be "
                  "used: are tick_size and lot_size those of the data?",
                  "funding was not paid at 2 times at which the book had no middle price, and 6 announcements of mark "
                  "price and funding could not be read"));
}

}  // namespace
}  // namespace acts::backtest
