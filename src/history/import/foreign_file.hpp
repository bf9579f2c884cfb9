// Files of other tools that are known, and that no format of source_formats() reads. Pure.
#pragma once

#include <string>
#include <string_view>

namespace acts::history {

// What the file is and what to do instead, behind its name: "path: it is …: …"; empty: it is none of these. `head`: as
// head_of().
std::string foreign_advice(std::string_view path, std::string_view head);

}  // namespace acts::history
