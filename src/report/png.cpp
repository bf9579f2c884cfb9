#include "report/png.hpp"

#include <cairo.h>
#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <memory>
#include <utility>
#include <variant>

#include "report/svg.hpp"

namespace acts::report {
namespace {

constexpr double kMostPixels = 32'767;

using Surface = std::unique_ptr<cairo_surface_t, decltype(&cairo_surface_destroy)>;
using Context = std::unique_ptr<cairo_t, decltype(&cairo_destroy)>;

void set_color(cairo_t* cairo, std::string_view color, double opacity = 1) {
  unsigned rgb = 0;
  std::from_chars(color.data() + 1, color.data() + color.size(), rgb, 16);
  cairo_set_source_rgba(cairo, ((rgb >> 16) & 0xFFU) / 255.0, ((rgb >> 8) & 0xFFU) / 255.0, (rgb & 0xFFU) / 255.0,
                        opacity);
}

void paint(cairo_t* cairo, const Rectangle& shape) {
  set_color(cairo, shape.color, shape.opacity);
  cairo_rectangle(cairo, shape.at.x, shape.at.y, shape.width, shape.height);
  cairo_fill(cairo);
}

void paint(cairo_t* cairo, const Path& shape) {
  set_color(cairo, shape.color);
  cairo_set_line_width(cairo, shape.width);
  cairo_new_path(cairo);  // else it begins where the last text ended
  for (const Point& point : shape.points) cairo_line_to(cairo, point.x, point.y);
  cairo_stroke(cairo);
}

// Cairo ends for good at a text that is not UTF-8.
std::string harmless(std::string_view text) {
  std::string out = escaped(text);
  for (const auto& [reference, character] : {std::pair{"&lt;", "<"}, std::pair{"&gt;", ">"}, std::pair{"&quot;", "\""},
                                             std::pair{"&#39;", "'"}, std::pair{"&amp;", "&"}}) {
    for (std::size_t at = out.find(reference); at != std::string::npos; at = out.find(reference, at + 1)) {
      out.replace(at, std::string_view(reference).size(), character);
    }
  }
  return out;
}

void paint(cairo_t* cairo, const Label& shape) {
  const std::string text = harmless(shape.text);
  set_color(cairo, shape.color);
  cairo_set_font_size(cairo, shape.size);
  cairo_text_extents_t extents{};
  cairo_text_extents(cairo, text.c_str(), &extents);
  const double left = shape.anchor == Anchor::kStart    ? 0.0
                      : shape.anchor == Anchor::kMiddle ? extents.x_advance / 2
                                                        : extents.x_advance;
  cairo_move_to(cairo, shape.at.x - left, shape.at.y);
  cairo_show_text(cairo, text.c_str());
}

cairo_status_t append(void* out, const unsigned char* bytes, unsigned count) {
  static_cast<std::string*>(out)->append(reinterpret_cast<const char*>(bytes), count);
  return CAIRO_STATUS_SUCCESS;
}

}  // namespace

Result<std::string> to_png(const Drawing& drawing) {
  const auto failed = [&drawing](std::string_view why) {
    return fail(ErrorCode::kUsage, fmt::format("a picture of {:.0f} x {:.0f} pixels cannot be made: {}", drawing.width,
                                               drawing.height, why));
  };
  if (drawing.width > kMostPixels || drawing.height > kMostPixels) return failed("take SVG or HTML");
  const Surface surface(cairo_image_surface_create(CAIRO_FORMAT_RGB24, static_cast<int>(std::ceil(drawing.width)),
                                                   static_cast<int>(std::ceil(drawing.height))),
                        &cairo_surface_destroy);
  const Context cairo(cairo_create(surface.get()), &cairo_destroy);
  cairo_set_source_rgb(cairo.get(), 1, 1, 1);
  cairo_paint(cairo.get());
  cairo_select_font_face(cairo.get(), "sans-serif", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL);
  for (const Shape& shape : drawing.shapes) {
    std::visit([&cairo](const auto& s) { paint(cairo.get(), s); }, shape);
  }
  if (const cairo_status_t status = cairo_status(cairo.get()); status != CAIRO_STATUS_SUCCESS) {
    return failed(cairo_status_to_string(status));
  }
  std::string bytes;
  const cairo_status_t written = cairo_surface_write_to_png_stream(surface.get(), append, &bytes);
  if (written != CAIRO_STATUS_SUCCESS) return failed(cairo_status_to_string(written));
  return bytes;
}

}  // namespace acts::report
