// Whether what the catalog tells twice is the same: candles against finer candles of the same day, the finest candles
// against trades, and one origin's rows against another's. Nothing is repaired: every difference is told.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "acts/base/result.hpp"

#include "history/catalog/catalog.hpp"
#include "history/engine/duck.hpp"
#include "history/quality/finding.hpp"

namespace acts::history {

// Of one comparison so many differences are told one by one; of the others, how many there are.
inline constexpr std::size_t kMostDifferencesTold = 10'000;

using SetFindingSink = std::function<void(const DataSet&, const Finding&)>;

// `files`: sound ones, as current_files() orders them. Compared is where both of two files have rows: what one of them
// lacks in between is a difference, what it lacks before its first and behind its last is not. Candles of trades that
// were not published by the exchange, and so may lack some, leave out the first and the last. Aggregated trades reach
// over a candle's end by up to 100 ms: what differs from them is a remark (kOverlap), and only where there are no
// single trades. Times are compared to the millisecond where one side has no more. Returns how many comparisons were
// made. Errors: as Duck::run().
Result<std::uint64_t> cross_check(Duck& duck, const CatalogPaths& paths, const std::vector<CatalogFile>& files,
                                  const SetFindingSink& told);

}  // namespace acts::history
