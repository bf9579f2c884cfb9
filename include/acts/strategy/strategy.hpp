// What a trading strategy is: one interface, the same object in a backtest, on paper and live.
//
// A strategy is told what has happened and reads the rest from its context; what it wants done it says there. It does
// no I/O, starts no thread and knows no clock but the context's: so a run over the same data takes the same decisions.
// Whatever it reads is the local side: what would be known here at that time, the venue being a latency away.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"
#include "acts/market/bar.hpp"
#include "acts/market/events.hpp"
#include "acts/market/instrument.hpp"
#include "acts/market/order.hpp"

namespace acts {

// An order book as it is known here. Valid only during a call of the strategy.
class BookView {
 public:
  virtual ~BookView() = default;

  [[nodiscard]] virtual Scales scales() const = 0;
  // Nothing where the side is empty.
  [[nodiscard]] virtual std::optional<Level> best(Side side) const = 0;
  // The best levels first, at most as many as `out` takes: how many there were.
  virtual std::size_t levels(Side side, std::span<Level> out) const = 0;
  // Zero where there is none.
  [[nodiscard]] virtual Quantity quantity_at(Side side, Price price) const = 0;
  // Whether absence at this price is knowledge (the coverage set K of order_book.hpp). A book that does not know says
  // true from its first level to its last.
  [[nodiscard]] virtual bool covers(Side side, Price price) const = 0;
};

// An order of ours that is not final, as far as is known here.
struct OpenOrder {
  ClientOrderId id = {};
  InstrumentId instrument = {};
  OrderSide side = OrderSide::kBuy;
  OrderType type = OrderType::kLimit;
  TimeInForce time_in_force = TimeInForce::kGtc;
  Price price = {};
  Quantity quantity = {};  // in all
  Quantity left = {};      // of it
  Price stop_price = {};
  OrderStatus status = OrderStatus::kPendingNew;
  bool is_requested = true;  // a request about it is under way: it can be neither modified nor cancelled until answered
  Price trail = {};
  bool reduce_only = false;
  ClientOrderId linked = {};  // the other one of an OCO
};

struct OcoIds {
  ClientOrderId first = {};
  ClientOrderId second = {};
};

// Values of features (acts/features) at a moment, by the names that wants() gave, in that order; NaN where unknown.
struct FeatureValues {
  InstrumentId instrument = {};
  UnixNanos ts = {};
  std::span<const double> values = {};
};

// What a perpetual's holders pay each other.
struct FundingRate {
  Decimal rate = {};  // of the position's value, longs pay if positive
  UnixNanos at = {};  // when it is (next) paid
};

class TimerId {
 public:
  constexpr TimerId() = default;
  explicit constexpr TimerId(std::uint32_t value) : value_(value) {}
  [[nodiscard]] constexpr std::uint32_t value() const { return value_; }
  friend constexpr auto operator<=>(TimerId, TimerId) = default;

 private:
  std::uint32_t value_ = 0;
};

// Everything a strategy can see and do. The engine's; lives as long as the run.
class StrategyContext {
 public:
  virtual ~StrategyContext() = default;

  // Local time of what the strategy is being told. Never goes back.
  [[nodiscard]] virtual UnixNanos now() const = 0;

  // Instruments are numbered from 0 in the configuration's order.
  [[nodiscard]] virtual std::size_t instrument_count() const = 0;
  [[nodiscard]] virtual const Instrument& instrument(InstrumentId id) const = 0;
  // Of its prices and quantities, for the whole run.
  [[nodiscard]] virtual Scales scales(InstrumentId id) const = 0;
  [[nodiscard]] virtual Price tick(InstrumentId id) const = 0;    // positive
  [[nodiscard]] virtual Quantity lot(InstrumentId id) const = 0;  // positive

  [[nodiscard]] virtual const BookView& book(InstrumentId id) const = 0;
  [[nodiscard]] virtual std::optional<Trade> last_trade(InstrumentId id) const = 0;
  [[nodiscard]] virtual std::optional<FundingRate> funding_rate(InstrumentId id) const = 0;
  // What on_features() has told of it last, which within that call is what it tells; nothing before the first time, nor
  // if wants() names no features. Only what was told is there, so nothing is computed for this. Its values are valid
  // until the end of the call.
  [[nodiscard]] virtual std::optional<FeatureValues> features(InstrumentId id) const = 0;

