// What is missing in the depth updates and the trades of a run's data, and what of it could not be read: as a run's
// files tell it, and in words. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "acts/base/time.hpp"
#include "acts/market/events.hpp"

#include "backtest/data_problems.hpp"
#include "backtest/market_feed.hpp"
#include "backtest/market_gaps.hpp"

namespace acts::backtest {

// Of an instrument.
struct ReadData {
  std::string name = {};
  FeedFacts facts = {};
  std::optional<double> latency_covered = {};  // OpenMarket::latency_covered
  std::size_t funding_times = 0;               // funding_times()
  std::uint64_t unreadable_announcements = 0;  // of mark prices and funding, of recordings
  std::uint64_t missed_fundings = 0;  // times at which nothing was paid, for there was no price; of sets the most
  MarketGaps gaps = {};
  DataProblems problems = {};
};

struct DataGap {
  std::string instrument = {};
  UnixNanos from = {};  // the last update before,
  UnixNanos to = {};    // and when the book was known again, by our clock: within the time of the data
  std::optional<UpdateId> last_before = {};
  std::optional<UpdateId> first_after = {};
  history::GapCause cause = history::GapCause::kLostUpdates;
};

struct DataGaps {
  std::vector<DataGap> gaps = {};  // by instrument, then by time
  Nanos length{};                  // what lies within several of them counts once
  bool are_all = true;             // false: there are more than are listed
};

// Nothing: of no instrument it can be told.
std::optional<DataGaps> data_gaps(std::span<const ReadData> instruments);

// Of trades, by their ids.
struct DataTradeGap {
  std::string instrument = {};
  history::TradeGap gap = {};  // its times by our clock, within the time of the data
};
struct DataTradeGaps {
  std::vector<DataTradeGap> gaps = {};  // by instrument, then by id
  std::uint64_t missing = 0;
  bool are_all = true;  // false: there are more than are listed, and more are missing
};
std::optional<DataTradeGaps> data_trade_gaps(std::span<const ReadData> instruments);

// Members of JSON, each a value: "gaps", "gap_minutes" (null: it cannot be told) ...
std::string gaps_json(const std::optional<DataGaps>& gaps);
std::string gap_minutes_json(const std::optional<DataGaps>& gaps);
// "trade_gaps", "missing_trades" likewise ...
std::string trade_gaps_json(const std::optional<DataTradeGaps>& gaps);
std::string missing_trades_json(const std::optional<DataTradeGaps>& gaps);
// ... and "problems": an object.
std::string problems_json(const DataProblems& problems);
// Of all, the damaged files first.
DataProblems sum_of(std::span<const ReadData> instruments);

// "3 gaps in the data, of 0.343 minutes in all, the first from 2024-08-08T23:54:21.211104613Z (1 without updates)"; ""
// if there is none.
std::string gaps_text(const std::optional<DataGaps>& gaps);
// "20 trades are missing at 2 places, the first behind 2024-08-08T23:54:21.211104613Z"; "" if there is none.
std::string trade_gaps_text(const std::optional<DataTradeGaps>& gaps);
// "BTCUSDT: the data has no trades"; "" if it has some, or nothing at all.
std::string no_trades_text(const ReadData& instrument);
// "1 file of the data is cut or damaged, 322 problems reading it, the first: …"; "" if there is none.
std::string problems_text(const DataProblems& problems);

// All of them, a line each, with their ends; "" of data that is whole.
std::string trouble_text(std::span<const ReadData> instruments);

}  // namespace acts::backtest
