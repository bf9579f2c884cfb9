// A drawing as a picture. By cairo, in memory.
#pragma once

#include <string>

#include "acts/base/result.hpp"

#include "report/drawing.hpp"

namespace acts::report {

// The bytes of a PNG file, as many pixels as the drawing has. The fonts are those of this machine. Errors: kUsage: more
// than 32,767 pixels in one direction, which is cairo's limit, or without memory for it.
Result<std::string> to_png(const Drawing& drawing);

}  // namespace acts::report
