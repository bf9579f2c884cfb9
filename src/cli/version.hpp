// What was built: "0.1.0+3bb43aba9dc1" (version and commit; ".changed" behind it where files differed from the commit,
// which does not say how), "0.1.0" of sources outside of git.
#pragma once

#include <string_view>

namespace acts::cli {

std::string_view version() noexcept;

}  // namespace acts::cli
