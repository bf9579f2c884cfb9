// A market feed out of events in hftbacktest's form: of recordings, or of its own files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"

#include "backtest/crossed_watch.hpp"
#include "backtest/event_reader.hpp"
#include "backtest/event_rows.hpp"
#include "backtest/instrument.hpp"
#include "backtest/market_feed.hpp"
#include "backtest/row_order.hpp"
#include "history/export/hft_event.hpp"
#include "history/export/npz_file.hpp"

namespace acts::backtest {

// What becomes of local times: a receive clock that is slow has messages come before they were sent.
struct ClockShift {
  enum class Kind : std::uint8_t {
    kAuto,   // all are shifted by the least that has none before its event, few aside (history::TimeSurvey); by nothing
             // if none is
    kNone,   // they stay; one before its event is an error
    kFixed,  // shifted by `by`
  };
  Kind kind = Kind::kAuto;
  Nanos by{};
};

class EventFeed final : public MarketFeed {
 public:
  // Up to so many are kept from the first reading for the second: 32 bytes each. Of more than these none is.
  static constexpr std::size_t kMostKept = 500'000;
  // Rows of a clock that wait for the other to come as far; more is an error: the two lie too far apart.
  static constexpr std::size_t kMostWaiting = 4'000'000;

  // `as_hftbacktest`: takes prices not above 0, and trades of nothing, which are no events that can be used otherwise.
  // `open` gives the same events anew each time. `are_ordered`: they say themselves which clock they are for, and stand
  // in order (an .npz file). `from`: what was received before is not told but for the book that it led to, with which
  // both clocks begin. Reads through them once. Errors: the source's; kBadInput: there is none for one of the clocks
  // (of next(): or none that can be used), times are none or too far apart (EventReader::next()), or a local time
  // lies before its event's and is not to be shifted; of next(): kMostWaiting.
  static Result<std::unique_ptr<EventFeed>> open(history::OpenEvents open, const BacktestInstrument& instrument,
                                                 ClockShift shift, bool are_ordered, bool as_hftbacktest = false,
                                                 std::optional<UnixNanos> from = {});

  // Before the first next(): all is received so much later. `more`: not negative. Errors: kBadInput: times then come to
  // lie behind 2200.
  Result<void> delay(Nanos more);

  Result<const sim::MarketRow*> next(FeedClock clock) override;
  [[nodiscard]] const FeedFacts& facts() const override { return facts_; }

 private:
  using Block = std::vector<sim::MarketRow>;
  // Which event, and its two times: enough to tell which rows of the two clocks are one.
  struct Stamp {
    std::uint64_t number;
    std::int64_t own_ts;
    std::int64_t other_ts;
  };
  struct Stream {
    RowOrder order{Nanos{0}};
    std::deque<Block> blocks = {};  // made and not yet taken
    std::size_t waiting = 0;        // rows in them
    Block taken = {};
    Block spare = {};
    std::deque<Stamp> stamps = {};  // of rows not yet counted
  };

  EventFeed(history::OpenEvents open, const BacktestInstrument& instrument, bool are_ordered, bool as_hftbacktest,
            std::optional<UnixNanos> from, Nanos said_shift)
      : open_(std::move(open)),
        rows_(instrument, are_ordered, as_hftbacktest),
        are_ordered_(are_ordered),
        as_hftbacktest_(as_hftbacktest),
        from_(from),
        said_shift_(said_shift) {}
  Result<void> open_reader();
  Result<void> read_through(history::TimeSurvey& survey);
  Result<void> settle_times(const history::TimeSurvey& survey, ClockShift shift);
  Result<bool> next_row(EventRow& row);
  Result<void> make_more();
  void take(const EventRow& row);
  Result<void> settle(Stream& stream, bool is_end);
  [[nodiscard]] Result<void> check_waiting() const;
  void count_rows();

  history::OpenEvents open_;
  EventRows rows_;
  bool are_ordered_;
  bool as_hftbacktest_;
  std::optional<UnixNanos> from_;
  Nanos said_shift_;
  std::optional<EventReader> reader_;
  bool is_kept_ = true;  // all rows are in kept_: nothing is read a second time
  std::vector<EventRow> kept_;
  std::size_t next_kept_ = 0;
  Stream venue_;
  Stream local_;
  FeedFacts facts_;
  std::vector<RowOrder::Placed> settled_;
  bool mends_early_ = false;  // what would have been received before it was made is received then
  CrossedWatch crossed_;
  bool has_ended_ = false;
};

}  // namespace acts::backtest
