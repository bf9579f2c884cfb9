// What is missing in the depth updates of a run's data, and what of it could not be read: as a run's files tell it, and
// in words. Pure.
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
#include "history/import/update_gaps.hpp"

namespace acts::backtest {

// Of an instrument.
struct ReadData {
  std::string name = {};
  FeedFacts facts = {};
  std::optional<double> latency_covered = {};  // OpenMarket::latency_covered
  std::size_t funding_times = 0;               // funding_times()
  std::uint64_t unreadable_announcements = 0;  // of mark prices and funding, of recordings
  std::uint64_t missed_fundings = 0;  // times at which nothing was paid, for there was no price; of sets the most
  std::optional<std::vector<history::UpdateGap>> gaps = {};  // by the times of receipt; nothing: it cannot be told
  DataProblems problems = {};
};

struct DataGap {
  std::string instrument = {};
  UnixNanos from = {};  // the last update before,
  UnixNanos to = {};    // and when the book was known again, by our clock: within the time of the data
  UpdateId last_before;
  UpdateId first_after;
};

struct DataGaps {
  std::vector<DataGap> gaps = {};  // by instrument, then by time
  Nanos length{};                  // what lies within several of them counts once
  bool are_all = true;             // false: there are more than are listed
};

// Nothing: of no instrument it can be told.
std::optional<DataGaps> data_gaps(std::span<const ReadData> instruments);

// Members of JSON, each a value: "gaps", "gap_minutes" (null: it cannot be told) ...
std::string gaps_json(const std::optional<DataGaps>& gaps);
std::string gap_minutes_json(const std::optional<DataGaps>& gaps);
// ... and "problems": an object.
std::string problems_json(const DataProblems& problems);
// Of all, the damaged files first.
DataProblems sum_of(std::span<const ReadData> instruments);

// "3 gaps in the data, of 0.343 minutes in all, the first from 2024-08-08T23:54:21.211104613Z"; "" if there is none.
std::string gaps_text(const std::optional<DataGaps>& gaps);
// "1 file of the data is cut or damaged, 322 problems reading it, the first: …"; "" if there is none.
std::string problems_text(const DataProblems& problems);

// Both, a line each, with their ends; "" of data that is whole.
std::string trouble_text(std::span<const ReadData> instruments);

}  // namespace acts::backtest
