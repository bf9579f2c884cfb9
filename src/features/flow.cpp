#include "acts/features/flow.hpp"

#include <algorithm>
#include <limits>

#include "acts/base/assert.hpp"
#include "acts/base/ratio.hpp"

namespace acts {
namespace {

// No connection lags by so many trades, and no recording steps back by them: ids of venues are around 10^10; those of
// imported events are nanoseconds, and these eleven days.
constexpr std::int64_t kBeyondAnyLag = 1'000'000'000'000'000;

// False, and unchanged, if the product does not fit.
template <typename Integer>
bool multiply(Integer& value, std::int64_t factor) {
  Integer product = 0;
  if (__builtin_mul_overflow(value, Integer{factor}, &product)) return false;
  value = product;
  return true;
}

bool add(int128& sum, int128 value) {
  int128 total = 0;
  if (__builtin_add_overflow(sum, value, &total)) return false;
  sum = total;
  return true;
}

// False, and unchanged, if the ids of the trade are no such count, or the sum does not fit.
bool add_trades(std::int64_t& count, const Trade& trade) {
  const int128 trades = int128{trade.last_trade_id} - trade.first_trade_id + 1;
  const int128 total = count + trades;
  if (trades < 1 || total > std::numeric_limits<std::int64_t>::max()) return false;
  count = static_cast<std::int64_t>(total);
  return true;
}

Scales finer_of(Scales a, Scales b) { return {std::max(a.price, b.price), std::max(a.quantity, b.quantity)}; }

struct Factors {
  std::int64_t price;
  std::int64_t quantity;
};

Factors factors(Scales from, Scales to) {
  return {power_of_ten(to.price - from.price), power_of_ten(to.quantity - from.quantity)};
}

// By the finer scales; none if a value does not fit 64 bits there.
std::optional<Level> rescaled(Level level, Factors by) {
  std::int64_t price = level.price.units();
  std::int64_t quantity = level.quantity.units();
  if (!multiply(price, by.price) || !multiply(quantity, by.quantity)) return std::nullopt;
  return Level{Price{price}, Quantity{quantity}};
}

std::optional<Quotes> rescaled(const Quotes& quotes, Scales finer) {
  if (quotes.scales == finer) return quotes;
  const Factors by = factors(quotes.scales, finer);
  const std::optional<Level> bid = rescaled(quotes.bid, by);
  const std::optional<Level> ask = rescaled(quotes.ask, by);
  if (!bid || !ask) return std::nullopt;
  return Quotes{finer, *bid, *ask};
}

bool rescale(FlowSample& sums, Scales finer) {
  const Factors by = factors(sums.scales, finer);
  sums.scales = finer;
  bool fits = true;
  for (int128* const value : {&sums.bid_plus_ask_time, &sums.spread_time, &sums.spread_min, &sums.spread_max,
                              &sums.bid_plus_ask_min, &sums.bid_plus_ask_max, &sums.notional}) {
    fits &= multiply(*value, by.price);
  }
  for (int128* const value : {&sums.bid_quantity_time, &sums.ask_quantity_time, &sums.order_flow, &sums.buy_quantity,
                              &sums.sell_quantity, &sums.notional}) {
    fits &= multiply(*value, by.quantity);
  }
  return fits;
}

}  // namespace

std::optional<Quotes> quotes_of(const OrderBook& book) {
  const std::optional<BookLevel> bid = book.best(Side::kBid);
  const std::optional<BookLevel> ask = book.best(Side::kAsk);
  if (!bid || !ask) return std::nullopt;
  return Quotes{book.scales(), {bid->price, bid->quantity}, {ask->price, ask->quantity}};
}

FlowMeter::FlowMeter(Nanos interval) : interval_(interval) { ACTS_ASSERT(interval > Nanos{0}); }

// Prices and quantities have 63 bits, their sums 64; a day has 47: no sum over the time of a day leaves 112.
void FlowMeter::pass_to(UnixNanos now) {
  const UnixNanos since = since_.value_or(now);
  ACTS_ASSERT(now >= since);
  since_ = now;
  if (!quotes_ || now == since) return;
  const Nanos lasted = now - since;
  const int128 mid = quotes_->bid_plus_ask();
  const int128 spread = quotes_->spread();
  const bool is_first = sums_.observed == Nanos{0};
  sums_.spread_min = is_first ? spread : std::min(sums_.spread_min, spread);
  sums_.spread_max = is_first ? spread : std::max(sums_.spread_max, spread);
  sums_.bid_plus_ask_min = is_first ? mid : std::min(sums_.bid_plus_ask_min, mid);
  sums_.bid_plus_ask_max = is_first ? mid : std::max(sums_.bid_plus_ask_max, mid);
  sums_.observed += lasted;
  sums_.fits &= add(sums_.bid_plus_ask_time, mid * lasted.count());
  sums_.fits &= add(sums_.spread_time, spread * lasted.count());
  sums_.fits &= add(sums_.bid_quantity_time, int128{quotes_->bid.quantity.units()} * lasted.count());
  sums_.fits &= add(sums_.ask_quantity_time, int128{quotes_->ask.quantity.units()} * lasted.count());
}

// An instrument's decimals grow now and then: what is summed so far, and the prices that hold, are told by them too.
void FlowMeter::raise(Scales scales) {
  const Scales finer = finer_of(sums_.scales, scales);
  if (finer == sums_.scales) return;
  sums_.fits &= rescale(sums_, finer);
  if (!quotes_) return;
  quotes_ = rescaled(*quotes_, finer);
  if (!quotes_) sums_.fits = false;
}

void FlowMeter::on_quotes(const std::optional<Quotes>& quotes, QuotesCause cause, UnixNanos now) {
  if (quotes) raise(quotes->scales);
  pass_to(now);
  if (!quotes) {
    quotes_.reset();
    told_.reset();
    return;
  }
  const std::optional<Quotes> next = rescaled(*quotes, sums_.scales);
  if (!next) sums_.fits = false;
  if (quotes_ && next && cause == QuotesCause::kUpdate) add_flow(*quotes_, *next);
  quotes_ = next;
  told_ = quotes;
}

void FlowMeter::add_flow(const Quotes& from, const Quotes& to) {
  int128 flow = 0;
  if (to.bid.price >= from.bid.price) flow += to.bid.quantity.units();
  if (to.bid.price <= from.bid.price) flow -= from.bid.quantity.units();
  if (to.ask.price <= from.ask.price) flow -= to.ask.quantity.units();
  if (to.ask.price >= from.ask.price) flow += from.ask.quantity.units();
  sums_.fits &= add(sums_.order_flow, flow);
  const int128 before = from.bid_plus_ask();
  const int128 change = to.bid_plus_ask() - before;
  if (change == 0) return;
  ++sums_.mid_changes;
  if (before == 0) return;  // a price of zero: there is no return from it
  const double part = nearest_double(change, before);
  sums_.squared_returns += part * part;
}

bool FlowMeter::is_new(const Trade& trade) {
  if (!trade.aggregate) single_trades_ = true;
  if (trade.aggregate && single_trades_) return false;
  const int128 behind = int128{last_trade_id_} - trade.last_trade_id;
  if (behind >= 0 && behind < kBeyondAnyLag) return false;
  last_trade_id_ = trade.last_trade_id;
  return true;
}

void FlowMeter::on_trade(const Trade& trade) {
  sums_.has_trades = true;
  if (!is_new(trade) || !trade.market) return;
  raise(trade.scales);
  const auto level = rescaled(Level{trade.price, trade.quantity}, factors(trade.scales, sums_.scales));
  const bool is_buy = trade.aggressor == AggressorSide::kBuy;
  sums_.fits &= add_trades(is_buy ? sums_.buys : sums_.sells, trade);
  if (!level) {
    sums_.fits = false;
    return;
  }
  sums_.fits &= add(is_buy ? sums_.buy_quantity : sums_.sell_quantity, level->quantity.units());
  sums_.fits &= add(sums_.notional, (level->price * level->quantity).units());
}

FlowSample FlowMeter::close(UnixNanos boundary) {
  // Of what lasted longer, in a stall, only the interval's part.
  if (since_) since_ = std::max(*since_, boundary - interval_);
  pass_to(boundary);
  FlowSample sample = sums_;
  sums_ = FlowSample{.scales = sample.scales, .has_trades = sample.has_trades};
  if (!sample.fits) {  // one value of many decimals must not leave all large ones behind it without room
    sums_.scales = told_ ? told_->scales : Scales{};
    quotes_ = told_;
  }
  return sample;
}

}  // namespace acts
