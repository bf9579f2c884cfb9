// A run and its scenarios (scenarios.hpp) side by side through the same rows, in one pass. Each scenario is a run of
// its own, with an instance of the strategy and a folder below the run's. Blocking; one thread.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"
#include "acts/strategy/strategy.hpp"

#include "backtest/account_book.hpp"
#include "backtest/engine.hpp"
#include "backtest/order_counts.hpp"
#include "backtest/run_backtest.hpp"
#include "backtest/run_folder.hpp"
#include "backtest/run_strategy.hpp"
#include "backtest/shared_feed.hpp"
#include "recording/file_ops.hpp"

namespace acts::backtest {

class ScenarioRuns {
 public:
  // One of the scenarios.
  struct Lane {
    RunRequest request = {};  // the run's, with the scenario's queue
    std::unique_ptr<Strategy> strategy = {};
    std::unique_ptr<RunFolder> folder = {};
    std::unique_ptr<RunStrategy> watched = {};
    std::optional<AccountBook> accounts = {};
    std::unique_ptr<OrderCounter> counter = {};
    std::unique_ptr<Engine> engine = {};
    RunEnd end = {};
  };

  // `folder`: the run's, not empty. `setups`: of the run; their feeds become cursors of shared ones, which this owns.
  // Errors: as make_run_strategy(), RunFolder::create().
  static Result<std::unique_ptr<ScenarioRuns>> make(FileOps& ops, const RunRequest& request, const std::string& folder,
                                                    std::vector<InstrumentSetup>& setups, const EngineOptions& options);

  // Once: the run by `engine`, which was made of the setups, and all scenarios. Errors: as Engine::run(), of any of
  // them, saying of which.
  Result<RunEnd> run(FileOps& ops, Engine& engine);
  [[nodiscard]] std::span<Lane> lanes() { return lanes_; }

 private:
  ScenarioRuns() = default;
  std::optional<SharedFeeds> feeds_ = {};  // cursor 0 is the run's
  std::vector<Lane> lanes_;
};

}  // namespace acts::backtest
