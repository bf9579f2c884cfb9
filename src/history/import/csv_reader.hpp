// Rows out of a CSV file, one a line. The first line says what fields there are. Not thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "acts/base/result.hpp"

#include "history/import/row_parser.hpp"
#include "history/import/row_reader.hpp"
#include "history/import/stream_rows.hpp"
#include "recording/line_reader.hpp"

namespace acts::history {

// A longer line is a bad one; its bytes are skipped, not kept.
inline constexpr std::size_t kMaxCsvLineBytes = std::size_t{64} << 10;

class CsvReader final : public RowReader {
 public:
  // Of the first line. It has a header if the layout says so, else it is the first row.
  using ChooseLayout = std::function<Result<Layout>(std::string_view first_line)>;

  // `kind` must outlive it. `symbol`: as in RowParser. Streams get their `row` from it.
  CsvReader(std::unique_ptr<ByteSource> source, const Kind& kind, std::string symbol, ChooseLayout choose_layout);

  Result<Got> next(Row& row) override;
  [[nodiscard]] Bad bad() const override { return {bad_reason_, bad_text_}; }
  [[nodiscard]] std::uint64_t place() const override { return lines_.line_number(); }
  [[nodiscard]] std::optional<std::string_view> time_unit() const override {
    return parser_ ? parser_->time_unit() : std::nullopt;
  }
  [[nodiscard]] bool has_header() const override { return has_header_; }

 private:
  Result<bool> begin(std::string_view& line);

  LineReader lines_;
  const Kind* kind_;
  std::string symbol_;
  ChooseLayout choose_layout_;
  std::optional<RowParser> parser_;  // once the first line is seen
  bool has_header_ = false;
  StreamRows rows_;
  std::string bad_reason_;
  std::string_view bad_text_;
};

// A file of the archive: by its header, or by how many fields there are. `kind` must outlive it.
std::unique_ptr<RowReader> read_archive_csv(std::unique_ptr<ByteSource> source, const Kind& kind, std::string symbol);

}  // namespace acts::history
