#include "backtest/assumptions.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace acts::backtest {
namespace {

BacktestInstrument coin(const char* name) { return {.name = name, .scales = {.price = 2, .quantity = 3}}; }

BacktestSettings settings_of(Venue venue, std::size_t instruments) {
  BacktestSettings settings{.initial_balance = {1000, 0}};
  settings.instruments.resize(instruments);
  for (InstrumentSettings& of : settings.instruments) {
    of.info.venue = venue;
    of.settlement_asset = "USDT";
    of.fees.maker = {1, 3};
    of.latency.entry = sim::Latency::of(std::chrono::milliseconds{1}).value();
  }
  return settings;
}

// At such a second an instrument has so many lots, so much money and such an equity.
Sample sample(int second, std::uint32_t instrument, std::int64_t lots, std::int64_t cash, std::int64_t equity) {
  return {.ts = UnixNanos{second * std::int64_t{1'000'000'000}},
          .instrument = InstrumentId{instrument},
          .position = {.quantity = Quantity{lots}, .cash = {cash, 0}},
          .equity = {equity, 0}};
}

std::vector<std::string> texts(const std::vector<Assumption>& assumptions) {
  std::vector<std::string> texts;
  for (const Assumption& of : assumptions) texts.push_back(of.text);
  return texts;
}

using Texts = std::vector<std::string>;

TEST(Assumptions, AreTimeAndFeesThatTheSettingsLeaveOut) {
  BacktestSettings settings = settings_of(Venue::kBinanceUsdm, 2);
  EXPECT_EQ(texts(assumptions_of(settings)), Texts{});
  settings.instruments[1].latency.entry = {};
  EXPECT_EQ(texts(assumptions_of(settings)), Texts{"no latency"});
  settings.instruments[1].latency.file = "measured.csv";
  EXPECT_EQ(texts(assumptions_of(settings)), Texts{});
  settings.instruments[0].fees = {};
  EXPECT_EQ(texts(assumptions_of(settings)), Texts{"no fees"});
  settings.instruments[0].fees.maker = {-1, 4};
  EXPECT_EQ(texts(assumptions_of(settings)), Texts{});
  settings.is_bars = true;
  for (InstrumentSettings& of : settings.instruments) of.latency = {};
  EXPECT_EQ(texts(assumptions_of(settings)), Texts{}) << "candles know no latency";
}

TEST(Assumptions, AreCreditThatNobodyGives) {
  const std::vector<BacktestInstrument> instruments{coin("A"), coin("B")};
  CreditWatch watch(instruments);
  watch.add(sample(0, 0, 0, 1000, 1000));
  watch.add(sample(0, 1, 0, 0, 0));
  // B is bought with the money of A: together there is enough.
  watch.add(sample(1, 0, 0, 1000, 1000));
  watch.add(sample(1, 1, 5000, -900, 100));
  const BacktestSettings spot = settings_of(Venue::kBinanceSpot, 2);
  EXPECT_EQ(texts(watch.assumptions(spot)), Texts{});
  watch.add(sample(2, 0, -1500, 2000, 500));
  watch.add(sample(2, 1, 5000, -2100, -300));
  watch.add(sample(3, 0, -1000, 2000, 500));
  watch.add(sample(3, 1, 5000, -2050, -700));
  const Texts all{"equity of 0 or below since 1970-01-01T00:00:03.000Z, down to -200",
                  "cash below 0 since 1970-01-01T00:00:02.000Z, down to -100",
                  "A sold short on spot since 1970-01-01T00:00:02.000Z, down to -1.5"};
  EXPECT_EQ(texts(watch.assumptions(spot)), all);
  EXPECT_EQ(texts(all_assumptions(spot, &watch)), all);

  BacktestSettings perpetuals = settings_of(Venue::kBinanceUsdm, 2);
  EXPECT_EQ(texts(watch.assumptions(perpetuals)), Texts{all[0]}) << "they are sold short, on margin";
  perpetuals.initial_balance = {};
  EXPECT_EQ(texts(watch.assumptions(perpetuals)), Texts{}) << "what it had is not known";
  BacktestSettings limited = settings_of(Venue::kBinanceSpot, 2);
  limited.account = sim::AccountKind::kSpot;
  EXPECT_EQ(texts(watch.assumptions(limited)), Texts{});
  BacktestSettings compatible = spot;
  compatible.instruments.front().exchange.as_hftbacktest = true;
  EXPECT_EQ(texts(watch.assumptions(compatible)), Texts{});
  BacktestSettings mixed = spot;
  mixed.instruments[1].settlement_asset = "BTC";
  EXPECT_EQ(texts(watch.assumptions(mixed)), Texts{all[2]}) << "what is in two assets has no sum";
}

TEST(Assumptions, StandInTheJsonOfARun) {
  EXPECT_EQ(assumptions_json({}), "[]");
  EXPECT_EQ(assumptions_json({{"no fees", "say"}, {"no \"x\"", ""}}), R"(["no fees","no \"x\""])");
}

}  // namespace
}  // namespace acts::backtest
