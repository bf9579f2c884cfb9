// What cells of stored features are, as texts: times and numbers. Pure.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"

#include "backtest/features/feature_spool.hpp"

namespace acts::backtest {

// ISO 8601 in UTC ("2024-08-08 23:55:00", "...T23:55:00.123456789Z", "...+00:00", "...+0000", "...+00"), or whole
// milliseconds since 1970.
// Nothing: it is none of 1973 to 2199.
std::optional<UnixNanos> parse_feature_time(std::string_view text);

// NaN where it is empty, or "nan", "null", "na" or "none" in letters of any case. Nothing: it is no finite number.
std::optional<double> parse_feature_number(std::string_view text);

// A row of such cells. `names`: of the columns that the numbers are of, as many (asserted). Errors, without a place:
// kBadInput: the first that is none.
Result<void> read_feature_cells(std::string_view time, std::span<const std::string_view> numbers,
                                std::span<const std::string> names, FeatureRow& row);

}  // namespace acts::backtest
