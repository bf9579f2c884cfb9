#include "exchange/synthetic_market.hpp"

#include "acts/base/assert.hpp"

namespace acts::exchange {

SyntheticMarket::SyntheticMarket(const SyntheticOptions& options)
    : start_(options.start), step_interval_(options.update_interval / SyntheticSymbol::kStepsPerUpdate) {
  ACTS_ASSERT(!options.symbols.empty() && options.update_interval >= std::chrono::milliseconds{1});
  symbols_.reserve(options.symbols.size());
  for (std::size_t i = 0; i < options.symbols.size(); ++i) {
    symbols_.emplace_back(options, i);
    listed_.push_back(symbols_.back().listed());
  }
}

// The symbols take turns, evenly spread over one step's time.
std::optional<UnixNanos> SyntheticMarket::next_time() const {
  const auto count = static_cast<std::int64_t>(symbols_.size());
  const std::int64_t round = steps_ / count;
  const std::int64_t turn = steps_ % count;
  return start_ + step_interval_ * round + step_interval_ * turn / count;
}

Result<void> SyntheticMarket::step(std::vector<MarketMessage>& out) {
  const UnixNanos now = *next_time();
  const auto turn = static_cast<std::size_t>(steps_) % symbols_.size();
  ++steps_;
  symbols_[turn].step(now, static_cast<SymbolIndex>(turn), out);
  return {};
}

const TrueBook* SyntheticMarket::book(SymbolIndex symbol) const {
  return symbol < symbols_.size() ? &symbols_[symbol].book() : nullptr;
}

void SyntheticMarket::keep_history(std::size_t updates) {
  for (SyntheticSymbol& symbol : symbols_) symbol.book().keep_history(updates);
}

}  // namespace acts::exchange
