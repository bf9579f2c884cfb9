#include "report/svg.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <variant>

namespace acts::report {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

// Length of the UTF-8 sequence that `text` begins with; 0: it begins with none (RFC 3629, section 4).
std::size_t sequence_length(std::string_view text) {
  const auto byte = [&text](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const auto continues = [&](std::size_t i, unsigned low, unsigned high) {
    return i < text.size() && byte(i) >= low && byte(i) <= high;
  };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return continues(1, 0x80, 0xBF) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    const unsigned low = first == 0xE0 ? 0xA0 : 0x80;
    const unsigned high = first == 0xED ? 0x9F : 0xBF;
    return continues(1, low, high) && continues(2, 0x80, 0xBF) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const unsigned low = first == 0xF0 ? 0x90 : 0x80;
    const unsigned high = first == 0xF4 ? 0x8F : 0xBF;
    return continues(1, low, high) && continues(2, 0x80, 0xBF) && continues(3, 0x80, 0xBF) ? 4 : 0;
  }
  return 0;
}

// Not characters of XML 1.0 though UTF-8: U+FFFE and U+FFFF.
bool is_no_character(std::string_view sequence) { return sequence == "\xEF\xBF\xBE" || sequence == "\xEF\xBF\xBF"; }

void append_escaped(std::string& out, std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = sequence_length(text);
    const std::string_view sequence = text.substr(0, std::max<std::size_t>(length, 1));
    text.remove_prefix(sequence.size());
    const char c = sequence[0];
    const bool is_control = length == 1 && (static_cast<unsigned char>(c) < ' ' || c == '\x7f');
    if (length == 0 || is_control || is_no_character(sequence)) {
      out += kReplacement;
    } else if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (c == '"') {
      out += "&quot;";
    } else if (c == '\'') {
      out += "&#39;";
    } else {
      out += sequence;
    }
  }
}

// A tenth of a pixel is enough, and what is not finite is not drawn.
std::string number(double value) {
  std::string text = fmt::format("{:.1f}", std::isfinite(value) ? value : 0.0);
  if (text.ends_with(".0")) text.resize(text.size() - 2);
  return text == "-0" ? "0" : text;
}

void append(std::string& out, const Rectangle& shape) {
  out +=
      fmt::format(R"(<rect x="{}" y="{}" width="{}" height="{}" fill="{}" fill-opacity="{:.2f}")", number(shape.at.x),
                  number(shape.at.y), number(shape.width), number(shape.height), shape.color, shape.opacity);
  out += shape.note.empty() ? "/>\n" : fmt::format("><title>{}</title></rect>\n", escaped(shape.note));
}

void append(std::string& out, const Path& shape) {
  out +=
      fmt::format(R"(<polyline fill="none" stroke="{}" stroke-width="{}" points=")", shape.color, number(shape.width));
  std::string_view between;
  for (const Point& point : shape.points) {
    out += between;
    out += number(point.x);
    out += ',';
    out += number(point.y);
    between = " ";
  }
  out += "\"/>\n";
}

void append(std::string& out, const Label& shape) {
  if (shape.text.empty()) return;
  static constexpr std::array<std::string_view, 3> kAnchors{"start", "middle", "end"};
  out += fmt::format(R"(<text x="{}" y="{}" font-size="{}" text-anchor="{}" fill="{}">)", number(shape.at.x),
                     number(shape.at.y), number(shape.size),
                     kAnchors[static_cast<std::size_t>(std::to_underlying(shape.anchor))], shape.color);
  append_escaped(out, shape.text);
  out += "</text>\n";
}

}  // namespace

std::string escaped(std::string_view text) {
  std::string out;
  append_escaped(out, text);
  return out;
}

std::string to_svg(const Drawing& drawing) {
  std::string out =
      fmt::format(R"(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {0} {1}" width="{0}" height="{1}")"
                  R"( font-family="sans-serif">)"
                  "\n"
                  R"(<rect width="100%" height="100%" fill="#ffffff"/>)"
                  "\n",
                  number(drawing.width), number(drawing.height));
  for (const Shape& shape : drawing.shapes) {
    std::visit([&out](const auto& s) { append(out, s); }, shape);
  }
  return out + "</svg>\n";
}

}  // namespace acts::report
