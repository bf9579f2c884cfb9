// A seeded market of any number of symbols for one venue: books of tens of thousands of levels whose mid wanders beyond
// what REST shows. Never ends. Pure; the same options give the same bytes, and a symbol's do not depend on how many
// others there are, but for the times at which they come.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "exchange/market_source.hpp"
#include "exchange/synthetic_symbol.hpp"

namespace acts::exchange {

class SyntheticMarket final : public MarketSource {
 public:
  // At least one symbol and an update interval of at least 1 ms (asserted).
  explicit SyntheticMarket(const SyntheticOptions& options);

  [[nodiscard]] std::span<const ListedSymbol> symbols() const override { return listed_; }
  [[nodiscard]] std::optional<UnixNanos> next_time() const override;
  Result<void> step(std::vector<MarketMessage>& out) override;
  [[nodiscard]] const TrueBook* book(SymbolIndex symbol) const override;
  void keep_history(std::size_t updates) override;
  void skip(Nanos span) override { start_ = start_ + span; }
  void refine_prices(SymbolIndex symbol, int decimals) override { symbols_[symbol].refine_prices(decimals); }
  void set_trading(SymbolIndex symbol, bool trading) override { rests_[symbol] = !trading; }

 private:
  // When whose turn is, within a cycle in which every symbol has had one.
  struct Turn {
    Nanos offset;
    SymbolIndex symbol = 0;
  };
  void plan_cycle(Nanos step_interval);

  UnixNanos start_;  // of the present cycle
  Nanos cycle_length_;
  std::vector<Turn> cycle_;  // in order
  std::size_t next_turn_ = 0;
  std::vector<SyntheticSymbol> symbols_;
  std::vector<ListedSymbol> listed_;
  std::vector<bool> rests_;  // by symbol: not traded now
};

}  // namespace acts::exchange
