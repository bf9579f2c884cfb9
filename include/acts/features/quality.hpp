// How far the values of a row can be trusted: its `state` and `reason`.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "acts/base/time.hpp"
#include "acts/market/book_state.hpp"
#include "acts/market/instrument.hpp"

namespace acts {

// In the order in which they are tried: the first that holds is the row's.
enum class RowState : std::uint8_t { kHalted, kSyncing, kSuspect, kStale, kLive };

inline constexpr std::array kAllRowStates{RowState::kHalted, RowState::kSyncing, RowState::kSuspect, RowState::kStale,
                                          RowState::kLive};

// "halted", ..., "live".
std::string_view to_string(RowState state) noexcept;
// One sentence without a final full stop.
std::string_view definition_of(RowState state) noexcept;

struct Quality {
  RowState state = RowState::kSyncing;
  // Why the state is not live, or why values of a live one are empty; kNone only if it is live.
  Reason reason = Reason::kStarting;
  friend bool operator==(const Quality&, const Quality&) = default;
};

struct QualityInput {
  TradingStatus trading = TradingStatus::kUnknown;
  bool listed = true;  // the venue knows the symbol
  SyncStatus sync{};
  bool has_bids = true;
  bool has_asks = true;
  bool crossed = false;
  bool rests_on_suspects = false;  // BookSample
  bool connected = true;           // only to name the reason of a stale row
  Nanos since_depth_event{0};      // from its ts_recv to the boundary
  Nanos stale_after = kMinute;     // an event exactly so long ago is recent enough, as a minute holds its first instant
};

Quality judge(const QualityInput& input) noexcept;

}  // namespace acts
