// The files of a sweep: its journal while it goes on, its table and summary once it is over. Blocking.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "acts/base/decimal.hpp"
#include "acts/base/result.hpp"

#include "backtest/sweep/sweep_journal.hpp"
#include "backtest/sweep/sweep_run.hpp"
#include "cli/sweep_table.hpp"
#include "recording/file_ops.hpp"
#include "report/sweep/sweep_summary.hpp"

namespace acts::cli {

struct SweepOutputOptions {
  std::string path = {};      // ends with .csv or .parquet
  std::string identity = {};  // of the sweep
  double risk_free_rate = 0;  // of report::set_figures()
  report::NamedFigure objective = report::kSetFigures[0];
  std::optional<report::WalkForwardSpans> walk_forward = {};
};

class SweepOutput {
 public:
  // With what a sweep of the same identity has left in "PATH.journal". Errors: kUsage: another ending; those of
  // SweepJournal::open().
  static Result<SweepOutput> open(FileOps& ops, SweepOutputOptions options);

  // Sets that need not be run again.
  [[nodiscard]] std::span<const std::size_t> done() const { return journal_.numbers(); }
  // Of all that are done, those that were before among them.
  [[nodiscard]] const backtest::SetFailures& failures() const { return journal_.failures(); }
  // On the disk when it returns. Errors: kStorage.
  Result<void> add(std::span<const backtest::SweepRow> rows);
  // Table and summary are in their places, and the journal is gone. Errors: kStorage; kBadInput: a value that Parquet
  // cannot hold.
  // `run`: of SweepSummary.
  Result<report::SweepSummary> finish(SweepTable table, const std::vector<backtest::SweepAxis>& axes, std::string run);

 private:
  SweepOutput(FileOps& ops, SweepOutputOptions options, backtest::SweepJournal journal)
      : ops_(&ops), options_(std::move(options)), journal_(std::move(journal)) {}
  Result<void> write_table(SweepTable& table, report::SweepJudge& judge, const std::string& path);

  FileOps* ops_;
  SweepOutputOptions options_;
  backtest::SweepJournal journal_;
};

}  // namespace acts::cli
