// Lines of a CSV file of which each becomes any number of rows: what formats share whose line is a whole message, or
// that have lines of several kinds. Not thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "acts/base/result.hpp"

#include "history/import/row_parser.hpp"
#include "history/import/row_reader.hpp"
#include "history/import/stream_rows.hpp"
#include "recording/line_reader.hpp"

namespace acts::history {

class MessageReader : public RowReader {
 public:
  Result<Got> next(Row& row) final;
  [[nodiscard]] Bad bad() const final { return {bad_reason_, bad_text_}; }
  [[nodiscard]] std::uint64_t place() const final { return lines_.line_number(); }
  [[nodiscard]] std::optional<std::string_view> time_unit() const final { return parser_.time_unit(); }
  [[nodiscard]] bool has_header() const final { return true; }

 protected:
  // `layout`: of the lines that split() makes. `kind` must outlive it.
  MessageReader(std::unique_ptr<ByteSource> bytes, const Kind& kind, Layout layout, std::string symbol);

  // A line, and its fields.
  struct Line {
    std::string_view text;
    std::span<const std::string_view> fields;
  };
  // The header: the first line that is not empty and does not begin with '#'. Errors: kBadInput.
  virtual Result<void> begin(const Line& header) = 0;
  // Of a line, the texts of its rows, in the fields of the layout: none if it is for others. Errors: kBadInput, why it
  // is a bad one.
  virtual Result<void> split(const Line& line, std::vector<std::string>& rows) = 0;

 private:
  Result<std::optional<std::string_view>> read_line(bool& is_long);
  Result<void> take_line(std::string_view line);

  LineReader lines_;
  const Kind* kind_;
  RowParser parser_;
  StreamRows counted_;
  bool has_begun_ = false;
  std::vector<std::string_view> fields_;
  std::vector<std::string> texts_;
  std::vector<Row> rows_;  // of the line last read
  std::size_t next_ = 0;
  std::string bad_reason_;
  std::string_view bad_text_;
};

}  // namespace acts::history
