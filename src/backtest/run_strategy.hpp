// The strategy of a run: made of the settings, or out of a decision log, here or in a process of its own; with the
// state it goes on from, and watched for the decision log of the run's folder. Blocking.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "acts/base/result.hpp"
#include "acts/strategy/strategy.hpp"

#include "backtest/decisions/decision_log.hpp"
#include "backtest/decisions/replay_strategy.hpp"
#include "backtest/decisions/watched_strategy.hpp"
#include "backtest/run_backtest.hpp"
#include "backtest/run_folder.hpp"
#include "recording/file_ops.hpp"

namespace acts::backtest {

struct MadeRunStrategy {
  std::unique_ptr<Strategy> strategy = {};
  std::map<std::string, std::string> parameters = {};  // canonical
};

// Errors: kUsage: no such strategy, or not with these parameters; no such log; kBadInput: it threw, or as
// IsolatedStrategy::make(); kStorage.
Result<MadeRunStrategy> make_run_strategy(const RunRequest& request);

class RunStrategy {
 public:
  // Before the run. `strategy` and `folder` (may be null) outlive this. Errors: kUsage, kStorage: files of the request;
  // kBadInput: what they hold, and what the strategy does.
  static Result<std::unique_ptr<RunStrategy>> begin(const RunRequest& request, Strategy& strategy, RunFolder* folder);

  // What the engine is to call.
  [[nodiscard]] Strategy& get() { return *top_; }
  // After the run, before the folder's end. `is_whole`: it came to its end. Errors: kBadInput: the run made fewer calls
  // than the log that it was held against has; kStorage: the state to be saved.
  Result<void> end(FileOps& ops, const RunRequest& request, bool is_whole);

 private:
  explicit RunStrategy(Strategy& strategy) : strategy_(&strategy), top_(&strategy) {}
  Result<void> hold_against(const std::string& path, std::optional<UnixNanos> before, const Wants& wants);

  Strategy* strategy_;
  Strategy* top_;
  std::unique_ptr<DecisionLogReader> held_;
  std::optional<DecisionMatcher> matcher_;
  std::unique_ptr<WatchedStrategy> matched_;
  std::optional<DecisionLogWriter> writer_;
  std::unique_ptr<WatchedStrategy> recorded_;
};

}  // namespace acts::backtest
