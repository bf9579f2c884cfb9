// What is proven of a run by running it again: that it gives the same bytes, and that no decision knew what was to
// come. Blocking.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "acts/base/result.hpp"

#include "backtest/lookahead/future_cuts.hpp"
#include "backtest/run_backtest.hpp"
#include "recording/file_ops.hpp"

namespace acts::backtest {

// Of books or bars, whichever the settings are of. Returns the folder; empty if there is none. Errors: run_backtest(),
// run_bar_backtest().
Result<std::string> run_any(FileOps& ops, const RunRequest& request);

// Each file of the second is in the first, with the same bytes. Errors: kBadInput: one is not, naming it and the first
// byte that differs; kStorage.
Result<void> compare_folders(const std::string& first, const std::string& second);

// Runs `request`, which has made `folder`, again, beside `folder` ("FOLDER.again", which must not be there), compares,
// and removes what it made; if it differs it stays. Errors: as the run's; kUsage: that folder is there; as
// compare_folders().
Result<void> run_again(FileOps& ops, RunRequest request, const std::string& folder);

struct LookaheadReport {
  FutureCuts cuts = {};  // of the run that was checked
  std::uint64_t seed = 0;
};

// Runs `request`, which has made `folder`, again over data that is altered from moments on, each right behind a call of
// the strategy that is drawn by `seed` (draw_future_cuts()): what was decided before must be what it was. Errors:
// kBadInput: a decision was another one, in one line which; those of the runs and of the folder's decision log.
Result<LookaheadReport> check_lookahead(FileOps& ops, const RunRequest& request, const std::string& folder,
                                        std::size_t cuts, std::uint64_t seed);

}  // namespace acts::backtest
