// The minutes of which a symbol has no row when a run starts: that of the run before, if its recording gives it, or one
// without values and with reason not_running, as no process collected it. Pure.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <vector>

#include "acts/base/time.hpp"
#include "acts/features/bands.hpp"
#include "acts/features/row.hpp"
#include "acts/market/venue.hpp"

namespace acts {

class MissedMinutes {
 public:
  // Rows of minutes longer ago than this are not made up: a day.
  static constexpr std::int64_t kMostMinutes = 1440;

  explicit MissedMinutes(BandList bands) : bands_(std::move(bands)) {}

  // A symbol whose latest row is of `last_stored`, and a run that starts at `start` and makes the rows of all
  // boundaries after it. `recorded`: rows that recordings give, ordered by time; those up to `last_stored` are left
  // out.
  void add(Venue venue, std::string symbol, UnixNanos last_stored, UnixNanos start,
           std::vector<MinuteRow> recorded = {});
  // Rows to come: all, and of them those that recordings give.
  [[nodiscard]] std::size_t count() const;
  [[nodiscard]] std::size_t recorded_count() const;
  // The next rows, at most `max`: one symbol after the other, oldest first, so that whatever ends the process leaves no
  // hole. Empty: there are no more.
  std::vector<MinuteRow> next(std::size_t max);

 private:
  struct Span {
    Venue venue;
    std::string symbol;
    UnixNanos next;
    UnixNanos last;
    std::deque<MinuteRow> recorded;
  };
  [[nodiscard]] MinuteRow next_of(Span& span) const;
  BandList bands_;
  std::deque<Span> spans_;
};

}  // namespace acts
