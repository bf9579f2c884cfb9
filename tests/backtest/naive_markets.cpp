#include "backtest/naive_markets.hpp"

#include <algorithm>

namespace acts::backtest::test {
namespace {

using Queue = NaiveEngine::Queue;
constexpr Queue kQueues[] = {Queue::kLocalRows, Queue::kAnswers, Queue::kVenueRows, Queue::kRequests};

}  // namespace

void NaiveMarkets::Forward::on_fill(StrategyContext& /*context*/, const Fill& fill) {
  Fill numbered = fill;
  numbered.instrument = id_;
  markets_->now_ = markets_->of(id_).now();
  markets_->share_clock();
  strategy_->on_fill(*markets_, numbered);
}

void NaiveMarkets::Forward::on_order(StrategyContext& /*context*/, const OrderUpdate& update) {
  OrderUpdate numbered = update;
  numbered.instrument = id_;
  markets_->now_ = markets_->of(id_).now();
  markets_->share_clock();
  strategy_->on_order(*markets_, numbered);
}

NaiveMarkets::NaiveMarkets(const std::vector<Setup>& setups, Strategy& strategy) : strategy_(&strategy) {
  for (const Setup& setup : setups) {
    const InstrumentId id(static_cast<std::uint32_t>(markets_.size()));
    forwards_.push_back(std::make_unique<Forward>(*this, id, strategy));
    markets_.push_back(std::make_unique<NaiveEngine>(setup.model, setup.venue, setup.local, *forwards_.back()));
    for (const NaiveEngine::Rows* rows : {&setup.venue, &setup.local}) {
      if (!rows->empty()) last_row_ = std::max(last_row_, rows->back().ts);
    }
  }
}

std::int64_t NaiveMarkets::first_time() const {
  std::int64_t first = INT64_MAX;
  for (const auto& market : markets_) {
    for (const Queue queue : kQueues) first = std::min(first, market->next(queue));
  }
  return first;
}

// Until the last row of all of them, each of them takes requests.
void NaiveMarkets::share_clock() {
  for (const auto& market : markets_) {
    market->now_ = now_;
    market->last_row_ = last_row_;
  }
}

void NaiveMarkets::run() {
  now_ = {first_time()};
  share_clock();
  strategy_->on_start(*this);
  for (std::int64_t first = first_time(); first != INT64_MAX; first = first_time()) {
    if (timer_ && *timer_ < first) {
      now_ = {*timer_};
      share_clock();
      timer_.reset();
      strategy_->on_timer(*this, TimerId{0});
    } else {
      take_next(first);
    }
  }
  strategy_->on_stop(*this);
}

void NaiveMarkets::take_next(std::int64_t at) {
  for (const Queue queue : kQueues) {
    for (const auto& market : markets_) {
      if (market->next(queue) != at) continue;
      return queue == Queue::kLocalRows ? take_local_rows(at) : market->take(queue);
    }
  }
}

void NaiveMarkets::take_local_rows(std::int64_t at) {
  const Wants wants = strategy_->wants();
  std::vector<std::vector<Trade>> trades(markets_.size());
  std::vector<bool> has_changed(markets_.size());
  for (std::size_t i = 0; i < markets_.size(); ++i) {
    NaiveEngine& market = *markets_[i];
    while (market.next(Queue::kLocalRows) == at) {
      const sim::MarketRow row = market.local_rows_[market.next_local_];
      market.take(Queue::kLocalRows);
      if (row.kind == sim::RowKind::kTrade) {
        Trade trade;
        trade.price = Price{row.side == sim::kBidSide ? row.rank : -row.rank};
        trade.quantity = Quantity{row.quantity};
        trades[i].push_back(trade);
      } else if (row.kind != sim::RowKind::kNothing) {
        has_changed[i] = true;
      }
    }
  }
  if (!wants.book && !wants.trades) return;
  now_ = {at};
  share_clock();
  for (std::size_t i = 0; i < markets_.size(); ++i) {
    const InstrumentId id(static_cast<std::uint32_t>(i));
    for (const Trade& trade : trades[i]) {
      if (wants.trades) strategy_->on_trade(*this, id, trade);
    }
    if (has_changed[i] && wants.book) strategy_->on_book(*this, id);
  }
}

ClientOrderId NaiveMarkets::place(const NewOrder& order) {
  NaiveEngine& market = of(order.instrument);
  market.last_order_ = last_order_++;
  return market.place(order);
}

OcoIds NaiveMarkets::place_oco(const NewOrder& first, const NewOrder& second) {
  NaiveEngine& market = of(first.instrument);
  market.last_order_ = last_order_;
  last_order_ += 2;
  return market.place_oco(first, second);
}

bool NaiveMarkets::modify(const ModifyOrder& change) {
  return std::ranges::any_of(markets_, [&](const auto& market) { return market->modify(change); });
}

bool NaiveMarkets::cancel(ClientOrderId id) {
  return std::ranges::any_of(markets_, [&](const auto& market) { return market->cancel(id); });
}

}  // namespace acts::backtest::test
