// Charts of any names and values: pages and pictures in which nothing of a name is markup, and whose data is JSON.
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>

#include "acts/base/assert.hpp"

#include "report/html.hpp"
#include "report/svg.hpp"

using namespace acts::report;

namespace {

std::size_t count(std::string_view text, std::string_view what) {
  std::size_t found = 0;
  for (std::size_t at = text.find(what); at != std::string_view::npos; at = text.find(what, at + 1)) ++found;
  return found;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view all(reinterpret_cast<const char*>(data), size);
  const std::size_t end = std::min(all.find('\n'), all.size());
  const std::string name(all.substr(0, end));
  std::string_view bytes = all.substr(std::min(end + 1, all.size()));
  Panel panel{.title = name, .is_time = size % 2 == 0, .x_label = name, .y_label = name};
  Series series{.name = name, .mark = static_cast<Mark>(size % 4)};
  for (; bytes.size() >= sizeof(double); bytes.remove_prefix(sizeof(double))) {
    double value = 0;
    std::memcpy(&value, bytes.data(), sizeof value);
    if (!(value <= 0 || value >= 0)) value = kUnknown;
    series.y.push_back(value);
    // Ascending, and finite: what a chart is promised.
    panel.x.push_back(static_cast<double>(panel.x.size()) * 1e3);
    panel.shades.push_back({.from = value, .to = value + 1});
  }
  panel.series.push_back(std::move(series));
  const Chart chart{
      .title = name, .subtitle = name, .parts = {panel, Coverage{.title = name, .rows = {{name, {1, 3}}}}}};
  const std::string svg = to_svg(draw(chart));
  ACTS_ASSERT(count(svg, "<") == count(svg, ">") && count(svg, "<svg") == 1 && count(svg, "<script") == 0);
  ACTS_ASSERT(!svg.contains("nan") || name.contains("nan"));
  const std::string page = to_html(chart);
  ACTS_ASSERT(count(page, "<script") == 2 && count(page, "</script>") == 2 && !page.contains("<!--"));
  const std::string_view begin = "id=\"panels\">";
  const std::size_t at = page.find(begin) + begin.size();
  ACTS_ASSERT(nlohmann::json::accept(page.substr(at, page.find("</script>", at) - at)));
  return 0;
}
