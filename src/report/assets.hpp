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

// The same with sheet.js and sheet.css behind them: of tear sheets.
extern const std::string_view kSheetScript;
extern const std::string_view kSheetScriptSum;
extern const std::string_view kSheetStyle;
extern const std::string_view kSheetStyleSum;

}  // namespace acts::report
