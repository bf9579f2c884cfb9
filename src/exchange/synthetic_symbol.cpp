#include "exchange/synthetic_symbol.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "acts/market/instrument.hpp"

#include "binance/streams.hpp"

namespace acts::exchange {
namespace {

constexpr std::int64_t kNanosPerSecond = 1'000'000'000;
constexpr std::int64_t kWidestSpread = 3;         // ticks between the mid and the best price of a side
constexpr std::int64_t kDeepOneIn = 25;           // of the changes, one is anywhere in the book
constexpr int kDeepestBelow = 12;                 // near levels lie up to 2^12 ticks from the mid
constexpr std::size_t kDepthChangesPerStep = 16;  // levels added or removed at the far end

std::string depth_suffix(Venue venue, Nanos interval) {
  const auto whole = std::chrono::duration_cast<std::chrono::milliseconds>(interval).count();
  if (venue == Venue::kBinanceSpot) return whole > 100 ? "depth" : "depth@100ms";
  if (whole < 100) return "depth@0ms";
  return whole < 250 ? "depth@100ms" : whole < 500 ? "depth" : "depth@500ms";
}

// `changes` is ordered by price and has each once.
void put(std::vector<Level>& changes, const Level& level) {
  const auto at = std::ranges::lower_bound(changes, level.price, {}, &Level::price);
  if (at != changes.end() && at->price == level.price) {
    *at = level;
  } else {
    changes.insert(at, level);
  }
}

Random seeded(std::uint64_t seed, std::size_t index, Venue venue) {
  Random mixer(seed);
  const std::uint64_t base = mixer.next();
  return Random(base ^ ((index + 1) * 0x632be59bd9b4e019U) ^ (venue == Venue::kBinanceUsdm ? 0x5851f42d4c957f2dU : 0));
}

}  // namespace

SyntheticSymbol::SyntheticSymbol(const SyntheticOptions& options, std::size_t index)
    : venue_(options.venue),
      random_(seeded(options.seed, index, options.venue)),
      levels_(std::max<std::size_t>(options.levels, 1)),
      changes_per_step_((options.changes_per_update + kStepsPerUpdate - 1) / kStepsPerUpdate),
      trades_per_step_(options.trades_per_step),
      trade_one_in_(options.trade_one_in),
      depth_and_trades_only_(options.depth_and_trades_only),
      drift_(options.drift_ticks_per_second / slowness(index)),
      step_(options.update_interval / kStepsPerUpdate * slowness(index)) {
  listed_.instrument.symbol = options.symbols[index];
  list(options);
  now_ms_ = to_unix_millis(options.start);
  fill_book();
}

void SyntheticSymbol::list(const SyntheticOptions& options) {
  Instrument& instrument = listed_.instrument;
  instrument.venue = venue_;
  std::tie(instrument.base_asset, instrument.quote_asset) = split_symbol(instrument.symbol);
  instrument.status = TradingStatus::kTrading;
  const Scales scales{static_cast<std::uint8_t>(1 + random_.below(5)), static_cast<std::uint8_t>(random_.below(6))};
  instrument.tick_size = Decimal{1, scales.price};
  instrument.min_price = instrument.tick_size;
  instrument.max_price = Decimal{1'000'000'000, scales.price};
  instrument.lot_size = Decimal{1, scales.quantity};
  instrument.min_quantity = instrument.lot_size;
  instrument.max_quantity = Decimal{9'000'000'000, scales.quantity};
  instrument.min_notional = Decimal{5, 0};
  listed_.text_decimals = venue_ == Venue::kBinanceSpot ? Scales{8, 8} : scales;
  listed_.largest_limit = binance::limits(venue_).largest_depth_limit;
  prefix_ = binance::to_stream_symbol(instrument.symbol);
  listed_.depth_stream = stream(depth_suffix(venue_, options.update_interval));
  listed_.streams = {listed_.depth_stream, stream("bookTicker"), stream("trade"), stream("aggTrade")};
  if (venue_ == Venue::kBinanceUsdm) {
    listed_.streams.push_back(stream("markPrice"));
    listed_.streams.push_back(stream("markPrice@1s"));
  }
  book_ = TrueBook(scales);
}

// Gaps of one to three ticks, two in the middle; the mid stays so far from zero and wanders so far that the book always
// has its depth.
void SyntheticSymbol::fill_book() {
  const auto depth = static_cast<std::int64_t>(levels_) * 2;
  const std::int64_t middle = std::max<std::int64_t>(depth * 5, 100'000) + random_.below(100'000);
  mid_ = middle;
  lowest_mid_ = middle - middle / 5;
  highest_mid_ = middle + middle / 5;
  id_ = told_id_ = UpdateId{1'000'000 + random_.below(1'000'000'000)};
  first_untold_id_ = told_id_;
  trade_id_ = random_.below(1'000'000'000);
  aggregate_id_ = random_.below(1'000'000'000);
  std::vector<Level> bids;
  std::vector<Level> asks;
  std::int64_t bid = mid_ + 1;
  std::int64_t ask = mid_;
  for (std::size_t i = 0; i < levels_; ++i) {
    bids.push_back({Price{bid -= 1 + random_.below(3)}, random_quantity()});
    asks.push_back({Price{ask += 1 + random_.below(3)}, random_quantity()});
  }
  book_.reset(id_, {now_ms_, now_ms_}, bids, asks);
}

// Mostly small, seldom large: log-uniform over six digits.
Quantity SyntheticSymbol::random_quantity() {
  constexpr std::array<std::int64_t, 6> kTops{10, 100, 1'000, 10'000, 100'000, 1'000'000};
  const std::int64_t top = kTops[static_cast<std::size_t>(random_.below(kTops.size()))];
  return Quantity{1 + random_.below(top)};
}

UpdateId SyntheticSymbol::next_id() {
  const std::int64_t jump = venue_ == Venue::kBinanceUsdm ? 1 + random_.below(40) : 1;
  id_ = UpdateId{id_.value() + jump};
  if (pending_bids_.empty() && pending_asks_.empty()) {
    first_untold_id_ = venue_ == Venue::kBinanceUsdm ? id_ : told_id_.next();
  }
  return id_;
}

void SyntheticSymbol::change(Side side, std::int64_t price, Quantity quantity) {
  const Level level{Price{price}, quantity};
  const std::span<const Level> one{&level, 1};
  const std::span<const Level> none;
  const bool bid = side == Side::kBid;
  book_.apply(next_id(), {now_ms_, now_ms_}, bid ? one : none, bid ? none : one);
  put(bid ? pending_bids_ : pending_asks_, level);
}

bool SyntheticSymbol::has_level(Side side, std::int64_t price) const {
  return !book_.quantity_at(side, Price{price}).is_zero();
}

// Moves the mid; what lies in its way is taken by orders of the other side.
void SyntheticSymbol::wander(std::vector<Fill>& fills) {
  if (mid_ >= highest_mid_) drift_ = -std::abs(drift_);
  if (mid_ <= lowest_mid_) drift_ = std::abs(drift_);
  drift_rest_ += drift_ * step_.count();
  std::int64_t target = mid_ + drift_rest_ / kNanosPerSecond + random_.below(3) - 1;
  drift_rest_ %= kNanosPerSecond;
  target = std::max<std::int64_t>(target, 2);
  const Side hit = target > mid_ ? Side::kAsk : Side::kBid;
  while (book_.level_count(hit) > 1) {
    const Level best = *book_.best(hit);
    if (hit == Side::kAsk ? best.price.units() > target : best.price.units() <= target) break;
    if (fills.size() < trades_per_step_) fills.push_back({best.price, best.quantity, hit == Side::kBid});
    change(hit, best.price.units(), Quantity{});
  }
  // A side's last level is never taken: then the mid stops in front of it.
  const std::int64_t best = book_.best(hit)->price.units();
  mid_ = hit == Side::kAsk ? std::min(target, best - 1) : std::max(target, best);
}

void SyntheticSymbol::close_spread(Side side) {
  const std::int64_t best = book_.best(side)->price.units();
  const std::int64_t near = side == Side::kBid ? mid_ - best : best - mid_ - 1;
  if (near < kWidestSpread) return;
  const std::int64_t away = random_.below(2);
  change(side, side == Side::kBid ? mid_ - away : mid_ + 1 + away, random_quantity());
}

// Most near the top, at distances spread evenly over their logarithm; the others anywhere in the book.
void SyntheticSymbol::touch_random_level() {
  const Side side = random_.one_in(2) ? Side::kBid : Side::kAsk;
  const std::span<const Level> levels = book_.levels(side);
  if (random_.one_in(kDeepOneIn)) {
    const Level level = levels[static_cast<std::size_t>(random_.below(static_cast<std::int64_t>(levels.size())))];
    const bool remove = random_.one_in(2) && levels.size() > 1;
    change(side, level.price.units(), remove ? Quantity{} : random_quantity());
    return;
  }
  const auto depth = std::abs(levels.front().price.units() - mid_) + 1;
  const std::int64_t distance = random_.below(std::min(std::int64_t{1} << (1 + random_.below(kDeepestBelow)), depth));
  const std::int64_t price = side == Side::kBid ? mid_ - distance : mid_ + 1 + distance;
  if (price <= 0) return;
  const bool remove = has_level(side, price) && levels.size() > 1 && random_.below(20) < 9;
  change(side, price, remove ? Quantity{} : random_quantity());
}

void SyntheticSymbol::trade(std::vector<Fill>& fills) {
  if (!random_.one_in(trade_one_in_)) return;
  const Side hit = random_.one_in(2) ? Side::kBid : Side::kAsk;
  const Level best = *book_.best(hit);
  if (best.quantity.units() < 2) return;
  const Quantity taken{1 + random_.below(best.quantity.units() - 1)};
  fills.push_back({best.price, taken, hit == Side::kBid});
  change(hit, best.price.units(), Quantity{best.quantity.units() - taken.units()});
}

void SyntheticSymbol::keep_depth(Side side) {
  for (std::size_t i = 0; i < kDepthChangesPerStep; ++i) {
    const std::span<const Level> levels = book_.levels(side);
    const std::int64_t worst = levels.front().price.units();
    if (levels.size() > levels_) {
      change(side, worst, Quantity{});
    } else if (levels.size() < levels_) {
      const std::int64_t gap = 1 + random_.below(3);
      const std::int64_t price = side == Side::kBid ? worst - gap : worst + gap;
      if (price <= 0) return;
      change(side, price, random_quantity());
    } else {
      return;
    }
  }
}

void SyntheticSymbol::step(UnixNanos now, SymbolIndex self, std::vector<MarketMessage>& out) {
  now_ms_ = to_unix_millis(now);
  const std::optional<Level> bid = book_.best(Side::kBid);
  const std::optional<Level> ask = book_.best(Side::kAsk);
  std::vector<Fill> fills;
  wander(fills);
  close_spread(Side::kBid);
  close_spread(Side::kAsk);
  trade(fills);
  for (std::size_t i = 0; i < changes_per_step_; ++i) touch_random_level();
  keep_depth(Side::kBid);
  keep_depth(Side::kAsk);

  tell_trades(fills, self, out);
  tell_best(bid, ask, self, out);
  if (++steps_ % kStepsPerUpdate == 0) tell_depth(self, out);
  if (venue_ == Venue::kBinanceUsdm && steps_ % (kNanosPerSecond / step_.count() + 1) == 0) {
    tell_mark_price(self, out);
  }
}

void SyntheticSymbol::refine_prices(int decimals) {
  const Scales now = book_.scales();
  const int finer = std::min(decimals, kMostDecimals) - now.price;
  if (finer <= 0) return;
  const std::int64_t factor = power_of_ten(finer);
  const Scales scales{static_cast<std::uint8_t>(now.price + finer), now.quantity};
  if (!book_.rescale(scales)) return;
  for (std::int64_t* ticks : {&mid_, &lowest_mid_, &highest_mid_, &drift_, &drift_rest_}) *ticks *= factor;
  for (auto* pending : {&pending_bids_, &pending_asks_}) {
    for (Level& level : *pending) level.price = Price{level.price.units() * factor};
  }
  listed_.text_decimals.price = std::max(listed_.text_decimals.price, scales.price);
}

std::string SyntheticSymbol::stream(std::string_view suffix) const {
  std::string name = prefix_;
  name += '@';
  name += suffix;
  return name;
}

std::string SyntheticSymbol::price_text(Price price) const {
  std::string text;
  append_fixed(text, price.units(), book_.scales().price, listed_.text_decimals.price);
  return text;
}

std::string SyntheticSymbol::quantity_text(Quantity quantity) const {
  std::string text;
  append_fixed(text, quantity.units(), book_.scales().quantity, listed_.text_decimals.quantity);
  return text;
}

void SyntheticSymbol::tell_trades(const std::vector<Fill>& fills, SymbolIndex self, std::vector<MarketMessage>& out) {
  const bool spot = venue_ == Venue::kBinanceSpot;
  const std::string& symbol = listed_.instrument.symbol;
  for (const Fill& fill : fills) {
    const std::string price = price_text(fill.price);
    const std::string quantity = quantity_text(fill.quantity);
    ++trade_id_;
    ++aggregate_id_;
    const std::string trade =
        spot ? fmt::format(R"({{"e":"trade","E":{0},"s":"{1}","t":{2},"p":"{3}","q":"{4}","T":{0},"m":{5},"M":true}})",
                           now_ms_, symbol, trade_id_, price, quantity, fill.buyer_is_maker)
             : fmt::format(
                   R"({{"e":"trade","E":{0},"T":{0},"s":"{1}","t":{2},"p":"{3}","q":"{4}","X":"MARKET","m":{5}}})",
                   now_ms_, symbol, trade_id_, price, quantity, fill.buyer_is_maker);
    out.push_back(make_combined(stream("trade"), trade));
    out.back().symbol = self;
    if (depth_and_trades_only_) continue;
    const std::string aggregate = fmt::format(
        R"({{"e":"aggTrade","E":{0},"s":"{1}","a":{2},"p":"{3}","q":"{4}",{7}"f":{5},"l":{5},"T":{0},"m":{6}{8}}})",
        now_ms_, symbol, aggregate_id_, price, quantity, trade_id_, fill.buyer_is_maker,
        spot ? std::string() : fmt::format(R"("nq":"{}",)", quantity), spot ? R"(,"M":true)" : "");
    out.push_back(make_combined(stream("aggTrade"), aggregate));
    out.back().symbol = self;
  }
}

void SyntheticSymbol::tell_best(const std::optional<Level>& old_bid, const std::optional<Level>& old_ask,
                                SymbolIndex self, std::vector<MarketMessage>& out) const {
  if (depth_and_trades_only_) return;
  const Level bid = *book_.best(Side::kBid);
  const Level ask = *book_.best(Side::kAsk);
  if (bid == old_bid && ask == old_ask) return;
  const std::string best = fmt::format(R"("u":{},"s":"{}","b":"{}","B":"{}","a":"{}","A":"{}")", id_.value(),
                                       listed_.instrument.symbol, price_text(bid.price), quantity_text(bid.quantity),
                                       price_text(ask.price), quantity_text(ask.quantity));
  const std::string payload = venue_ == Venue::kBinanceSpot
                                  ? fmt::format("{{{}}}", best)
                                  : fmt::format(R"({{"e":"bookTicker",{0},"T":{1},"E":{1}}})", best, now_ms_);
  out.push_back(make_combined(stream("bookTicker"), payload));
  out.back().symbol = self;
}

// Spot writes bids best first, USD-M both sides by ascending price.
void SyntheticSymbol::append_pending(std::string& text, Side side) {
  std::vector<Level>& pending = side == Side::kBid ? pending_bids_ : pending_asks_;
  if (side == Side::kBid && venue_ == Venue::kBinanceSpot) std::ranges::reverse(pending);
  for (const Level& level : pending) {
    if (!text.ends_with('[')) text += ',';
    append_level(text, level, book_.scales(), listed_.text_decimals);
  }
  pending.clear();
}

void SyntheticSymbol::tell_depth(SymbolIndex self, std::vector<MarketMessage>& out) {
  if (pending_bids_.empty() && pending_asks_.empty()) return;
  const bool spot = venue_ == Venue::kBinanceSpot;
  const std::string& symbol = listed_.instrument.symbol;
  std::string text =
      spot ? fmt::format(R"({{"e":"depthUpdate","E":{},"s":"{}","U":{},"u":{},"b":[)", now_ms_, symbol,
                         first_untold_id_.value(), id_.value())
           : fmt::format(R"({{"e":"depthUpdate","E":{0},"T":{0},"s":"{1}","U":{2},"u":{3},"pu":{4},"b":[)", now_ms_,
                         symbol, first_untold_id_.value(), id_.value(), told_id_.value());
  append_pending(text, Side::kBid);
  text += R"(],"a":[)";
  append_pending(text, Side::kAsk);
  text += "]}";
  MarketMessage message = make_combined(listed_.depth_stream, text);
  message.symbol = self;
  message.is_depth_update = true;
  message.first_update_id = first_untold_id_;
  message.last_update_id = id_;
  message.previous_last_update_id = spot ? UpdateId{} : told_id_;
  message.times = {now_ms_, now_ms_};
  out.push_back(std::move(message));
  told_id_ = id_;
}

void SyntheticSymbol::tell_mark_price(SymbolIndex self, std::vector<MarketMessage>& out) const {
  constexpr std::int64_t kFundingPeriod = 8 * 3600 * 1000;
  const std::string mid = price_text(Price{mid_});
  const std::string payload = fmt::format(
      R"({{"e":"markPriceUpdate","E":{0},"s":"{1}","p":"{2}","ap":"{2}","i":"{2}","P":"{2}","r":"0.00010000","T":{3}}})",
      now_ms_, listed_.instrument.symbol, mid, (now_ms_ / kFundingPeriod + 1) * kFundingPeriod);
  for (const std::string_view suffix : {"markPrice", "markPrice@1s"}) {
    out.push_back(make_combined(stream(suffix), payload));
    out.back().symbol = self;
  }
}

}  // namespace acts::exchange
