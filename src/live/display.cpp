#include "live/display.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace acts {
namespace {

std::string price_text(const std::optional<Decimal>& price) { return price ? to_string(*price) : "-"; }

std::string line_of(const collector::Health& health, const collector::SymbolHealth& symbol) {
  const std::string reason = symbol.reason == Reason::kNone ? "" : fmt::format(" {}", to_string(symbol.reason));
  return fmt::format("{:<12} {:<12} {:<7} {:>10} / {:<10} {:>5}+{:<5} {:>6.1f}/s{}", to_string(health.venue),
                     symbol.symbol, to_string(symbol.state), price_text(symbol.bid), price_text(symbol.ask),
                     symbol.bid_levels, symbol.ask_levels, symbol.updates_per_second, reason);
}

// Of a character as terminals draw it: the scripts in which symbols are written beside ASCII (Hangul, CJK) take two.
std::size_t columns_of(unsigned char first_byte) noexcept { return first_byte >= 0xE1 ? 2 : 1; }

bool continues_character(char c) noexcept { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

}  // namespace

std::string_view cut_to_columns(std::string_view text, std::size_t columns) noexcept {
  std::size_t taken = 0;
  for (std::size_t at = 0; at < text.size();) {
    taken += columns_of(static_cast<unsigned char>(text[at]));
    if (taken > columns) return text.substr(0, at);
    ++at;
    while (at < text.size() && continues_character(text[at])) ++at;
  }
  return text;
}

std::string display_text(std::span<const collector::Health> venues, std::size_t max_lines, TerminalSize size) {
  std::size_t symbols = 0;
  for (const collector::Health& health : venues) symbols += health.symbols.size();
  // One row is the cursor's own, and one says how many more there are.
  const std::size_t rows = std::max<std::size_t>(size.rows, 2) - 1;
  max_lines = std::min(max_lines, symbols <= rows ? rows : rows - 1);
  std::string text;
  std::size_t lines = 0;
  for (const collector::Health& health : venues) {
    for (const collector::SymbolHealth& symbol : health.symbols) {
      if (lines == max_lines) break;
      text += fmt::format("{}\n", cut_to_columns(line_of(health, symbol), size.columns));
      ++lines;
    }
  }
  if (lines < symbols) {
    text += fmt::format("{}\n", cut_to_columns(fmt::format("and {} more symbols", symbols - lines), size.columns));
  }
  return text;
}

std::string Display::up() const {
  const auto drawn = std::ranges::count(lines_, '\n');
  return drawn > 0 ? fmt::format("\x1b[{}A", drawn) : "";
}

std::string Display::erase() const { return lines_.empty() ? "" : up() + "\x1b[J"; }

std::string Display::redraw(const std::string& lines) {
  std::string out = up();
  for (const char c : lines) {
    if (c == '\n') out += "\x1b[K";  // the rest of an older, longer line
    out += c;
  }
  if (!lines_.empty()) out += "\x1b[J";
  lines_ = lines;
  return out;
}

}  // namespace acts
