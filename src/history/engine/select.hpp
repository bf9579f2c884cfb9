// One SELECT of somebody's, as texts. Whatever it says, it only reads: see engine/select.cpp.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "acts/base/result.hpp"

#include "history/engine/duck.hpp"

namespace acts::history {

// What a value's text is: for whoever quotes, or aligns.
enum class CellForm : std::uint8_t {
  kText,
  kWhole,   // an integer
  kNumber,  // a double in its shortest form, "nan", "inf", "-inf"
  kExact,   // a decimal without zeros at its end
  kFlag,    // "true", "false"
};
struct SelectColumn {
  std::string name;
  CellForm form = CellForm::kText;
};

// The statement in DuckDB's own words, without comments, if it is one that only reads: one SELECT (with what belongs to
// it: WITH, VALUES, FROM), which takes no table function but those of `allowed`. Errors: kUsage, saying what is not
// taken; kBadInput, if it is no SQL.
Result<std::string> reading_select(Duck& duck, const std::string& sql, const std::vector<std::string>& allowed);

class SelectRows {
 public:
  struct Impl;
  // `is_cancelled` is asked between pieces of work and, every 20 ms, by a thread that ends what DuckDB runs: from two
  // threads at a time. Once true it stays so. Errors: as Duck::run().
  static Result<SelectRows> start(Duck& duck, const std::string& select, std::function<bool()> is_cancelled);
  ~SelectRows();
  SelectRows(SelectRows&&) noexcept;
  SelectRows& operator=(SelectRows&&) noexcept;

  [[nodiscard]] const std::vector<SelectColumn>& columns() const;
  // The next row: a text for each column, nothing for NULL. False: there is none. Errors: as Duck::run().
  Result<bool> next(std::vector<std::optional<std::string>>& cells);

 private:
  explicit SelectRows(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace acts::history
