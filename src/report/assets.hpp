// What every chart's page is made with: built in, so that a page needs nothing from anywhere.
#pragma once

#include <string_view>

namespace acts::report {

// uPlot (MIT, Copyright Leon Sorokin) and charts.js behind it; its style sheet and charts.css behind it. Of each the
// base64 of its SHA-256.
extern const std::string_view kPageScript;
extern const std::string_view kPageScriptSum;
extern const std::string_view kPageStyle;
extern const std::string_view kPageStyleSum;

}  // namespace acts::report
