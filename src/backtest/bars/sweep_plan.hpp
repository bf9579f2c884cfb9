// Which parameter sets a sweep runs: every combination of what each parameter may be, or so many of them drawn by a
// seed. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "acts/base/result.hpp"
#include "acts/strategy/parameters.hpp"

namespace acts::backtest {

// One parameter and the texts that it takes, in their order.
struct SweepAxis {
  std::string name = {};
  std::vector<std::string> values = {};
  std::string place = {};  // as GivenParameter's
};

// What one axis may be made of instead of a list: from, from + step, ... up to `to`, exact. Decimals, also with an
// exponent ("1e-06").
struct SweepRange {
  std::string from = {};
  std::string to = {};
  std::string step = {};
};

inline constexpr std::size_t kMostSweepSets = 1'000'000;
inline constexpr std::size_t kMostAxisValues = 100'000;

// Errors: kUsage: not decimals, no step above 0, `to` below `from`, more than kMostAxisValues.
Result<std::vector<std::string>> values_of(const SweepRange& range);

// How many combinations there are; kMostSweepSets + 1 stands for more.
std::size_t combinations_of(std::span<const SweepAxis> axes);
// Combination i (below combinations_of()): a value of each axis, the last axis changing fastest.
std::vector<GivenParameter> combination(std::span<const SweepAxis> axes, std::size_t i);

// All combinations by their numbers, or `count` different ones drawn by `seed`, in rising order; all if there are not
// so many. Errors: kUsage: more than kMostSweepSets.
Result<std::vector<std::size_t>> plan_sweep(std::span<const SweepAxis> axes, std::optional<std::size_t> count,
                                            std::uint64_t seed);

}  // namespace acts::backtest
