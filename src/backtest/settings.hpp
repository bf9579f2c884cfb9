// What a backtest is made of, as its configuration says it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "acts/base/decimal.hpp"
#include "acts/base/time.hpp"
#include "acts/market/instrument.hpp"
#include "acts/strategy/parameters.hpp"

#include "backtest/event_feed.hpp"
#include "backtest/fees.hpp"
#include "sim/latency.hpp"
#include "sim/venue.hpp"

namespace acts::backtest {

struct LatencySettings {
  std::optional<std::string> file = {};  // recorded: its rows; else constant
  sim::Latency entry = {};
  sim::Latency response = {};
};

struct BacktestSettings {
  Instrument instrument = {};           // venue, symbol and its rules
  std::vector<std::string> files = {};  // one recording in the order given, or one .npz
  std::optional<UnixNanos> from = {};   // received then and later
  std::optional<UnixNanos> to = {};     // and before
  ClockShift clock_shift = {};
  LatencySettings latency = {};
  Decimal initial_balance = {};
  Fees fees = {};
  sim::FillSizes fills = sim::FillSizes::kFull;
  sim::QueueModel queue = {};
  bool as_hftbacktest = false;
  std::string strategy = {};
  std::vector<GivenParameter> parameters = {};
  Nanos sample = std::chrono::seconds{1};
};

}  // namespace acts::backtest
