// The messages of a recording as events of hftbacktest: depth, snapshots and trades of the public book, in the order of
// receipt; where there are no single trades, aggregated ones. A trade outside the market is none. Best bid and ask,
// which the book will have too, are left out, if not said otherwise. Where a message has no time of the venue's: of
// spot's snapshots the latest that was seen is taken, as the updates that follow belong behind them; spot's best bid
// and ask, which are newer than any depth before, are taken for as old as VenueTime has it. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "history/export/hft_event.hpp"
#include "history/export/venue_time.hpp"
#include "history/import/recorded_messages.hpp"

namespace acts::history {

// An event without the times, which all of a message share.
struct HftLevel {
  double px = 0;
  double qty = 0;
  std::uint32_t ev = 0;
};
constexpr HftEvent event_of(const HftLevel& level, std::int64_t exch_ts, std::int64_t local_ts) {
  return {.ev = level.ev, .exch_ts = exch_ts, .local_ts = local_ts, .px = level.px, .qty = level.qty};
}

// Appends what a message tells, of trades those of the market. Of a snapshot each side begins with a clear: as deep as
// it reaches whatever was there is gone, of a side without levels all (px is infinite).
void append_hft_levels(const binance::Message& message, std::vector<HftLevel>& out);

class HftMessages final : public HftSource {
 public:
  enum class Trades : std::uint8_t { kSingle, kAggregated };
  // `on_problem` is told of messages that cannot be read; may be empty. `tells_best`: best bid and ask are events too
  // (hft::kBest), and those of books have their update's id as `ival`, as FusedDepth needs it.
  HftMessages(RecordedMessages messages, Trades trades, std::function<void(std::string_view)> on_problem,
              bool tells_best = false)
      : messages_(std::move(messages)), trades_(trades), on_problem_(std::move(on_problem)), tells_best_(tells_best) {}

  // Errors: as RecordedMessages::next().
  Result<bool> next(HftEvent& event) override;

 private:
  void take_message();

  RecordedMessages messages_;
  Trades trades_;
  std::function<void(std::string_view)> on_problem_;
  bool tells_best_;
  std::vector<HftLevel> levels_;  // of one message,
  std::size_t taken_ = 0;         // how many of them have gone out,
  std::int64_t exch_ts_ = 0;      // and its times
  std::int64_t local_ts_ = 0;
  std::int64_t update_id_ = 0;
  std::optional<UnixNanos> latest_;  // of the venue's times
  VenueTime venue_time_;
};

}  // namespace acts::history
