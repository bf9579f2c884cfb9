// A backtest as one would write it down: one event after the other out of four queues, books in maps, every order
// looked at for every event. Slow, and shares no code with the engine but its interfaces: it is what the engine is held
// to.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "acts/strategy/strategy.hpp"

#include "backtest/naive_venue.hpp"
#include "sim/market_row.hpp"

namespace acts::backtest::test {

class NaiveEngine final : public StrategyContext {
 public:
  using Rows = std::vector<sim::MarketRow>;
  NaiveEngine(NaiveModel model, Rows venue, Rows local, Strategy& strategy);
  void run();
  // The same in parts, for several side by side: when the next of a queue is, and that it happens.
  enum class Queue : std::uint8_t { kLocalRows, kAnswers, kVenueRows, kRequests };
  [[nodiscard]] std::int64_t next(Queue queue) const;
  void take(Queue queue);

  // All that the venue has answered: "time id event quantity@price left cause reason".
  std::vector<std::string> log;
  [[nodiscard]] std::int64_t position_units() const { return venue_.position; }

  [[nodiscard]] UnixNanos now() const override { return now_; }
  [[nodiscard]] std::size_t instrument_count() const override { return 1; }
  [[nodiscard]] const Instrument& instrument(InstrumentId /*id*/) const override { return instrument_; }
  [[nodiscard]] Scales scales(InstrumentId /*id*/) const override { return {}; }
  [[nodiscard]] Price tick(InstrumentId /*id*/) const override { return Price{1}; }
  [[nodiscard]] Quantity lot(InstrumentId /*id*/) const override { return Quantity{model_.lot}; }
  [[nodiscard]] const BookView& book(InstrumentId /*id*/) const override { return local_book_; }
  [[nodiscard]] std::optional<Trade> last_trade(InstrumentId /*id*/) const override { return std::nullopt; }
  [[nodiscard]] std::optional<FundingRate> funding_rate(InstrumentId /*id*/) const override { return std::nullopt; }
  [[nodiscard]] std::optional<FeatureValues> features(InstrumentId /*id*/) const override { return std::nullopt; }
  [[nodiscard]] const Position& position(InstrumentId /*id*/) const override { return position_; }
  [[nodiscard]] double position_value(InstrumentId /*id*/) const override { return 0; }
  [[nodiscard]] std::span<const OpenOrder> open_orders(InstrumentId /*id*/) const override { return open_; }
  ClientOrderId place(const NewOrder& order) override;
  OcoIds place_oco(const NewOrder& first, const NewOrder& second) override;
  bool modify(const ModifyOrder& change) override;
  bool cancel(ClientOrderId id) override;
  void set_timer(TimerId id, UnixNanos at) override;
  void stop_timer(TimerId id) override;

 private:
  enum class Ask : std::uint8_t { kPlace, kPlaceOco, kModify, kCancel };
  struct Request {
    std::int64_t arrival;
    Ask ask;
    NaiveOrder order;
    NaiveOrder second;
  };
  struct Answer {
    std::int64_t arrival;
    OrderUpdate update;
    std::optional<Fill> fill;
    bool answers_request;
  };

  void take_answer(const Answer& answer);
  void take_request(const Request& request);
  // What the venue has to tell, of a request or not.
  void take_events(const Request* asked);
  void send(Ask ask, const NaiveOrder& order, const NaiveOrder& second = {});
  NaiveOrder opened(const NewOrder& order, ClientOrderId id, ClientOrderId linked);
  static NaiveOrder wanted(const OpenOrder& order);

  NaiveModel model_;
  friend class NaiveMarkets;
  Rows venue_rows_;
  Rows local_rows_;
  std::size_t next_venue_ = 0;
  std::size_t next_local_ = 0;
  Strategy* strategy_;
  Wants wants_;
  Instrument instrument_;
  NaiveVenue venue_;
  NaiveBook local_book_;
  std::vector<OpenOrder> open_;
  std::deque<Request> requests_;
  std::deque<Answer> answers_;
  std::optional<std::int64_t> timer_;
  Position position_;
  UnixNanos now_;
  // After the last row of both clocks nothing is asked for any more.
  [[nodiscard]] bool is_over() const { return now_.value > last_row_; }
  std::int64_t last_row_ = INT64_MIN;
  // None overtakes another.
  std::int64_t last_request_ = INT64_MIN;
  std::int64_t last_answer_ = INT64_MIN;
  std::uint64_t last_order_ = 0;
};

}  // namespace acts::backtest::test
