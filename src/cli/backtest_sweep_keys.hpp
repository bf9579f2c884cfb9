// [sweep] of a backtest's configuration: a parameter's values, or a section of its own with a range.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "acts/base/result.hpp"

#include "backtest/bars/sweep_plan.hpp"
#include "cli/config_file.hpp"

namespace acts::cli {

inline constexpr std::string_view kSweepSection = "sweep";

class SweepKeys {
 public:
  [[nodiscard]] static bool is_of_sweep(const ConfigEntry& entry);
  // `place`: "FILE:LINE". Errors: kUsage, without the place.
  Result<void> take(const ConfigEntry& entry, const std::string& place);
  // Those with values, then those with ranges. Errors: kUsage, "PLACE: ...": a range that is none.
  Result<std::vector<backtest::SweepAxis>> finish() &&;

 private:
  struct GivenRange {
    std::string name;
    std::string place;
    backtest::SweepRange range = {};
  };
  Result<void> take_values(const ConfigEntry& entry, const std::string& place);
  Result<void> take_range_key(const ConfigEntry& entry, const std::string& place);

  std::vector<backtest::SweepAxis> axes_;
  std::vector<GivenRange> ranges_;  // their three keys come one by one
};

}  // namespace acts::cli
