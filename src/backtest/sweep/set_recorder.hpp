// What a parameter set of a sweep over books comes to: listens to its run. Pure; one thread.
#pragma once

#include <vector>

#include "acts/base/decimal.hpp"
#include "acts/base/period_closes.hpp"
#include "acts/base/time.hpp"

#include "backtest/engine.hpp"
#include "backtest/order_counts.hpp"
#include "backtest/run_listener.hpp"
#include "backtest/sweep/set_totals.hpp"

namespace acts::backtest {

class SetRecorder final : public RunListener {
 public:
  // `scales`: by InstrumentId; one at least (asserted). `capital`: SweepRequest::capital.
  explicit SetRecorder(std::vector<Scales> scales, const Decimal& capital = {});

  [[nodiscard]] bool wants_marks() const override { return false; }
  void on_order(const OrderUpdate& update, sim::RefusalDetail detail) override;
  void on_fill(const ToldFill& told) override;
  void on_sample(const Sample& sample) override;

  // Once the run has come to its end; rows are not known here.
  [[nodiscard]] SetTotals totals(const RunEnd& end);

 private:
  void end_sample();

  std::vector<Scales> scales_;
  Decimal capital_;
  std::vector<Decimal> equities_;  // by InstrumentId: at its last sample
  UnixNanos sampled_{INT64_MIN};   // when that was
  Decimal highest_ = {};
  bool has_highest_ = false;
  OrderCounter counter_;
  RunCloses closes_;
  SetTotals totals_;
};

}  // namespace acts::backtest
