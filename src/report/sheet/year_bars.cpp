#include "report/sheet/year_bars.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/svg.hpp"

namespace acts::report {

std::vector<YearBar> year_bars(const HeatTable& months) {
  std::vector<YearBar> bars;
  double most = 0;
  for (std::size_t row = 0; row < months.rows.size(); ++row) {
    const HeatCell& year = months.cells[(row + 1) * months.columns.size() - 1];
    bars.push_back({.year = months.rows[row], .text = year.text, .share = year.value.value_or(0)});
    most = std::max(most, std::abs(bars.back().share));
  }
  for (YearBar& bar : bars) bar.share = most > 0 ? bar.share / most : 0;
  return bars;
}

std::string years_body(const HeatTable& months) {
  static constexpr double kWidth = 600;
  static constexpr double kBarHeight = 22;
  static constexpr double kMiddle = 320;
  static constexpr double kReach = 200;
  const std::vector<YearBar> bars = year_bars(months);
  if (bars.empty()) return {};
  std::string out = fmt::format(
      "<section class=\"years\"><h2>Returns by year, UTC</h2>\n<svg viewBox=\"0 0 {} {}\" role=\"img\" "
      "aria-label=\"returns by year\">\n",
      kWidth, kBarHeight * static_cast<double>(bars.size()));
  double top = 0;
  for (const YearBar& bar : bars) {
    const double length = std::abs(bar.share) * kReach;
    out += fmt::format(
        "<text x=\"4\" y=\"{:.1f}\">{}</text><rect class=\"{}\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" "
        "height=\"{:.1f}\"/><text x=\"{}\" y=\"{:.1f}\" text-anchor=\"end\">{}</text>\n",
        top + 15, escaped(bar.year), bar.share < 0 ? "loss" : "gain", bar.share < 0 ? kMiddle - length : kMiddle,
        top + 3, length, kBarHeight - 6, 110, top + 15, escaped(bar.text));
    top += kBarHeight;
  }
  return out + "</svg></section>\n";
}

}  // namespace acts::report
