// Turns one instrument's book into rows, a minute apart if not said otherwise; the text below calls the interval a
// minute whatever it is. Pure: the caller reports what happens, in the order of receipt, and asks for a row at every
// boundary that its MinuteClock says is due, before it applies what came at or after it.
//
// Not thread-safe. Keeps no reference to its input.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "acts/base/time.hpp"
#include "acts/features/bands.hpp"
#include "acts/features/book_sample.hpp"
#include "acts/features/feature.hpp"
#include "acts/features/quality.hpp"
#include "acts/features/row.hpp"
#include "acts/market/book_state.hpp"
#include "acts/market/instrument.hpp"
#include "acts/market/order_book.hpp"
#include "acts/market/venue.hpp"

namespace acts {

// The present state of an instrument, made of all messages with ts_recv before the boundary.
struct SampleInput {
  UnixNanos boundary{};  // a multiple of the sampler's interval after the last one (asserted)
  const OrderBook& book;
  SyncStatus sync{};
  TradingStatus trading = TradingStatus::kUnknown;
  bool listed = true;                          // the venue knows the symbol; the book is not shown else
  std::optional<UnixNanos> last_event_time{};  // ts_event of the last applied depth event; none before the first
  std::optional<UnixNanos> last_depth_recv{};  // ts_recv of the last applied depth event; none before the first
  bool connected = true;
};

// What a MinuteSampler knows of the minute under way and of those before: enough to go on from.
struct SavedMinute {
  bool in_sync = false;
  bool was_in_sync = false;
  UnixNanos start;                        // of the instrument's run
  UnixNanos begin;                        // of the minute
  UnixNanos changed_at;                   // when in_sync last changed, or the minute began
  std::optional<UnixNanos> lost_at = {};  // the connection, with no event since
  std::int64_t unsynced_reported = 0;     // updates in rows from before the first sync
  Nanos out_of_sync{0};                   // within this minute, up to changed_at
  MinuteCounts counts = {};               // of this minute
  friend bool operator==(const SavedMinute&, const SavedMinute&) = default;
};

class MinuteSampler {
 public:
  static constexpr Nanos kDefaultStaleAfter = kMinute;

  // `start`: when the instrument's run began. Up to then its book was not in sync.
  // `interval`: as MinuteClock takes it.
  MinuteSampler(Venue venue, std::string symbol, BandList bands, UnixNanos start,
                Nanos stale_after = kDefaultStaleAfter, Nanos interval = kMinute);

  [[nodiscard]] const SavedMinute& saved() const { return minute_; }
  // Goes on from there at `now`; the instrument, the bands and what is stale are this one's. With another interval than
  // a minute the counts begin at zero.
  void resume(const SavedMinute& minute, UnixNanos now);

  // The book is one of an earlier run: a gap from the minute's begin on.
  void on_resumed();
  // A depth event was applied, and continued what was there.
  void on_update();
  // The first merge has superseded so many events that on_update() counted, the earliest ones: they were stale.
  void on_superseded(std::uint64_t events);
  // Continuity broke: counted if the book has been in sync before. Out of sync until on_sync_change().
  void on_gap(UnixNanos now);
  // The book came in sync or went out of it; saying again what holds changes nothing.
  void on_sync_change(bool in_sync, UnixNanos now);
  // If the next event shows a gap, the book has been out of sync from here on.
  void on_connection_lost(UnixNanos now);

  // The row of the minute that ends at the boundary; the counts of the next one begin at zero. After skipped minutes
  // the counts since the last row are this row's, its gap_ms at most a minute (MinuteClock skips none with counts).
  MinuteRow sample(const SampleInput& input);
  // What a row at `input.boundary`, any time here, would say of itself.
  [[nodiscard]] Quality quality(const SampleInput& input) const;

 private:
  [[nodiscard]] std::optional<BookSample> book_sample(const SampleInput& input) const;
  [[nodiscard]] Quality judge_sample(const SampleInput& input, const std::optional<BookSample>& book) const;
  [[nodiscard]] std::int64_t close_gap_ms(UnixNanos boundary);

  Venue venue_;
  std::string symbol_;
  BandList bands_;
  Nanos stale_after_;
  Nanos interval_;
  SavedMinute minute_;
};

// The row of a minute in which nothing was collected: syncing, with no values and the whole minute out of sync.
// `reason` says why: kNotRunning, kUnknownSymbol.
MinuteRow make_empty_row(Venue venue, std::string_view symbol, const BandList& bands, UnixNanos boundary,
                         Reason reason);

}  // namespace acts
