// A simulated venue for one instrument: a public market that is replayed, and own orders in it, which do not change it.
// Pure: rows and requests in, with the venue's time; events out. Not thread-safe.
//
// A resting order is filled when the opposite best price comes to its price (crossed), when somebody trades at a worse
// one (traded through), and when trades at its price have used up what stood before it (queue done, by the model of
// queue_place.hpp). Own orders share a trade: what one has got the next does not. The opposite best prices that a taker
// meets are there for the next one again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "acts/base/time.hpp"
#include "acts/market/order.hpp"

#include "sim/ladder.hpp"
#include "sim/market_row.hpp"
#include "sim/queue_place.hpp"

namespace acts::sim {

enum class FillSizes : std::uint8_t {
  kFull,     // an order that is filled is filled whole, whatever there was: hftbacktest's usual model
  kPartial,  // as much as there was: takers walk the book, a trade fills at most its own size
};

struct VenueModel {
  FillSizes fills = FillSizes::kFull;
  QueueModel queue = {};
  std::int64_t lot = 1;    // units
  int quantity_scale = 0;  // of units: a quantity's double is its nearest
  // As hftbacktest 2.4 has it: each own order takes a trade whole, a modify that gives up the place in the queue leaves
  // as much as there was before it, clearing a side overlooks the level behind it, and with partial fills what a taker
  // until cancelled does not find is filled at its limit all the same.
  bool as_hftbacktest = false;
  std::size_t window = LadderSide::kWindow;
};

struct VenueOrder {
  ClientOrderId id = {};
  SideIndex side = kBidSide;
  OrderType type = OrderType::kLimit;
  TimeInForce time_in_force = TimeInForce::kGtc;
  Rank rank = 0;              // of limit orders
  std::int64_t quantity = 0;  // units; positive, whole lots
};

struct VenueFill {
  Rank rank = 0;  // of the price that was paid, for the order's side
  std::int64_t quantity = 0;
  Liquidity liquidity = Liquidity::kMaker;
  FillCause cause = FillCause::kTaker;
  double ahead_at_entry = 0;
  double ahead = 0;
  // Best bid and ask at that time, in ticks; valid if has_middle.
  std::int64_t bid = 0;
  std::int64_t ask = 0;
  bool has_middle = false;
};

// Something that an answer tells of.
struct VenueEvent {
  UnixNanos ts = {};
  OrderEvent event = OrderEvent::kAccepted;
  OrderStatus status = OrderStatus::kNew;
  RejectReason reason = RejectReason::kNone;
  VenueOrder order = {};  // as it is now
  std::int64_t left = 0;
  VenueFill fill = {};  // of kFilled and kPartiallyFilled
  [[nodiscard]] bool is_fill() const { return event == OrderEvent::kFilled || event == OrderEvent::kPartiallyFilled; }
};

class SimVenue {
 public:
  static constexpr std::size_t kMostResting = 10'000;

  explicit SimVenue(const VenueModel& model);

  // Takes rows as long as their time is not after `until`, and returns the first that is. There is one (kEndRow).
  const MarketRow* run(const MarketRow* row, UnixNanos until);

  // Requests that arrive at `now`, which is not before the rows that were taken. Each has one event at least.
  void place(const VenueOrder& order, UnixNanos now);
  void cancel(ClientOrderId id, UnixNanos now);
  // `rank`, `quantity`: as ModifyOrder has them.
  void modify(ClientOrderId id, Rank rank, std::int64_t quantity, UnixNanos now);

  // What has happened since they were taken the last time, in order.
  [[nodiscard]] std::span<const VenueEvent> events() const { return events_; }
  void clear_events() { events_.clear(); }

  [[nodiscard]] const LadderSide& side(SideIndex side) const { return book_.sides[side]; }
  [[nodiscard]] std::size_t resting() const { return resting_[0].size() + resting_[1].size(); }
  // Bought less sold, units.
  [[nodiscard]] std::int64_t position() const { return position_; }

 private:
  struct Resting {
    VenueOrder order;
    std::int64_t left = 0;
    bool has_filled = false;
    QueuePlace place;
  };
  using Orders = std::vector<Resting>;  // the best rank first, then who came first

  void on_row(const MarketRow& row);
  void on_level(const MarketRow& row, std::int64_t before);
  void on_trade(const MarketRow& row);
  void on_cross(SideIndex side, std::int64_t ts);
  [[nodiscard]] std::int64_t reached(Resting& resting, const MarketRow& trade, std::int64_t shared);

  // A clear takes levels away that the rest of its message brings again: what it has left empty is so once time has
  // passed. (hftbacktest's queues are told of no clear.)
  [[nodiscard]] bool is_known_empty(std::int64_t quantity, std::int64_t ts) const {
    return quantity == 0 && cleared_.value != ts && !model_.as_hftbacktest;
  }

  void take(Resting& taker, UnixNanos now);
  // What rests at a rank in whole lots: parts of one cannot be traded.
  [[nodiscard]] std::int64_t lots_at(const LadderSide& book, Rank rank) const {
    return book.quantity_at(rank) / model_.lot * model_.lot;
  }
  [[nodiscard]] std::int64_t takeable(const Resting& taker) const;
  void rest(Resting order, UnixNanos now, OrderEvent event);
  void fill_resting(Resting& resting, std::int64_t quantity, FillCause cause, std::int64_t ts);
  void fill(Resting& resting, Rank rank, std::int64_t quantity, VenueFill fill, std::int64_t ts);
  void remove_filled(SideIndex side);
  void remove(SideIndex side, Orders::iterator at);
  void tell(const Resting& resting, OrderEvent event, OrderStatus status, RejectReason reason, UnixNanos now);
  void tell_expired(const Resting& resting, RejectReason reason, UnixNanos now);
  void refuse(ClientOrderId id, UnixNanos now);
  struct Found {
    SideIndex side = kBidSide;
    Orders::iterator at = {};
    bool is_there = false;
  };
  Found find(ClientOrderId id);
  [[nodiscard]] double value_of(std::int64_t units) const { return static_cast<double>(units) / one_; }

  VenueModel model_;
  double one_;  // units of 1
  double lot_value_;
  Ladder book_;
  Orders resting_[2];
  Rank best_resting_[2] = {kNoRank, kNoRank};
  std::int64_t position_ = 0;
  UnixNanos cleared_ = {INT64_MIN};  // when a clear was taken last
  std::vector<VenueEvent> events_;
};

}  // namespace acts::sim
