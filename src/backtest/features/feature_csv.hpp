// Stored features as CSV: a line of names, then a line a row, cells separated by commas; in quotes where they have some
// in them, and a quote in these twice. Empty lines are passed over. A line is in memory at a time.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "acts/base/result.hpp"

#include "backtest/features/feature_file.hpp"
#include "recording/byte_source.hpp"

namespace acts::backtest {

inline constexpr std::size_t kMaxFeatureLineBytes = std::size_t{1} << 20U;
inline constexpr std::size_t kMostFeatureColumns = 8192;

// The cells of a line without its end, which they are valid as long as; `unquoted` keeps those that had quotes in
// quotes. False: a quote is not closed, or what stands behind one is no comma.
bool split_feature_line(std::string_view line, std::vector<std::string_view>& cells, std::string& unquoted);

// `bytes`: unpacked. `name` begins messages. A table without a time has no column of times. Errors: kBadInput: there is
// no line of names, or it has more than kMostFeatureColumns or one of them twice; the source's.
Result<FeatureTable> csv_feature_table(std::unique_ptr<ByteSource> bytes, const std::string& name);

// As read_feature_rows(), of the table's bytes from their beginning. Errors begin with "NAME:LINE: ".
std::unique_ptr<FeatureRows> read_csv_features(std::unique_ptr<ByteSource> bytes, const FeatureTable& table,
                                               const FeatureMarket& market, std::span<const std::string> wanted);

}  // namespace acts::backtest
