#include "backtest/features/local_features.hpp"

#include <limits>
#include <optional>
#include <utility>
#include <variant>

#include "acts/base/assert.hpp"
#include "acts/base/ratio.hpp"

namespace acts::backtest {
namespace {

struct ValueAsDouble {
  double operator()(const Decimal& value) const { return nearest_double(value.units, power_of_ten(value.scale)); }
  double operator()(double value) const { return value; }
  double operator()(std::int64_t value) const { return static_cast<double>(value); }
  // Unknown; texts and times are not among those that can be told.
  template <typename Other>
  double operator()(const Other& /*value*/) const {
    return std::numeric_limits<double>::quiet_NaN();
  }
};

}  // namespace

LocalFeatures::LocalFeatures(const FeaturePlan& plan, const BacktestInstrument& instrument, InstrumentId id,
                             UnixNanos start)
    : instrument_(instrument),
      id_(id),
      places_(plan.places().begin(), plan.places().end()),
      interval_(plan.interval()),
      end_(next_multiple(start, plan.interval())),
      book_(instrument.scales),
      rows_(instrument.info.venue, instrument.info.symbol, plan.bands(), start, MinuteSampler::kDefaultStaleAfter,
            plan.interval()),
      intervals_(plan.intervals()),
      now_(start.value),
      values_(places_.size()) {}

void LocalFeatures::add(const sim::MarketRow& row) {
  ACTS_ASSERT(row.ts < end_.value);
  if (row.ts != now_) settle();
  now_ = row.ts;
  switch (row.kind) {
    case sim::RowKind::kLevel: take_level(row); break;
    case sim::RowKind::kClear:
    case sim::RowKind::kClearBoth: clear(row); break;
    case sim::RowKind::kTrade: take_trade(row); break;
    case sim::RowKind::kNothing: break;
  }
}

void LocalFeatures::take_level(const sim::MarketRow& row) {
  has_book_ = true;
  // hftbacktest takes prices that are not above 0; no book has them.
  const std::int64_t ticks = sim::ticks_of(row.side, row.rank);
  if (ticks <= 0) return;
  // Each change of side is an update of its own: of levels that meet, ids tell which is the later one.
  if (!waiting_[sim::other(row.side)].empty()) apply();
  waiting_[row.side].push_back({Price{ticks * instrument_.tick}, Quantity{row.quantity}});
  if (row.quantity > 0 && meets_other_side(row.side, ticks)) {
    apply();
    remove_contradicted();
  }
}

bool LocalFeatures::meets_other_side(sim::SideIndex side, std::int64_t ticks) const {
  const std::optional<BookLevel> best = book_.best(side == sim::kBidSide ? Side::kAsk : Side::kBid);
  return best && sim::rank_of(side, ticks) >= sim::rank_of(side, best->price.units() / instrument_.tick);
}

void LocalFeatures::take_trade(const sim::MarketRow& row) {
  const std::int64_t ticks = sim::ticks_of(row.side, row.rank);
  if (ticks <= 0 || row.quantity <= 0) return;
  ++trade_id_;
  intervals_.on_trade({.trade_id = trade_id_,
                       .first_trade_id = trade_id_,
                       .last_trade_id = trade_id_,
                       .aggressor = row.side == sim::kBidSide ? AggressorSide::kBuy : AggressorSide::kSell,
                       .ts_event = {row.ts},
                       .scales = instrument_.scales,
                       .price = Price{ticks * instrument_.tick},
                       .quantity = Quantity{row.quantity}});
}

void LocalFeatures::clear(const sim::MarketRow& row) {
  has_book_ = true;
  has_clear_ = true;
  apply();
  if (row.kind == sim::RowKind::kClear) return clear_side(row.side, sim::ticks_of(row.side, row.rank));
  clear_side(sim::kBidSide, 0);
  clear_side(sim::kAskSide, std::numeric_limits<std::int64_t>::max());
}

// From the best price to this one.
void LocalFeatures::clear_side(sim::SideIndex side, std::int64_t worst_ticks) {
  std::vector<Level>& gone = waiting_[side];
  book_.side(side == sim::kBidSide ? Side::kBid : Side::kAsk).walk([&](const BookLevel& level) {
    const std::int64_t ticks = level.price.units() / instrument_.tick;
    if (sim::rank_of(side, ticks) < sim::rank_of(side, worst_ticks)) return false;
    gone.push_back({level.price, Quantity{0}});
    return true;
  });
  apply();
}

void LocalFeatures::apply() {
  if (waiting_[sim::kBidSide].empty() && waiting_[sim::kAskSide].empty()) return;
  const UpdateId id{++update_id_};
  book_.apply({.first_update_id = id,
               .last_update_id = id,
               .previous_last_update_id = id.previous(),
               .ts_event = {now_},
               .scales = instrument_.scales,
               .bids = waiting_[sim::kBidSide],
               .asks = waiting_[sim::kAskSide]},
              {now_});
  for (std::vector<Level>& side : waiting_) side.clear();
}

void LocalFeatures::settle() {
  if (!std::exchange(has_book_, false)) return;
  apply();
  const bool is_snapshot = std::exchange(has_clear_, false);
  is_known_ = is_known_ || is_snapshot;
  if (!is_snapshot) rows_.on_update();
  intervals_.on_book(book_, is_known_, is_snapshot ? QuotesCause::kCorrection : QuotesCause::kUpdate, {now_});
}

void LocalFeatures::remove_contradicted() {
  while (book_.crossed()) {
    const BookLevel bid = *book_.best(Side::kBid);
    const BookLevel ask = *book_.best(Side::kAsk);
    const bool is_bid_older = bid.origin.update_id < ask.origin.update_id;
    const Price price = is_bid_older ? bid.price : ask.price;
    waiting_[is_bid_older ? sim::kBidSide : sim::kAskSide].push_back({price, Quantity{0}});
    apply();
  }
}

FeatureValues LocalFeatures::close() {
  settle();
  const SyncStatus sync =
      is_known_ ? SyncStatus{SyncState::kInSync, Reason::kNone} : SyncStatus{SyncState::kSyncing, Reason::kNoSnapshot};
  MinuteRow row = rows_.sample({.boundary = end_, .book = book_, .sync = sync});
  intervals_.append(row, is_known_ ? &book_ : nullptr, is_known_, end_);
  for (std::size_t i = 0; i < places_.size(); ++i) values_[i] = std::visit(ValueAsDouble{}, row.values[places_[i]]);
  const UnixNanos at = std::exchange(end_, end_ + interval_);
  return {.instrument = id_, .ts = at, .values = values_};
}

}  // namespace acts::backtest
