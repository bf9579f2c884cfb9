// A backtest as one would write it down: one event after the other out of four queues, books in maps, every order
// looked at for every event. Slow, and shares no code with the engine but its interfaces: it is what the engine is held
// to.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "acts/strategy/strategy.hpp"

#include "sim/market_row.hpp"
#include "sim/queue_place.hpp"

namespace acts::backtest::test {

struct NaiveModel {
  bool is_partial = false;
  sim::QueueModel queue = {};
  Nanos entry{};
  Nanos response{};
  std::int64_t lot = 1;
  int quantity_scale = 0;
};

// Ticks are price units.
class NaiveBook final : public BookView {
 public:
  void apply(const sim::MarketRow& row);
  [[nodiscard]] Scales scales() const override { return scales_; }
  [[nodiscard]] std::optional<Level> best(Side side) const override;
  std::size_t levels(Side side, std::span<Level> out) const override;
  [[nodiscard]] Quantity quantity_at(Side side, Price price) const override;
  [[nodiscard]] bool covers(Side /*side*/, Price /*price*/) const override { return true; }

  std::optional<std::int64_t> best_bid;
  std::optional<std::int64_t> best_ask;
  std::map<std::int64_t, std::int64_t> bids;
  std::map<std::int64_t, std::int64_t> asks;

 private:
  void set_bid(std::int64_t tick, std::int64_t quantity);
  void set_ask(std::int64_t tick, std::int64_t quantity);
  void find_bid_below(std::int64_t tick);
  void find_ask_above(std::int64_t tick);
  Scales scales_;
  std::int64_t lowest_bid_ = INT64_MAX;
  std::int64_t highest_ask_ = INT64_MIN;
};

class NaiveEngine final : public StrategyContext {
 public:
  using Rows = std::vector<sim::MarketRow>;
  NaiveEngine(NaiveModel model, Rows venue, Rows local, Strategy& strategy);
  void run();
  // The same in parts, for several side by side: when the next of a queue is, and that it happens.
  enum class Queue : std::uint8_t { kLocalRows, kAnswers, kVenueRows, kRequests };
  [[nodiscard]] std::int64_t next(Queue queue) const;
  void take(Queue queue);

  // All that the venue has answered: "time id event price quantity left cause".
  std::vector<std::string> log;
  std::int64_t position_units = 0;

  [[nodiscard]] UnixNanos now() const override { return now_; }
  [[nodiscard]] std::size_t instrument_count() const override { return 1; }
  [[nodiscard]] const Instrument& instrument(InstrumentId /*id*/) const override { return instrument_; }
  [[nodiscard]] Scales scales(InstrumentId /*id*/) const override { return {}; }
  [[nodiscard]] Price tick(InstrumentId /*id*/) const override { return Price{1}; }
  [[nodiscard]] Quantity lot(InstrumentId /*id*/) const override { return Quantity{model_.lot}; }
  [[nodiscard]] const BookView& book(InstrumentId /*id*/) const override { return local_book_; }
  [[nodiscard]] std::optional<Trade> last_trade(InstrumentId /*id*/) const override { return std::nullopt; }
  [[nodiscard]] std::optional<FundingRate> funding_rate(InstrumentId /*id*/) const override { return std::nullopt; }
  [[nodiscard]] const Position& position(InstrumentId /*id*/) const override { return position_; }
  [[nodiscard]] double position_value(InstrumentId /*id*/) const override { return 0; }
  [[nodiscard]] std::span<const OpenOrder> open_orders(InstrumentId /*id*/) const override { return open_; }
  ClientOrderId place(const NewOrder& order) override;
  bool modify(const ModifyOrder& change) override;
  bool cancel(ClientOrderId id) override;
  void set_timer(TimerId id, UnixNanos at) override;
  void stop_timer(TimerId id) override;

 private:
  struct Order {
    ClientOrderId id;
    OrderSide side;
    OrderType type;
    TimeInForce time_in_force;
    std::int64_t tick;
    std::int64_t quantity;
    std::int64_t left;
    double front = 0;
    double traded = 0;
  };
  enum class Ask : std::uint8_t { kPlace, kModify, kCancel };
  struct Request {
    std::int64_t arrival;
    Ask ask;
    Order order;
  };
  struct Answer {
    std::int64_t arrival;
    OrderUpdate update;
    std::optional<Fill> fill;
    bool answers_request;
  };

  void take_answer(const Answer& answer);
  void take_venue_row(const sim::MarketRow& row);
  void take_request(const Request& request);
  void enter(Order order, OrderEvent event);
  void walk(Order& order);
  void rest(Order order, OrderEvent event);
  void fill(Order& order, std::int64_t tick, std::int64_t quantity, FillCause cause);
  void answer(const Order& order, OrderEvent event, OrderStatus status, RejectReason reason, std::optional<Fill> fill);
  void send(Ask ask, const Order& order);
  [[nodiscard]] double value(std::int64_t units) const;
  [[nodiscard]] double probability(double front, double back) const;
  void on_level(Order& order, std::int64_t before, std::int64_t after) const;
  void drop_filled();
  // Of the better price first, then who came first.
  std::vector<Order*> in_priority(OrderSide side);

  NaiveModel model_;
  friend class NaiveMarkets;
  Rows venue_rows_;
  Rows local_rows_;
  std::size_t next_venue_ = 0;
  std::size_t next_local_ = 0;
  Strategy* strategy_;
  Wants wants_;
  Instrument instrument_;
  NaiveBook venue_book_;
  NaiveBook local_book_;
  std::vector<Order> orders_;  // in the order of their arrival
  std::vector<OpenOrder> open_;
  std::deque<Request> requests_;
  std::deque<Answer> answers_;
  std::optional<std::int64_t> timer_;
  Position position_;
  UnixNanos now_;
  std::int64_t venue_now_ = 0;
  // After the last row of both clocks nothing is asked for any more.
  [[nodiscard]] bool is_over() const { return now_.value > last_row_; }
  std::int64_t last_row_ = INT64_MIN;
  std::int64_t cleared_ = INT64_MIN;  // when the venue's book was cleared last
  std::uint64_t last_order_ = 0;
};

}  // namespace acts::backtest::test
