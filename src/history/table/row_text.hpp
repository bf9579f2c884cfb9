// Cells as texts, as every output of ours has them. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "history/table/kind.hpp"

namespace acts::history {

// "2021-02-11T03:00:00.000Z", with microseconds if there are any. `micros`: since 1970 UTC, of the years 1677 to 2262.
std::string time_text(std::int64_t micros);

// A value: a time (of kNanos with nine decimals), "61685.99" (exact, without zeros at its end), "true", "null".
std::string value_text(const Kind& kind, const Row& row, std::size_t column);
// All of them, with a comma between.
std::string row_text(const Kind& kind, const Row& row);
// Of each column of the kind, in order: nothing where it is not known.
void row_texts(const Kind& kind, const Row& row, std::vector<std::optional<std::string>>& texts);

}  // namespace acts::history
