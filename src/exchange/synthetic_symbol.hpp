// One symbol of the synthetic market: a deep book, a mid price that wanders, and the messages that follow from them.
// Pure; the same seed gives the same bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "acts/base/time.hpp"

#include "exchange/market_source.hpp"
#include "exchange/random.hpp"
#include "exchange/true_book.hpp"

namespace acts::exchange {

struct SyntheticOptions {
  Venue venue = Venue::kBinanceSpot;
  std::uint64_t seed = 1;
  std::vector<std::string> symbols;  // not empty; each once
  std::size_t levels = 20'000;       // a side; at least 1
  // Between two depth updates of a lively symbol (SyntheticSymbol::slowness), at least 1 ms; the name of the depth
  // stream goes by it.
  Nanos update_interval = std::chrono::milliseconds{100};
  std::size_t changes_per_update = 24;  // levels touched at random; those that the wandering mid touches come on top
  std::int64_t drift_ticks_per_second = 40;  // levels lie about two ticks apart
  UnixNanos start;                           // the time of the first step
  // Of a mid that runs through many levels in a step, so many are told as trades.
  std::size_t trades_per_step = 8;
  // In a step one is made in so many.
  std::int64_t trade_one_in = 4;
  // The messages of bookTicker and aggTrade are not made, for a market of whose streams nobody asks for these.
  bool depth_and_trades_only = false;
};

class SyntheticSymbol {
 public:
  // The market lives in steps; so many make a depth update. In between, trades and best prices are told as they happen,
  // and the book is ahead of the depth stream, as at the venue.
  static constexpr int kStepsPerUpdate = 4;

  // Few symbols of a venue are lively. The others take a step only every so many intervals, and drift as much less; a
  // change of their books is told as late.
  static int slowness(std::size_t index) { return index < 20 ? 1 : index < 100 ? 2 : kSlowest; }
  static constexpr int kSlowest = 4;

  SyntheticSymbol(const SyntheticOptions& options, std::size_t index);

  [[nodiscard]] const ListedSymbol& listed() const { return listed_; }
  [[nodiscard]] const TrueBook& book() const { return book_; }
  [[nodiscard]] TrueBook& book() { return book_; }

  void step(UnixNanos now, SymbolIndex self, std::vector<MarketMessage>& out);
  // A smaller tick: prices may have so many decimals from now on, at most kMostDecimals. Nothing if they may already.
  static constexpr int kMostDecimals = 8;
  void refine_prices(int decimals);

 private:
  struct Fill {
    Price price;
    Quantity quantity;
    bool buyer_is_maker = false;
  };

  void list(const SyntheticOptions& options);
  void fill_book();
  Quantity random_quantity();
  UpdateId next_id();
  void change(Side side, std::int64_t price, Quantity quantity);
  void wander(std::vector<Fill>& fills);
  void close_spread(Side side);
  void touch_random_level();
  void trade(std::vector<Fill>& fills);
  void keep_depth(Side side);
  [[nodiscard]] bool has_level(Side side, std::int64_t price) const;

  void tell_trades(const std::vector<Fill>& fills, SymbolIndex self, std::vector<MarketMessage>& out);
  void tell_best(const std::optional<Level>& bid, const std::optional<Level>& ask, SymbolIndex self,
                 std::vector<MarketMessage>& out) const;
  void tell_depth(SymbolIndex self, std::vector<MarketMessage>& out);
  void tell_mark_price(SymbolIndex self, std::vector<MarketMessage>& out) const;
  void append_pending(std::string& text, Side side);
  [[nodiscard]] std::string price_text(Price price) const;
  [[nodiscard]] std::string quantity_text(Quantity quantity) const;
  [[nodiscard]] std::string stream(std::string_view suffix) const;

  Venue venue_;
  Random random_;
  ListedSymbol listed_;
  std::string prefix_;  // "btcusdt"
  TrueBook book_;
  std::size_t levels_;
  std::size_t changes_per_step_;
  std::size_t trades_per_step_;
  std::int64_t trade_one_in_;
  bool depth_and_trades_only_;
  std::int64_t drift_;  // ticks a second, with its present direction
  Nanos step_;
  std::int64_t drift_rest_ = 0;  // ticks x 10^-9
  std::int64_t lowest_mid_ = 0;
  std::int64_t highest_mid_ = 0;
  std::int64_t mid_ = 0;  // no bid above it, no ask at or below it
  std::int64_t now_ms_ = 0;
  int steps_ = 0;
  UpdateId id_;
  UpdateId told_id_;                 // u of the last depth update
  UpdateId first_untold_id_;         // U of the next one
  std::vector<Level> pending_bids_;  // not told yet, by ascending price
  std::vector<Level> pending_asks_;
  std::int64_t trade_id_ = 0;
  std::int64_t aggregate_id_ = 0;
};

}  // namespace acts::exchange
