// Feeds a recording through the same pipeline that collects live: our own recordings with everything their index tells,
// others' as they are.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "acts/base/result.hpp"
#include "acts/features/bands.hpp"
#include "acts/features/interval_feature.hpp"
#include "acts/features/row.hpp"
#include "acts/market/venue.hpp"

#include "binance/answer_owners.hpp"
#include "collector/market_pipeline.hpp"
#include "live/book_file.hpp"
#include "live/leap_guard.hpp"
#include "live/receive_steps.hpp"
#include "live/run_settings.hpp"
#include "live/ticker_check.hpp"
#include "recording/recording_reader.hpp"

namespace acts {

struct ReplayOptions {
  Venue venue = Venue::kBinanceSpot;
  // Symbols, or assets, which mean their USDT pairs; in upper case; empty: all there are.
  std::vector<std::string> symbols;
  // Instead of what the recording says of its runs.
  std::optional<BandList> bands = {};
  std::optional<Nanos> stale_after = {};
  // What rows have behind the columns of every minute row, and how far apart they are. Rows of the minutes between runs
  // are made up at an interval of a minute only.
  IntervalFeatures features = {};
  RunSettings untold = {};  // of a run whose recording says nothing, or of which what is read has not the beginning
  int limit = 0;            // of REST depth answers whose request is not known
  // Whose such answers are, where that is known; empty: the update ids around them tell it.
  std::string answers_of = {};
  // Books to begin with: each at the place in the recording where it was saved (see index::BookSaved).
  std::vector<BookFile> books;
  bool begins_at_book = false;          // what comes before the first of those places is left out
  std::optional<UnixNanos> until = {};  // what was received then and later is left out
};

class Replay {
 public:
  // Rows are by the schema of pipeline() at that moment: each run has its own bands. `problem` is called with one line
  // for each thing that was refused.
  Replay(ReplayOptions options, std::function<void(MinuteRow&&)> rows, std::function<void(std::string)> problem);

  // To the end of the recording. Refused lines are counted and do not end it. Errors: kStorage if the system cannot
  // read on, kUsage if the recording is of another venue.
  Result<void> run(RecordingReader& reader);
  // kCancelled: `stop` was true in between; it is asked now and then.
  Result<void> run(RecordingReader& reader, const std::function<bool()>& stop);
  // In parts: what one reader gives, what comes item by item, and the end.
  Result<void> read(RecordingReader& reader, const std::function<bool()>& stop);
  Result<void> take(const RecordedItem& item);
  Result<void> end();
  // The same as run(), item by item. False: the recording was at its end.
  Result<bool> step(RecordingReader& reader);

  [[nodiscard]] const collector::MarketPipeline& pipeline() const { return pipeline_; }
  // One per instrument of the pipeline.
  [[nodiscard]] const std::vector<TickerCheck>& ticker_checks() const { return checks_; }
  [[nodiscard]] std::uint64_t unreadable() const { return unreadable_; }
  // Lines left out because their receive time was far ahead of those around them.
  [[nodiscard]] std::uint64_t leaps() const { return leaps_; }
  // Lines that were received long before the line before them, in the same run: of those minutes there are no more
  // rows.
  [[nodiscard]] std::uint64_t steps_back() const { return steps_.count(); }
  // REST answers whose symbol could not be told.
  [[nodiscard]] std::uint64_t unassigned() const { return unassigned_; }
  // Well-formed messages of no kind that is decoded.
  [[nodiscard]] std::uint64_t not_decoded() const { return not_decoded_; }
  // Something in it speaks of a market: an event, a snapshot, or the index of a run.
  [[nodiscard]] bool is_recording() const { return events_ > 0 || indexed_; }
  // Every run in it was read from its start, and the books that it began with are known.
  [[nodiscard]] bool is_complete() const { return is_complete_; }
  // What the next run of the symbol would begin with. A run that was cut before it could say what it began with, or
  // that has had no snapshot, has left the book of the run before. Nothing: no run has had one.
  [[nodiscard]] std::optional<binance::SavedBook> left_book(const std::string& symbol) const;
  // Of ReplayOptions::symbols those of which there is nothing.
  [[nodiscard]] std::vector<std::string> missing_symbols() const;
  // Of ReplayOptions::books those whose place was not in what was read.
  [[nodiscard]] std::vector<std::string> unused_books() const;
  // The end state, one line an instrument and one for the whole: what `--summary` prints.
  [[nodiscard]] std::string summary() const;

