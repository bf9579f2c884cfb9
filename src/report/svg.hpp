// A drawing as SVG 1.1: a file of its own, or a part of a page. Pure.
#pragma once

#include <string>
#include <string_view>

#include "report/drawing.hpp"

namespace acts::report {

// With the drawing's own size; texts are texts, with whatever is markup in them escaped. No script, no reference to
// anything outside.
std::string to_svg(const Drawing& drawing);

// For markup's texts and attributes: & < > " ' as references, control characters (which XML does not take) as U+FFFD,
// bytes that are no UTF-8 too.
std::string escaped(std::string_view text);

}  // namespace acts::report
