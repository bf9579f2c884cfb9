#include "sim/venue.hpp"

#include <algorithm>
#include <utility>

#include "acts/base/assert.hpp"

namespace acts::sim {

SimVenue::SimVenue(const VenueModel& model) : SimVenue(model, VenueBook(model.window)) {}

SimVenue::SimVenue(const VenueModel& model, VenueBook book)
    : model_(model),
      one_(static_cast<double>(power_of_ten(model.quantity_scale))),
      lot_value_(static_cast<double>(model.lot) / one_),
      book_(std::move(book)),
      orders_(RateWindows::of_orders(model.rates)),
      requests_(RateWindows::of_requests(model.rates)) {
  ACTS_ASSERT(model.lot > 0);
}

const MarketRow* SimVenue::run(const MarketRow* row, UnixNanos until) {
  while (row->ts <= until.value) {
    if (book_.has_prints() && is_of_book(row->kind)) book_.end_prints(row->ts);
    row = is_crossed() ? run_while<true>(row, until) : run_while<false>(row, until);
  }
  return row;
}

template <bool IsCrossed>
const MarketRow* SimVenue::run_while(const MarketRow* row, UnixNanos until) {
  for (; row->ts <= until.value; ++row) {
    prefetch_rows_behind(row);
    if (on_row<IsCrossed>(*row) && (is_crossed() != IsCrossed || book_.has_prints())) return row + 1;
  }
  return row;
}

// True: something else than a level may have changed. What few rows are is kept out of it, so that it goes into the
// loop.
template <bool IsCrossed>
[[gnu::always_inline]] inline bool SimVenue::on_row(const MarketRow& row) {
  if (row.kind == RowKind::kLevel) [[likely]]
    return on_change<IsCrossed>(row, book_.apply(row, model_.as_hftbacktest));
  if (is_of_book(row.kind)) book_.apply(row, model_.as_hftbacktest);
  if (row.kind == RowKind::kTrade && counts_levels()) book_.note_print(row);
  on_other(row);
  return true;
}

void SimVenue::follow(const MarketRow& row, const Ladder::Applied& applied) {
  if (row.kind != RowKind::kLevel) return on_other(row);
  if (is_crossed()) {
    on_change<true>(row, applied);
  } else {
    on_change<false>(row, applied);
  }
}

// Of a level; the book has taken the row.
template <bool IsCrossed>
[[gnu::always_inline]] inline bool SimVenue::on_change(const MarketRow& row, const Ladder::Applied& applied) {
  if (applied.before.is_own) [[unlikely]]
    on_level(row, applied.before.quantity);
  if (!IsCrossed && !applied.is_better) [[likely]]
    return false;
  if (book_.sides[row.side].best() + best_resting_[other(row.side)] < 0) [[likely]]
    return false;
  on_cross(other(row.side), row);
  return true;
}

// The book has taken the row if it is of it.
[[gnu::noinline]] void SimVenue::on_other(const MarketRow& row) {
  if (is_of_book(row.kind)) return on_clear(row);
  if (row.kind == RowKind::kTrade) on_print(row);
}

void SimVenue::on_print(const MarketRow& row) {
  if (row.rank + best_resting_[other(row.side)] >= 0) on_trade(row);
  last_trade_ = ticks_of(row.side, row.rank);
  if (triggers_.concerns(last_trade_)) on_trigger({row.ts});
}

// It fills nothing: the rest of its message comes first. Levels that were out of sight may be the best behind it.
void SimVenue::on_clear(const MarketRow& row) {
  cleared_ = {row.ts};
  find_crossed(kBidSide);
  find_crossed(kAskSide);
}

void SimVenue::on_level(const MarketRow& row, std::int64_t before) {
  const bool is_new = is_known_empty(before, row.ts);
  bool is_watched = use_[row.side].on_level(row.rank, row.quantity, is_new);
  for (Own& own : resting_[row.side]) {
    if (own.order.rank < row.rank) break;
    if (own.order.rank != row.rank) continue;
    is_watched = true;
    if (is_new) own.place.on_nothing();
    own.place.on_level(model_.queue, value_of(before), value_of(row.quantity));
  }
  if (!is_watched) book_.sides[row.side].mark_own(row.rank, false);
}

void SimVenue::on_cross(SideIndex side, const MarketRow& row) {
  const UnixNanos now{row.ts};
  const Rank opposite = book_.sides[other(side)].best();
  for (Own& own : resting_[side]) {
    if (own.order.rank + opposite < 0) break;
    const std::int64_t quantity = draw(own, row);
    if (quantity > 0) {
      fill_resting(own, quantity, there_at(other(side), opposite, quantity), FillCause::kCrossed, now);
    }
  }
  settle(side, now);
}

// How much an order gets of the levels that it stands at or beyond: it has had that then.
std::int64_t SimVenue::draw(const Own& own, const MarketRow& row) {
  const std::int64_t wanted = fillable(own);
  if (!counts_levels()) return wanted;
  const SideIndex side = other(own.order.side);
  std::int64_t got = 0;
  for (Rank at = book_.sides[side].best(); got < wanted && reaches(own, at); at = book_.sides[side].next_below(at)) {
    if (row.ts == book_.told_at() && at != row.rank) continue;  // a trade may have had it: its row is still to come
    const std::int64_t quantity = std::min(available(side, at), wanted - got);
    if (quantity <= 0) continue;
    use_[side].add(book_.sides[side], at, quantity);
    got += quantity;
  }
  return got;
}

// How much of a trade an order gets. `shared`: what others of ours have got of it, which are before it.
std::int64_t SimVenue::reached(Own& own, const MarketRow& trade, std::int64_t shared) {
  const bool is_partial = model_.fills == FillSizes::kPartial;
  const std::int64_t most = fillable(own);
  // Parts of a lot cannot be traded, whatever the trades of others were.
  const std::int64_t rest = std::max<std::int64_t>(trade.quantity - shared, 0);
  const std::int64_t there = counts_levels() ? rest / model_.lot * model_.lot : rest;
  if (own.order.rank + trade.rank > 0) return counts_levels() ? std::min(most, there) : most;
  const VenueBookSide& book = book_.sides[own.order.side];
  if (is_known_empty(book.quantity_at(own.order.rank), trade.ts)) own.place.on_nothing();
  own.place.on_trade(value_of(trade.quantity), value_of(rest));
  const std::int64_t reached = own.place.take_reached(lot_value_) * model_.lot;
  // An estimate of what stood before the order may have gone below nothing: there it gets more than was traded.
  const std::int64_t got = model_.as_hftbacktest ? reached : std::min(reached, there);
  if (got <= 0) return 0;
  return is_partial ? std::min(got, most) : most;
}

void SimVenue::on_trade(const MarketRow& row) {
  const SideIndex side = other(row.side);
  std::int64_t shared = 0;
  for (Own& own : resting_[side]) {
    if (own.order.rank + row.rank < 0) break;
    const FillCause cause = own.order.rank + row.rank > 0 ? FillCause::kTradedThrough : FillCause::kQueueDone;
    const std::int64_t quantity = reached(own, row, model_.as_hftbacktest ? 0 : shared);
    if (quantity <= 0) continue;
    fill_resting(own, quantity, std::max<std::int64_t>(row.quantity - shared, 0), cause, {row.ts});
    shared += quantity;
  }
  ACTS_ASSERT(model_.fills == FillSizes::kFull || model_.as_hftbacktest || shared <= row.quantity);
  settle(side, {row.ts});
}

void SimVenue::on_trigger(UnixNanos now) {
  reached_.clear();
  triggers_.on_trade(last_trade_, reached_);
  for (const ClientOrderId id : reached_) trigger(id, now);
}

void SimVenue::trigger(ClientOrderId id, UnixNanos now) {
  Own* const waiting = find_waiting(id);
  if (waiting == nullptr) return;  // the other one of its pair was reached with it, and came first
  Own own = *waiting;
  remove(*waiting);
  end_linked(own, OrderEvent::kExpired, now);
  tell(own, OrderEvent::kTriggered, own.status(), RejectReason::kNone, now);
  const std::int64_t most = fillable(own);
  if (most < own.left) cut(own, most, now);
  if (own.left > 0) match(own, now, std::nullopt);
}

}  // namespace acts::sim
