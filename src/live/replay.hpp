// Feeds a recording through the same pipeline that collects live: our own recordings with everything their index tells,
// others' as they are.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "acts/base/result.hpp"
#include "acts/features/bands.hpp"
#include "acts/features/row.hpp"
#include "acts/market/venue.hpp"

#include "collector/market_pipeline.hpp"
#include "live/ticker_check.hpp"
#include "recording/recording_reader.hpp"

namespace acts {

struct ReplayOptions {
  Venue venue = Venue::kBinanceSpot;
  std::vector<std::string> symbols;  // empty: all there are
  BandList bands;
  Nanos stale_after = MinuteSampler::kDefaultStaleAfter;
  int limit = 0;  // of REST depth answers whose request is not known
};

class Replay {
 public:
  // `problem` is called with one line for each thing that was refused.
  Replay(ReplayOptions options, std::function<void(MinuteRow&&)> rows, std::function<void(std::string)> problem);

  // To the end of the recording. Refused lines are counted and do not end it. Errors: kStorage if the system cannot
  // read on.
  Result<void> run(RecordingReader& reader);

  [[nodiscard]] const collector::MarketPipeline& pipeline() const { return pipeline_; }
  // One per instrument of the pipeline.
  [[nodiscard]] const std::vector<TickerCheck>& ticker_checks() const { return checks_; }
  [[nodiscard]] std::uint64_t unreadable() const { return unreadable_; }
  // REST answers whose symbol could not be told.
  [[nodiscard]] std::uint64_t unassigned() const { return unassigned_; }
  // The end state, one line an instrument and one for the whole: what `--summary` prints.
  [[nodiscard]] std::string summary() const;

 private:
  struct Held {
    std::string json;
    UnixNanos ts_recv;
  };

  void on_line(const RecordedLine& line);
  void on_entry(const IndexEntry& entry);
  void on_answer(std::string_view json, UnixNanos ts_recv);
  void depth_answer(collector::InstrumentIndex index, std::string_view json, int limit, UnixNanos ts_recv);
  void on_decoded(const binance::Message& message);
  void add_symbol(const std::string& symbol, std::string_view status, UnixNanos ts);
  [[nodiscard]] bool wanted(const std::string& symbol) const;
  [[nodiscard]] collector::InstrumentIndex only_symbol() const;

  ReplayOptions options_;
  std::function<void(std::string)> problem_;
  collector::MarketPipeline pipeline_;
  std::vector<TickerCheck> checks_;
  std::optional<index::RestAnswer> answer_;  // what the next line is
  std::optional<Held> held_;                 // a snapshot from before its symbol was known
  bool is_snapshot_ = false;
  bool started_ = false;
  std::uint64_t unreadable_ = 0;
  std::uint64_t unassigned_ = 0;
};

}  // namespace acts
