#include "cli/sweep_output.hpp"

#include <fmt/format.h>

#include <utility>

#include "history/day_recording.hpp"
#include "history/output_file.hpp"

namespace acts::cli {
namespace {

bool is_parquet(const std::string& path) { return path.ends_with(".parquet"); }

Result<void> write_file(FileOps& ops, const std::string& path, const std::string& text) {
  Result<history::OutputFile> file = history::OutputFile::create(ops, path);
  if (!file) return std::unexpected(file.error());
  if (Result<void> written = file->write(text); !written) return written;
  return file->finish();
}

}  // namespace

Result<SweepOutput> SweepOutput::open(FileOps& ops, SweepOutputOptions options) {
  if (!is_parquet(options.path) && !options.path.ends_with(".csv")) {
    return fail(ErrorCode::kUsage, fmt::format("--output {}: its name is to end with .csv or .parquet", options.path));
  }
  Result<backtest::SweepJournal> journal =
      backtest::SweepJournal::open(ops, options.path + ".journal", options.identity);
  if (!journal) return std::unexpected(journal.error());
  return SweepOutput(ops, std::move(options), *std::move(journal));
}

Result<void> SweepOutput::add(std::span<const backtest::SweepRow> rows) {
  for (const backtest::SweepRow& row : rows) {
    journal_.add({.number = row.number, .totals = row.totals, .error = row.error});
  }
  return journal_.sync();
}

Result<void> SweepOutput::write_table(SweepTable& table, report::SweepJudge& judge, const std::string& path) {
  Result<history::OutputFile> file = history::OutputFile::create(*ops_, path);
  if (!file) return std::unexpected(file.error());
  if (Result<void> written = file->write(table.header()); !written) return written;
  const Result<void> read = journal_.read([&](const backtest::JournalEntry& entry) {
    judge.add(entry.number, entry.totals.closes);
    return file->write(table.line(entry, options_.risk_free_rate));
  });
  if (!read) return read;
  return file->finish();
}

Result<report::SweepSummary> SweepOutput::finish(SweepTable table, const std::vector<backtest::SweepAxis>& axes,
                                                 std::string run) {
  report::SweepJudge judge(options_.objective, options_.risk_free_rate);
  const std::string& path = options_.path;
  // Parquet is made of the same lines.
  const std::string csv = is_parquet(path) ? path + ".rows" : path;
  if (Result<void> written = write_table(table, judge, csv); !written) return std::unexpected(written.error());
  if (is_parquet(path)) {
    const Result<void> made = table.to_parquet(*ops_, csv, path);
    ops_->remove(csv);
    if (!made) return std::unexpected(made.error());
  }
  report::SweepSummary summary = judge.summary(options_.walk_forward, [&axes](std::size_t number) {
    report::ParameterTexts texts;
    for (const GivenParameter& given : backtest::combination(axes, number - 1))
      texts.emplace_back(given.name, given.text);
    return texts;
  });
  Result<std::string> sum = history::sha256_of_file(path);
  if (!sum) return std::unexpected(sum.error());
  summary.run = std::move(run);
  summary.table_sha256 = *std::move(sum);
  const Result<void> told = write_file(*ops_, report::summary_path(path), report::to_json(summary));
  if (!told) return std::unexpected(told.error());
  if (Result<void> removed = journal_.remove(); !removed) return std::unexpected(removed.error());
  return summary;
}

}  // namespace acts::cli
