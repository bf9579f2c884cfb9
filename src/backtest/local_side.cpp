#include "backtest/local_side.hpp"

#include <algorithm>

#include "acts/base/assert.hpp"
#include "acts/base/ratio.hpp"

namespace acts::backtest {
namespace {

sim::SideIndex index_of(Side side) { return side == Side::kBid ? sim::kBidSide : sim::kAskSide; }

}  // namespace

Level LadderView::level_at(sim::SideIndex side, sim::Rank rank) const {
  return {Price{sim::ticks_of(side, rank) * tick_}, Quantity{ladder_->sides[side].quantity_at(rank)}};
}

std::optional<Level> LadderView::best(Side side) const {
  const sim::SideIndex index = index_of(side);
  const sim::Rank rank = ladder_->sides[index].best();
  if (rank == sim::kNoRank) return std::nullopt;
  return level_at(index, rank);
}

std::size_t LadderView::levels(Side side, std::span<Level> out) const {
  const sim::SideIndex index = index_of(side);
  const sim::LadderSide& levels = ladder_->sides[index];
  std::size_t count = 0;
  for (sim::Rank at = levels.best(); at != sim::kNoRank && count < out.size(); at = levels.next_below(at)) {
    out[count++] = level_at(index, at);
  }
  return count;
}

Quantity LadderView::quantity_at(Side side, Price price) const {
  if (price.units() % tick_ != 0) return Quantity{0};
  const sim::SideIndex index = index_of(side);
  const sim::LadderSide& levels = ladder_->sides[index];
  const sim::Rank rank = sim::rank_of(index, price.units() / tick_);
  return Quantity{rank <= levels.best() ? levels.quantity_at(rank) : 0};
}

// Rows do not say how far a book reaches: as far as it has levels.
bool LadderView::covers(Side side, Price price) const {
  const sim::SideIndex index = index_of(side);
  const sim::LadderSide& levels = ladder_->sides[index];
  if (levels.best() == sim::kNoRank) return false;
  const sim::Rank rank = sim::rank_of(index, price.units() / tick_);
  return rank >= levels.best() || levels.quantity_at(rank) != 0 || levels.next_below(rank) != sim::kNoRank;
}

LocalSide::LocalSide(const BacktestInstrument& instrument, InstrumentId id, const sim::PositionAccount& account,
                     bool as_hftbacktest, LocalMarket* shared)
    : instrument_(instrument),
      id_(id),
      own_(shared == nullptr ? std::make_unique<LocalMarket>(instrument, as_hftbacktest) : nullptr),
      market_(shared == nullptr ? own_.get() : shared),
      view_(market_->ladder(), instrument_),
      account_(account),
      position_(account.position()),
      told_value_(nearest_double(account.quantity(), power_of_ten(instrument.scales.quantity))) {
  if (as_hftbacktest) told_ = {.account = account, .position = position_};
}

[[gnu::always_inline]] inline void LocalMarket::take_row(const sim::MarketRow& row) {
  if (sim::is_of_book(row.kind)) [[likely]] {
    ladder_.apply(row, as_hftbacktest_);
  } else if (row.kind == sim::RowKind::kTrade) {
    last_trade_ = row;
  }
}

void LocalMarket::take(const sim::MarketRow& row) { take_row(row); }

std::optional<Trade> LocalMarket::last_trade() const {
  if (last_trade_.kind != sim::RowKind::kTrade) return std::nullopt;
  Trade trade;
  trade.aggressor = last_trade_.side == sim::kBidSide ? AggressorSide::kBuy : AggressorSide::kSell;
  trade.scales = instrument_.scales;
  trade.price = Price{sim::ticks_of(last_trade_.side, last_trade_.rank) * instrument_.tick};
  trade.quantity = Quantity{last_trade_.quantity};
  return trade;
}

const sim::MarketRow* LocalMarket::take_all(const sim::MarketRow* row, UnixNanos until) {
  for (; row->ts <= until.value; ++row) {
    sim::prefetch_rows_behind(row);
    take_row(*row);
  }
  return row;
}

std::optional<std::int64_t> LocalSide::double_middle() const {
  const sim::Rank bid = market_->ladder().sides[sim::kBidSide].best();
  const sim::Rank ask = market_->ladder().sides[sim::kAskSide].best();
  if (bid == sim::kNoRank || ask == sim::kNoRank) return std::nullopt;
  return bid - ask;
}

OpenOrder* LocalSide::find(ClientOrderId id) {
  const auto found = std::ranges::find(open_, id, &OpenOrder::id);
  return found == open_.end() ? nullptr : &*found;
}

void LocalSide::apply(const OrderUpdate& update, bool answers_request) {
  const auto found = std::ranges::find(open_, update.id, &OpenOrder::id);
  if (found == open_.end()) return;
  if (answers_request) found->is_requested = false;
  const bool is_refusal = update.event == OrderEvent::kRejected && update.status != OrderStatus::kRejected;
  if (is_refusal) return;
  if (is_final(update.status)) {
    open_.erase(found);
    return;
  }
  found->status = update.status;
  found->price = update.price;
  found->quantity = update.quantity;
  found->left = update.left;
  found->stop_price = update.stop_price;
  found->trail = update.trail;
}

void LocalSide::apply(const Fill& fill) {
  const std::int64_t signed_quantity = sign(fill.side) * fill.quantity.units();
  const sim::FeeCharge charge{.fee = fill.fee.units, .received = fill.base_fee.units};
  const bool is_exact = account_.apply(signed_quantity, fill.price, charge);
  ACTS_ASSERT(is_exact);  // it was at the venue
  position_ = account_.position();
  if (told_) {
    // A sum of some fills alone may be more than exact money holds, where that of all is not: it stays as it is.
    const bool is_told = fill.left.units() == 0 && told_->account.apply(signed_quantity, fill.price, charge);
    if (!is_told) return;
    told_->position = told_->account.position();
  }
  told_value_ += nearest_double(signed_quantity, power_of_ten(instrument_.scales.quantity));
  if (fill.base_fee.units != 0) told_value_ -= nearest_double(fill.base_fee.units, power_of_ten(fill.base_fee.scale));
}

void LocalSide::apply_funding(const Decimal& received) {
  const bool is_exact = account_.pay_funding(received.units);
  ACTS_ASSERT(is_exact);  // it was at the venue
  position_ = account_.position();
  if (told_ && told_->account.pay_funding(received.units)) told_->position = told_->account.position();
}

}  // namespace acts::backtest
