#include "exchange/synthetic_market.hpp"

#include "acts/base/assert.hpp"

namespace acts::exchange {

namespace {

// Turns are told apart no finer than this, so that whoever waits for them does not wake for each of 500 symbols.
constexpr Nanos kTurnGrid = std::chrono::milliseconds{1};

}  // namespace

SyntheticMarket::SyntheticMarket(const SyntheticOptions& options) : start_(options.start) {
  ACTS_ASSERT(!options.symbols.empty() && options.update_interval >= std::chrono::milliseconds{1});
  symbols_.reserve(options.symbols.size());
  for (std::size_t i = 0; i < options.symbols.size(); ++i) {
    symbols_.emplace_back(options, i);
    listed_.push_back(symbols_.back().listed());
  }
  rests_.resize(symbols_.size());
  plan_cycle(options.update_interval / SyntheticSymbol::kStepsPerUpdate);
}

// The symbols' turns are evenly spread over one step's time; quiet symbols leave some out.
void SyntheticMarket::plan_cycle(Nanos step_interval) {
  const auto count = static_cast<std::int64_t>(symbols_.size());
  for (std::int64_t round = 0; round < SyntheticSymbol::kSlowest; ++round) {
    for (std::int64_t i = 0; i < count; ++i) {
      if ((round + i) % SyntheticSymbol::slowness(static_cast<std::size_t>(i)) != 0) continue;
      const Nanos spread = step_interval * i / count;
      cycle_.push_back({step_interval * round + spread / kTurnGrid * kTurnGrid, static_cast<SymbolIndex>(i)});
    }
  }
  cycle_length_ = step_interval * SyntheticSymbol::kSlowest;
}

std::optional<UnixNanos> SyntheticMarket::next_time() const { return start_ + cycle_[next_turn_].offset; }

Result<void> SyntheticMarket::step(std::vector<MarketMessage>& out) {
  const UnixNanos now = *next_time();
  const SymbolIndex symbol = cycle_[next_turn_].symbol;
  if (++next_turn_ == cycle_.size()) {
    next_turn_ = 0;
    start_ = start_ + cycle_length_;
  }
  if (!rests_[symbol]) symbols_[symbol].step(now, symbol, out);
  return {};
}

const TrueBook* SyntheticMarket::book(SymbolIndex symbol) const {
  return symbol < symbols_.size() ? &symbols_[symbol].book() : nullptr;
}

void SyntheticMarket::keep_history(std::size_t updates) {
  for (SyntheticSymbol& symbol : symbols_) symbol.book().keep_history(updates);
}

}  // namespace acts::exchange
