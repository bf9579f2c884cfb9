#include "report/page_data.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <array>
#include <cmath>
#include <cstddef>
#include <string_view>
#include <utility>

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

}  // namespace

std::string panels_json(std::span<const Panel> panels) {
  json list = json::array();
  for (const Panel& panel : panels) list.push_back(json_of(panel, panel_id(list.size())));
  return script_safe(list.dump(-1, ' ', true, json::error_handler_t::replace));
}

std::string panel_id(std::size_t number) { return fmt::format("panel{}", number); }

std::string script_safe(std::string_view json_text) {
  std::string out;
  out.reserve(json_text.size());
  for (const char c : json_text) {
    if (c == '<') {
      out += "\\u003c";
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace acts::report
