#include "report/html.hpp"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "report/assets.hpp"
#include "report/drawing.hpp"
#include "report/page_data.hpp"
#include "report/svg.hpp"

namespace acts::report {

std::string to_html(const Chart& chart) {
  std::string body;
  std::vector<Panel> panels;
  for (const auto& part : chart.parts) {
    if (const auto* coverage = std::get_if<Coverage>(&part)) {
      body += fmt::format("<figure>{}</figure>\n", to_svg(draw(*coverage)));
      continue;
    }
    const auto& panel = std::get<Panel>(part);
    body += fmt::format("<figure><figcaption>{}</figcaption><div id=\"{}\"></div></figure>\n", escaped(panel.title),
                        panel_id(panels.size()));
    panels.push_back(panel);
  }
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src 'sha256-{0}'; style-src "
      "'sha256-{1}'; base-uri 'none'; form-action 'none'\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{2}</title>\n"
      "<style>{3}</style>\n</head>\n<body>\n<h1>{2}</h1>\n<p>{4}</p>\n{5}"
      "<script type=\"application/json\" id=\"panels\">{6}</script>\n<script>{7}</script>\n</body>\n</html>\n",
      kPageScriptSum, kPageStyleSum, escaped(chart.title), kPageStyle, escaped(chart.subtitle), body,
      panels_json(panels), kPageScript);
}

}  // namespace acts::report
