#include "report/html.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <array>
#include <cmath>
#include <utility>

#include "report/assets.hpp"
#include "report/drawing.hpp"
#include "report/svg.hpp"

namespace acts::report {
namespace {

using nlohmann::json;

constexpr std::array<std::string_view, 6> kTones{"bid", "ask", "main", "second", "third", "fourth"};
constexpr std::array<std::string_view, 4> kMarks{"line", "steps", "bars", "points"};

json numbers(const std::vector<double>& values) {
  json list = json::array();
  for (const double value : values) list.push_back(std::isfinite(value) ? json(value) : json());
  return list;
}

json end_of(double value) { return std::isfinite(value) ? json(value) : json(); }

json json_of(const Panel& panel, const std::string& id) {
  json series = json::array();
  for (const Series& s : panel.series) {
    series.push_back({{"name", s.name},
                      {"mark", kMarks[static_cast<std::size_t>(std::to_underlying(s.mark))]},
                      {"tone", kTones[static_cast<std::size_t>(std::to_underlying(s.tone))]},
                      {"axis", s.on_second_axis ? "y2" : "y"},
                      {"y", numbers(s.y)}});
  }
  json bands = json::array();
  for (const Shade& shade : panel.shades) {
    bands.push_back(
        {{"from", end_of(shade.from)}, {"to", end_of(shade.to)}, {"kind", shade.is_trouble ? "trouble" : "well"}});
  }
  return {{"id", id},
          {"is_time", panel.is_time},
          {"x_label", panel.x_label.empty() && panel.is_time ? "UTC" : panel.x_label},
          {"y_label", panel.y_label},
          {"y2_label", panel.y2_label},
          {"x", numbers(panel.x)},
          {"series", std::move(series)},
          {"bands", std::move(bands)}};
}

// Within a script element nothing ends it but "</script", and nothing begins a comment there but "<!--".
std::string script_safe(const json& value) {
  const std::string text = value.dump(-1, ' ', true, json::error_handler_t::replace);
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (c == '<') {
      out += "\\u003c";
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

std::string to_html(const Chart& chart) {
  std::string body;
  json panels = json::array();
  for (const auto& part : chart.parts) {
    if (const auto* coverage = std::get_if<Coverage>(&part)) {
      body += fmt::format("<figure>{}</figure>\n", to_svg(draw(*coverage)));
      continue;
    }
    const auto& panel = std::get<Panel>(part);
    const std::string id = fmt::format("panel{}", panels.size());
    body +=
        fmt::format("<figure><figcaption>{}</figcaption><div id=\"{}\"></div></figure>\n", escaped(panel.title), id);
    panels.push_back(json_of(panel, id));
  }
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src 'sha256-{0}'; style-src "
      "'sha256-{1}'; base-uri 'none'; form-action 'none'\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{2}</title>\n"
      "<style>{3}</style>\n</head>\n<body>\n<h1>{2}</h1>\n<p>{4}</p>\n{5}"
      "<script type=\"application/json\" id=\"panels\">{6}</script>\n<script>{7}</script>\n</body>\n</html>\n",
      kPageScriptSum, kPageStyleSum, escaped(chart.title), kPageStyle, escaped(chart.subtitle), body,
      script_safe(panels), kPageScript);
}

}  // namespace acts::report
