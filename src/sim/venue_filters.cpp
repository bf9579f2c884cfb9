#include "sim/venue_filters.hpp"

#include <algorithm>

namespace acts::sim {
namespace {

bool is_within(std::int64_t value, std::int64_t least, std::int64_t most) {
  return (least == 0 || value >= least) && (most == 0 || value <= most);
}

// Twice a price against twice the reference, both without rounding.
bool is_in_band(const PriceBand& band, SideIndex side, std::int64_t ticks, std::int64_t double_reference) {
  const int128 price = int128{2} * ticks * power_of_ten(PriceBand::kScale);
  const bool has_top = band.up != 0 && (!band.is_one_sided || side != kAskSide);
  const bool has_floor = band.down != 0 && (!band.is_one_sided || side != kBidSide);
  if (has_top && price > int128{double_reference} * band.up) return false;
  return !has_floor || price >= int128{double_reference} * band.down;
}

// Twice the price at which the order's value is taken, in ticks.
std::optional<std::int64_t> double_price_of(const VenueOrder& order, const FilterView& view) {
  if (has_limit(order.type)) return 2 * ticks_of(order.side, order.rank);
  if (waits_for_a_price(order)) return 2 * order.stop;
  return view.double_reference;
}

}  // namespace

RejectReason refusal_of(const VenueFilters& filters, const VenueOrder& order, const FilterView& view) {
  if (!is_within(order.quantity, filters.min_quantity, filters.max_quantity)) return RejectReason::kQuantityOutOfRange;
  const bool has_price = has_limit(order.type);
  const std::int64_t price = ticks_of(order.side, order.rank);
  if (has_price && !is_within(price, filters.min_price, filters.max_price)) return RejectReason::kPriceOutOfBand;
  if (waits_for_a_price(order) && !is_within(order.stop, filters.min_price, filters.max_price)) {
    return RejectReason::kPriceOutOfBand;
  }
  if (has_price && view.double_reference && !is_in_band(filters.band, order.side, price, *view.double_reference)) {
    return RejectReason::kPriceOutOfBand;
  }
  if (filters.min_notional == 0 || (order.is_reduce_only && filters.is_reducing_exempt)) return RejectReason::kNone;
  const std::optional<std::int64_t> paid = double_price_of(order, view);
  const bool is_too_small = paid && int128{*paid} * order.quantity < 2 * filters.min_notional;
  return is_too_small ? RejectReason::kMinNotional : RejectReason::kNone;
}

RefusalDetail detail_of(const VenueFilters& filters, const VenueOrder& order, RejectReason reason) {
  if (reason == RejectReason::kQuantityOutOfRange) {
    return order.quantity < filters.min_quantity ? RefusalDetail::kBelow : RefusalDetail::kAbove;
  }
  if (reason != RejectReason::kPriceOutOfBand) return RefusalDetail::kNone;
  const auto beyond = [&filters](std::int64_t price, RefusalDetail above) {
    if (is_within(price, filters.min_price, filters.max_price)) return RefusalDetail::kNone;
    return price < filters.min_price ? RefusalDetail::kBelow : above;
  };
  if (has_limit(order.type)) {
    const RefusalDetail limit = beyond(ticks_of(order.side, order.rank), RefusalDetail::kAbove);
    if (limit != RefusalDetail::kNone) return limit;
  }
  return waits_for_a_price(order) ? beyond(order.stop, RefusalDetail::kStopAbove) : RefusalDetail::kNone;
}

RejectReason refusal_of_count(const VenueFilters& filters, const VenueOrder& order, const FilterView& view) {
  if (order.type == OrderType::kMarket) return RejectReason::kNone;
  if (filters.max_open_orders != 0 && view.open >= filters.max_open_orders) return RejectReason::kTooManyOrders;
  const bool is_full = filters.max_stops != 0 && view.waiting >= filters.max_stops;
  return is_conditional(order.type) && is_full ? RejectReason::kTooManyStops : RejectReason::kNone;
}

bool RateWindows::take(UnixNanos now, std::uint32_t count) {
  if (!is_bounded_) return true;
  for (Window& window : windows_) {
    const std::int64_t index = now.value / window.length.count();
    if (index != window.index) {
      window.index = index;
      window.count = 0;
    }
  }
  const auto is_full = [count](const Window& window) { return window.most != 0 && window.count + count > window.most; };
  if (std::ranges::any_of(windows_, is_full)) return false;
  for (Window& window : windows_) window.count += count;
  return true;
}

}  // namespace acts::sim
