// The data path of one shard: received bytes -> decode -> sync -> book -> minute rows, or rows of another interval and
// with more features (PipelineOptions::features). Pure, and the same object live and in a replay: it is handed every
// message, answer and timer with its time, in one order, and everything it puts out follows from that.
//
// One venue; any number of instruments, which may be added at any time. Rows come out in the order of minutes, and
// within a minute in the order the instruments were added. Not thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"
#include "acts/features/bands.hpp"
#include "acts/features/interval_feature.hpp"
#include "acts/features/minute_clock.hpp"
#include "acts/features/quality.hpp"
#include "acts/features/row.hpp"
#include "acts/features/sampler.hpp"
#include "acts/market/book_state.hpp"
#include "acts/market/instrument.hpp"
#include "acts/market/venue.hpp"

#include "binance/book_builder.hpp"
#include "binance/decoder.hpp"
#include "collector/saved_feed.hpp"
#include "collector/symbol_status.hpp"

namespace acts::collector {

using binance::InstrumentIndex;
using binance::kNoInstrument;

struct PipelineOptions {
  Venue venue = Venue::kBinanceSpot;
  BandList bands;
  Nanos stale_after = MinuteSampler::kDefaultStaleAfter;
  // What rows have behind the columns of every minute row, and how far apart they are.
  IntervalFeatures features = {};
  // Instruments are added as their first message comes: a replay without named symbols.
  bool add_unknown_symbols = false;
  std::function<bool(std::string_view symbol)> wants_unknown_symbol = {};  // only those; empty: all
  binance::BookBuilderOptions book;
};

enum class DataKind : std::uint8_t { kNone, kDepth, kTrade, kBookTicker, kOther };

// What became of one message.
struct MessageOutcome {
  InstrumentIndex instrument = kNoInstrument;    // of a refused message too, where it can be told
  bool decoded = false;                          // false: refused, see `problem`
  bool is_data = false;                          // an event of a subscribed stream
  DataKind kind = DataKind::kNone;               // of an event
  std::optional<binance::UpdateVerdict> update;  // of a depth update
  bool lost_update = false;                      // a depth update was refused, which is a gap
  bool audited = false;                          // a snapshot that waited for this update was compared with the book
  bool server_shutdown = false;
  bool unknown_kind = false;               // well-formed, and nothing that a venue sends
  std::optional<std::int64_t> reply_id;    // of an acknowledgement, or of an error that answers a message of ours
  std::optional<std::int64_t> error_code;  // the venue's
  std::string problem;                     // one line; empty if all is well
};

struct PipelineCounters {
  std::uint64_t messages = 0;
  std::uint64_t refused = 0;         // could not be decoded, or did not fit the book
  std::uint64_t unknown_symbol = 0;  // of an instrument that is not ours
  std::uint64_t unknown_kind = 0;    // of no stream, and no kind that a venue sends
  std::uint64_t venue_errors = 0;
  std::uint64_t trades = 0;
  std::uint64_t tickers = 0;
  std::uint64_t rows = 0;
  std::uint64_t skipped_minutes = 0;
};

class MarketPipeline {
 public:
  using RowSink = std::function<void(MinuteRow&&)>;
  // Called for every decoded message; for tests and displays.
  using MessageTap = std::function<void(const binance::Message&)>;

  MarketPipeline(PipelineOptions options, RowSink rows);

  // Adding it again changes nothing. Its rows begin with the first boundary after `now`.
  InstrumentIndex add(const Instrument& instrument, UnixNanos now);
  // Right after add(): begins with the book as an earlier run has left it.
  void resume_after_pause(InstrumentIndex index, const binance::SavedBook& earlier, UnixNanos now);
  // The instrument, once its book has merged a snapshot (asserted). `forget_past`: it goes on as one that resume() has
  // made of that does.
  [[nodiscard]] SavedFeed save(InstrumentIndex index) const;
  void forget_past(InstrumentIndex index) { feeds_[index]->builder.forget_past(); }
  // Instead of what the instrument is: as it was then, in the same run.
  void resume(InstrumentIndex index, const SavedFeed& saved, UnixNanos now);
  // What rows are made of from now on; while there is no instrument (asserted).
  void set_rows(BandList bands, Nanos stale_after);
  // From now on PipelineOptions::add_unknown_symbols is off.
  void add_no_unknown_symbols() { options_.add_unknown_symbols = false; }
  // The process is gone: nothing is collected, and the next call of any is the start of a run.
  void end_run();
  // No more rows for it; its messages count as of an unknown symbol.
  void remove(InstrumentIndex index);
  // kUnlisted: its rows then say that the venue does not know the symbol.
  void set_status(InstrumentIndex index, SymbolStatus status);

