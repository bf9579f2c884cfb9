// Bars, markets and strategies of these tests.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "acts/strategy/registry.hpp"

#include "backtest/bars/bar_blocks.hpp"
#include "backtest/bars/bar_reader.hpp"
#include "backtest/bars/bar_run.hpp"
#include "support/testdata.hpp"

namespace acts::test {

inline backtest::BacktestInstrument bar_instrument(std::string_view tick, std::string_view lot) {
  Instrument info;
  info.symbol = "BTCUSDT";
  info.tick_size = parse_decimal(tick).value();
  info.lot_size = parse_decimal(lot).value();
  return backtest::backtest_instrument(info).value();
}

inline backtest::BarRunOptions bar_options(std::string_view tick, std::string_view lot, std::string_view taker,
                                           std::string_view balance) {
  backtest::BarRunOptions options;
  options.markets.push_back({.instrument = bar_instrument(tick, lot), .fees = {.taker = parse_decimal(taker).value()}});
  options.initial_balance = parse_decimal(balance).value();
  return options;
}

inline std::unique_ptr<Strategy> bar_strategy(std::string_view name, const std::vector<GivenParameter>& given) {
  const StrategyType& type = *find_strategy(name).value();
  return type.make(parse_parameters(type.parameters, given).value()).value();
}

inline history::SourceHints spot_hints() {
  history::SourceHints hints;
  hints.venue = "binance-spot";
  return hints;
}

// BTCUSDT of spot, hours of the first quarter of 2021.
inline std::vector<std::string> hours_of_2021() {
  return {testdata("vision/spot-klines-1h/BTCUSDT-1h-2021-01.csv"),
          testdata("vision/spot-klines-1h/BTCUSDT-1h-2021-02.csv"),
          testdata("vision/spot-klines-1h/BTCUSDT-1h-2021-03.csv")};
}

inline backtest::BarBlocks blocks_of(const std::vector<std::string>& paths,
                                     const backtest::BacktestInstrument& instrument) {
  std::vector<std::unique_ptr<backtest::BarReader>> readers;
  readers.push_back(backtest::FileBars::open(paths, spot_hints(), instrument, InstrumentId{0}).value());
  return backtest::BarBlocks(std::move(readers));
}

}  // namespace acts::test
