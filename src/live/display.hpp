// What a person sees of a running collector on a terminal: a line a symbol, redrawn in place below the log.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "collector/health.hpp"

namespace acts {

struct TerminalSize {
  std::size_t columns = 80;
  std::size_t rows = 24;
};

// "binance-spot BTCUSDT      live       61685.99 / 61686       1209+2196     9.8/s": venue, symbol, state, bid, ask,
// levels of either side, updates a second, and the reason for a state other than live; a line a symbol, at most
// `max_lines`, then one that says how many more there are. No line is wider than the terminal, and all of them leave
// a row of it free: what does not fit is cut off.
std::string display_text(std::span<const collector::Health> venues, std::size_t max_lines, TerminalSize size);

// The longest beginning of UTF-8 text that takes at most so many columns.
std::string_view cut_to_columns(std::string_view text, std::size_t columns) noexcept;

// Lines that stay at the bottom of a terminal. Each call returns the text and escape sequences (ECMA-48) to be written
// for it; the cursor stands below the lines, at the left edge, in between.
class Display {
 public:
  // `lines` instead of those drawn before; each fits a row of the terminal and ends with a newline.
  std::string redraw(const std::string& lines);
  // For a line of the log: erase(), the line, draw().
  [[nodiscard]] std::string erase() const;
  [[nodiscard]] const std::string& draw() const { return lines_; }

 private:
  [[nodiscard]] std::string up() const;
  std::string lines_;
};

}  // namespace acts
