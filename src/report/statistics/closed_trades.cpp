#include "report/statistics/closed_trades.hpp"

#include <chrono>

namespace acts::report {
namespace {

double seconds_between(UnixNanos from, UnixNanos to) { return std::chrono::duration<double>(to - from).count(); }

}  // namespace

void ClosedTrades::begin(const EquityRow& first) {
  if (first.position.units == 0 || !first.mark_price) return;
  is_long_ = first.position.units > 0;
  lots_.push_back({first.time, *first.mark_price, is_long_ ? first.position : negated(first.position), 0});
}

// `moved`: sum of quantity x move of the price. Of what is not linear the run itself has told it.
std::optional<Decimal> ClosedTrades::gross_of(const FillRow& fill, const std::optional<Decimal>& moved) const {
  if (terms_ && !terms_->is_inverse) return moved ? product(*moved, terms_->size) : std::nullopt;
  return !terms_ && is_of_spot(fill.quantity, fill.price, fill.value) ? moved : fill.realised;
}

std::optional<ClosedTrade> ClosedTrades::on_fill(const FillRow& fill) {
  if (!is_complete_) return std::nullopt;
  const double fee_a_unit =
      (to_double(fill.fee) + to_double(fill.base_fee) * to_double(fill.price)) / to_double(fill.quantity);
  Decimal left = fill.quantity;
  std::optional<ClosedTrade> trade;
  ExactSum gross;
  double closed = 0;
  while (left.units > 0 && !lots_.empty() && is_long_ != fill.is_buy) {
    Lot& lot = lots_.front();
    const auto more = difference(lot.left, left);
    const Decimal taken = more && more->units >= 0 ? left : lot.left;
    const auto rest = difference(left, taken);
    if (!more || !rest) {
      is_complete_ = false;
      return std::nullopt;
    }
    const auto move = is_long_ ? difference(fill.price, lot.price) : difference(lot.price, fill.price);
    gross.add(move ? product(*move, taken) : std::nullopt);
    const double quantity = to_double(taken);
    if (!trade) trade.emplace();
    trade->profit -= quantity * (lot.fee_a_unit + fee_a_unit);
    trade->held_seconds += quantity * seconds_between(lot.time, fill.time);
    closed += quantity;
    left = *rest;
    if (more->units > 0) {
      lot.left = *more;
    } else {
      lots_.pop_front();
    }
  }
  if (left.units > 0) {
    is_complete_ = lots_.size() < kMostLots;
    if (!is_complete_) return std::nullopt;
    is_long_ = fill.is_buy;
    lots_.push_back({fill.time, fill.price, left, fee_a_unit});
  }
  if (!trade) return trade;
  trade->gross = gross_of(fill, gross.value());
  trade->profit += trade->gross ? to_double(*trade->gross) : 0;
  trade->held_seconds /= closed;
  return trade;
}

}  // namespace acts::report
