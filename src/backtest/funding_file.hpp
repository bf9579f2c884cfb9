// Funding as a file: a line `time,rate` or `time,rate,mark_price` a payment, in their order: time in ISO 8601 UTC or
// milliseconds since 1970, mark price of that time. A header of these names may stand before them; empty lines are
// passed over.
#pragma once

#include <memory>
#include <string>

#include "acts/base/result.hpp"

#include "recording/byte_source.hpp"
#include "sim/account/funding_book.hpp"

namespace acts::backtest {

// Plain, gzip or zstd. Errors: kUsage: it is not there; kBadInput, "PATH:LINE: ...": a line that is none; what
// FundingBook refuses; kStorage.
Result<sim::FundingBook> read_funding(const std::string& path);
// `bytes`: unpacked. `name` begins messages.
Result<sim::FundingBook> read_funding(std::unique_ptr<ByteSource> bytes, const std::string& name);

}  // namespace acts::backtest
