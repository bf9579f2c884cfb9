#include "backtest/data_notes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <span>
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
  read.instruments[0].facts.trades = 1;
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

TEST(DataNotes, TellWhyNobodyKnewTheBookAndWhichTradesAreMissing) {
  ReadMarkets read = nothing_odd();
  for (ReadData& of : read.instruments) of.facts = {.first_local = read.begin, .last_local = read.end};
  const auto after = [](std::int64_t milliseconds) {
    return kEight - Nanos{1'000'000'000} + Nanos{milliseconds * 1'000'000};
  };
  read.instruments[0].gaps.updates = {{.from = after(0), .at = after(0), .cause = history::GapCause::kNoSnapshot}};
  read.instruments[1].gaps.updates = {
      {.from = after(500), .at = after(2000), .last_before = UpdateId{7}, .cause = history::GapCause::kNoUpdates}};
  read.instruments[1].gaps.trades = {
      {.from = after(250), .at = after(750), .last_before = 7, .first_after = 10, .missing = 2},
      {.from = after(800), .at = after(900), .last_before = 11, .first_after = 13, .missing = 1}};
  EXPECT_THAT(
      data_notes(spot_and_perpetual(), read),
      ElementsAre("2 gaps in the data, of 0.033 minutes in all, the first from 2024-08-08T07:59:59.000000000Z (1 "
                  "without a snapshot, 1 without updates): so long nobody knew the book, and no fill there is "
                  "to be believed",
                  "3 trades are missing at 2 places, the first behind 2024-08-08T07:59:59.250000000Z, by their "
                  "ids: what they would have filled is not filled"));
  const auto told = data_trade_gaps(read.instruments);
  EXPECT_EQ(missing_trades_json(told), "3");
  EXPECT_THAT(trade_gaps_json(told),
              ::testing::StartsWith(R"([{"first_trade_after":10,"from":"2024-08-08T07:59:59.250000000Z",)"
                                    R"("instrument":"BTCUSDT","last_trade_before":7,"missing":2,)"
                                    R"("to":"2024-08-08T07:59:59.750000000Z"},)"));
  EXPECT_EQ(gaps_json(data_gaps(std::span(read.instruments).last(1))),
            R"([{"cause":"no_updates","first_update_after":null,"from":"2024-08-08T07:59:59.500000000Z",)"
            R"("instrument":"BTCUSDT","last_update_before":7,"to":"2024-08-08T08:00:01.000000000Z"}])");
}

TEST(DataNotes, SayThatThereAreNoTrades) {
  ReadMarkets read = nothing_odd();
  read.instruments[0].facts.book_updates = 9;
  read.instruments[1].facts.book_updates = 9;
  read.instruments[1].facts.trades = 1;
  EXPECT_THAT(data_notes(spot_and_perpetual(), read),
              ElementsAre("ETHUSDT: the data has no trades: an order that rests is filled only where the book comes to "
                          "cross its price, and no strategy is told of one: record the stream trade"));
  EXPECT_EQ(trouble_text(read.instruments), "ETHUSDT: the data has no trades\n");
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
