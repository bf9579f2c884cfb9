#include "collector/collector.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "acts/base/assert.hpp"

#include "binance/streams.hpp"
#include "binance/venue_facts.hpp"
#include "collector/collector_impl.hpp"

namespace acts::collector {
namespace {

using binance::StreamKind;

constexpr std::size_t kMaxStreamTypes = 16;
constexpr std::size_t kMaxLines = 2;
constexpr Nanos kDefaultUpdateInterval = std::chrono::milliseconds{100};
constexpr std::uint64_t kSeedOfInfo = 0x494E'464F;
// Symbols of a connection that came back find their gaps within about so long.
constexpr Nanos kGapsGather = std::chrono::seconds{5};
constexpr std::size_t kWordsOfClass = 3;

// "depth" -> "depth@100ms", each checked.
Result<std::vector<std::string>> stream_types_of(const CollectorOptions& options) {
  std::vector<std::string> streams = options.streams.empty() ? default_streams(options.venue) : options.streams;
  if (streams.size() > kMaxStreamTypes) {
    return fail(ErrorCode::kUsage, fmt::format("{} streams a symbol: at most {}", streams.size(), kMaxStreamTypes));
  }
  for (std::string& text : streams) {
    Result<binance::StreamType> type = binance::parse_stream_type(options.venue, text);
    if (!type) return std::unexpected(type.error());
    if (text != "depth") continue;
    type->interval = options.update_interval.value_or(kDefaultUpdateInterval);
    const Result<std::string> name = binance::stream_name(options.venue, "X", *type);
    if (!name) return std::unexpected(name.error());
    text = name->substr(2);
  }
  std::ranges::sort(streams);
  const auto [from, to] = std::ranges::unique(streams);
  streams.erase(from, to);
  return streams;
}

unsigned bit(DataKind kind) { return 1U << static_cast<unsigned>(kind); }

DataKind kind_of(StreamKind kind) {
  switch (kind) {
    case StreamKind::kDepth: return DataKind::kDepth;
    case StreamKind::kTrade:
    case StreamKind::kAggTrade: return DataKind::kTrade;
    case StreamKind::kBookTicker: return DataKind::kBookTicker;
    default: return DataKind::kNone;
  }
}

// A problem's first words, which name its kind; numbers and names follow.
std::string_view class_of(std::string_view problem) {
  std::size_t end = 0;
  for (std::size_t words = 0; words < kWordsOfClass && end != std::string_view::npos; ++words) {
    end = problem.find(' ', end == 0 ? 0 : end + 1);
  }
  return problem.substr(0, end);
}

PipelineOptions pipeline_options(const CollectorOptions& options) {
  PipelineOptions result;
  result.venue = options.venue;
  result.bands = options.bands;
  result.stale_after = options.stale_after;
  result.book = options.book;
  return result;
}

}  // namespace

void Timings::stretch_answers(int factor) {
  for (Nanos* const patience : {&connect_timeout, &close_timeout, &ack_timeout, &depth_timeout, &info_timeout,
                                &time_timeout, &info_grace, &stall}) {
    *patience *= factor;
  }
}

void Timings::stretch(int factor) {
  stretch_answers(factor);
  for (Nanos* const patience : {&connection_silence, &first_data, &silence_least, &probe_grace}) *patience *= factor;
}

std::vector<std::string> default_streams(Venue venue) {
  std::vector<std::string> streams{"depth", "trade", "bookTicker"};
  if (venue == Venue::kBinanceUsdm) streams.emplace_back("markPrice");
  return streams;
}

Collector::Impl::Impl(CollectorOptions given, std::vector<std::string> streams, std::vector<binance::SymbolWish> typed,
                      RowSink rows, RunLog& recorder)
    : options(std::move(given)),
      run_log(recorder),
      pipeline(pipeline_options(options), std::move(rows)),
      wishes(std::move(typed)),
      stream_types(streams),
      pool(options, std::move(streams), actions, log, run_log, *this),
      desk(options, actions, log),
      info_backoff(options.timings.backoff_first, options.timings.backoff_cap, options.seed ^ kSeedOfInfo) {
  for (const std::string& text : stream_types) {
    const Result<binance::StreamType> type = binance::parse_stream_type(options.venue, text);
    const DataKind kind = type ? kind_of(type->kind) : DataKind::kNone;
    if (kind != DataKind::kNone) expected_kinds |= bit(kind);
    has_depth = has_depth || kind == DataKind::kDepth;
  }
}

Result<std::unique_ptr<Collector>> Collector::make(CollectorOptions options, RowSink rows, RunLog& log) {
  Result<std::vector<std::string>> streams = stream_types_of(options);
  if (!streams) return std::unexpected(streams.error());
  Result<std::vector<binance::SymbolWish>> wishes = read_wishes(options.symbols, options.venue);
  if (!wishes) return std::unexpected(wishes.error());
  const int largest = binance::limits(options.venue).largest_depth_limit;
  if (options.limit < 0 || options.limit > largest) {
    return fail(ErrorCode::kUsage, fmt::format("--limit {}: {} gives from 1 to {} levels", options.limit,
                                               to_string(options.venue), largest));
  }
  if (options.lines < 1 || options.lines > kMaxLines) {
    return fail(ErrorCode::kUsage, fmt::format("--lines {}: 1 or {} connections a symbol", options.lines, kMaxLines));
  }
  options.limit = binance::allowed_depth_limit(options.venue, options.limit == 0 ? largest : options.limit);
  return std::unique_ptr<Collector>(new Collector(
      std::make_unique<Impl>(std::move(options), std::move(*streams), std::move(*wishes), std::move(rows), log)));
}

Collector::Collector(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Collector::~Collector() = default;

// The end of a minute is told by itself, whatever comes with it: in a segment of one symbol the input that brought it
// may not stand, and none of its own may follow.
UnixNanos Collector::Impl::at(UnixNanos now) {
  latest = std::max(latest, now);
  if (!started || ended) return latest;
  if (const auto boundary = pipeline.next_boundary(); boundary && *boundary <= latest) fire_pipeline(latest);
  return latest;
}

void Collector::start(UnixNanos time) {
  Impl& self = *impl_;
  ACTS_ASSERT(!self.started);
  const UnixNanos now = self.at(time);
  self.started = true;
  self.started_at = self.down_since = self.last_tick = now;
  if (!self.has_depth) self.log.log_always(LogLevel::kWarning, "no_depth", {}, std::string(Impl::kNoDepth));
  self.resume_cooldowns(now);
  self.info_at = self.time_at = self.next_tick = self.next_second = now;
  self.on_tick(now);
}

void Collector::Impl::on_stream_opened(InstrumentIndex index, UnixNanos now) {
  if (!is_collected(index)) return;
  Symbol& symbol = symbols[index];
  symbol.stream_since = now;
  symbol.seen = 0;
  // Without its updates no book can be kept: it is not even begun with a snapshot.
  if (!has_depth) return;
  symbol.watch.on_open(now);
  run_log.stream_opened(pipeline.symbol(index), now);
  pipeline.on_stream_open(index, now);
}

void Collector::Impl::on_stream_lost(InstrumentIndex index, std::string_view reason, UnixNanos now) {
  if (!is_collected(index)) return;
  Symbol& symbol = symbols[index];
  symbol.stream_since.reset();
  symbol.was_lost = true;
  ++symbol.reconnects;
  symbol.watch.on_lost();
  run_log.stream_lost(pipeline.symbol(index), reason, now);
  pipeline.on_connection_lost(index, now);
}

bool Collector::Impl::continues(InstrumentIndex index, const StreamPeek& peek) const {
  const binance::DepthSync& sync = pipeline.builder(index).sync();
  if (!sync.has_event() || !peek.first_update_id) return true;
  // Of USD-M without pu: the decoder says what is wrong with it.
  return sync.continues(*peek.first_update_id, peek.previous_last_update_id.value_or(sync.last_update_id()));
}

void Collector::on_ws_open(ConnectionNumber connection, UnixNanos time) {
  Impl& self = *impl_;
  const UnixNanos now = self.at(time);
  self.pool.on_open(connection, now);
  self.note_down(now);
}

void Collector::on_ws_message(ConnectionNumber connection, std::string_view bytes, UnixNanos time) {
  impl_->on_message(connection, bytes, impl_->at(time));
}

void Collector::Impl::on_message(ConnectionNumber number, std::string_view bytes, UnixNanos now) {
  Connection* connection = ended ? nullptr : pool.find(number);
  if (connection == nullptr || pool.holds_back(*connection, bytes, now)) {
    ++ignored;
    if (!ended) run_log.message_held(number, bytes, now);
    if (connection != nullptr) connection->on_message(now);
    return;
  }
  connection->on_message(now);
  run_log.message(number, bytes, now);
  take(connection, bytes, now);
}

void Collector::Impl::feed(ConnectionNumber connection, std::string_view bytes, UnixNanos now) {
  run_log.held_message(connection, bytes, now);
  take(pool.find(connection), bytes, now);
}

void Collector::Impl::take(Connection* connection, std::string_view bytes, UnixNanos now) {
  const MessageOutcome outcome = pipeline.on_message(bytes, now);
  if (outcome.instrument < symbols.size()) {
    if (connection != nullptr) connection->on_data(outcome.instrument, outcome.kind == DataKind::kDepth, now);
    on_data(outcome.instrument, outcome, now);
    pool.on_fed(outcome.instrument, now);
  }
  if (!outcome.is_data || !outcome.problem.empty()) on_outcome(connection, outcome, bytes, now);
}

void Collector::Impl::on_data(InstrumentIndex index, const MessageOutcome& outcome, UnixNanos now) {
  Symbol& symbol = symbols[index];
  symbol.seen |= bit(outcome.kind);
  depth_has_come = depth_has_come || outcome.kind == DataKind::kDepth || outcome.lost_update;
  if (!is_collected(index)) return;
  if (outcome.audited) note_audits(index, now);
  if (outcome.lost_update) poll_snapshot(index, now);
  if (!outcome.update) return;
  if (*outcome.update == binance::UpdateVerdict::kGap) note_gap(index, now);
  symbol.was_lost = false;
  if (*outcome.update != binance::UpdateVerdict::kStale) symbol.watch.on_update(now);
  poll_snapshot(index, now);
}

// A lost connection costs every symbol on it a gap: they share one line.
void Collector::Impl::note_gap(InstrumentIndex index, UnixNanos now) {
  if (!symbols[index].was_lost) {
    log.log(LogLevel::kWarning, "gap", pipeline.symbol(index), "updates are missing: a snapshot is asked for", now);
    return;
  }
  if (gaps_of_losses++ == 0) gaps_said_at = now + kGapsGather;
}

void Collector::Impl::say_gaps(UnixNanos now) {
  if (gaps_of_losses == 0 || now < gaps_said_at) return;
  log.log_always(LogLevel::kWarning, "gaps_of_loss", {},
                 fmt::format("{} symbols have a gap after a lost connection: snapshots are asked for",
                             std::exchange(gaps_of_losses, 0)));
}

// What is not an event, or was refused.
void Collector::Impl::on_outcome(Connection* connection, const MessageOutcome& outcome, std::string_view bytes,
                                 UnixNanos now) {
  if (outcome.server_shutdown) {
    if (connection != nullptr) pool.on_shutdown_notice(*connection, now);
    return;
  }
  if (connection != nullptr && outcome.reply_id) {
    if (outcome.error_code) {
      pool.on_error_reply(*connection, *outcome.reply_id, outcome.problem, now);
    } else {
      pool.on_reply(*connection, *outcome.reply_id, now);
    }
  }
  if (!outcome.problem.empty()) on_problem(outcome, bytes, now);
}

void Collector::Impl::on_problem(const MessageOutcome& outcome, std::string_view bytes, UnixNanos now) {
  const bool removed = outcome.instrument != kNoInstrument && !is_collected(outcome.instrument);
  const std::string_view reason = outcome.error_code                    ? "venue_error"
                                  : !outcome.decoded                    ? "undecodable"
                                  : outcome.unknown_kind                ? "unknown_kind"
                                  : removed                             ? "removed_symbol"
                                  : outcome.instrument == kNoInstrument ? "unknown_symbol"
                                                                        : "unfit";
  ++refused[std::string(reason)];
  if (removed) return;  // on its way when it was unsubscribed
  // What could not be decoded may still name its stream.
  const InstrumentIndex index = outcome.instrument != kNoInstrument ? outcome.instrument : pool.instrument_of(bytes);
  const std::string_view symbol = index == kNoInstrument ? std::string_view{} : pipeline.symbol(index);
  log.log(LogLevel::kWarning, fmt::format("message_refused_{}", reason), symbol, outcome.problem, now,
          class_of(outcome.problem));
}

void Collector::on_ws_too_long(ConnectionNumber connection, std::uint64_t bytes, UnixNanos time) {
  Impl& self = *impl_;
  const UnixNanos now = self.at(time);
  if (self.ended) return;
  if (Connection* known = self.pool.find(connection)) known->on_message(now);
  ++self.refused["too_long"];
  const std::string what = fmt::format("connection {}: a message of {} bytes was thrown away", connection, bytes);
  self.run_log.message_lost(what, now);
  self.log.log(LogLevel::kWarning, "message_refused_too_long", {}, what, now);
}

void Collector::on_ws_closed(ConnectionNumber connection, const ClosedInfo& info, UnixNanos time) {
  Impl& self = *impl_;
  const UnixNanos now = self.at(time);
  self.pool.on_closed(connection, info, now);
  self.note_down(now);
}

void Collector::stop(std::string_view reason, UnixNanos time) {
  Impl& self = *impl_;
  const UnixNanos now = self.at(time);
  if (self.ended) return;
  self.ended = true;
  if (self.started) {
    self.pool.feed_gaps(self.pool.gap_hold().all(), now);
    if (self.wishes_applied) {
      self.run_log.run_ended(reason, now);
      self.pipeline.on_timer(now);
    }
  }
  self.desk.stop();
  self.pool.stop(now);
  self.log.flush_all();
}

bool Collector::stopped() const { return impl_->ended && impl_->pool.empty(); }
ActionQueue& Collector::actions() { return impl_->actions; }
const MarketPipeline& Collector::pipeline() const { return impl_->pipeline; }
Health Collector::health(UnixNanos now) const { return impl_->health(std::max(now, impl_->latest)); }

std::optional<UnixNanos> Collector::next_deadline() const {
  const Impl& self = *impl_;
  if (!self.started || self.ended) return std::nullopt;
  const std::optional<UnixNanos> boundary = self.pipeline.next_boundary();
  return boundary ? std::min(*boundary, self.next_tick) : self.next_tick;
}

}  // namespace acts::collector
