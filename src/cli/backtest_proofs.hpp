// What `acts backtest` proves of a run beside running it: --replay, --check-determinism, --check-lookahead.
#pragma once

#include <string>

#include "acts/base/result.hpp"

#include "backtest/run_backtest.hpp"

namespace acts::cli {

// A run's folder as a run of its own.
struct RunToReplay {
  std::string configuration = {};           // its text
  std::string configuration_file = {};      // as it was given then
  std::string version = {};                 // of acts
  std::string scenario = {};                // empty: it is none
  std::vector<std::string> bar_paths = {};  // by instrument, which a flag may have said; none of books
  backtest::ReplayedRun run = {};
};

// Errors: kUsage: there is no such folder; kBadInput: its run.json is none, or the run was broken off.
Result<RunToReplay> read_run_to_replay(const std::string& folder);

struct WantedProofs {
  bool determinism = false;
  bool lookahead = false;
  int cuts = 12;
};
// A line a proof, for standard output. `folder`: that `request` has made. Errors: as of backtest/run_proofs.hpp.
Result<std::string> prove(const backtest::RunRequest& request, const std::string& folder, const WantedProofs& wanted);

}  // namespace acts::cli
