// What there is to know of a market's data before a run over it is believed, in words. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "backtest/market_feed.hpp"

namespace acts::backtest {

// One line each, without an end; none of data in which nothing is odd. `name`: the instrument's.
std::vector<std::string> notes_of(const FeedFacts& facts, std::string_view name);

}  // namespace acts::backtest
