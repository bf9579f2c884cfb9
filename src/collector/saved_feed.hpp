// One instrument of a MarketPipeline as it stands: its book, the minute under way and what the venue says of it. With
// the same input from there on, the same rows follow.
#pragma once

#include "acts/features/sampler.hpp"

#include "binance/saved_book.hpp"
#include "collector/symbol_status.hpp"

namespace acts::collector {

struct SavedFeed {
  binance::SavedBook book{};
  SavedMinute minute{};
  SymbolStatus status = SymbolStatus::kUnknown;
  bool connected = true;
  friend bool operator==(const SavedFeed&, const SavedFeed&) = default;
};

}  // namespace acts::collector
