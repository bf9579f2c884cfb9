// Small tables as text files, a line a row: what funding and latencies are read from. Blocking.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "acts/base/result.hpp"

#include "recording/byte_source.hpp"

namespace acts::backtest {

// Plain, gzip or zstd, told by its first bytes. Errors, beginning with the path: kUsage: it is not there; kBadInput;
// kStorage.
Result<std::unique_ptr<ByteSource>> open_table_file(const std::string& path);

// Hands over each line without its end. Empty ones, and one of `headers` before the first row, are passed over. Errors:
// those of `take`, beginning with "NAME:LINE: "; kBadInput: more than `most` rows; the source's.
Result<void> read_table_lines(std::unique_ptr<ByteSource> bytes, const std::string& name,
                              std::span<const std::string_view> headers, std::size_t most,
                              const std::function<Result<void>(std::string_view line)>& take);

}  // namespace acts::backtest
