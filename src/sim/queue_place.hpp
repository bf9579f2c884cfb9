// Where an own order stands in the queue at its price. A book says how much rests at a price, not in which order: how
// much of what goes away stood before the order has to be guessed, and each model guesses in its own way. All in
// doubles of the base asset, in hftbacktest's order of operations (its queue.rs, read 2026-11): an estimate, not an
// amount.
#pragma once

#include <cstdint>
#include <string_view>

#include "acts/base/result.hpp"

namespace acts::sim {

enum class QueueKind : std::uint8_t {
  kRiskAverse,  // only trades take away from before the order
  // Otherwise what goes away without a trade goes from behind it with the probability p, from f(x) of what stands
  // before it (front) and behind it (back):
  kPower,   // p = f(back) / (f(back) + f(front)), f(x) = x^n
  kPower2,  // p = f(back) / f(back + front)
  kPower3,  // p = 1 - f(front / (front + back))
  kLog,     // as kPower, f(x) = ln(1 + x)
  kLog2,    // as kPower2, with it
  // The bounds of what a queue can do, for scenarios:
  kFirst,          // nothing stands before it: any trade at its price is its own
  kTradedThrough,  // as kRiskAverse, and no trade at its price comes as far as the order: only one beyond it does
};

struct QueueModel {
  QueueKind kind = QueueKind::kPower3;
  double n = 3;  // where has_power(kind); positive
};

// Whether f is a power, of which there is an n to choose.
constexpr bool has_power(QueueKind kind) {
  return kind == QueueKind::kPower || kind == QueueKind::kPower2 || kind == QueueKind::kPower3;
}

// "risk_averse", "power", "power2", "power3", "log", "log2", "first",
// "traded_through".
std::string_view to_string(QueueKind kind) noexcept;
// Errors: kUsage, with the nearest name.
Result<QueueKind> parse_queue_kind(std::string_view text);

class QueuePlace {
 public:
  QueuePlace() = default;
  // Behind all that rests at the price.
  explicit QueuePlace(double resting) : front_(resting), entry_(resting) {}
  // The same, or before it all, as the model has it.
  QueuePlace(const QueueModel& model, double resting)
      : front_(model.kind == QueueKind::kFirst ? 0 : resting),
        entry_(front_),
        is_never_reached_(model.kind == QueueKind::kTradedThrough) {}

  // So much was traded at the price; `others` of it was not had by own orders that stand before this one. What the
  // level is told to have lost by it is all of it.
  void on_trade(double quantity, double others) {
    front_ -= others;
    traded_ += quantity;
  }
  // What rests at the price is now `after`.
  void on_level(const QueueModel& model, double before, double after);
  // Nothing rests at the price.
  void on_nothing() { front_ = front_ < 0 ? front_ : 0; }
  // How many lots of the last trade came as far as the order; they are given once. 0: none.
  std::int64_t take_reached(double lot);

  [[nodiscard]] double ahead() const { return front_ > 0 ? front_ : 0; }
  [[nodiscard]] double ahead_at_entry() const { return entry_; }

 private:
  double front_ = 0;   // before the order; negative: trades have gone past it
  double traded_ = 0;  // since the level was last told, which has it already then
  double entry_ = 0;
  bool is_never_reached_ = false;
};

}  // namespace acts::sim
