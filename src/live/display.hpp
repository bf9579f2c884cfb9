// What a person sees of a running collector on a terminal: a line a symbol, redrawn in place.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "collector/health.hpp"

namespace acts {

// "binance-spot BTCUSDT   live      61685.99 / 61686       1209 + 2196 levels   9.8 updates/s", one line a symbol; at
// most `max_lines`, then one that says how many more there are.
std::string display_text(std::span<const collector::Health> venues, std::size_t max_lines);

// Redraws the lines on a terminal: what it returns moves up over what was drawn before.
class Display {
 public:
  std::string redraw(const std::string& lines);

 private:
  std::size_t drawn_ = 0;
};

}  // namespace acts
