#include "collector/market_pipeline.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <utility>

#include "acts/base/assert.hpp"
#include "acts/features/feature.hpp"

#include "binance/error_text.hpp"

namespace acts::collector {
namespace {

std::string venue_words(const binance::VenueError& error) {
  return fmt::format("the venue says {} {}", error.code, binance::one_line(error.message));
}

RowSchema schema_of(const PipelineOptions& options) {
  RowSchema schema = make_schema(options.bands);
  const std::span<const Column> more = options.features.columns();
  schema.columns.insert(schema.columns.end(), more.begin(), more.end());
  return schema;
}

}  // namespace

MarketPipeline::Feed::Feed(const PipelineOptions& options, const Instrument& instrument, UnixNanos now)
    : builder(options.venue, instrument.scales(), options.book),
      sampler(options.venue, instrument.symbol, options.bands, now, options.stale_after, options.features.interval()),
      status(symbol_status_of(instrument.status)) {
  if (!options.features.empty()) features.emplace(options.features);
}

MarketPipeline::MarketPipeline(PipelineOptions options, RowSink rows)
    : options_(std::move(options)),
      rows_(std::move(rows)),
      schema_(schema_of(options_)),
      decoder_(options_.venue),
      clock_(options_.features.interval()) {}

// A recording of others may have receive times that step back; ours never does. Either way the books see a time that
// does not.
UnixNanos MarketPipeline::advance(UnixNanos now) {
  const DueBoundaries due = clock_.advance(now);
  counters_.skipped_minutes += static_cast<std::uint64_t>(due.skipped);
  for (std::int64_t i = 0; i < due.count; ++i) {
    for (const auto& feed : feeds_) {
      if (feed->active) sample(*feed, due[i]);
    }
  }
  now_ = std::max(now_, now);
  return now_;
}

SampleInput MarketPipeline::sample_input(const Feed& feed, UnixNanos at) {
  return {.boundary = at,
          .book = feed.builder.book(),
          .sync = status(feed),
          .trading = trading_status_of(feed.status),
          .listed = feed.status != SymbolStatus::kUnlisted,
          .last_event_time = feed.builder.last_event_time(),
          .last_depth_recv = feed.builder.last_update_received(),
          .connected = feed.connected};
}

void MarketPipeline::sample(Feed& feed, UnixNanos boundary) {
  const SampleInput input = sample_input(feed, boundary);
  MinuteRow row = feed.sampler.sample(input);
  if (feed.features) {
    const bool is_shown = input.listed && input.sync.state != SyncState::kSyncing;
    feed.features->append(row, is_shown ? &input.book : nullptr, is_in_sync(feed), boundary);
  }
  rows_(std::move(row));
  ++counters_.rows;
}

Quality MarketPipeline::quality(InstrumentIndex index, UnixNanos now) const {
  const Feed& feed = *feeds_[index];
  return feed.sampler.quality(sample_input(feed, now));
}

bool MarketPipeline::is_top_known(InstrumentIndex index, UnixNanos now) const {
  const Feed& feed = *feeds_[index];
  SampleInput input = sample_input(feed, now);
  input.sync = {SyncState::kInSync, Reason::kNone};
  const Quality quality = feed.sampler.quality(input);
  return quality.state != RowState::kSuspect && quality.reason != Reason::kEmptyBook &&
         quality.reason != Reason::kOneSidedBook;
}

InstrumentIndex MarketPipeline::add(const Instrument& instrument, UnixNanos now) {
  const UnixNanos at = advance(now);
  const InstrumentIndex known = decoder_.find(instrument.symbol);
  if (known != kNoInstrument && feeds_[known]->active) return known;
  const InstrumentIndex index = decoder_.add(instrument.symbol, instrument.scales());
  auto feed = std::make_unique<Feed>(options_, instrument, at);
  if (index < feeds_.size()) {  // removed before: begins anew
    decoder_.set_scales(index, instrument.scales());
    feeds_[index] = std::move(feed);
  } else {
    feeds_.push_back(std::move(feed));
  }
  return index;
}

void MarketPipeline::resume_after_pause(InstrumentIndex index, const binance::SavedBook& earlier, UnixNanos received) {
  const UnixNanos now = advance(received);
  feeds_[index]->builder.resume_after_pause(earlier, now);
  feeds_[index]->sampler.on_resumed();
  after_change(index, now);
}

SavedFeed MarketPipeline::save(InstrumentIndex index) const {
  const Feed& feed = *feeds_[index];
  return {feed.builder.saved(), feed.sampler.saved(), feed.status, feed.connected};
}

void MarketPipeline::resume(InstrumentIndex index, const SavedFeed& saved, UnixNanos received) {
  const UnixNanos now = advance(received);
  Feed& feed = *feeds_[index];
  feed.builder.resume(saved.book);
  feed.sampler.resume(saved.minute, now);
  feed.status = saved.status;
  feed.connected = saved.connected;
  after_change(index, now);
}

void MarketPipeline::set_rows(BandList bands, Nanos stale_after) {
  ACTS_ASSERT(std::ranges::none_of(feeds_, &Feed::active));
  options_.bands = std::move(bands);
  options_.stale_after = stale_after;
  schema_ = schema_of(options_);
}

void MarketPipeline::end_run() {
  for (const auto& feed : feeds_) feed->active = false;
  clock_ = MinuteClock(options_.features.interval());
  now_ = UnixNanos{INT64_MIN};  // the next run's clock may be behind
}

void MarketPipeline::remove(InstrumentIndex index) { feeds_[index]->active = false; }

void MarketPipeline::set_status(InstrumentIndex index, SymbolStatus status) { feeds_[index]->status = status; }

MessageOutcome MarketPipeline::on_message(std::string_view json, UnixNanos received) {
  const UnixNanos now = advance(received);
  ++counters_.messages;
  MessageOutcome outcome;
  binance::Decoded message = decoder_.decode(json);
  if (!message) {
    refuse(message.error(), now, outcome);
    return outcome;
  }
  outcome.decoded = true;
  outcome.instrument = message->instrument;
  if (tap_) tap_(*message);
  if (message->symbol.empty() || std::holds_alternative<binance::ServerShutdown>(message->body)) {
    if (std::holds_alternative<binance::ServerShutdown>(message->body)) outcome.server_shutdown = true;
    if (const auto* reply = std::get_if<binance::ControlReply>(&message->body)) outcome.reply_id = reply->id;
    if (const auto* error = std::get_if<binance::VenueError>(&message->body)) {
      ++counters_.venue_errors;
      outcome.error_code = error->code;
      if (error->id >= 0) outcome.reply_id = error->id;
      outcome.problem = venue_words(*error);
    }
    // A stream whose messages are only recorded names itself.
    if (std::holds_alternative<binance::OtherMessage>(message->body) && message->stream.empty()) {
      ++counters_.unknown_kind;
      outcome.unknown_kind = true;
      outcome.problem = "a message of no kind that is known";
    }
    return outcome;
  }
  outcome.is_data = true;
  if (message->instrument == kNoInstrument && options_.add_unknown_symbols &&
      (!options_.wants_unknown_symbol || options_.wants_unknown_symbol(message->symbol))) {
    Instrument instrument;
    instrument.venue = options_.venue;
    instrument.symbol = message->symbol;
    instrument.status = TradingStatus::kTrading;
    outcome.instrument = message->instrument = add(instrument, now);
  }
  if (message->instrument == kNoInstrument || !feeds_[message->instrument]->active) {
    ++counters_.unknown_symbol;
    outcome.problem = fmt::format("a message of {}, which is not collected", binance::one_line(message->symbol));
    return outcome;
  }
  Feed& feed = *feeds_[message->instrument];
  feed.last_data = now;
  feed.connected = true;
  dispatch(*message, feed, now, outcome);
  after_change(message->instrument, now, QuotesCause::kUpdate);
  return outcome;
}

void MarketPipeline::refuse(const binance::Refusal& refusal, UnixNanos now, MessageOutcome& outcome) {
  ++counters_.refused;
  outcome.problem = refusal.message;
  if (refusal.instrument == kNoInstrument || !feeds_[refusal.instrument]->active) return;
  outcome.instrument = refusal.instrument;
  if (!refusal.is_depth_update) return;
  lose_update(*feeds_[refusal.instrument], now, outcome);
  after_change(refusal.instrument, now);
}

void MarketPipeline::lose_update(Feed& feed, UnixNanos now, MessageOutcome& outcome) {
  outcome.lost_update = true;
  if (feed.builder.on_lost(now)) feed.sampler.on_gap(now);
}

void MarketPipeline::dispatch(const binance::Message& message, Feed& feed, UnixNanos now, MessageOutcome& outcome) {
  outcome.kind = DataKind::kOther;
  if (const auto* update = std::get_if<DepthUpdate>(&message.body)) {
    outcome.kind = DataKind::kDepth;
    note_update(feed, *update, now, outcome);
  } else if (const auto* trade = std::get_if<Trade>(&message.body)) {
    outcome.kind = DataKind::kTrade;
    ++counters_.trades;
    feed.builder.on_trade(*trade);
    if (feed.features) feed.features->on_trade(*trade);
  } else if (std::holds_alternative<BookTicker>(message.body)) {
    outcome.kind = DataKind::kBookTicker;
    ++counters_.tickers;
  }
}

void MarketPipeline::note_update(Feed& feed, const DepthUpdate& update, UnixNanos now, MessageOutcome& outcome) {
  const std::uint64_t stale_before = feed.builder.sync().counters().stale;
  const binance::AuditCounts audits_before = feed.builder.audits();
  const Result<binance::UpdateVerdict> verdict = feed.builder.on_update(update, now);
  outcome.audited = feed.builder.audits() != audits_before;
  if (!verdict) {
    ++counters_.refused;
    outcome.problem = fmt::format("{}: {}", decoder_.symbol(outcome.instrument), verdict.error().message);
    lose_update(feed, now, outcome);
    return;
  }
  outcome.update = *verdict;
  if (*verdict == binance::UpdateVerdict::kGap) feed.sampler.on_gap(now);
  if (*verdict == binance::UpdateVerdict::kStale) return;
  feed.sampler.on_update();
  note_superseded(feed, stale_before);  // a snapshot that waited for this update may have been merged
}

void MarketPipeline::note_superseded(Feed& feed, std::uint64_t stale_before) {
  feed.sampler.on_superseded(feed.builder.sync().counters().stale - stale_before);
}

bool MarketPipeline::is_in_sync(const Feed& feed) { return feed.builder.sync().status().state == SyncState::kInSync; }

void MarketPipeline::after_change(InstrumentIndex index, UnixNanos now, QuotesCause cause) {
  Feed& feed = *feeds_[index];
  const Scales scales = feed.builder.book().scales();
  if (scales != decoder_.scales(index)) decoder_.set_scales(index, scales);
  // A book that is crossed while its ids are in sync is suspect, and yet no gap.
  feed.sampler.on_sync_change(is_in_sync(feed), now);
  if (feed.features && feed.active) feed.features->on_book(feed.builder.book(), is_in_sync(feed), cause, now);
}

Result<void> MarketPipeline::on_depth_answer(InstrumentIndex index, std::string_view json, int limit, UnixNanos now) {
  return take_snapshot(index, json, limit, now, binance::SnapshotUse::kMerge);
}

Result<void> MarketPipeline::on_audit_answer(InstrumentIndex index, std::string_view json, int limit, UnixNanos now) {
  return take_snapshot(index, json, limit, now, binance::SnapshotUse::kAudit);
}

Result<void> MarketPipeline::take_snapshot(InstrumentIndex index, std::string_view json, int limit, UnixNanos received,
                                           binance::SnapshotUse use) {
  const UnixNanos now = advance(received);
  ACTS_ASSERT(index < feeds_.size());
  Feed& feed = *feeds_[index];
  const auto refuse = [&](const std::string& problem) -> Result<void> {
    ++counters_.refused;
    if (use == binance::SnapshotUse::kAudit) {
      feed.builder.on_audit_failed();
    } else {
      feed.builder.on_snapshot_failed(now);
    }
    return fail(ErrorCode::kBadInput, fmt::format("depth answer of {}: {}", decoder_.symbol(index), problem));
  };
  const binance::Decoded message = decoder_.decode(json, index);
  if (!message) return refuse(message.error().message);
  const auto* decoded = std::get_if<DepthSnapshot>(&message->body);
  if (decoded == nullptr) {
    const auto* error = std::get_if<binance::VenueError>(&message->body);
    return refuse(error == nullptr ? "not a snapshot" : venue_words(*error));
  }
  DepthSnapshot snapshot = *decoded;
  snapshot.limit = limit;
  const std::uint64_t stale_before = feed.builder.sync().counters().stale;
  const auto outcome = feed.builder.on_snapshot(snapshot, now, use);
  if (!outcome) return refuse(outcome.error().message);
  note_superseded(feed, stale_before);
  if (*outcome == binance::BookBuilder::SnapshotOutcome::kRestarted) {
    feed.sampler.on_gap(now);
    if (feed.features) feed.features->on_ids_restarted();
  }
  after_change(index, now);
  return {};
}

void MarketPipeline::on_depth_failed(InstrumentIndex index, UnixNanos received) {
  const UnixNanos now = advance(received);
  feeds_[index]->builder.on_snapshot_failed(now);
}

void MarketPipeline::on_stream_open(InstrumentIndex index, UnixNanos received) {
  const UnixNanos now = advance(received);
  feeds_[index]->connected = true;
  feeds_[index]->builder.on_stream_open(now);
}

void MarketPipeline::on_connection_lost(InstrumentIndex index, UnixNanos received) {
  const UnixNanos now = advance(received);
  feeds_[index]->connected = false;
  feeds_[index]->sampler.on_connection_lost(now);
}

void MarketPipeline::on_timer(UnixNanos received) {
  const UnixNanos now = advance(received);
  for (InstrumentIndex index = 0; index < feeds_.size(); ++index) {
    if (!feeds_[index]->active) continue;
    binance::BookBuilder& builder = feeds_[index]->builder;
    if (const auto deadline = builder.next_deadline(); deadline && *deadline <= now) {
      builder.on_timeout(now);
      after_change(index, now);
    }
  }
}

std::optional<UnixNanos> MarketPipeline::next_deadline() const {
  std::optional<UnixNanos> next = clock_.next_boundary();
  for (const auto& feed : feeds_) {
    const std::optional<UnixNanos> deadline = feed->active ? feed->builder.next_deadline() : std::nullopt;
    if (deadline && (!next || *deadline < *next)) next = deadline;
  }
  return next;
}

SyncStatus MarketPipeline::status(const Feed& feed) {
  const SyncStatus status = feed.builder.status();
  if (!feed.connected && status.state != SyncState::kInSync) return {status.state, Reason::kConnectionLost};
  return status;
}

}  // namespace acts::collector
