// A simulated venue for one instrument: a public market that is replayed, and own orders in it, which do not change it.
// Pure: rows and requests in, with the venue's time; events out. Not thread-safe.
//
// A resting order is filled when the opposite best price comes to its price (crossed), when somebody trades at a worse
// one (traded through), and when trades at its price have used up what stood before it (queue done, by the model of
// queue_place.hpp). Own orders share a trade: what one has got the next does not. Filled in parts, they share what
// stands at a level too, takers and those that are crossed (level_use.hpp).
//
// Orders that wait for a price are no part of the book until a trade comes to it: after all that this trade fills, and
// at its time, they are market or limit orders. A reduce-only order that waits is held against the position then; any
// other that is more than the position when it comes is refused, as USD-M does ("Summary of Failed Orders in Binance
// Futures", faq 360039707291, read 2026-11), and cut when other fills have left it too large.
//
// Own orders meet each other only where self-trades are prevented: then the one that rests stands where its place in
// the queue is, in full fills before all that rests at its price.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "acts/base/time.hpp"
#include "acts/market/order.hpp"

#include "sim/ladder.hpp"
#include "sim/level_use.hpp"
#include "sim/market_row.hpp"
#include "sim/queue_place.hpp"
#include "sim/trigger_book.hpp"
#include "sim/venue_book.hpp"
#include "sim/venue_filters.hpp"
#include "sim/venue_order.hpp"

namespace acts::sim {

enum class FillSizes : std::uint8_t {
  kFull,     // an order that is filled is filled whole, whatever there was: hftbacktest's usual model
  kPartial,  // as much as there was: of a level what stands there, of a trade at most its own size
};

struct VenueModel {
  FillSizes fills = FillSizes::kFull;
  QueueModel queue = {};
  std::int64_t lot = 1;    // units
  int quantity_scale = 0;  // of units: a quantity's double is its nearest
  // As hftbacktest 2.4 has it: each own order takes a trade whole, a level is there for each again and fills whole what
  // it crosses, a modify that keeps the place in the queue leaves what it asks for, whatever was filled, and one that
  // gives it up as much as who asked for it knew to be left, clearing a side overlooks the level behind it, and with
  // partial fills what a taker until cancelled does not find is filled at its limit all the same.
  bool as_hftbacktest = false;
  SelfTradePrevention self_trades = SelfTradePrevention::kNone;
  VenueFilters filters = {};
  OrderRates rates = {};
  std::size_t window = LadderSide::kWindow;
};

class SimVenue {
 public:
  // Open at once, those that wait for a price included.
  static constexpr std::size_t kMostResting = 10'000;

  explicit SimVenue(const VenueModel& model);
  // One of several beside a book that is replayed for all of them: rows come by follow(), and not by run().
  SimVenue(const VenueModel& model, VenueBook book);

  // Takes rows as long as their time is not after `until`, and returns the first that is. There is one (kEndRow).
  const MarketRow* run(const MarketRow* row, UnixNanos until);

  // A row that its shared book has taken, if that concerns it. `applied`: what stood at the row's price before, if this
  // venue watches it, and whether the best price of the row's side is better now.
  void follow(const MarketRow& row, const Ladder::Applied& applied);
  // Whether each row of a level concerns a venue of this model, and not only those that it watches or that better the
  // best price: what own orders take of a level is not there for the next one.
  [[nodiscard]] static bool counts_levels(const VenueModel& model) {
    return model.fills == FillSizes::kPartial && !model.as_hftbacktest;
  }

