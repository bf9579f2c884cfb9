// What is known here of one instrument: the book as it has been received, own orders and the position as far as answers
// have come. Pure; not thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "acts/base/assert.hpp"
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

// The public market as it has been received here.
class LocalMarket {
 public:
  LocalMarket(const BacktestInstrument& instrument, bool as_hftbacktest)
      : instrument_(instrument), as_hftbacktest_(as_hftbacktest) {}

  void take(const sim::MarketRow& row);
  // Rows as long as their time is not after `until`: the first that is. There is one (kEndRow).
  const sim::MarketRow* take_all(const sim::MarketRow* row, UnixNanos until);
  [[nodiscard]] const sim::Ladder& ladder() const { return ladder_; }
  [[nodiscard]] std::optional<Trade> last_trade() const;

 private:
  void take_row(const sim::MarketRow& row);

  BacktestInstrument instrument_;
  bool as_hftbacktest_;
  sim::Ladder ladder_;
  sim::MarketRow last_trade_{.kind = sim::RowKind::kNothing};  // a row of a trade, once there was one
};

class LocalSide {
 public:
  // `shared`: a market that others have too, and that somebody else moves on; it outlives this. Null: its own.
  // `account`: as it is before the first fill.
  LocalSide(const BacktestInstrument& instrument, InstrumentId id, const sim::PositionAccount& account,
            bool as_hftbacktest, LocalMarket* shared = nullptr);
  LocalSide(const LocalSide&) = delete;
  LocalSide& operator=(const LocalSide&) = delete;

  // Its own market (asserted).
  [[nodiscard]] LocalMarket& market() {
    ACTS_ASSERT(own_ != nullptr);
    return *own_;
  }
  [[nodiscard]] const BookView& book() const { return view_; }
  [[nodiscard]] std::optional<Trade> last_trade() const { return market_->last_trade(); }
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

  // Of all fills that have been heard of.
  [[nodiscard]] const Position& position() const { return position_; }
  [[nodiscard]] const sim::PositionAccount& account() const { return account_; }
  // What the strategy is told: the same, and as hftbacktest without the fills that left something of their orders.
  [[nodiscard]] const Position& told_position() const { return told_ ? told_->position : position_; }
  [[nodiscard]] double told_value() const { return told_value_; }

 private:
  BacktestInstrument instrument_;
  InstrumentId id_;
  std::unique_ptr<LocalMarket> own_;
  const LocalMarket* market_;
  LadderView view_;
  std::vector<OpenOrder> open_;
  sim::PositionAccount account_;
  Position position_;  // of it
  struct Told {
    sim::PositionAccount account;
    Position position;  // of it
  };
  std::optional<Told> told_;  // as hftbacktest
  double told_value_ = 0;
};

}  // namespace acts::backtest
