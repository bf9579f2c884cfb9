// What a decision log is held against: a strategy that asks for what the log says, and a listener that sees whether
// another does.
#pragma once

#include <memory>
#include <optional>

#include "acts/base/result.hpp"
#include "acts/strategy/strategy.hpp"

#include "backtest/decisions/decision.hpp"
#include "backtest/decisions/decision_log.hpp"

namespace acts::backtest {

// Hears what a strategy is told and asks for, and throws StrategyFailure (kBadInput) at the first thing that is not as
// in the log: in one line which call differs, and how.
class DecisionMatcher final : public DecisionListener {
 public:
  // `log` outlives this. `before`: calls of then and later are not compared, and the first of them ends the run: it
  // throws StrategyFailure (kCancelled).
  DecisionMatcher(DecisionLogReader& log, std::optional<UnixNanos> before) : log_(&log), before_(before) {}
  void on_call(const ToldCall& call) override;
  void on_decision(const Decision& decision) override;
  // At the end of a run that nothing has ended before. Errors: kBadInput: the log goes on.
  Result<void> finish();

 private:
  // Null at the end of what is compared.
  const DecisionRecord* next();

  DecisionLogReader* log_;
  std::optional<UnixNanos> before_;
  std::uint64_t calls_ = 0;  // that were told
  ToldCall call_;            // the last of them
};

// In the place of a strategy: asks, call by call, for what the log of its run says. That the calls are the same is for
// a DecisionMatcher of the same log to see. Throws StrategyFailure where the log cannot be read.
class ReplayStrategy final : public Strategy {
 public:
  explicit ReplayStrategy(std::unique_ptr<DecisionLogReader> log) : log_(std::move(log)) {}
  [[nodiscard]] Wants wants() const override { return log_->wants(); }
  void on_start(StrategyContext& context) override { act(context); }
  void on_stop(StrategyContext& context) override { act(context); }
  void on_book(StrategyContext& context, InstrumentId /*id*/) override { act(context); }
  void on_trade(StrategyContext& context, InstrumentId /*id*/, const Trade& /*trade*/) override { act(context); }
  void on_bar(StrategyContext& context, const Bar& /*bar*/) override { act(context); }
  void on_features(StrategyContext& context, const FeatureValues& /*values*/) override { act(context); }
  void on_order(StrategyContext& context, const OrderUpdate& /*update*/) override { act(context); }
  void on_fill(StrategyContext& context, const Fill& /*fill*/) override { act(context); }
  void on_timer(StrategyContext& context, TimerId /*id*/) override { act(context); }

 private:
  // Asks for all that the log has in its next call.
  void act(StrategyContext& context);
  std::unique_ptr<DecisionLogReader> log_;
};

}  // namespace acts::backtest
