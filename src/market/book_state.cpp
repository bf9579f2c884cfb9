#include "acts/market/book_state.hpp"

#include <cstddef>

namespace acts {
namespace {

struct ReasonText {
  std::string_view name;
  std::string_view definition;
};

// In the order of the enumeration.
constexpr std::array<ReasonText, kAllReasons.size()> kReasonTexts{{
    {"", "nothing is wrong"},
    {"trading_halted", "the venue lists the symbol but does not match orders now"},
    {"delisted", "the venue has taken the symbol off its list"},
    {"starting", "neither an update nor a snapshot has come yet: the collector has just started, or collects no depth"},
    {"no_snapshot", "a snapshot has been asked for and has not come yet"},
    {"snapshot_too_old", "the snapshots that came are older than the updates held; the next one is awaited"},
    {"not_running", "the collector was not running"},
    {"unknown_symbol", "the venue does not know the symbol"},
    {"sequence_gap", "an update is missing: its id does not continue the one before"},
    {"bad_message", "an update could not be read and was refused whole, which is a gap"},
    {"connection_lost", "the connection broke, so updates may be missing"},
    {"crossed_book", "the best bid is at or above the best ask"},
    {"suspect_levels",
     "the gap is healed, but the largest band holds levels from before it that nothing has confirmed"},
    {"no_update", "the connection is up, but no depth event has come for too long"},
    {"connection_down", "there is no connection, and no depth event has come for too long"},
    {"one_sided_book", "the book is the venue's, and one of its sides has no level: there is no mid price"},
    {"empty_book", "the book is the venue's, and has no level"},
}};

}  // namespace

std::string_view to_string(SyncState state) noexcept {
  switch (state) {
    case SyncState::kSyncing: return "syncing";
    case SyncState::kSuspect: return "suspect";
    case SyncState::kInSync: return "in_sync";
  }
  return "unknown";
}

std::string_view to_string(Reason reason) noexcept { return kReasonTexts[static_cast<std::size_t>(reason)].name; }

std::string_view definition_of(Reason reason) noexcept {
  return kReasonTexts[static_cast<std::size_t>(reason)].definition;
}

}  // namespace acts
