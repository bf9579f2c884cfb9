// Counts what becomes of a run's orders, and hands on what is told of them. Pure; not thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <vector>

#include "acts/market/order.hpp"

#include "backtest/run_listener.hpp"

namespace acts::backtest {

struct OrderCounts {
  using Reasons = std::map<RejectReason, std::uint64_t>;
  std::uint64_t placed = 0;   // by the strategy, whatever became of them
  Reasons rejected = {};      // orders that never lived
  Reasons expired = {};       // orders that were not filled as their time in force demands
  std::uint64_t refused = 0;  // modifies and cancels that came too late, or could not be
  std::uint64_t fills = 0;
};

// By instrument.
class OrderCounter final : public RunListener {
 public:
  // `listener` may be null, and outlives this.
  OrderCounter(std::size_t instruments, RunListener* listener) : counts_(instruments), listener_(listener) {}
  [[nodiscard]] const std::vector<OrderCounts>& counts() const { return counts_; }

  void on_order(const OrderUpdate& update) override;
  void on_fill(const ToldFill& fill) override;
  void on_sample(const Sample& sample) override {
    if (listener_ != nullptr) listener_->on_sample(sample);
  }
  void on_marks(std::uint64_t fill_number,
                const std::array<std::optional<Decimal>, kMarkHorizons.size()>& marks) override {
    if (listener_ != nullptr) listener_->on_marks(fill_number, marks);
  }

 private:
  std::vector<OrderCounts> counts_;
  RunListener* listener_;
};

OrderCounts sum_of(const std::vector<OrderCounts>& counts);

}  // namespace acts::backtest
