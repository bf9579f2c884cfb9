// One replayed market with several simulated venues beside it, each with own orders that change neither the market nor
// each other: what each venue does is what it does alone, and what it costs to replay the market is paid once. Pure;
// not thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "acts/base/time.hpp"

#include "sim/ladder.hpp"
#include "sim/market_row.hpp"
#include "sim/venue.hpp"
#include "sim/venue_book.hpp"

namespace acts::sim {

class SharedBook {
 public:
  // `model`: of all its venues.
  explicit SharedBook(const VenueModel& model);
  SharedBook(const SharedBook&) = delete;
  SharedBook& operator=(const SharedBook&) = delete;

  // One more, which lives as long as this. Before the first row.
  SimVenue& add_venue();

  // As SimVenue::run(), for all of them: of each its events say what has come of it. Requests of a venue must arrive
  // when all rows up to their time have been taken, and none behind it.
  const MarketRow* run(const MarketRow* row, UnixNanos until);

 private:
  void on_row(const MarketRow& row);
  void on_level(const MarketRow& row);

  VenueModel model_;
  Ladder ladder_;
  Watchers watchers_[2];
  std::vector<std::unique_ptr<SimVenue>> venues_;
  std::vector<std::uint32_t> watching_;  // for one row
  std::vector<std::uint64_t> told_;      // of each venue the last row that it was told of as one that watches
  std::uint64_t row_ = 0;
};

}  // namespace acts::sim
