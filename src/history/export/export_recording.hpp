// Recordings as files of other tools' forms. Blocking; memory does not grow with the recording.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"
#include "acts/market/venue.hpp"

#include "history/export/hft_spool.hpp"
#include "history/export/message_csv.hpp"
#include "history/export/npz_file.hpp"
#include "history/import/funding_rates.hpp"
#include "history/import/recorded_messages.hpp"
#include "history/import/trade_gaps.hpp"
#include "history/import/update_gaps.hpp"
#include "recording/file_ops.hpp"

namespace acts::history {

struct RecordingExport {
  std::vector<std::string> paths = {};  // one recording in the order given
  Venue venue = Venue::kBinanceSpot;
  std::string symbol = {};  // as the venue spells it; empty: the only one there is
  std::optional<UnixNanos> from = {};
  std::optional<UnixNanos> to = {};
  bool keeps_marks = false;   // funding() keeps mark prices, too
  bool keeps_events = false;  // events() need not read again what the look through the recording has shown (HftSpool)
  bool fuses_best = false;    // best bid and offer are in the depth of events() (FusedDepth), which then reads again
};

class RecordingExporter {
 public:
  // `on_problem` is told, once each, of lines and messages that cannot be read; of keeps_events of files that are cut
  // or damaged before all else. Looks through the recording. Errors: kUsage: a file is not there or is of
  // another venue, no symbol is named and there are several, or it is not in it; kBadInput: there is nothing to read;
  // kStorage: AnnouncementSpool::add().
  static Result<RecordingExporter> open(RecordingExport wanted, std::function<void(std::string_view)> on_problem);

  [[nodiscard]] const std::string& symbol() const { return wanted_.symbol; }
  // What is missing before RecordingExport::to; of keeps_events with a symbol, else none.
  [[nodiscard]] const UpdateGaps& gaps() const { return gaps_; }
  [[nodiscard]] const TradeGaps& trade_gaps() const { return trade_gaps_; }  // likewise
  // Announced before RecordingExport::to; likewise, and of USD-M alone.
  [[nodiscard]] const FundingRates& funding() const { return funding_; }
  // That are cut or damaged.
  [[nodiscard]] std::uint64_t damaged_files() const { return contents_.damaged_files; }
  [[nodiscard]] const RecordingExport& wanted() const { return wanted_; }  // with that symbol

  // How many lines, without the header. `write` says false if it takes no more. Errors: those of reading; kBadInput:
  // there is nothing of the kind.
  Result<std::uint64_t> to_csv(RecordedKind kind, const std::function<bool(std::string_view)>& write);
  // The messages as events of hftbacktest, from the beginning each time they are opened, single wrong times mended
  // (MendedTimes); only the first tells of that and of what cannot be read. It outlives them.
  [[nodiscard]] OpenEvents events();
  // Errors: as write_npz().
  Result<NpzFacts> to_npz(FileOps& ops, Nanos latency, const std::string& output);

 private:
  RecordingExporter(RecordingExport wanted, RecordingContents contents, std::optional<HftSpool> spool, UpdateGaps gaps,
                    TradeGaps trade_gaps, FundingRates funding, std::function<void(std::string_view)> on_problem)
      : wanted_(std::move(wanted)),
        contents_(std::move(contents)),
        gaps_(std::move(gaps)),
        trade_gaps_(std::move(trade_gaps)),
        funding_(std::move(funding)),
        spool_(std::move(spool)),
        on_problem_(std::move(on_problem)) {}
  [[nodiscard]] Result<RecordedMessages> messages() const;
  // Of a problem that is met while reading, unless open() has told it.
  void tell(std::string_view problem) const;

  RecordingExport wanted_;
  RecordingContents contents_;
  UpdateGaps gaps_;
  TradeGaps trade_gaps_;
  FundingRates funding_;
  std::optional<HftSpool> spool_;  // a whole one, of a recording without anything that cannot be read; or none
  std::function<void(std::string_view)> on_problem_;
};

}  // namespace acts::history
