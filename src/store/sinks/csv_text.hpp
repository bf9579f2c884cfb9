// Reads the CSV that a database answers (RFC 4180).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace acts {

// Fields without their quotes; lines without any text are left out. Takes any text: a quote that is never closed
// reaches to the end.
std::vector<std::vector<std::string>> csv_lines(std::string_view text);

}  // namespace acts
