// Latencies that were measured, as a file: a line `req_ts,exch_ts,resp_ts` a request, in nanoseconds since 1970 UTC:
// when it was made, when the venue took it (0 if it refused it on the way), when its answer was here; as hftbacktest
// has them, in the order of the requests. A header of these names may stand before them; empty lines are passed over.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "acts/base/result.hpp"

#include "recording/byte_source.hpp"
#include "sim/latency.hpp"

namespace acts::backtest {

// Plain, gzip or zstd. Errors: kUsage: it is not there; kBadInput, "PATH:LINE: ...": a line that is none, more than
// kMostLatencies, rows that LatencyModel refuses; kStorage.
inline constexpr std::size_t kMostLatencies = 10'000'000;
inline constexpr std::string_view kLatencyHeader = "req_ts,exch_ts,resp_ts";
Result<sim::LatencyModel> read_latencies(const std::string& path);
// `bytes`: unpacked. `name` begins messages.
Result<sim::LatencyModel> read_latencies(std::unique_ptr<ByteSource> bytes, const std::string& name);

}  // namespace acts::backtest