  // As far as answers of the venue have come here.
  [[nodiscard]] virtual const Position& position(InstrumentId id) const = 0;
  // What of it can be sold, or has to be bought back: less fees taken in the base asset, in whole lots, rounded towards
  // 0. `wanted`: what is held beyond that; negative: what is missing.
  [[nodiscard]] Quantity held(InstrumentId id, Quantity wanted = Quantity{0}) const {
    return held_beyond(position(id), scales(id).quantity, wanted, lot(id));
  }
  // The position for arithmetic in doubles, as engines of doubles have it: the sum of the fills, less fees taken in the
  // base asset, in the order in which they became known here, rounded at each. Not for limits: ten times 0.1 is less
  // than 1 in it; position() is exact.
  [[nodiscard]] virtual double position_value(InstrumentId id) const = 0;
  // Those of one instrument, in the order in which they were placed. Valid until the next place(), modify(), cancel()
  // or the end of the call.
  [[nodiscard]] virtual std::span<const OpenOrder> open_orders(InstrumentId id) const = 0;

  // Sends a request; what becomes of it is told by on_order() and on_fill(). An order must have a positive quantity on
  // the lot, and a price on the tick where its type has one: anything else never leaves, and is answered with
  // kRejected.
  virtual ClientOrderId place(const NewOrder& order) = 0;
  // One-cancels-other, in one request: a fill of one, even in part, or its trigger ends the other, and so does a
  // cancel. Both come in or none does. A pair for which can_be_oco() is false never leaves, and is answered with
  // kRejected twice.
  virtual OcoIds place_oco(const NewOrder& first, const NewOrder& second) = 0;
  // False, and nothing is sent: there is no such open order, or a request about it is under way already.
  virtual bool modify(const ModifyOrder& change) = 0;
  virtual bool cancel(ClientOrderId id) = 0;

  // on_timer() once at `at`, or right after this call if that has passed. A timer set again moves.
  virtual void set_timer(TimerId id, UnixNanos at) = 0;
  virtual void stop_timer(TimerId id) = 0;
};

// What a strategy is told. What is not asked for costs nothing: engines run far ahead between calls.
struct Wants {
  bool book = false;    // each change of a book
  bool trades = false;  // each trade of the public market
  bool bars = false;
  bool orders = false;
  bool fills = false;
  std::vector<std::string> features = {};  // names of columns that are numbers (acts features)
};

class Strategy {
 public:
  Strategy() = default;
  Strategy(const Strategy&) = delete;
  Strategy& operator=(const Strategy&) = delete;
  virtual ~Strategy() = default;

  // Asked before on_start(), perhaps more than once: always the same answer.
  [[nodiscard]] virtual Wants wants() const = 0;

  // Before the first event; instruments are known, books are empty. Timers are usually set here.
  virtual void on_start(StrategyContext& /*context*/) {}
  // After the last one: orders placed here go nowhere.
  virtual void on_stop(StrategyContext& /*context*/) {}
  // The book has changed; it is read from the context. Once a message of the venue, however many levels it has.
  virtual void on_book(StrategyContext& /*context*/, InstrumentId /*id*/) {}
  virtual void on_trade(StrategyContext& /*context*/, InstrumentId /*id*/, const Trade& /*trade*/) {}
  virtual void on_bar(StrategyContext& /*context*/, const Bar& /*bar*/) {}
  virtual void on_features(StrategyContext& /*context*/, const FeatureValues& /*values*/) {}
  virtual void on_order(StrategyContext& /*context*/, const OrderUpdate& /*update*/) {}
  // Before the on_order() that the same answer is. The position has it already.
  virtual void on_fill(StrategyContext& /*context*/, const Fill& /*fill*/) {}
  virtual void on_timer(StrategyContext& /*context*/, TimerId /*id*/) {}

  // All that decisions depend on besides the context, as bytes of the strategy's own form, and back. A strategy that is
  // restored goes on as if it had never stopped. Errors: kBadInput: not what save() gave.
  [[nodiscard]] virtual std::string save() const { return {}; }
  virtual Result<void> restore(std::string_view saved) {
    return saved.empty() ? Result<void>() : fail(ErrorCode::kBadInput, "this strategy keeps nothing to restore");
  }
};

}  // namespace acts
