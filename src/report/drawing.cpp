#include "report/drawing.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>

#include "report/axis.hpp"

namespace acts::report {
namespace {

constexpr double kLeft = 90;
constexpr double kRight = 24;
constexpr double kTop = 30;
constexpr double kBottom = 30;
constexpr double kHead = 56;
constexpr double kRowHeight = 18;
constexpr double kMargin = 10;
// Of a coverage: of names, by their length, and of the last day's label.
constexpr double kLetter = 7;
constexpr double kLeastNameWidth = 120;
constexpr double kMostNameWidth = 600;
constexpr double kDayRight = 50;
constexpr std::string_view kGrid = "#dddddd";
constexpr std::string_view kFrame = "#888888";
constexpr std::string_view kSoft = "#555555";
constexpr std::string_view kTrouble = "#c62828";
constexpr std::string_view kWell = "#1565c0";
// Of a line: more points than these a pixel are drawn as their lowest and highest.
constexpr double kPointsPerPixel = 4;

struct Range {
  double low = 0;
  double high = 1;
};

// Of what is known; nothing: nothing is.
std::optional<Range> range_of(const Panel& panel, bool second) {
  std::optional<Range> range;
  for (const Series& series : panel.series) {
    if (series.on_second_axis != second) continue;
    for (const double y : series.y) {
      if (!std::isfinite(y)) continue;
      if (!range) range = Range{y, y};
      range = Range{std::min(range->low, y), std::max(range->high, y)};
    }
    if (range && series.mark == Mark::kBars) range = Range{std::min(range->low, 0.0), std::max(range->high, 0.0)};
  }
  if (!range) return range;
  const double span = range->high - range->low;
  const double margin = span > 0 ? span * 0.05 : std::max(std::abs(range->low) * 0.05, 0.5);
  const bool stands_on_zero = range->low == 0;
  return Range{stands_on_zero ? 0 : range->low - margin, range->high + margin};
}

// From values to places, for one axis.
struct Scale {
  Range range;
  double from = 0;
  double to = 1;

  [[nodiscard]] double at(double value) const {
    return from + (value - range.low) / (range.high - range.low) * (to - from);
  }
};

class PanelDrawer {
 public:
  PanelDrawer(const Panel& panel, double top, std::vector<Shape>& shapes)
      : panel_(panel),
        shapes_(shapes),
        right_(kChartWidth - (has_second() ? kLeft : kRight)),
        top_(top + kTop),
        bottom_(top + kPanelHeight - kBottom) {
    x_ = {{0, 1}, kLeft, right_};
    if (panel.x.empty()) return;
    x_.range = {panel.x.front(), panel.x.back()};
    if (!(x_.range.high > x_.range.low)) x_.range = {x_.range.low - 0.5, x_.range.low + 0.5};
  }

  void draw() {
    shapes_.emplace_back(Label{{kLeft, top_ - 12}, panel_.title, Anchor::kStart, 14});
    draw_shades();
    const std::optional<Range> first = range_of(panel_, false);
    const std::optional<Range> second = range_of(panel_, true);
    draw_x_axis();
    if (first) draw_y_axis({*first, bottom_, top_}, false);
    if (second) draw_y_axis({*second, bottom_, top_}, true);
    for (const Series& series : panel_.series) {
      const std::optional<Range>& range = series.on_second_axis ? second : first;
      if (range) draw_series(series, {*range, bottom_, top_});
    }
    shapes_.emplace_back(
        Path{{{kLeft, top_}, {kLeft, bottom_}, {right_, bottom_}, {right_, top_}, {kLeft, top_}}, kFrame, 1});
    draw_legend();
    if (!first && !second) {
      shapes_.emplace_back(Label{{(kLeft + right_) / 2, (top_ + bottom_) / 2}, "no data", Anchor::kMiddle, 14, kSoft});
    }
  }

 private:
  [[nodiscard]] bool has_second() const {
    return std::ranges::any_of(panel_.series, [](const Series& series) { return series.on_second_axis; });
  }

  void draw_shades() {
    for (const Shade& shade : panel_.shades) {
      const double from = std::clamp(std::isfinite(shade.from) ? x_.at(shade.from) : kLeft, kLeft, right_);
      const double to = std::clamp(std::isfinite(shade.to) ? x_.at(shade.to) : right_, kLeft, right_);
      if (to <= from) continue;
      shapes_.emplace_back(Rectangle{{from, top_},
                                     std::max(to - from, 1.0),
                                     bottom_ - top_,
                                     shade.is_trouble ? kTrouble : kWell,
                                     shade.is_trouble ? 0.12 : 0.08});
    }
  }

