// The port of the formats: what reads the rows of one data set out of one file, in the file's order. Order, days,
// limits and the list of bad rows are RowPass's. Not thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "acts/base/result.hpp"

#include "history/table/kind.hpp"

namespace acts::history {

class RowReader {
 public:
  enum class Got : std::uint8_t {
    kRow,  // `row` is filled: narrow if that form holds it, else wide
    kBad,  // a row that cannot be taken: bad() tells
    kEnd,  // however often asked
  };

  virtual ~RowReader() = default;
  // An error is final: kBadInput, of the whole file and saying where in it; what its bytes fail with.
  virtual Result<Got> next(Row& row) = 0;

  // Why, and what stands there; both may hold anything, and are valid until the next call.
  struct Bad {
    std::string_view reason;
    std::string_view text;
  };
  [[nodiscard]] virtual Bad bad() const = 0;

  // The line or record, from 1, of the row last read.
  [[nodiscard]] virtual std::uint64_t place() const = 0;

  // For the manifest: "ms", "us", "text"; nothing where the format says it.
  [[nodiscard]] virtual std::optional<std::string_view> time_unit() const { return std::nullopt; }
  [[nodiscard]] virtual bool has_header() const { return false; }
};

}  // namespace acts::history
