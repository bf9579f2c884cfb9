// How far a book can be trusted, and why not further: what the sync of a venue (binance/), supervision (collector/) and
// the minute rows (features/) say to each other. Names are promises: they stand in rows, metrics and /health.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace acts {

enum class SyncState : std::uint8_t {
  kSyncing,  // no usable snapshot yet: the book's levels are not to be shown
  kSuspect,  // a gap that no snapshot has healed yet: levels from before it may be wrong or gone
  kInSync,   // continuous since a merged snapshot
};

// "syncing", "suspect", "in_sync".
std::string_view to_string(SyncState state) noexcept;

// Why a book is not live, or not whole: a closed list.
enum class Reason : std::uint8_t {
  kNone,  // live: ""
  kTradingHalted,
  kDelisted,
  kStarting,
  kNoSnapshot,
  kSnapshotTooOld,
  kNotRunning,
  kUnknownSymbol,
  kSequenceGap,
  kBadMessage,
  kConnectionLost,
  kCrossedBook,
  kSuspectLevels,
  kNoUpdate,
  kConnectionDown,
  kOneSidedBook,
  kEmptyBook,
};

inline constexpr std::array kAllReasons{
    Reason::kNone,          Reason::kTradingHalted,  Reason::kDelisted,       Reason::kStarting,
    Reason::kNoSnapshot,    Reason::kSnapshotTooOld, Reason::kNotRunning,     Reason::kUnknownSymbol,
    Reason::kSequenceGap,   Reason::kBadMessage,     Reason::kConnectionLost, Reason::kCrossedBook,
    Reason::kSuspectLevels, Reason::kNoUpdate,       Reason::kConnectionDown, Reason::kOneSidedBook,
    Reason::kEmptyBook,
};

// "sequence_gap", ...; "" for kNone.
std::string_view to_string(Reason reason) noexcept;
// One sentence without a final full stop: what has happened.
std::string_view definition_of(Reason reason) noexcept;

// The present state of a book's sync with what led to it. reason is kNone exactly when the state is kInSync.
struct SyncStatus {
  SyncState state = SyncState::kSyncing;
  Reason reason = Reason::kStarting;
  friend bool operator==(const SyncStatus&, const SyncStatus&) = default;
};

}  // namespace acts
