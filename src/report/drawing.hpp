// A chart as shapes on a plane, the same for every file it goes to. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "report/chart.hpp"

namespace acts::report {

// Pixels from the left and the top.
struct Point {
  double x = 0;
  double y = 0;
};
struct Rectangle {
  Point at = {};
  double width = 0;
  double height = 0;
  std::string_view color = {};
  double opacity = 1;
  std::string note = {};  // shown under the cursor, where there is one
};
// Points that are one after the other: a line; filled, the area within.
struct Path {
  std::vector<Point> points = {};
  std::string_view color = {};
  double width = 1.5;
};
enum class Anchor : std::uint8_t { kStart, kMiddle, kEnd };
struct Label {
  Point at = {};  // of the base line
  std::string text = {};
  Anchor anchor = Anchor::kStart;
  double size = 12;
  std::string_view color = "#222222";
};
using Shape = std::variant<Rectangle, Path, Label>;

struct Drawing {
  double width = 0;
  double height = 0;
  std::vector<Shape> shapes = {};  // the later over the earlier
};

inline constexpr double kChartWidth = 1200;
inline constexpr double kPanelHeight = 280;

// Of all parts, one below the other, with title and subtitle.
Drawing draw(const Chart& chart);
// Of one: its title too.
Drawing draw(const Coverage& coverage);

}  // namespace acts::report
