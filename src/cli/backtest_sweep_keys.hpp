// [sweep] of a backtest's configuration: a parameter's values, or a section of its own with a range; and
// [sweep.walk_forward].
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "acts/base/result.hpp"

#include "backtest/settings.hpp"
#include "cli/config_file.hpp"

namespace acts::cli {

inline constexpr std::string_view kSweepSection = "sweep";

class SweepKeys {
 public:
  [[nodiscard]] static bool is_of_sweep(const ConfigEntry& entry);
  // `place`: "FILE:LINE". Errors: kUsage, without the place.
  Result<void> take(const ConfigEntry& entry, const std::string& place);
  // The axes, those with values first, then those with ranges, and walk-forward. Errors: kUsage, "PLACE: ...": a range
  // that is none, walk-forward without train or test, or without an axis.
  Result<void> finish(backtest::BacktestSettings& settings) &&;

 private:
  struct GivenRange {
    std::string name;
    std::string place;
    backtest::SweepRange range = {};
  };
  Result<void> take_values(const ConfigEntry& entry, const std::string& place);
  Result<void> take_range_key(const ConfigEntry& entry, const std::string& place);
  Result<void> take_walk_forward(const ConfigEntry& entry, const std::string& place);

  std::vector<backtest::SweepAxis> axes_;
  std::vector<GivenRange> ranges_;  // their three keys come one by one
  std::optional<backtest::WalkForwardSettings> walk_forward_;
  std::string walk_forward_place_;
};

}  // namespace acts::cli
