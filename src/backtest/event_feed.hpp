// A market feed out of events in hftbacktest's form: of recordings, or of its own files.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"

#include "backtest/instrument.hpp"
#include "backtest/market_feed.hpp"
#include "backtest/row_order.hpp"
#include "history/export/hft_event.hpp"
#include "history/export/npz_file.hpp"

namespace acts::backtest {

// What becomes of local times: a receive clock that is slow has messages come before they were sent.
struct ClockShift {
  enum class Kind : std::uint8_t {
    kAuto,   // all are shifted by the least that has none before its event; by nothing if none is
    kNone,   // they stay; one before its event is an error
    kFixed,  // shifted by `by`
  };
  Kind kind = Kind::kAuto;
  Nanos by{};
};

class EventFeed final : public MarketFeed {
 public:
  // Up to so many are kept from the first reading for the second: 64 bytes each.
  static constexpr std::size_t kMostKept = 2'000'000;

  // `as_hftbacktest`: takes prices not above 0, and trades of nothing, which are no events that can be used otherwise.
  // `open` gives the same events anew each time. `are_ordered`: they say themselves which clock they are for, and stand
  // in order (an .npz file). Reads through them once. Errors: the source's; kBadInput: there is none for one of the
  // clocks (of next(): or none that can be used), one has a time before 1970 or after 2200, or a local time lies before
  // its event's and is not to be shifted.
  static Result<std::unique_ptr<EventFeed>> open(history::OpenEvents open, const BacktestInstrument& instrument,
                                                 ClockShift shift, bool are_ordered, bool as_hftbacktest = false);

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
    explicit Stream(Nanos lateness) : order(lateness) {}
    RowOrder order;
    std::deque<Block> blocks = {};  // made and not yet taken
    Block taken = {};
    std::deque<Stamp> stamps = {};  // of rows not yet counted
  };

  EventFeed(history::OpenEvents open, const BacktestInstrument& instrument, Nanos shift, bool are_ordered,
            Nanos venue_lateness, Nanos local_lateness)
      : open_(std::move(open)),
        instrument_(instrument),
        are_ordered_(are_ordered),
        venue_(venue_lateness),
        local_(local_lateness) {
    facts_.shift = shift;
  }
  Result<void> make_more();
  Result<bool> next_event(history::HftEvent& event);
  void take(const history::HftEvent& event);
  std::optional<sim::MarketRow> row_of(const history::HftEvent& event);
  Result<void> settle(Stream& stream, bool is_end);
  void count_rows();

  history::OpenEvents open_;
  BacktestInstrument instrument_;
  bool are_ordered_;
  bool as_hftbacktest_ = false;
  Stream venue_;
  Stream local_;
  FeedFacts facts_;
  std::vector<history::HftEvent> kept_;  // all there are, or none
  std::size_t next_kept_ = 0;
  std::unique_ptr<history::HftSource> source_;
  std::vector<RowOrder::Placed> settled_;
  bool has_ended_ = false;
};

}  // namespace acts::backtest
