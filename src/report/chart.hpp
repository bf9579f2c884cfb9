// What a chart shows, as values: whoever has data makes one, and svg.hpp, png.hpp and html.hpp show it. Doubles: a
// chart is for eyes. All texts may be anybody's: who writes them escapes them. Pure.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "acts/base/time.hpp"

namespace acts::report {

// As the x axis of times has them.
inline double unix_seconds(UnixNanos time) { return static_cast<double>(time.value) / 1e9; }

// Nothing is known there: a line breaks.
inline constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

enum class Mark : std::uint8_t { kLine, kSteps, kBars, kPoints };
// Of what a series is; the colour follows.
enum class Tone : std::uint8_t { kBid, kAsk, kMain, kSecond, kThird, kFourth };

struct Series {
  std::string name = {};
  Mark mark = Mark::kLine;
  Tone tone = Tone::kMain;
  std::vector<double> y = {};   // one for each x; kUnknown
  bool on_second_axis = false;  // the one on the right
};

// A shaded part of the x axis; an end that is infinite is that of the panel.
struct Shade {
  double from = 0;
  double to = 0;
  bool is_trouble = true;  // else something that is well
};

struct Panel {
  std::string title = {};
  bool is_time = false;  // x: seconds since 1970 UTC
  std::string x_label = {};
  std::string y_label = {};
  std::string y2_label = {};
  std::vector<double> x = {};  // ascending
  std::vector<Series> series = {};
  std::vector<Shade> shades = {};
};

// Which days there is data of: a line a data set. Days since 1970-01-01 UTC.
struct CoverageRow {
  std::string name = {};
  std::vector<std::int64_t> days = {};  // ascending, each once
};
struct Coverage {
  std::string title = {};
  std::vector<CoverageRow> rows = {};
};

struct Chart {
  std::string title = {};
  std::string subtitle = {};
  std::vector<std::variant<Panel, Coverage>> parts = {};
};

// "#2e7d32"
std::string_view color_of(Tone tone) noexcept;

// First and last day of the data sets; both 0 without any.
struct DayRange {
  std::int64_t first = 0;
  std::int64_t last = 0;
};
DayRange days_of(const Coverage& coverage) noexcept;
// Consecutive days as one: [first, last].
std::vector<DayRange> runs_of(const std::vector<std::int64_t>& days);

}  // namespace acts::report
