// What happens to one instrument between two boundaries: the way of its best prices, and its trades. Exact sums, from
// which the features of an interval (interval_feature.hpp) are made.
//
// Pure: the caller says what the best prices are from when on, and every trade, in the order of receipt, and closes
// each interval before it tells what came at or after the boundary. Costs a few additions a call. Not thread-safe.
#pragma once

#include <cstdint>
#include <optional>

#include "acts/base/decimal.hpp"
#include "acts/base/time.hpp"
#include "acts/market/events.hpp"
#include "acts/market/order_book.hpp"

namespace acts {

// The best price of each side and what waits there; not negative.
struct Quotes {
  Scales scales;
  Level bid;
  Level ask;

  // Twice mid, in units of the price scale.
  [[nodiscard]] int128 bid_plus_ask() const { return int128{bid.price.units()} + ask.price.units(); }
  [[nodiscard]] int128 spread() const { return int128{ask.price.units()} - bid.price.units(); }
};

// None unless both sides have levels.
std::optional<Quotes> quotes_of(const OrderBook& book);

// How the best prices came to be what they are.
enum class QuotesCause : std::uint8_t {
  kUpdate,      // the venue told a change: it belongs to the flow
  kCorrection,  // what was known was completed or put right: nothing happened at the venue just now
};

// Of one interval, in units of `scales`. Sums over time are of value x nanoseconds.
struct FlowSample {
  Scales scales{};
  // False: a sum did not fit 128 bits, or a count of trades 64; no value but `observed` and `mid_changes` means
  // anything.
  bool fits = true;

  // Time with known best prices, and over it:
  Nanos observed{0};
  int128 bid_plus_ask_time = 0;
  int128 spread_time = 0;
  int128 bid_quantity_time = 0;
  int128 ask_quantity_time = 0;
  // The least and the largest that lasted; only if observed > 0.
  int128 spread_min = 0;
  int128 spread_max = 0;
  int128 bid_plus_ask_min = 0;
  int128 bid_plus_ask_max = 0;

  // Between updates that followed each other with known best prices:
  int128 order_flow = 0;  // see FlowMeter
  std::int64_t mid_changes = 0;
  double squared_returns = 0;  // of mid, added up in the order of receipt

  // A trade has come since the meter began: without one it is not known whether trades are told at all.
  bool has_trades = false;
  std::int64_t buys = 0;  // trades in which the buyer was the aggressor
  std::int64_t sells = 0;
  int128 buy_quantity = 0;
  int128 sell_quantity = 0;
  int128 notional = 0;  // of all trades; in units of 10^-(scales.price + scales.quantity)
};

// Order flow is that of Cont, Kukanov and Stoikov, "The Price Impact of Order Book Events", Journal of Financial
// Econometrics 12 (2014), equation (4): from one state of the best prices to the next
//   e = [bid' >= bid] bid_quantity' - [bid' <= bid] bid_quantity - [ask' <= ask] ask_quantity' + [ask' >= ask]
//   ask_quantity
// and an interval's is the sum of e. They take every change of the best quotes; here states are those after each depth
// update of the venue, which joins the changes of its update interval.
//
// Trades are counted once, whichever connections and streams tell them: those not above the highest id counted so far
// are left out, and aggregates as soon as single trades have come. Ids that lie further below it than any connection
// lags are counted anew: the highest one was none of the venue's. Only trades of the public book count (Trade::market).
class FlowMeter {
 public:
  // `interval` > 0 (asserted): the length between boundaries.
  explicit FlowMeter(Nanos interval);

  // From `now` on, which does not go back, these are the best prices; none: they are not known.
  void on_quotes(const std::optional<Quotes>& quotes, QuotesCause cause, UnixNanos now);
  void on_trade(const Trade& trade);
  // The venue counts its ids anew.
  void on_ids_restarted() { last_trade_id_ = -1; }

  // What lies in the interval that ends at the boundary, a multiple of the interval; the next one begins there. Not
  // before the last on_quotes() (asserted).
  FlowSample close(UnixNanos boundary);

 private:
  void pass_to(UnixNanos now);
  void raise(Scales scales);
  [[nodiscard]] bool is_new(const Trade& trade);
  void add_flow(const Quotes& from, const Quotes& to);

  Nanos interval_;
  std::optional<Quotes> quotes_;  // by the sample's scales
  std::optional<Quotes> told_;    // the same, as they came
  std::optional<UnixNanos> since_;
  FlowSample sums_;
  bool single_trades_ = false;
  std::int64_t last_trade_id_ = -1;
};

}  // namespace acts
