#include "acts/features/quality.hpp"

namespace acts {

std::string_view to_string(RowState state) noexcept {
  switch (state) {
    case RowState::kHalted: return "halted";
    case RowState::kSyncing: return "syncing";
    case RowState::kSuspect: return "suspect";
    case RowState::kStale: return "stale";
    case RowState::kLive: return "live";
  }
  return "unknown";
}

std::string_view definition_of(RowState state) noexcept {
  switch (state) {
    case RowState::kHalted: return "the venue does not trade the symbol now";
    case RowState::kSyncing: return "there is no usable snapshot yet: the book's values are empty";
    case RowState::kSuspect: return "a gap is not healed yet inside the largest band, or the book is crossed";
    case RowState::kStale: return "no depth event has come for longer than stale_after";
    case RowState::kLive: return "the book is the venue's inside the covered range";
  }
  return "unknown";
}

Quality judge(const QualityInput& input) noexcept {
  if (!input.listed) return {RowState::kSyncing, Reason::kUnknownSymbol};
  if (input.trading == TradingStatus::kHalted) return {RowState::kHalted, Reason::kTradingHalted};
  if (input.trading == TradingStatus::kDelisted) return {RowState::kHalted, Reason::kDelisted};
  if (input.sync.state == SyncState::kSyncing) return {RowState::kSyncing, input.sync.reason};
  if (input.sync.state == SyncState::kSuspect) return {RowState::kSuspect, input.sync.reason};
  if (input.crossed) return {RowState::kSuspect, Reason::kCrossedBook};
  if (input.rests_on_suspects) return {RowState::kSuspect, Reason::kSuspectLevels};
  if (input.since_depth_event > input.stale_after) {
    return {RowState::kStale, input.connected ? Reason::kNoUpdate : Reason::kConnectionDown};
  }
  if (!input.has_bids || !input.has_asks) {
    return {RowState::kLive, input.has_bids == input.has_asks ? Reason::kEmptyBook : Reason::kOneSidedBook};
  }
  return {RowState::kLive, Reason::kNone};
}

}  // namespace acts
