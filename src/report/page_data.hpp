// What a page's script reads: JSON within a script element. Pure.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "report/chart.hpp"

namespace acts::report {

// A list of panels for charts.js; number i is drawn in the element with the id panel_id(i).
std::string panels_json(std::span<const Panel> panels);
std::string panel_id(std::size_t number);

// JSON as the text of a script element: nothing ends that but "</script", and nothing begins a comment in it but
// "<!--".
std::string script_safe(std::string_view json_text);

}  // namespace acts::report
