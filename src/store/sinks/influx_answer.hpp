// Reads what InfluxDB 2 answers as JSON.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace acts {

// The text at a path such as "buckets.0.id"; none: nothing, or no text, stands there, or it is no JSON. Takes any text.
std::optional<std::string> json_text(std::string_view json, const char* path);

}  // namespace acts
