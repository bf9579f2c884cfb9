// Counts what becomes of a run's orders, and hands on what is told of them. Pure; not thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "acts/market/order.hpp"
#include "acts/market/venue.hpp"

#include "backtest/run_listener.hpp"

namespace acts::backtest {

struct OrderCounts {
  using Reasons = std::map<RejectReason, std::uint64_t>;
  struct Excess {
    std::uint64_t fills = 0;
    std::int64_t units = 0;  // of the instrument's quantities, what there was not
    friend bool operator==(const Excess&, const Excess&) = default;
  };
  std::uint64_t placed = 0;   // by the strategy, whatever became of them
  Reasons rejected = {};      // orders that never lived
  Reasons expired = {};       // orders that were not filled as their time in force demands
  std::uint64_t refused = 0;  // modifies and cancels that came too late, or could not be
  // Of rejected, refused and expired ones, by the venue's error codes; where it has none, none.
  std::map<int, std::uint64_t> codes = {};
  std::uint64_t fills = 0;
  // Fills that are larger than the trade that filled them, or than the level that they took or were crossed by: they
  // could not have happened. None with partial fills.
  Excess beyond_trades = {};
  Excess beyond_levels = {};
};

// The venue's error code (sim/venue_codes.hpp) of what this tells; 0: it has none.
int error_code_of(const OrderUpdate& update, Venue venue, sim::RefusalDetail detail);

// By instrument.
class OrderCounter final : public RunListener {
 public:
  // `listener` may be null, and outlives this. `venues`: of the instruments; without them no codes are counted.
  OrderCounter(std::size_t instruments, RunListener* listener, std::vector<Venue> venues = {})
      : venues_(std::move(venues)), counts_(instruments), listener_(listener) {}
  [[nodiscard]] const std::vector<OrderCounts>& counts() const { return counts_; }

  void on_order(const OrderUpdate& update, sim::RefusalDetail detail) override;
  void on_fill(const ToldFill& fill) override;
  void on_sample(const Sample& sample) override {
    if (listener_ != nullptr) listener_->on_sample(sample);
  }
  [[nodiscard]] bool wants_marks() const override { return listener_ != nullptr && listener_->wants_marks(); }
  void on_marks(std::uint64_t fill_number,
                const std::array<std::optional<Decimal>, kMarkHorizons.size()>& marks) override {
    if (listener_ != nullptr) listener_->on_marks(fill_number, marks);
  }

 private:
  std::vector<Venue> venues_;
  std::vector<OrderCounts> counts_;
  RunListener* listener_;
};

// Units of several instruments have no sum: of these what was beyond is told in fills alone.
OrderCounts sum_of(const std::vector<OrderCounts>& counts);

}  // namespace acts::backtest
