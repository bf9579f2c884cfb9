// A venue as one would write it down: books in maps, every order looked at for every event.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "acts/market/order.hpp"

#include "backtest/naive_book.hpp"
#include "sim/latency.hpp"
#include "sim/market_row.hpp"
#include "sim/queue_place.hpp"

namespace acts::backtest::test {

struct NaiveModel {
  bool is_partial = false;
  sim::QueueModel queue = {};
  Nanos entry{};
  Nanos response{};
  std::optional<sim::LatencyModel> drawn = {};  // in place of those two
  std::int64_t lot = 1;
  int quantity_scale = 0;
  SelfTradePrevention self_trades = SelfTradePrevention::kNone;
  // Rules; 0: none.
  std::int64_t least_quantity = 0;
  std::int64_t most_quantity = 0;
  std::int64_t least_value = 0;   // ticks x units
  std::int64_t band_percent = 0;  // around the reference price
  bool is_futures = false;        // the band bounds buys above and sells below; what only reduces may be small
  std::size_t most_open = 0;
  std::size_t most_stops = 0;
  std::size_t most_per_minute = 0;
  std::size_t most_requests = 0;  // a minute
};

struct NaiveOrder {
  ClientOrderId id = {};
  OrderSide side = OrderSide::kBuy;
  OrderType type = OrderType::kLimit;
  TimeInForce time_in_force = TimeInForce::kGtc;
  std::int64_t tick = 0;  // 0: no limit
  std::int64_t stop = 0;
  std::int64_t trail = 0;
  std::int64_t quantity = 0;
  std::int64_t left = 0;
  bool reduce_only = false;
  ClientOrderId linked = {};
  bool waits = false;
  std::int64_t best = 0;  // trade that a trailing stop has followed; 0: none
  double front = 0;
  double traded = 0;
  [[nodiscard]] bool is_buy() const { return side == OrderSide::kBuy; }
};

struct NaiveEvent {
  std::int64_t ts = 0;
  NaiveOrder order = {};
  OrderEvent event = OrderEvent::kAccepted;
  OrderStatus status = OrderStatus::kNew;
  RejectReason reason = RejectReason::kNone;
  std::optional<Fill> fill = {};
};

class NaiveVenue {
 public:
  explicit NaiveVenue(const NaiveModel& model) : model_(model) {}
  void take_row(const sim::MarketRow& row);
  void place(const NaiveOrder& order, std::int64_t now);
  void place_oco(const NaiveOrder& first, const NaiveOrder& second, std::int64_t now);
  void modify(const NaiveOrder& wanted, std::int64_t now);
  void cancel(ClientOrderId id, std::int64_t now);

  std::vector<NaiveEvent> events;
  std::int64_t position = 0;

 private:
  static constexpr Side opposite_side(OrderSide side) { return side == OrderSide::kBuy ? Side::kAsk : Side::kBid; }
  void on_level(const sim::MarketRow& row);
  void on_print(const sim::MarketRow& row);
  void on_triggers(std::int64_t tick);
  void start(NaiveOrder order);
  // Whether a request with so many orders in it is too much for this minute; what is not has come.
  bool is_too_many(std::size_t orders);
  [[nodiscard]] RejectReason against(const NaiveOrder& order, std::size_t more_open, std::size_t more_stops);
  [[nodiscard]] RejectReason against_rules(const NaiveOrder& order) const;
  void end(std::size_t at);
  void enter(NaiveOrder order, std::optional<OrderEvent> event);
  void cross(NaiveOrder& order, std::optional<std::int64_t> only);
  void take(NaiveOrder& order);
  [[nodiscard]] std::optional<std::int64_t> next_level(const NaiveOrder& order) const;
  [[nodiscard]] const NaiveOrder* next_own(const NaiveOrder& order) const;
  [[nodiscard]] bool comes_first(const NaiveOrder& own, std::optional<std::int64_t> level, std::int64_t had) const;
  [[nodiscard]] std::int64_t there_at(OrderSide own, std::int64_t tick) const;
  [[nodiscard]] std::int64_t printed_at(OrderSide own, std::int64_t tick, std::int64_t shown) const;
  [[nodiscard]] bool is_inside(const NaiveOrder& order, std::int64_t tick) const;
  [[nodiscard]] bool meets_own(const NaiveOrder& order) const;
  [[nodiscard]] std::int64_t takeable(const NaiveOrder& order) const;
  void fill(NaiveOrder& order, std::int64_t tick, std::int64_t quantity, FillCause cause);
  [[nodiscard]] std::int64_t fillable(const NaiveOrder& order) const;
  void cut(NaiveOrder& order);
  void settle();
  void drop_gone();
  void end_linked(NaiveOrder& order, OrderEvent event);
  void tell(NaiveOrder order, OrderEvent event, OrderStatus status, RejectReason reason);
  void expire(NaiveOrder& order, RejectReason reason);
  [[nodiscard]] double value(std::int64_t units) const;
  [[nodiscard]] double probability(double front, double back) const;
  void on_queue(NaiveOrder& order, std::int64_t before, std::int64_t after) const;
  // Those in the book, of the better price first, then who came first.
  [[nodiscard]] std::vector<std::size_t> in_priority(OrderSide side) const;
  [[nodiscard]] std::optional<std::size_t> find(ClientOrderId id) const;
  [[nodiscard]] std::optional<std::int64_t> trigger_price(const NaiveOrder& order) const;
  [[nodiscard]] static bool triggers_below(const NaiveOrder& order);

  NaiveModel model_;
  NaiveBook book_;
  std::vector<NaiveOrder> orders_;  // as they came to their place
  std::map<std::int64_t, std::int64_t> used_[2];
  std::vector<sim::MarketRow> prints_;  // since the book was told of last
  std::int64_t told_ = INT64_MIN;       // when it was told of what came after prints
  std::int64_t now_ = 0;
  std::int64_t cleared_ = INT64_MIN;
  std::int64_t last_trade_ = 0;
  std::vector<std::int64_t> arrivals_;  // of orders, and of changes
  std::vector<std::int64_t> requests_;
};

}  // namespace acts::backtest::test
