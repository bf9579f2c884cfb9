// Rows of small markets for tests of accounts.
#pragma once

#include <cstdint>

#include "sim/market_row.hpp"

namespace acts::backtest::test {

inline constexpr std::int64_t kBegin = 1'700'000'000'000'000'000;
inline constexpr std::int64_t kMilli = 1'000'000;

inline sim::MarketRow level(std::int64_t at_ms, sim::SideIndex side, std::int64_t ticks, std::int64_t quantity) {
  return {.ts = kBegin + at_ms * kMilli,
          .quantity = quantity,
          .rank = static_cast<std::int32_t>(sim::rank_of(side, ticks)),
          .side = side,
          .kind = sim::RowKind::kLevel};
}

}  // namespace acts::backtest::test
