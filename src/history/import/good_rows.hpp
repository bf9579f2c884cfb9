// The rows of a reader without those that cannot be taken, which are told. Not thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <string_view>
#include <utility>

#include "history/import/row_reader.hpp"
#include "history/table/row_source.hpp"

namespace acts::history {

class GoodRows final : public RowSource {
 public:
  // `kind` outlives it. All rows come in that form: a narrow one must hold them. `on_bad` hears the reason of each
  // other.
  GoodRows(std::unique_ptr<RowReader> reader, const Kind& kind, DecimalForm form,
           std::function<void(std::string_view)> on_bad)
      : reader_(std::move(reader)), kind_(&kind), form_(form), on_bad_(std::move(on_bad)) {}

  // Errors: the reader's.
  Result<bool> next(Row& row) override {
    for (;;) {
      const Result<RowReader::Got> got = reader_->next(row);
      if (!got) return std::unexpected(got.error());
      if (*got == RowReader::Got::kEnd) return false;
      if (*got == RowReader::Got::kRow) break;
      on_bad_(reader_->bad().reason);
    }
    form_ == DecimalForm::kWide ? widen(*kind_, row) : narrow(*kind_, row);
    return true;
  }

 private:
  std::unique_ptr<RowReader> reader_;
  const Kind* kind_;
  DecimalForm form_;
  std::function<void(std::string_view)> on_bad_;
};

}  // namespace acts::history