  void draw_x_axis() {
    const auto ticks =
        panel_.is_time ? time_ticks(x_.range.low, x_.range.high, 10) : number_ticks(x_.range.low, x_.range.high, 10);
    for (const Tick& tick : ticks) {
      const double x = x_.at(tick.value);
      shapes_.emplace_back(Path{{{x, top_}, {x, bottom_}}, kGrid, 1});
      shapes_.emplace_back(Label{{x, bottom_ + 16}, tick.label, Anchor::kMiddle, 11, kSoft});
    }
    shapes_.emplace_back(Label{{right_, bottom_ + 28}, panel_.x_label, Anchor::kEnd, 11, kSoft});
  }

  void draw_y_axis(const Scale& y, bool second) {
    for (const Tick& tick : number_ticks(y.range.low, y.range.high, 6)) {
      const double at = y.at(tick.value);
      if (!second) shapes_.emplace_back(Path{{{kLeft, at}, {right_, at}}, kGrid, 1});
      shapes_.emplace_back(second ? Label{{right_ + 6, at + 4}, tick.label, Anchor::kStart, 11, kSoft}
                                  : Label{{kLeft - 6, at + 4}, tick.label, Anchor::kEnd, 11, kSoft});
    }
    const std::string& text = second ? panel_.y2_label : panel_.y_label;
    shapes_.emplace_back(second ? Label{{kChartWidth - kMargin, top_ - 12}, text, Anchor::kEnd, 11, kSoft}
                                : Label{{kLeft - 6, top_ - 12}, text, Anchor::kEnd, 11, kSoft});
  }

  void draw_series(const Series& series, const Scale& y) {
    if (series.mark == Mark::kBars) return draw_bars(series, y);
    const std::string_view color = color_of(series.tone);
    std::vector<Point> line;
    const auto end_line = [&] {
      // A point between two gaps would be a line of no length.
      if (line.size() == 1) shapes_.emplace_back(Rectangle{{line[0].x - 1.5, line[0].y - 1.5}, 3, 3, color});
      if (line.size() > 1) shapes_.emplace_back(Path{thinned(std::move(line)), color});
      line = {};
    };
    const std::size_t count = std::min(series.y.size(), panel_.x.size());
    for (std::size_t i = 0; i < count; ++i) {
      if (!std::isfinite(series.y[i])) {
        end_line();
        continue;
      }
      const Point at{x_.at(panel_.x[i]), y.at(series.y[i])};
      if (series.mark == Mark::kSteps && !line.empty()) line.push_back({at.x, line.back().y});
      if (series.mark == Mark::kPoints) end_line();
      line.push_back(at);
    }
    end_line();
  }

  // As wide as the least distance of two of them, a pixel at least.
  void draw_bars(const Series& series, const Scale& y) {
    const std::size_t count = std::min(series.y.size(), panel_.x.size());
    double width = 40;
    std::optional<double> before;
    for (std::size_t i = 0; i < count; ++i) {
      if (!std::isfinite(series.y[i])) continue;
      const double x = x_.at(panel_.x[i]);
      if (before) width = std::min(width, (x - *before) * 0.9);
      before = x;
    }
    width = std::max(width, 1.0);
    const double zero = std::clamp(y.at(0), top_, bottom_);
    for (std::size_t i = 0; i < count; ++i) {
      if (!std::isfinite(series.y[i])) continue;
      const double top = y.at(series.y[i]);
      shapes_.emplace_back(Rectangle{{x_.at(panel_.x[i]) - width / 2, std::min(top, zero)},
                                     width,
                                     std::abs(zero - top),
                                     color_of(series.tone),
                                     0.7});
    }
  }

