// What is known here of one instrument: the book as it has been received, own orders and the position as far as answers
// have come. Pure; not thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "acts/market/events.hpp"
#include "acts/market/order.hpp"
#include "acts/strategy/strategy.hpp"

#include "backtest/instrument.hpp"
#include "sim/account/position_account.hpp"
#include "sim/ladder.hpp"
#include "sim/market_row.hpp"

namespace acts::backtest {

// A ladder as strategies see books.
class LadderView final : public BookView {
 public:
  LadderView(const sim::Ladder& ladder, const BacktestInstrument& instrument)
      : ladder_(&ladder), scales_(instrument.scales), tick_(instrument.tick) {}

  [[nodiscard]] Scales scales() const override { return scales_; }
  [[nodiscard]] std::optional<Level> best(Side side) const override;
  std::size_t levels(Side side, std::span<Level> out) const override;
  [[nodiscard]] Quantity quantity_at(Side side, Price price) const override;
  [[nodiscard]] bool covers(Side side, Price price) const override;

 private:
  [[nodiscard]] Level level_at(sim::SideIndex side, sim::Rank rank) const;
  const sim::Ladder* ladder_;
  Scales scales_;
  std::int64_t tick_;
};

class LocalSide {
 public:
  // `account`: as it is before the first fill.
  LocalSide(const BacktestInstrument& instrument, InstrumentId id, const sim::PositionAccount& account,
            bool as_hftbacktest);
  LocalSide(const LocalSide&) = delete;
  LocalSide& operator=(const LocalSide&) = delete;

  void take(const sim::MarketRow& row);
  // Rows as long as their time is not after `until`: the first that is. There is one (kEndRow).
  const sim::MarketRow* take_all(const sim::MarketRow* row, UnixNanos until);
  [[nodiscard]] const BookView& book() const { return view_; }
  [[nodiscard]] const std::optional<Trade>& last_trade() const { return last_trade_; }
  // Twice the middle of the best prices, in ticks; nothing while a side is empty.
  [[nodiscard]] std::optional<std::int64_t> double_middle() const;

  [[nodiscard]] std::span<const OpenOrder> open() const { return open_; }
  [[nodiscard]] OpenOrder* find(ClientOrderId id);
  void add(const OpenOrder& order) { open_.push_back(order); }
  // Of what is not open here any more nothing changes. An answer to a request ends it.
  void apply(const OrderUpdate& update, bool answers_request);
  // A fill with the money that it was at the venue, and funding that was received.
  void apply(const Fill& fill);
  void apply_funding(const Decimal& received);

  [[nodiscard]] const Position& position() const { return position_; }
  [[nodiscard]] const sim::PositionAccount& account() const { return account_; }
  [[nodiscard]] double position_value() const { return position_value_; }

 private:
  void take_row(const sim::MarketRow& row);
  void take_trade(const sim::MarketRow& row);

  BacktestInstrument instrument_;
  InstrumentId id_;
  bool as_hftbacktest_;
  sim::Ladder ladder_;
  LadderView view_;
  std::optional<Trade> last_trade_;
  std::vector<OpenOrder> open_;
  sim::PositionAccount account_;
  Position position_;  // of it
  double position_value_ = 0;
};

}  // namespace acts::backtest
