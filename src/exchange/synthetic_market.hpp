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

 private:
  UnixNanos start_;
  Nanos step_interval_;  // of one symbol
  std::vector<SyntheticSymbol> symbols_;
  std::vector<ListedSymbol> listed_;
  std::int64_t steps_ = 0;
};

}  // namespace acts::exchange
