// Writes what a run tells: a folder of files (run.json, equity.csv, fills.csv, orders.csv, marks.csv) and one JSON
// object. What is written is complete or not there. Blocking; not thread-safe.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "acts/base/result.hpp"

#include "backtest/instrument.hpp"
#include "backtest/run_listener.hpp"
#include "backtest/run_text.hpp"
#include "history/output_file.hpp"
#include "recording/file_ops.hpp"

namespace acts::backtest {

class RunFolder final : public RunListener {
 public:
  // `folder`: made if it is not there; empty: none. `json`: the path of the object by itself; empty: none.
  // `instruments`: by their ids. Errors: kStorage.
  static Result<std::unique_ptr<RunFolder>> create(FileOps& ops, const std::string& folder, const std::string& json,
                                                   std::vector<BacktestInstrument> instruments);

  void on_order(const OrderUpdate& update) override;
  void on_fill(const ToldFill& fill) override;
  void on_sample(const Sample& sample) override;
  void on_marks(std::uint64_t fill_number,
                const std::array<std::optional<Decimal>, kMarkHorizons.size()>& marks) override;

  // `run`, `totals`: JSON objects. Errors, also of all that was written before: kStorage.
  Result<void> finish(const std::string& run, const std::string& totals);

 private:
  explicit RunFolder(std::vector<BacktestInstrument> instruments) : instruments_(std::move(instruments)) {}
  using File = std::optional<history::OutputFile>;
  Result<void> open(FileOps& ops, File& file, const std::string& path, std::string_view begin);
  void write(File& file, std::string_view text);
  void write_json(std::string_view text);
  [[nodiscard]] const BacktestInstrument& of(InstrumentId id) const { return instruments_.at(id.value()); }

  std::vector<BacktestInstrument> instruments_;
  File json_;  // of its own, and in the folder
  File run_;
  File equity_;
  File fills_;
  File orders_;
  File marks_;
  bool has_fill_ = false;
  std::optional<Error> failure_;  // the first
};

}  // namespace acts::backtest
