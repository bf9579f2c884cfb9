#include "store/sinks/csv_text.hpp"

namespace acts {

std::vector<std::vector<std::string>> csv_lines(std::string_view text) {
  std::vector<std::vector<std::string>> lines;
  std::vector<std::string> line(1);
  bool is_quoted = false;
  const auto end_line = [&] {
    if (line.size() > 1 || !line[0].empty()) lines.push_back(std::move(line));
    line.assign(1, {});
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') {
      const bool is_escaped = is_quoted && i + 1 < text.size() && text[i + 1] == '"';
      if (is_escaped) line.back() += c, ++i;
      if (!is_escaped) is_quoted = !is_quoted;
    } else if (is_quoted || (c != ',' && c != '\n' && c != '\r')) {
      line.back() += c;
    } else if (c == ',') {
      line.emplace_back();
    } else {
      end_line();
    }
  }
  end_line();
  return lines;
}

}  // namespace acts
