#include "report/svg.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "report/png.hpp"

namespace acts::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

TEST(Escaped, LeavesNoMarkupAndNothingThatXmlDoesNotTake) {
  EXPECT_EQ(escaped("<script>\"a\" & 'b'</script>"), "&lt;script&gt;&quot;a&quot; &amp; &#39;b&#39;&lt;/script&gt;");
  EXPECT_EQ(escaped("币安人生USDT"), "币安人生USDT");
  EXPECT_EQ(escaped(std::string_view("a\0b\x1b[31m\n", 9)),
            "a\xEF\xBF\xBD"
            "b\xEF\xBF\xBD[31m\xEF\xBF\xBD");
  EXPECT_EQ(escaped("\xff\xc0\xaf\xed\xa0\x80\xf4\x90\x80\x80"), escaped("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"));
  EXPECT_EQ(escaped("\xe4\xbd"), "\xEF\xBF\xBD\xEF\xBF\xBD");
  EXPECT_EQ(escaped("\xEF\xBF\xBE"), "\xEF\xBF\xBD");
}

Panel panel_of(std::vector<double> y, Mark mark = Mark::kLine) {
  Panel panel{.title = "p", .x = {}, .series = {}};
  for (std::size_t i = 0; i < y.size(); ++i) panel.x.push_back(static_cast<double>(i));
  panel.series.push_back({.name = "s", .mark = mark, .y = std::move(y)});
  return panel;
}

std::size_t count(std::string_view text, std::string_view what) {
  std::size_t found = 0;
  for (std::size_t at = text.find(what); at != std::string_view::npos; at = text.find(what, at + 1)) ++found;
  return found;
}
// Lines of a series: in the colour of Tone::kMain.
std::size_t lines_in(const Panel& panel) {
  return count(to_svg(draw(Chart{.title = "t", .parts = {panel}})), "stroke=\"#1565c0\"");
}

TEST(Drawing, BreaksLinesWhereNothingIsKnown) {
  EXPECT_EQ(lines_in(panel_of({1, 2, 3, 4})), 1U);
  EXPECT_EQ(lines_in(panel_of({1, 2, kUnknown, 3, 4})), 2U);
  EXPECT_EQ(lines_in(panel_of({1, 2, kUnknown, 3, kUnknown, 4, 5})), 2U);  // the one in the middle is a dot
  EXPECT_EQ(lines_in(panel_of({kUnknown, kUnknown})), 0U);
}

TEST(Drawing, KeepsLowestAndHighestOfManyPoints) {
  std::vector<double> y(200'000, 5.0);
  y[77'777] = 9;
  y[123'456] = 1;
  const std::string svg = to_svg(draw(Chart{.title = "t", .parts = {panel_of(std::move(y))}}));
  EXPECT_LT(svg.size(), 200'000U);
  // With 5 % of margin: the highest and the lowest are 1/22 of the height from its ends.
  const double height = kPanelHeight - 60;
  EXPECT_THAT(svg, HasSubstr(fmt::format(",{:.0f} ", 56 + 30 + height / 22)));
  EXPECT_THAT(svg, HasSubstr(fmt::format(",{:.0f} ", 56 + 30 + height - height / 22)));
}

TEST(Drawing, TakesWhateverValuesThereAre) {
  for (const std::vector<double>& y :
       {std::vector<double>{}, {0}, {-1e300, 1e300}, {1e-320, 2e-320}, {INFINITY, -INFINITY, NAN}, {5, 5}}) {
    for (const Mark mark : {Mark::kLine, Mark::kSteps, Mark::kBars, Mark::kPoints}) {
      const std::string svg = to_svg(draw(Chart{.title = "t", .parts = {panel_of(y, mark)}}));
      EXPECT_THAT(svg, Not(HasSubstr("nan")));
      EXPECT_THAT(svg, Not(HasSubstr("inf")));
      EXPECT_THAT(svg, ::testing::EndsWith("</svg>\n"));
    }
  }
}

TEST(Drawing, EscapesWhateverNamesThereAre) {
  const std::string evil = "\"><script>alert(1)</script>";
  Panel panel = panel_of({1, 2});
  panel.title = panel.x_label = panel.y_label = panel.series[0].name = evil;
  const Coverage coverage{.title = evil, .rows = {{evil, {1, 2, 5}}}};
  const std::string svg = to_svg(draw(Chart{.title = evil, .subtitle = evil, .parts = {panel, coverage}}));
  EXPECT_THAT(svg, Not(HasSubstr("<script")));
  EXPECT_EQ(count(svg, "&lt;script&gt;"), 8U);
}

TEST(Drawing, ShowsRunsOfDays) {
  const std::string svg = to_svg(draw(Coverage{.title = "t", .rows = {{"a", {18669, 18670, 18675}}, {"b", {}}}}));
  EXPECT_THAT(svg, HasSubstr("<title>2021-02-11 to 2021-02-12</title>"));
  EXPECT_THAT(svg, HasSubstr("<title>2021-02-17</title>"));
  EXPECT_EQ(count(svg, "<title>"), 2U);
}

TEST(Png, IsAPictureOfTheDrawingsSize) {
  const Drawing drawing = draw(Chart{.title = "t\xff<&", .parts = {panel_of({1, 2, 3}, Mark::kBars)}});
  const auto png = to_png(drawing);
  ASSERT_TRUE(png);
  EXPECT_THAT(*png, StartsWith("\x89PNG\r\n\x1a\n"));
  const auto number = [&png](std::size_t at) {
    unsigned value = 0;
    for (std::size_t i = 0; i < 4; ++i) value = value << 8 | static_cast<unsigned char>((*png)[at + i]);
    return value;
  };
  EXPECT_EQ(number(16), 1200U);
  EXPECT_EQ(number(20), 56U + 280U);
  EXPECT_FALSE(to_png({.width = 10, .height = 40'000, .shapes = {}}));
}

// A line began where the last text had ended.
TEST(Png, DrawsEachShapeByItself) {
  const Label label{{10, 20}, "text"};
  const Path path{{{100, 10}, {100, 90}}, "#1565c0", 1};
  const Drawing first{.width = 120, .height = 100, .shapes = {label, path}};
  const Drawing second{.width = 120, .height = 100, .shapes = {path, label}};
  EXPECT_EQ(to_png(first).value(), to_png(second).value());
}

}  // namespace
}  // namespace acts::report