 private:
  Result<bool> read_item(RecordingReader& reader);
  Result<void> on_item(const RecordedItem& item);
  Result<void> on_kept(const std::optional<LeapGuard::Kept>& kept);
  Result<void> on_line(const RecordedLine& line);
  Result<void> check_venue(const RecordedLine& line);
  void on_entry(const IndexEntry& entry);
  void note_step_back(const RecordedLine& line);
  void on_answer(std::string_view json, UnixNanos ts_recv);
  void end_file();
  void give_answers();
  void give_answer(const binance::AnswerOwners::Answer& answer);
  void depth_answer(collector::InstrumentIndex index, std::string_view json, int limit, UnixNanos ts_recv);
  void check_audit(const index::Audit& told);
  void on_decoded(const binance::Message& message);
  void add_symbol(const std::string& symbol, std::string_view status, UnixNanos ts);
  void start_run(const std::string& settings, UnixNanos ts);
  void continue_run(const std::string& settings, UnixNanos ts);
  [[nodiscard]] std::optional<RunSettings> told(const std::string& settings);
  void use(const RunSettings& settings);
  void book_saved(const index::BookSaved& saved, UnixNanos ts);
  void remember_saved(const std::string& symbol, std::uint64_t fingerprint, binance::SavedBook book);
  [[nodiscard]] const binance::SavedBook* saved_book(const std::string& symbol, std::uint64_t fingerprint) const;
  void book_restored(const index::BookRestored& restored, UnixNanos ts);
  // `saved_at`: only the one of that time; none: of any.
  [[nodiscard]] const BookFile* given_book(std::string_view symbol, std::uint64_t fingerprint,
                                           std::optional<UnixNanos> saved_at = {});
  void give_missed_minutes(const std::string& symbol);
  void on_row(MinuteRow&& row);
  [[nodiscard]] bool wanted(std::string_view symbol) const;

  ReplayOptions options_;
  std::function<void(MinuteRow&&)> rows_;
  std::function<void(std::string)> problem_;
  collector::MarketPipeline pipeline_;
  RunSettings settings_;                            // of the run
  std::map<std::string, UnixNanos> last_rows_;      // by symbol
  std::optional<UnixNanos> run_begin_;              // of this run, if its index tells
  std::optional<UnixNanos> run_start_;              // of the second run and later ones
  std::map<std::string, binance::SavedBook> left_;  // by symbol: as an earlier run has left it
  // By symbol: the last of those that were kept. A run that could not read what was recorded since begins with one.
  struct KeptBook {
    std::uint64_t fingerprint = 0;
    binance::SavedBook book;
  };
  static constexpr std::size_t kKeptBooks = 3;
  std::map<std::string, std::vector<KeptBook>> saved_;
  std::set<const BookFile*> used_books_;
  bool skipping_ = false;  // to the first place of ReplayOptions::books
  std::vector<TickerCheck> checks_;
  std::optional<index::RestAnswer> answer_;  // what the next line is
  LeapGuard guard_;
  ReceiveSteps steps_;
  binance::AnswerOwners owners_;         // of answers without an index that tells
  std::optional<UpdateId> snapshot_id_;  // of the current line, if it is such an answer
  std::string file_;                     // of the last line
  std::string run_venue_;                // as its index says, up to the next line
  bool venue_told_ = false;              // of that file
  bool indexed_ = false;
  bool is_whole_run_ = false;  // the present one was read from its start
  bool is_complete_ = true;
  std::uint64_t events_ = 0;
  std::uint64_t not_decoded_ = 0;
  std::uint64_t unreadable_ = 0;
  std::uint64_t leaps_ = 0;
  std::uint64_t unassigned_ = 0;
};

}  // namespace acts
