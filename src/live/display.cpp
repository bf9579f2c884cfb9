#include "live/display.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace acts {
namespace {

std::string price_text(const std::optional<Decimal>& price) { return price ? to_string(*price) : "-"; }

std::string line_of(const collector::Health& health, const collector::SymbolHealth& symbol) {
  const std::string reason = symbol.reason == Reason::kNone ? "" : fmt::format(" ({})", to_string(symbol.reason));
  return fmt::format("{:<13} {:<12} {:<8} {:>14} / {:<14} {:>6} + {:<6} levels {:>7.1f} updates/s{}",
                     to_string(health.venue), symbol.symbol, to_string(symbol.state), price_text(symbol.bid),
                     price_text(symbol.ask), symbol.bid_levels, symbol.ask_levels, symbol.updates_per_second, reason);
}

}  // namespace

std::string display_text(std::span<const collector::Health> venues, std::size_t max_lines) {
  std::string text;
  std::size_t lines = 0;
  std::size_t left_out = 0;
  for (const collector::Health& health : venues) {
    for (const collector::SymbolHealth& symbol : health.symbols) {
      if (lines < max_lines) {
        text += line_of(health, symbol) + "\n";
        ++lines;
      } else {
        ++left_out;
      }
    }
  }
  if (left_out > 0) text += fmt::format("and {} more symbols\n", left_out);
  return text;
}

std::string Display::redraw(const std::string& lines) {
  std::string out;
  if (drawn_ > 0) out += fmt::format("\x1b[{}A", drawn_);
  for (const char c : lines) {
    if (c == '\n') out += "\x1b[K";  // the rest of an older, longer line
    out += c;
  }
  out += "\x1b[J";
  drawn_ = static_cast<std::size_t>(std::ranges::count(lines, '\n'));
  return out;
}

}  // namespace acts
