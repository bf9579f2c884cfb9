// Writes what a run tells: a folder of files (run.json, equity.csv, fills.csv, orders.csv, marks.csv, decisions.log,
// by choice books.csv), and one JSON object with the fills in it as well. What is written is complete or not there.
// Blocking; not thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "acts/base/result.hpp"

#include "backtest/assumptions.hpp"
#include "backtest/books/book_recorder.hpp"
#include "backtest/decisions/decision_log.hpp"
#include "backtest/instrument.hpp"
#include "backtest/market_feed.hpp"
#include "backtest/run_listener.hpp"
#include "backtest/run_text.hpp"
#include "history/output_file.hpp"
#include "recording/file_lock.hpp"
#include "recording/file_ops.hpp"

namespace acts::backtest {

// What a run writes, and what tells that it is one.
inline constexpr std::string_view kRunName = "run.json";
inline constexpr std::string_view kEquityName = "equity.csv";
inline constexpr std::string_view kFillsName = "fills.csv";
inline constexpr std::string_view kOrdersName = "orders.csv";
inline constexpr std::string_view kMarksName = "marks.csv";
inline constexpr std::array kRunPartNames{kEquityName, kFillsName,       kOrdersName,
                                          kMarksName,  kDecisionLogName, kBooksName};
// In a run's folder: who writes there holds it (file_lock.hpp).
inline constexpr std::string_view kRunLockName = ".lock";

class RunFolder final : public RunListener {
 public:
  // `folder`: made if it is not there; empty: none. `json`: the path of the object by itself; empty: none.
  // `instruments`: by their ids. `books`: of a folder, books.csv; then the run reads the feeds that watch() gives.
  // Errors: kStorage, also where another process writes there; kUsage: it has such files, and they are of no run.
  static Result<std::unique_ptr<RunFolder>> create(FileOps& ops, const std::string& folder, const std::string& json,
                                                   std::vector<BacktestInstrument> instruments,
                                                   const std::optional<BookRecorder::Limits>& books);

  RunFolder(const RunFolder&) = delete;
  RunFolder& operator=(const RunFolder&) = delete;

  void on_order(const OrderUpdate& update, sim::RefusalDetail detail) override;
  void on_fill(const ToldFill& fill) override;
  void on_sample(const Sample& sample) override;
  void on_marks(std::uint64_t fill_number,
                const std::array<std::optional<Decimal>, kMarkHorizons.size()>& marks) override;

  [[nodiscard]] bool has_decisions() const { return decisions_.has_value(); }
  // What a DecisionLogWriter hands over.
  void add_decisions(std::string_view bytes) { write(decisions_, bytes); }

  // Of what was told so far.
  [[nodiscard]] const CreditWatch& credit() const { return credit_; }

  // What the run is to read in place of `feed`, which outlives this: it, if there is no books.csv.
  MarketFeed& watch(InstrumentId id, MarketFeed& feed, bool as_hftbacktest);
  // Of a run that has come to its end, before finish(). Nothing: there is no books.csv.
  std::optional<BooksLeftOut> end_books();

  // Of a run that has not come to its end: keeps what the folder has so far, without totals. `run`: a JSON object that
  // says why. Errors: as finish().
  Result<void> break_off(const std::string& run);
  // `run`, `totals`: JSON objects. Errors, also of all that was written before: kStorage.
  Result<void> finish(const std::string& run, const std::string& totals);

 private:
  explicit RunFolder(std::vector<BacktestInstrument> instruments)
      : instruments_(std::move(instruments)), credit_(instruments_) {}
  using File = std::optional<history::OutputFile>;
  // One writer at a time, and no files of others.
  Result<void> enter(FileOps& ops, const std::string& folder);
  Result<void> open_books(FileOps& ops, const std::string& folder, const std::optional<BookRecorder::Limits>& books);
  Result<void> finish_files();
  Result<void> open(FileOps& ops, File& file, const std::string& path, std::string_view begin);
  void write(File& file, std::string_view text);
  // Marks of several instruments are complete in an order of their own: they are written in that of the fills.
  void write_marks();
  [[nodiscard]] const BacktestInstrument& of(InstrumentId id) const { return instruments_.at(id.value()); }

  std::vector<BacktestInstrument> instruments_;
  CreditWatch credit_;
  std::optional<FileLock> lock_;
  File json_;  // of its own, and in the folder
  File run_;
  File equity_;
  File fills_;
  File orders_;
  File marks_;
  File decisions_;
  File books_;
  std::unique_ptr<BookRecorder> recorder_;  // of books_
  bool has_fill_ = false;
  std::uint64_t fills_told_ = 0;
  std::uint64_t last_marked_ = 0;                         // of the fills whose marks are written
  std::map<std::uint64_t, std::string> held_marks_ = {};  // lines that wait for those of fills before
  std::optional<Error> failure_;                          // the first
};

}  // namespace acts::backtest
