#include "backtest/bars/bar_path.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

namespace acts::backtest {
namespace {

constexpr std::array<std::string_view, 4> kPathNames{"worst", "high_first", "low_first", "nearest"};

}  // namespace

std::string_view name_of(BarPath path) noexcept { return kPathNames[static_cast<std::size_t>(path)]; }

Result<BarPath> parse_bar_path(std::string_view text) {
  const auto found = std::ranges::find(kPathNames, text);
  if (found != kPathNames.end()) return static_cast<BarPath>(found - kPathNames.begin());
  return fail(ErrorCode::kUsage, fmt::format("'{}' is no path through a bar: {}", text, fmt::join(kPathNames, ", ")));
}

}  // namespace acts::backtest
