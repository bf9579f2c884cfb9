#include "live/state_log.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <optional>
#include <utility>

namespace acts {
namespace {

std::string price_text(const std::optional<Decimal>& price) { return price ? to_string(*price) : "none"; }

std::string state_text(const collector::SymbolHealth& symbol) {
  std::string text(to_string(symbol.state));
  if (symbol.reason != Reason::kNone) text += fmt::format(" ({})", to_string(symbol.reason));
  return text + fmt::format(": bid {}, ask {}, {} + {} levels", price_text(symbol.bid), price_text(symbol.ask),
                            symbol.bid_levels, symbol.ask_levels);
}

}  // namespace

std::vector<StateLine> StateLog::poll(const collector::Health& health) {
  std::vector<StateLine> lines;
  if (!std::exchange(started_, true)) {
    minute_ = health.at;
    next_all_ = health.at + kInterval;
  }
  if (health.at - minute_ >= std::chrono::minutes{1}) {
    if (left_out_ > 0) {
      lines.push_back({"states", "", fmt::format("{} more changes of symbols' states within a minute", left_out_)});
    }
    minute_ = health.at;
    shown_ = left_out_ = 0;
  }
  note_changes(health, lines);
  if (health.at >= next_all_) {
    next_all_ = health.at + kInterval;
    note_all(health, lines);
  }
  return lines;
}

void StateLog::note_changes(const collector::Health& health, std::vector<StateLine>& lines) {
  std::map<std::string, RowState, std::less<>> now;
  for (const collector::SymbolHealth& symbol : health.symbols) {
    now.emplace(symbol.symbol, symbol.state);
    const auto known = states_.find(symbol.symbol);
    // Every symbol begins by syncing, which needs no word.
    const RowState before = known == states_.end() ? RowState::kSyncing : known->second;
    if (symbol.state == before) continue;
    const bool own_file_only = shown_ == kMaxChanges;
    ++(own_file_only ? left_out_ : shown_);
    lines.push_back({"symbol_state", symbol.symbol, fmt::format("{} (was {})", state_text(symbol), to_string(before)),
                     own_file_only});
  }
  states_ = std::move(now);  // a symbol that went and comes again begins anew
}

void StateLog::note_all(const collector::Health& health, std::vector<StateLine>& lines) {
  std::map<RowState, std::size_t> counts;
  double updates_per_second = 0;
  for (const collector::SymbolHealth& symbol : health.symbols) {
    ++counts[symbol.state];
    updates_per_second += symbol.updates_per_second;
    lines.push_back({"symbol_state", symbol.symbol,
                     fmt::format("{}, {:.1f} updates/s, {} gaps, {} reconnects", state_text(symbol),
                                 symbol.updates_per_second, symbol.gaps, symbol.reconnects),
                     true});
  }
  std::vector<std::string> states;
  states.reserve(counts.size());
  for (const auto& [state, count] : counts) states.push_back(fmt::format("{} {}", count, to_string(state)));
  lines.push_back(
      {"states", "",
       fmt::format("{} symbols: {}; {:.1f} updates/s, {} gaps and {} reconnects since the start", health.symbols.size(),
                   fmt::join(states, ", "), updates_per_second, health.counters.gaps, health.counters.reconnects)});
}

}  // namespace acts