  // Each makes the rows that are due at `now` first. Receive times that step back (a foreign recording) are taken in
  // order.
  MessageOutcome on_message(std::string_view json, UnixNanos now);
  // limit: what was asked for; 0 if not known. Errors: kBadInput if it is not a snapshot; the builder then asks again.
  Result<void> on_depth_answer(InstrumentIndex index, std::string_view json, int limit, UnixNanos now);
  // The same, and compared with the book before it is merged: see BookBuilder::audits() and last_audit(), at once or
  // with a later message (MessageOutcome::audited).
  Result<void> on_audit_answer(InstrumentIndex index, std::string_view json, int limit, UnixNanos now);
  void on_depth_failed(InstrumentIndex index, UnixNanos now);
  void on_stream_open(InstrumentIndex index, UnixNanos now);
  void on_connection_lost(InstrumentIndex index, UnixNanos now);
  void on_timer(UnixNanos now);

  // The next minute boundary or the next deadline of a book.
  [[nodiscard]] std::optional<UnixNanos> next_deadline() const;
  [[nodiscard]] std::optional<UnixNanos> next_boundary() const { return clock_.next_boundary(); }

  [[nodiscard]] std::size_t size() const { return feeds_.size(); }
  [[nodiscard]] InstrumentIndex find(std::string_view symbol) const { return decoder_.find(symbol); }
  [[nodiscard]] std::string_view symbol(InstrumentIndex index) const { return decoder_.symbol(index); }
  [[nodiscard]] bool is_active(InstrumentIndex index) const { return feeds_[index]->active; }
  [[nodiscard]] binance::BookBuilder& builder(InstrumentIndex index) { return feeds_[index]->builder; }
  [[nodiscard]] const binance::BookBuilder& builder(InstrumentIndex index) const { return feeds_[index]->builder; }
  [[nodiscard]] SyncStatus status(InstrumentIndex index) const { return status(*feeds_[index]); }
  // What a row of now would say of itself. Costs a walk over the book's bands.
  [[nodiscard]] Quality quality(InstrumentIndex index, UnixNanos now) const;
  // However the ids stand: nothing suspect within the largest band, and the book is not crossed. As costly.
  [[nodiscard]] bool is_top_known(InstrumentIndex index, UnixNanos now) const;
  [[nodiscard]] std::optional<UnixNanos> last_data(InstrumentIndex index) const { return feeds_[index]->last_data; }
  [[nodiscard]] const PipelineCounters& counters() const { return counters_; }
  [[nodiscard]] const binance::Decoder& decoder() const { return decoder_; }
  [[nodiscard]] const RowSchema& schema() const { return schema_; }
  void set_tap(MessageTap tap) { tap_ = std::move(tap); }

 private:
  struct Feed {
    Feed(const PipelineOptions& options, const Instrument& instrument, UnixNanos now);
    binance::BookBuilder builder;
    MinuteSampler sampler;
    std::optional<IntervalSampler> features;
    SymbolStatus status;
    bool active = true;
    bool connected = true;
    std::optional<UnixNanos> last_data;
  };

  UnixNanos advance(UnixNanos now);
  static SyncStatus status(const Feed& feed);
  static bool is_in_sync(const Feed& feed);
  static SampleInput sample_input(const Feed& feed, UnixNanos at);
  void sample(Feed& feed, UnixNanos boundary);
  void dispatch(const binance::Message& message, Feed& feed, UnixNanos now, MessageOutcome& outcome);
  Result<void> take_snapshot(InstrumentIndex index, std::string_view json, int limit, UnixNanos received,
                             binance::SnapshotUse use);
  void note_update(Feed& feed, const DepthUpdate& update, UnixNanos now, MessageOutcome& outcome);
  void refuse(const binance::Refusal& refusal, UnixNanos now, MessageOutcome& outcome);
  static void lose_update(Feed& feed, UnixNanos now, MessageOutcome& outcome);
  static void note_superseded(Feed& feed, std::uint64_t stale_before);
  void after_change(InstrumentIndex index, UnixNanos now, QuotesCause cause = QuotesCause::kCorrection);

  PipelineOptions options_;
  RowSink rows_;
  RowSchema schema_;
  binance::Decoder decoder_;
  MinuteClock clock_;
  UnixNanos now_{INT64_MIN};
  std::vector<std::unique_ptr<Feed>> feeds_;
  PipelineCounters counters_;
  MessageTap tap_;
};

}  // namespace acts::collector
