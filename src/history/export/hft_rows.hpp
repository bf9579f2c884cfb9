// Books and trades of the catalog as events of hftbacktest, in the order of receipt: what a recording of them gives
// (hft_messages.hpp), where its messages had a time of receipt each. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "acts/base/time.hpp"

#include "history/engine/duck.hpp"
#include "history/engine/select.hpp"
#include "history/export/hft_event.hpp"
#include "history/export/venue_time.hpp"

namespace acts::history {

struct HftWanted {
  std::string venue = {};
  std::string symbol = {};
  std::string origin = {};             // of both books and trades; empty: any
  std::optional<UnixNanos> from = {};  // received then or later,
  std::optional<UnixNanos> to = {};    // and before
  bool tells_best = false;             // best bids and offers too, and ids: as HftMessages, for FusedDepth
};
// The SELECT whose rows HftRows reads. Trades are single ones; where none of them was received, aggregated ones. Those
// without a time of receipt, and those outside the market, are left out.
std::string hft_select(const HftWanted& wanted);
// One row with one column: how many trades of these times, by the venue's, are left out as they have no time of
// receipt; aggregated ones count where there are no others.
std::string hft_untimed_select(const HftWanted& wanted);

// What times have told so far, for rows without the venue's: of rows that another SELECT goes on with, too.
struct HftTimes {
  std::optional<std::int64_t> latest = {};  // of the venue's
  VenueTime venue_time = {};
  std::int64_t exch_ts = 0;  // of the last row with both
  std::int64_t local_ts = 0;
};

class HftRows final : public HftSource {
 public:
  explicit HftRows(SelectRows rows, const HftTimes& before = {}) : rows_(std::move(rows)), times_(before) {}
  [[nodiscard]] const HftTimes& times() const { return times_; }

  // Errors: as SelectRows::next().
  Result<bool> next(HftEvent& event) override;

 private:
  Result<bool> read();
  void take_times(const HftEvent& event);
  Result<void> read_message();

  SelectRows rows_;
  std::vector<std::optional<std::string>> cells_;
  std::optional<HftEvent> held_;  // read, and not taken
  HftTimes times_;
  std::vector<HftEvent> events_;  // of one side of a snapshot, or one,
  std::size_t taken_ = 0;         // and how many of them have gone out
};

}  // namespace acts::history