  // Of each pixel's points the first, the lowest, the highest and the last, in their order.
  [[nodiscard]] std::vector<Point> thinned(std::vector<Point> line) const {
    if (static_cast<double>(line.size()) <= (right_ - kLeft) * kPointsPerPixel) return line;
    std::vector<Point> thin;
    for (std::size_t begin = 0; begin < line.size();) {
      const double pixel = std::floor(line[begin].x);
      std::size_t end = begin;
      while (end < line.size() && std::floor(line[end].x) == pixel) ++end;
      const auto first = line.begin() + static_cast<std::ptrdiff_t>(begin);
      const auto last = line.begin() + static_cast<std::ptrdiff_t>(end);
      const auto [low, high] = std::ranges::minmax_element(first, last, {}, &Point::y);
      thin.push_back(*first);
      thin.push_back(std::min(low, high) == low ? *low : *high);
      thin.push_back(std::min(low, high) == low ? *high : *low);
      thin.push_back(*(last - 1));
      begin = end;
    }
    return thin;
  }

  void draw_legend() {
    double x = right_;
    for (std::size_t i = panel_.series.size(); i-- > 0;) {
      const Series& series = panel_.series[i];
      shapes_.emplace_back(Label{{x, top_ - 12}, series.name, Anchor::kEnd, 11, color_of(series.tone)});
      x -= 8 * static_cast<double>(series.name.size()) + 16;
    }
  }

  const Panel& panel_;
  std::vector<Shape>& shapes_;
  double right_;
  double top_;
  double bottom_;
  Scale x_;
};

double height_of(const Coverage& coverage) {
  return kTop + kBottom + kRowHeight * static_cast<double>(coverage.rows.size());
}

double name_width(const Coverage& coverage) {
  std::size_t longest = 0;
  for (const CoverageRow& row : coverage.rows) longest = std::max(longest, row.name.size());
  return std::clamp(static_cast<double>(longest) * kLetter + 2 * kMargin, kLeastNameWidth, kMostNameWidth);
}

void draw_coverage(const Coverage& coverage, double top, std::vector<Shape>& shapes) {
  shapes.emplace_back(Label{{kMargin, top + kTop - 12}, coverage.title, Anchor::kStart, 14});
  const DayRange days = days_of(coverage);
  const double left = name_width(coverage);
  const Scale x{{static_cast<double>(days.first), static_cast<double>(days.last + 1)}, left, kChartWidth - kDayRight};
  constexpr double kDaySeconds = 86400;
  const double bottom = top + height_of(coverage) - kBottom;
  for (const Tick& tick : time_ticks(x.range.low * kDaySeconds, x.range.high * kDaySeconds, 10)) {
    const double at = x.at(tick.value / kDaySeconds);
    shapes.emplace_back(Path{{{at, top + kTop}, {at, bottom}}, kGrid, 1});
    shapes.emplace_back(Label{{at, bottom + 16}, tick.label, Anchor::kMiddle, 11, kSoft});
  }
  double y = top + kTop;
  for (const CoverageRow& row : coverage.rows) {
    shapes.emplace_back(Label{{left - 8, y + 13}, row.name, Anchor::kEnd, 12});
    for (const DayRange& run : runs_of(row.days)) {
      const double from = x.at(static_cast<double>(run.first));
      const double to = x.at(static_cast<double>(run.last + 1));
      const std::string last = run.first == run.last ? "" : " to " + date_text(run.last);
      shapes.emplace_back(Rectangle{{from, y + 3},
                                    std::max(to - from, 1.0),
                                    kRowHeight - 6,
                                    color_of(Tone::kMain),
                                    0.8,
                                    date_text(run.first) + last});
    }
    y += kRowHeight;
  }
}

}  // namespace

Drawing draw(const Coverage& coverage) {
  Drawing drawing{.width = kChartWidth, .height = height_of(coverage)};
  draw_coverage(coverage, 0, drawing.shapes);
  return drawing;
}

Drawing draw(const Chart& chart) {
  Drawing drawing{.width = kChartWidth, .height = kHead};
  drawing.shapes.emplace_back(Label{{kMargin, 22}, chart.title, Anchor::kStart, 18});
  drawing.shapes.emplace_back(Label{{kMargin, 44}, chart.subtitle, Anchor::kStart, 12, kSoft});
  for (const auto& part : chart.parts) {
    if (const auto* panel = std::get_if<Panel>(&part)) {
      PanelDrawer(*panel, drawing.height, drawing.shapes).draw();
      drawing.height += kPanelHeight;
    } else {
      const auto& coverage = std::get<Coverage>(part);
      draw_coverage(coverage, drawing.height, drawing.shapes);
      drawing.height += height_of(coverage);
    }
  }
  return drawing;
}

}  // namespace acts::report
