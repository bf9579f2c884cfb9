// Reads events as rows, in the order in which they stand, from a time of receipt on. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"

#include "backtest/book_before.hpp"
#include "backtest/event_rows.hpp"
#include "history/export/hft_event.hpp"

namespace acts::backtest {

class EventReader {
 public:
  // `from`: what was received before makes a book, whose rows are the first; nothing else is told of it. What is
  // received before it afterwards, as a clock has gone back, counts as received then. `shift`: what is going to be
  // added to local times whatever they are.
  EventReader(std::unique_ptr<history::HftSource> source, const EventRows& rows, bool as_hftbacktest,
              std::optional<UnixNanos> from, Nanos shift = {});

  // True: `row` is the next one. False: there are no more. Errors: the source's; kBadInput: an event has a time before
  // kFirstFeedTime or after kLastFeedTime; of one that is told: its times are further apart than kMostApart, or one of
  // them further than kMostLeap from the one before it by that clock.
  Result<bool> next(EventRow& row);
  // Of the rows that next() has given: off_tick, off_scale, out_of_range; of what has been read: outdated.
  [[nodiscard]] const FeedFacts& facts() const { return facts_; }

 private:
  // False: there are no more.
  Result<bool> read();
  Result<bool> next_row(EventRow& row);
  bool take_of_book(EventRow& row);
  [[nodiscard]] Result<void> check_time(std::string_view name, std::int64_t ts) const;
  [[nodiscard]] Result<void> check_apart() const;
  [[nodiscard]] Result<void> check_leap(const char* whose, std::int64_t ts, std::optional<std::int64_t>& before) const;

  std::unique_ptr<history::HftSource> source_;
  EventRows rows_;
  std::optional<UnixNanos> from_;
  Nanos shift_;
  std::optional<BookBefore> before_;          // until there is an event that is told
  std::vector<EventRow> book_;                // of the beginning,
  std::size_t taken_ = 0;                     // and how many of its rows have gone out
  history::HftEvent event_;                   // the last one read,
  bool is_held_ = false;                      // whose row comes behind those of the book
  std::uint64_t number_ = 0;                  // of it, from 1
  std::optional<std::int64_t> venue_before_;  // times of the last row of each clock
  std::optional<std::int64_t> local_before_;
  FeedFacts facts_;
};

}  // namespace acts::backtest