  // Requests that arrive at `now`, which is not before the rows that were taken. Each has one event at least; of other
  // orders that it touches it has more.
  void place(const VenueOrder& order, UnixNanos now);
  // Each names the other as linked (asserted). Both come in, or both are refused.
  void place_oco(const VenueOrder& first, const VenueOrder& second, UnixNanos now);
  void cancel(ClientOrderId id, UnixNanos now);
  void cancel_all(UnixNanos now);  // open ones, by their ids
  void modify(const VenueChange& change, UnixNanos now);
  // A change that others than the venue refuse: the order stays as it is, and its event tells that.
  void refuse_change(ClientOrderId id, RejectReason reason, RefusalDetail detail, UnixNanos now);
  // Counts a request with so many orders in it that is not brought here: the account refuses it. Else place() and the
  // others do. Nothing: it might come; else it is one too many, of orders or, as kRequests, of all.
  std::optional<RefusalDetail> take_rates(std::uint32_t orders, UnixNanos now);

  // What is held besides what was filled here, units: from before, or what the venue has closed by itself. What only
  // reduces is held against it too.
  void hold_besides(std::int64_t units, UnixNanos now);

  // What has happened since they were taken the last time, in order.
  [[nodiscard]] std::span<const VenueEvent> events() const { return events_; }
  void clear_events() { events_.clear(); }

  [[nodiscard]] const LadderSide& side(SideIndex side) const { return book_.sides[side].ladder(); }
  // Open orders: those in the book and those that wait.
  [[nodiscard]] std::size_t resting() const { return resting_[0].size() + resting_[1].size() + waiting_.size(); }
  [[nodiscard]] std::size_t waiting() const { return waiting_.size(); }
  // Bought less sold by orders here, units.
  [[nodiscard]] std::int64_t position() const { return position_; }
  // Ticks; 0: none yet.
  [[nodiscard]] std::int64_t last_trade() const { return last_trade_; }

 private:
  struct Own {
    VenueOrder order;
    std::int64_t left = 0;
    bool has_filled = false;
    QueuePlace place = {};  // of those in the book
    [[nodiscard]] OrderStatus status() const { return has_filled ? OrderStatus::kPartiallyFilled : OrderStatus::kNew; }
  };
  using Orders = std::vector<Own>;  // in the book: the best rank first, then who came first; waiting: by age

  // Rows (venue.cpp).
  // In one of two loops: as long as no own order stands at or beyond the other side's best price, only one that comes
  // nearer can meet any.
  template <bool IsCrossed>
  const MarketRow* run_while(const MarketRow* row, UnixNanos until);
  template <bool IsCrossed>
  bool on_row(const MarketRow& row);
  template <bool IsCrossed>
  bool on_change(const MarketRow& row, const Ladder::Applied& applied);
  void on_other(const MarketRow& row);
  void on_print(const MarketRow& row);
  void on_clear(const MarketRow& row);
  void on_level(const MarketRow& row, std::int64_t before);
  void on_trade(const MarketRow& row);
  void on_cross(SideIndex side, const MarketRow& row);
  void on_trigger(UnixNanos now);
  void trigger(ClientOrderId id, UnixNanos now);
  [[nodiscard]] std::int64_t reached(Own& own, const MarketRow& trade, std::int64_t shared);
  [[nodiscard]] std::int64_t there_at(SideIndex side, Rank rank, std::int64_t quantity) const;
  [[nodiscard]] std::int64_t draw(const Own& own, const MarketRow& row);

  // A clear takes levels away that the rest of its message brings again: what it has left empty is so once time has
  // passed. (hftbacktest's queues are told of no clear.)
  [[nodiscard]] bool is_known_empty(std::int64_t quantity, std::int64_t ts) const {
    return quantity == 0 && cleared_.value != ts && !model_.as_hftbacktest;
  }
  [[nodiscard]] bool is_crossed() const { return is_crossed_[kBidSide] || is_crossed_[kAskSide]; }
  [[nodiscard]] bool counts_levels() const { return counts_levels(model_); }

