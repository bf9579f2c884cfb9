// What is missing in an instrument's data, by the times of receipt.
#pragma once

#include <optional>
#include <vector>

#include "history/import/trade_gaps.hpp"
#include "history/import/update_gaps.hpp"

namespace acts::backtest {

struct MarketGaps {
  std::optional<std::vector<history::UpdateGap>> updates = {};  // nothing: it cannot be told, as they have no ids
  std::optional<std::vector<history::TradeGap>> trades = {};    // likewise
};

}  // namespace acts::backtest
