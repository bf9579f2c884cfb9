// Fetches what the archive has not published yet, within the venue's weight limit, into files of a day as the archive
// has them, below DIR/archive/rest. Blocking.
//
// A day's file appears whole, with what there is up to now; the last day's is replaced by the next call, which goes on
// there. A day in front of another's file is over, and is not asked for again.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "acts/base/result.hpp"

#include "history/archive/download.hpp"
#include "history/archive/transfers.hpp"

namespace acts::history::archive {

// More days are too many requests: the archive will have them.
inline constexpr std::int64_t kMostTailDays = 14;

// Of every series of the report that has_rest_tail() and misses days at its end, up to request.to, or now. Says in it
// what came. The archive's lock is held. Errors: kStorage, kCancelled; what fails otherwise is a problem of its series.
Result<void> fill_tails(DownloadReport& report, const DownloadRequest& request, const DownloadOptions& options,
                        const DownloadHooks& hooks, Transfers& transfers);

}  // namespace acts::history::archive