  // Requests (venue_requests.cpp).
  [[nodiscard]] RejectReason reason_against(const VenueOrder& order, const VenueOrder* before);
  void reject(const VenueOrder& order, RejectReason reason, RefusalDetail detail, UnixNanos now);
  [[nodiscard]] FilterView view() const;
  void enter(const VenueOrder& order, UnixNanos now);
  [[nodiscard]] std::int64_t counted_as_filled(const Own& own) const;
  void end(const Own& own, UnixNanos now);
  void modify_resting(Own& own, const VenueChange& change, UnixNanos now);
  void modify_waiting(Own& own, const VenueChange& change, UnixNanos now);

  // Matching (venue_matching.cpp). What rests is told as `event`; not if there is none.
  void match(Own order, UnixNanos now, std::optional<OrderEvent> event);
  [[nodiscard]] static bool reaches(const Own& taker, Rank at);
  [[nodiscard]] const Own* own_in_reach(const Own& taker, std::size_t index) const;
  [[nodiscard]] std::int64_t available(SideIndex side, Rank rank) const;
  [[nodiscard]] std::int64_t ahead_of(const Own& own) const;
  [[nodiscard]] std::int64_t takeable(const Own& taker);
  // What it takes or, in a trial, would take. A taker that self-trade prevention ends has nothing left.
  std::int64_t walk(Own& taker, UnixNanos now, bool is_trial);
  void walk_as_hftbacktest(Own& taker, UnixNanos now);
  void take_level(Own& taker, Rank at, std::int64_t quantity, UnixNanos now);
  void prevent_self_trade(Own& taker, UnixNanos now);
  void rest(Own order, UnixNanos now, std::optional<OrderEvent> event);
  void fill_resting(Own& own, std::int64_t quantity, std::int64_t there, FillCause cause, UnixNanos now);
  void fill(Own& own, Rank rank, std::int64_t quantity, VenueFill fill, UnixNanos now);
  // As much of it as may be filled: of what only reduces, what there is to reduce.
  [[nodiscard]] std::int64_t fillable(const Own& own) const;
  void cut(Own& own, std::int64_t most, UnixNanos now);
  // After fills: those with nothing left go, and those that only reduce are cut to what is left to reduce.
  void settle(SideIndex side, UnixNanos now);
  void remove(SideIndex side, Orders::iterator at);
  void end_linked(Own& own, OrderEvent event, UnixNanos now);
  void find_crossed(SideIndex side);
  [[nodiscard]] Own* find(ClientOrderId id);
  [[nodiscard]] Own* find_waiting(ClientOrderId id);
  [[nodiscard]] Own* find_open(ClientOrderId id);
  void remove(Own& own);

  void tell(const Own& own, OrderEvent event, OrderStatus status, RejectReason reason, UnixNanos now);
  // Nothing of it is left, and the other one of its pair ends.
  void expire(Own& own, RejectReason reason, UnixNanos now);
  void refuse(ClientOrderId id, RefusalDetail detail, UnixNanos now);
  void refuse_change_to(const Own& own, const VenueOrder& changed, RejectReason reason, UnixNanos now);
  // A request that is one too many: the order stays as it is.
  void refuse_for_rate(const Own& own, RefusalDetail detail, UnixNanos now);
  [[nodiscard]] double value_of(std::int64_t units) const { return static_cast<double>(units) / one_; }

  VenueModel model_;
  double one_;  // units of 1
  double lot_value_;
  VenueBook book_;
  Orders resting_[2];
  Rank best_resting_[2] = {kNoRank, kNoRank};
  bool is_crossed_[2] = {false, false};  // of a side of the book: own orders stand at or beyond its best
  std::int64_t last_trade_ = 0;
  TriggerBook triggers_;  // of those in waiting_
  Orders waiting_;
  LevelUse use_[2];
  std::int64_t position_ = 0;
  std::int64_t held_besides_ = 0;
  UnixNanos cleared_ = {INT64_MIN};  // when a clear was taken last
  RateWindows orders_;
  RateWindows requests_;
  std::vector<ClientOrderId> reached_;
  std::vector<VenueEvent> events_;
};

}  // namespace acts::sim
