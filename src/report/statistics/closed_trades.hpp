// Trades that are over: a fill that makes a position smaller closes what was opened first (first in, first out). Not
// thread-safe. Pure.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>

#include "report/run/run_rows.hpp"
#include "report/statistics/contract_value.hpp"
#include "report/statistics/exact.hpp"

namespace acts::report {

// What a fill closed. Quantity and gross profit are exact; fees are shared by quantity, which need not come out even.
struct ClosedTrade {
  std::optional<Decimal> gross = Decimal{};  // before fees; none: not exact
  double profit = 0;                         // after the fees of opening and closing
  double held_seconds = 0;                   // mean over what it closed, by quantity
};

// Of one instrument.
class ClosedTrades {
 public:
  static constexpr std::size_t kMostLots = 1'000'000;

  // Without terms it is taken for spot, but where a fill came to something else.
  explicit ClosedTrades(const std::optional<ContractTerms>& terms) : terms_(terms) {}

  // With the first sample, before the first fill: what is held then counts as opened at its mark.
  void begin(const EquityRow& first);
  // Nothing: the fill closed nothing, or there are too many lots.
  std::optional<ClosedTrade> on_fill(const FillRow& fill);
  // False: there were more than kMostLots at a time, or quantities beyond exact numbers; from then on nothing is told.
  [[nodiscard]] bool is_complete() const { return is_complete_; }

 private:
  struct Lot {
    UnixNanos time;
    Decimal price;
    Decimal left;
    double fee_a_unit = 0;
  };
  [[nodiscard]] std::optional<Decimal> gross_of(const FillRow& fill, const std::optional<Decimal>& moved) const;

  std::optional<ContractTerms> terms_;
  std::deque<Lot> lots_;  // all on the same side
  bool is_long_ = false;
  bool is_complete_ = true;
};

}  // namespace acts::report
