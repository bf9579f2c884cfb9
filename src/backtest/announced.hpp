// What was announced of an instrument, from some time on each: of a list that many runs share, how far one of them has
// come. Of the list only kRead are in a run's memory. Not thread-safe but for the list, which does not change.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "acts/base/decimal.hpp"
#include "acts/base/result.hpp"
#include "acts/base/time.hpp"

#include "backtest/lookahead/altered_feed.hpp"
#include "history/import/announcement_spool.hpp"

namespace acts::backtest {

// Of what lies behind a cut a strategy must not know anything before: a rate in its place, of the same units.
std::int64_t altered_rate(std::int64_t units);

struct AnnouncementList {
  std::shared_ptr<const history::AnnouncementSpool> spool = {};  // null: there are none
  Nanos shift{};                                                 // of local times
  std::optional<FutureCut> cut = {};                             // what counts then and later is another one
};

// One behind the other, none counting before the one before it.
class Announced {
 public:
  static constexpr UnixNanos kNever{INT64_MAX};
  static constexpr std::size_t kRead = 64;  // 24 bytes each

  enum class Kind : std::uint8_t {
    kMark,  // counts at the venue, from its time on, or that of its receipt where the venue's is later
    kRate,  // counts here, from its receipt on
  };

  Announced(AnnouncementList list, Kind kind) : list_(std::move(list)), kind_(kind) { read_next(); }

  // When the next one counts; kNever: there is none.
  [[nodiscard]] UnixNanos next() const { return next_; }
  // The last one that counts at `now`, if it was not taken before.
  std::optional<history::Announcement> take(UnixNanos now);
  // Those that count later are none.
  void end_behind(UnixNanos last) {
    last_ = last;
    if (next_ > last_) next_ = kNever;
  }
  // The list could not be read: it has ended. Of AnnouncementSpool::read().
  [[nodiscard]] const std::optional<Error>& failure() const { return failure_; }

 private:
  void read_next();

  AnnouncementList list_;
  Kind kind_;
  std::vector<history::Announcement> read_;
  std::uint64_t first_ = 0;  // the number of the first of them
  std::size_t place_ = 0;    // of the next one among them
  UnixNanos next_ = {INT64_MIN};
  UnixNanos last_ = kNever;
  std::optional<Error> failure_;
};

}  // namespace acts::backtest
