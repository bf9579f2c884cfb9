// The words of trading: orders, what becomes of them, fills and positions. The same in a backtest, on paper and live.
//
// Prices and quantities are in the instrument's Scales (price.hpp). Values only; nothing here has a thread or a clock.
#pragma once

#include <compare>
#include <cstdint>
#include <string_view>

#include "acts/base/decimal.hpp"
#include "acts/base/time.hpp"
#include "acts/market/price.hpp"

namespace acts {

// Numbers the instruments of one run, from 0, in the order of its configuration.
class InstrumentId {
 public:
  constexpr InstrumentId() = default;
  explicit constexpr InstrumentId(std::uint32_t value) : value_(value) {}
  [[nodiscard]] constexpr std::uint32_t value() const { return value_; }
  friend constexpr auto operator<=>(InstrumentId, InstrumentId) = default;

 private:
  std::uint32_t value_ = 0;
};

// Ours, given when an order is placed, growing from 1 within a run and never used twice. 0: none.
class ClientOrderId {
 public:
  constexpr ClientOrderId() = default;
  explicit constexpr ClientOrderId(std::uint64_t value) : value_(value) {}
  [[nodiscard]] constexpr std::uint64_t value() const { return value_; }
  friend constexpr auto operator<=>(ClientOrderId, ClientOrderId) = default;

