// Which fields a CSV file has, and where each goes: by its header if there is one, else by how many there are. The
// archive's files have changed both over the years, each market at another time. Pure.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "acts/base/result.hpp"

#include "history/table/kind.hpp"

namespace acts::history {

struct Layout {
  static constexpr std::size_t kIgnored = SIZE_MAX;
  // Of each field the column of the kind, or kIgnored.
  std::vector<std::size_t> columns;
  bool has_header = false;
};

// A file has so many fields a line at most.
inline constexpr std::size_t kMaxFields = 32;

// By the file's first line. Errors: kBadInput: a header without a column that must be there, names that nobody knows,
// or a number of fields that this kind does not come in.
Result<Layout> choose_layout(const Kind& kind, std::string_view first_line);

// Cuts a line at its commas, without a carriage return at its end. Says how many fields there are; of those beyond
// kMaxFields only that they are there.
std::size_t split_fields(std::string_view line, std::string_view (&fields)[kMaxFields]) noexcept;

}  // namespace acts::history
