// The strategies of a sweep's sets: here, or each in a process of its own. Blocking.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <utility>

#include "acts/base/result.hpp"
#include "acts/strategy/registry.hpp"
#include "acts/strategy/strategy.hpp"

#include "backtest/features/feature_data.hpp"
#include "backtest/isolate/isolated_strategy.hpp"
#include "backtest/isolate/protocol.hpp"
#include "backtest/settings.hpp"
#include "backtest/sweep/sweep_run.hpp"

namespace acts::backtest {

// The settings' strategy and its parameters; `isolate`: its library is loaded in a process of its own, as it may do to
// this one what it likes. Errors: kUsage: there is none; kBadInput: that process came to grief; kStorage.
Result<DescribedStrategy> describe_strategy(const BacktestSettings& settings,
                                            const std::optional<IsolateOptions>& isolate);

struct MadeSet {
  std::unique_ptr<Strategy> strategy = {};
  Wants wants = {};
};

class SetMaker {
 public:
  // `request` outlives it. Errors: describe_strategy(); kUsage: the data lacks what the strategy needs;
  // StoredColumns::of().
  static Result<SetMaker> make(const SweepRequest& request);

  // Of combination `i`, from 0. By the thread alone that lives as long as what is made. Errors: kUsage: the strategy
  // does not take it; kBadInput: it fails; kStorage.
  [[nodiscard]] Result<MadeSet> set(std::size_t i) const;
  [[nodiscard]] const StoredColumns& stored() const { return stored_; }

 private:
  SetMaker(const SweepRequest& request, StoredColumns stored) : request_(&request), stored_(std::move(stored)) {}
  const SweepRequest* request_;
  StoredColumns stored_;
  const StrategyType* type_ = nullptr;  // null: sets are isolated
};

}  // namespace acts::backtest