 private:
  std::uint64_t value_ = 0;
};

enum class OrderSide : std::uint8_t { kBuy, kSell };
constexpr OrderSide opposite(OrderSide side) { return side == OrderSide::kBuy ? OrderSide::kSell : OrderSide::kBuy; }
// 1 for what adds to a position, -1 for what takes from it.
constexpr int sign(OrderSide side) { return side == OrderSide::kBuy ? 1 : -1; }

enum class OrderType : std::uint8_t {
  kLimit,
  kMarket,
  kStop,             // a market order once the last trade has reached stop_price from the better side
  kStopLimit,        // a limit order then
  kTakeProfit,       // as kStop, from the worse side
  kTakeProfitLimit,  // as kStopLimit, from the worse side
  kTrailingStop,     // a stop whose price follows the best trade at the distance `trail`
};
// Waits at the venue, out of sight, until the last trade has come to its price.
constexpr bool is_conditional(OrderType type) { return type != OrderType::kLimit && type != OrderType::kMarket; }
// Has a limit price; once it is triggered, if it waits.
constexpr bool has_limit(OrderType type) {
  return type == OrderType::kLimit || type == OrderType::kStopLimit || type == OrderType::kTakeProfitLimit;
}

enum class TimeInForce : std::uint8_t {
  kGtc,  // until cancelled
  kGtx,  // post-only: expires if it would take
  kIoc,  // what cannot be filled at once expires
  kFok,  // all at once, or expires
};

struct NewOrder {
  InstrumentId instrument = {};
  OrderSide side = OrderSide::kBuy;
  OrderType type = OrderType::kLimit;
  TimeInForce time_in_force = TimeInForce::kGtc;  // not looked at for market orders
  Price price = {};                               // of limit orders; a multiple of the tick
  Quantity quantity = {};                         // positive; a multiple of the lot
  Price stop_price = {};                          // of the kinds that wait for a price
  Price trail = {};                               // kTrailingStop: a distance, positive
  bool reduce_only = false;                       // never opens or turns a position
};

// Whether the two can be placed as one-cancels-other: orders of one instrument, side and quantity, at least one of
// which waits for a price. A limit order among them is post-only, so good till cancelled; nothing takes before one has
// ended the other.
[[nodiscard]] bool can_be_oco(const NewOrder& first, const NewOrder& second) noexcept;

// What an order shall be from now on. A new price, or more than is left, gives up the place in the queue.
struct ModifyOrder {
  ClientOrderId id = {};
  Price price = {};        // of orders with a limit
  Quantity quantity = {};  // in all, what is filled already included; not above it: the order is done, and cancelled
  Price stop_price = {};   // of those that wait for a price; 0: as it is
  Price trail = {};        // kTrailingStop: the distance from the best trade; 0: as it is
};

// What becomes of an order that would trade with one of one's own that rests.
enum class SelfTradePrevention : std::uint8_t {
  kNone,         // nothing
  kExpireTaker,  // what is left of the order that comes expires
  kExpireMaker,  // the one that rests expires, the other goes on
  kExpireBoth,
};

enum class OrderStatus : std::uint8_t {
  kPendingNew,  // under way to the venue
  kNew,         // resting there
  kPartiallyFilled,
  kFilled,
  kCancelled,
  kExpired,  // not filled as its time in force demands
  kRejected,
};
// Nothing more can happen to it.
constexpr bool is_final(OrderStatus status) { return status >= OrderStatus::kFilled; }

enum class RejectReason : std::uint8_t {
  kNone,
  kPriceOffTick,
  kQuantityOffLot,
  kPriceOutOfBand,
  kQuantityOutOfRange,
  kMinNotional,
  kInsufficientBalance,
  kReduceOnly,
  kUnknownOrder,   // a modify or cancel that came too late, or of what never was
  kTooManyOrders,  // open at once
  kNoLiquidity,    // a market order on an empty side
  kWouldTake,      // post-only
  kNotSupported,   // of a kind that this venue does not know
  kSelfTrade,
  kUnavailable,   // the venue refused it for reasons of its own
  kWouldTrigger,  // the last trade is at or beyond the price it shall wait for
  kTooManyStops,  // waiting for a price at once
  kOrderRate,     // too many orders within a time
  kLinkedOrder,   // of a pair of which one ends the other: the other one was filled, triggered, ended or refused
};

// What has become of an order, or of a request about it.
enum class OrderEvent : std::uint8_t {
  kSubmitted,
  kAccepted,
  kRejected,  // of the order if its status says so, else of a modify or cancel: the order is as it was
  kModified,
  kCancelled,
  kExpired,
  kPartiallyFilled,
  kFilled,
  kTriggered,  // it waited for a price, and is a market or limit order from now on
};

struct OrderUpdate {
  InstrumentId instrument = {};
  ClientOrderId id = {};
  OrderEvent event = OrderEvent::kSubmitted;
  OrderStatus status = OrderStatus::kPendingNew;
  RejectReason reason = RejectReason::kNone;
  UnixNanos ts_event = {};  // at the venue; zero if it never came there
  UnixNanos ts_recv = {};   // here
  OrderSide side = OrderSide::kBuy;
  OrderType type = OrderType::kLimit;
  TimeInForce time_in_force = TimeInForce::kGtc;
  Price price = {};
  Quantity quantity = {};  // in all
  Quantity left = {};      // of it; 0 once it is final
  Price stop_price = {};   // of the kinds that wait for a price
  Price trail = {};        // kTrailingStop
};

enum class Liquidity : std::uint8_t { kMaker, kTaker };

// Why a fill happened.
enum class FillCause : std::uint8_t {
  kCrossed,        // the opposite best price reached the order's
  kTradedThrough,  // somebody traded at a worse price
  kQueueDone,      // trades at its price had used up what stood before it
  kTaker,          // it took what was there
  kLiquidation,    // the venue closed a position whose margin was used up; it is of no order (id 0)
};

struct Fill {
  std::uint64_t number = 0;  // from 1 within a run, in the venue's order
  InstrumentId instrument = {};
  ClientOrderId id = {};
  OrderSide side = OrderSide::kBuy;
  Liquidity liquidity = Liquidity::kMaker;
  FillCause cause = FillCause::kTaker;
  UnixNanos ts_event = {};
  UnixNanos ts_recv = {};
  Price price = {};
  Quantity quantity = {};  // of this fill
  Quantity left = {};      // of the order after it
  Decimal fee = {};        // settlement asset (quote; of inverse contracts base); negative: received
  Decimal base_fee = {};   // besides, of what was bought on spot: base asset
  // Base asset, an estimate of the queue model, not negative: what stood before the order when it came to its price,
  // and what still did when it was filled. 0 of takers.
  double queue_ahead_entry = 0;
  double queue_ahead_fill = 0;
};

// What is held of an instrument, and what it has cost: equity = cash + (quantity - base_fee) x mark price - fee +
// funding, all in the settlement asset: the quote asset, of inverse contracts the base asset, where a position of q
// contracts is worth -q x contract size / mark price.
struct Position {
  Quantity quantity = {};  // negative: short
  Decimal cash = {};       // the initial balance, less what was bought, plus what was sold
  Decimal fee = {};        // paid in all; negative: received
  Decimal funding = {};    // received in all; negative: paid
  Decimal base_fee = {};   // paid in all out of what was bought, base asset: fees of spot that are taken there
  friend bool operator==(const Position&, const Position&) = default;
};

// What is left of it after fees in the base asset, exact. `quantity_scale`: of its quantity.
Decimal held(const Position& position, int quantity_scale);
// What of that is beyond `wanted`, negative: missing, in whole lots, rounded towards 0. `lot`: positive.
Quantity held_beyond(const Position& position, int quantity_scale, Quantity wanted, Quantity lot);

// In the words of run folders and configurations: "buy", "stop_limit", "gtx", "partially_filled", "would_take" ...
std::string_view to_string(OrderSide side) noexcept;
std::string_view to_string(OrderType type) noexcept;
std::string_view to_string(TimeInForce time_in_force) noexcept;
std::string_view to_string(OrderStatus status) noexcept;
std::string_view to_string(RejectReason reason) noexcept;  // "" for kNone
std::string_view to_string(OrderEvent event) noexcept;
std::string_view to_string(Liquidity liquidity) noexcept;
std::string_view to_string(FillCause cause) noexcept;
std::string_view to_string(SelfTradePrevention mode) noexcept;

}  // namespace acts
