// Which fields a CSV file has, and where each goes: by its header if there is one, else by how many there are. The
// archive's files have changed both over the years, each market at another time. Pure.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "acts/base/result.hpp"

#include "history/import/time_format.hpp"
#include "history/table/kind.hpp"

namespace acts::history {

// What a field's text means for its column.
enum class Reading : std::uint8_t {
  kValue,     // it is the value
  kOpposite,  // of a flag: the other one
  kSide,      // "bid" is true, "ask" false
  kTaker,     // "sell" is true (the buyer was the maker), "buy" false
  kMarket,    // "MARKET" is true, any other false
  kSymbol,    // no column: a row of another symbol is a bad one
};

struct Layout {
  static constexpr std::size_t kIgnored = SIZE_MAX;
  // Of each field the column of the kind, or kIgnored.
  std::vector<std::size_t> columns = {};
  std::vector<Reading> readings = {};  // of each field; empty: all kValue
  // Columns that no field tells, and what they are in every row.
  std::vector<std::pair<std::size_t, std::int64_t>> constants = {};
  TimeFormat times = {};
  bool has_header = false;
  bool has_units_by_column = false;  // else all times of a file have one unit
};

// A field of a format: the names it has had, the first in the newest files, and our column; "" for none.
struct LayoutField {
  std::string_view column;
  std::array<std::string_view, 4> names;
  Reading reading = Reading::kValue;
  bool is_optional = false;
};

// A file has so many fields a line at most.
inline constexpr std::size_t kMaxFields = 32;

// Of a file of the archive, by its first line. Errors: kBadInput: a header without a column that must be there, names
// that nobody knows, or a number of fields that this kind does not come in.
Result<Layout> choose_layout(const Kind& kind, std::string_view first_line);

// By the names of a header. Errors: kBadInput: one that is not of `fields` (unless `takes_others`: it is ignored then),
// one that is there twice, a field that is not optional and not there.
Result<Layout> layout_by_names(const Kind& kind, std::span<const LayoutField> fields,
                               std::span<const std::string_view> names, bool takes_others);

// Cuts a line at its commas, without a carriage return at its end. Says how many fields there are; of those beyond
// kMaxFields only that they are there.
std::size_t split_fields(std::string_view line, std::string_view (&fields)[kMaxFields]) noexcept;

// Why a line that no layout takes is none of fields with commas between them, and the remedy: quotes, semicolons, tabs;
// empty: nothing speaks against it.
std::string odd_form(std::string_view line);
// Of a field in quotes, and behind odd_form()'s.
inline constexpr std::string_view kNoQuotes = "in quotes, which are not taken: write the file without them";

// For messages: short, and nothing that a terminal would obey.
std::string shown_text(std::string_view text);

}  // namespace acts::history
