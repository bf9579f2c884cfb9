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
constexpr Nanos kDefaultUpdateInterval = std::chrono::milliseconds{100};
constexpr Nanos kSecond = std::chrono::seconds{1};
constexpr std::uint64_t kSeedOfInfo = 0x494E'464F;

std::vector<std::string> default_streams(Venue venue) {
  std::vector<std::string> streams{"depth", "trade", "bookTicker"};
  if (venue == Venue::kBinanceUsdm) streams.emplace_back("markPrice");
  return streams;
}

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

Result<std::vector<binance::SymbolWish>> wishes_of(std::span<const std::string> typed, Venue venue) {
  std::vector<binance::SymbolWish> wishes;
  for (const std::string& text : typed) {
    Result<binance::SymbolWish> wish = binance::parse_symbol_wish(text, venue);
    if (!wish) return std::unexpected(wish.error());
    if (wish->venue != venue) {
      return fail(ErrorCode::kUsage,
                  fmt::format("'{}' is not of {}: each venue has a collector of its own", text, to_string(venue)));
    }
    if (std::ranges::find(wishes, *wish) == wishes.end()) wishes.push_back(std::move(*wish));
  }
  return wishes;
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
  Result<std::vector<binance::SymbolWish>> wishes = wishes_of(options.symbols, options.venue);
  if (!wishes) return std::unexpected(wishes.error());
  const int largest = binance::limits(options.venue).largest_depth_limit;
  if (options.limit < 0 || options.limit > largest) {
    return fail(ErrorCode::kUsage, fmt::format("--limit {}: {} gives from 1 to {} levels", options.limit,
                                               to_string(options.venue), largest));
  }
  options.limit = binance::allowed_depth_limit(options.venue, options.limit == 0 ? largest : options.limit);
  return std::unique_ptr<Collector>(new Collector(
      std::make_unique<Impl>(std::move(options), std::move(*streams), std::move(*wishes), std::move(rows), log)));
}

Collector::Collector(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Collector::~Collector() = default;

UnixNanos Collector::Impl::at(UnixNanos now) {
  now_ = std::max(now_, now);
  return now_;
}

void Collector::start(UnixNanos time) {
  Impl& self = *impl_;
  ACTS_ASSERT(!self.started);
  const UnixNanos now = self.at(time);
  self.started = true;
  self.started_at = self.down_since = self.last_tick = self.last_second = now;
  self.run_log.run_started(now);
  self.pipeline.on_timer(now);
  self.info_at = self.time_at = self.next_tick = self.next_second = now;
  self.on_tick(now);
}

std::pair<std::string, SymbolStatus> Collector::Impl::resolve(const binance::SymbolWish& wish,
                                                              std::string* problem) const {
  if (!info) return {wish.text, SymbolStatus::kUnknown};
  const Result<const Instrument*> found = binance::resolve_symbol(wish, *info);
  if (found) return {(*found)->symbol, symbol_status_of((*found)->status)};
  *problem = found.error().message;
  const bool listed = info->find(wish.text) != nullptr;
  const InstrumentIndex ours = pipeline.find(wish.text);
  // What the venue has listed before and does no more is delisted.
  const bool was_listed = ours != kNoInstrument && (symbols[ours].status == SymbolStatus::kTrading ||
                                                    symbols[ours].status == SymbolStatus::kHalted ||
                                                    symbols[ours].status == SymbolStatus::kDelisted);
  return {wish.text, listed || was_listed ? SymbolStatus::kDelisted : SymbolStatus::kUnlisted};
}

void Collector::Impl::apply_wishes(UnixNanos now) {
  wishes_applied = true;
  std::vector<std::pair<std::string, SymbolStatus>> desired;
  std::map<std::string, std::string> unknown;
  for (const binance::SymbolWish& wish : wishes) {
    std::string problem;
    std::pair<std::string, SymbolStatus> symbol = resolve(wish, &problem);
    if (!problem.empty()) {
      if (!unknown_symbols.contains(wish.text)) {
        log.log_always(LogLevel::kError, "symbol_unknown", wish.text, problem);
      }
      unknown.emplace(wish.text, std::move(problem));
    }
    const auto same = [&](const auto& other) { return other.first == symbol.first; };
    if (std::ranges::none_of(desired, same)) desired.push_back(std::move(symbol));
  }
  unknown_symbols = std::move(unknown);
  for (InstrumentIndex index = 0; index < pipeline.size(); ++index) {
    if (!is_collected(index)) continue;
    const auto same = [&](const auto& wanted) { return wanted.first == pipeline.symbol(index); };
    if (std::ranges::none_of(desired, same)) remove_symbol(index, now);
  }
  pool.expect(desired.size());
  for (const auto& [symbol, status] : desired) {
    const InstrumentIndex index = pipeline.find(symbol);
    if (index == kNoInstrument || !is_collected(index)) {
      add_symbol(symbol, status, now);
    } else {
      set_status(index, status, now);
    }
  }
}

// Without its tick and lot size: the book takes its decimals from the messages, as it will in a replay.
void Collector::Impl::tell_status(std::string_view symbol, SymbolStatus status, UnixNanos now) {
  run_log.symbol_added(symbol, status, now);
  Instrument instrument;
  instrument.venue = options.venue;
  instrument.symbol = symbol;
  instrument.status = trading_status_of(status);
  pipeline.set_status(pipeline.add(instrument, now), status);
}

void Collector::Impl::add_symbol(const std::string& symbol, SymbolStatus status, UnixNanos now) {
  tell_status(symbol, status, now);
  const InstrumentIndex index = pipeline.find(symbol);
  if (index >= symbols.size()) symbols.resize(index + 1);
  symbols[index] = Symbol{};
  symbols[index].status = status;
  if (status != SymbolStatus::kUnlisted) pool.add(index, symbol);
}

void Collector::Impl::set_status(InstrumentIndex index, SymbolStatus status, UnixNanos now) {
  Symbol& symbol = symbols[index];
  symbol.refused = false;
  if (symbol.status == status) return;
  const std::string name{pipeline.symbol(index)};
  log.log_always(LogLevel::kInfo, "symbol_status", name,
                 fmt::format("{} is {} (was {})", name, to_string(status), to_string(symbol.status)));
  const bool was_subscribed = symbol.status != SymbolStatus::kUnlisted;
  symbol.status = status;
  tell_status(name, status, now);
  const bool subscribe = status != SymbolStatus::kUnlisted;
  if (subscribe && !was_subscribed) pool.add(index, name);
  if (!subscribe && was_subscribed) pool.remove(index);
}

void Collector::Impl::remove_symbol(InstrumentIndex index, UnixNanos now) {
  run_log.symbol_removed(pipeline.symbol(index), now);
  pipeline.remove(index);
  pool.remove(index);
  desk.forget(index);
  symbols[index].watch.on_lost();
}

Result<void> Collector::set_symbols(std::span<const std::string> typed, UnixNanos time) {
  Impl& self = *impl_;
  const UnixNanos now = self.at(time);
  Result<std::vector<binance::SymbolWish>> wishes = wishes_of(typed, self.options.venue);
  if (!wishes) return std::unexpected(wishes.error());
  if (self.ended) return {};
  self.wishes = std::move(*wishes);
  if (!self.wishes_applied) return {};
  self.apply_wishes(now);
  // A symbol that is newer than the list we hold.
  if (!self.unknown_symbols.empty()) self.info_at = now;
  self.on_tick(now);
  return {};
}

void Collector::Impl::on_stream_opened(InstrumentIndex index, UnixNanos now) {
  if (!is_collected(index)) return;
  Symbol& symbol = symbols[index];
  symbol.stream_since = now;
  symbol.seen = 0;
  if (has_depth) symbol.watch.on_open(now);
  run_log.stream_opened(pipeline.symbol(index), now);
  pipeline.on_stream_open(index, now);
}

void Collector::Impl::on_stream_lost(InstrumentIndex index, std::string_view reason, UnixNanos now) {
  if (!is_collected(index)) return;
  Symbol& symbol = symbols[index];
  symbol.stream_since.reset();
  ++symbol.reconnects;
  symbol.watch.on_lost();
  run_log.stream_lost(pipeline.symbol(index), reason, now);
  pipeline.on_connection_lost(index, now);
}

bool Collector::Impl::continues(InstrumentIndex index, const StreamPeek& peek) const {
  const binance::DepthSync& sync = pipeline.builder(index).sync();
  if (!sync.has_event() || !peek.first_update_id) return true;
  if (options.venue == Venue::kBinanceUsdm) {
    return !peek.previous_last_update_id || *peek.previous_last_update_id <= sync.last_update_id();
  }
  return *peek.first_update_id <= sync.last_update_id().next();
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
  if (connection == nullptr || pool.holds_back(*connection, bytes)) {
    ++ignored;
    if (connection != nullptr) connection->on_message(now);
    return;
  }
  connection->on_message(now);
  feed(*connection, bytes, now);
}

void Collector::Impl::feed(Connection& connection, std::string_view bytes, UnixNanos now) {
  run_log.message(connection.number(), bytes, now);
  const MessageOutcome outcome = pipeline.on_message(bytes, now);
  if (outcome.instrument < symbols.size()) {
    connection.on_data(outcome.instrument, now);
    on_data(outcome.instrument, outcome, now);
    pool.on_fed(outcome.instrument, now);
  }
  if (!outcome.is_data || !outcome.problem.empty()) on_outcome(connection, outcome, now);
}

void Collector::Impl::on_data(InstrumentIndex index, const MessageOutcome& outcome, UnixNanos now) {
  Symbol& symbol = symbols[index];
  symbol.seen |= bit(outcome.kind);
  if (!outcome.update || !is_collected(index)) return;
  if (*outcome.update == binance::UpdateVerdict::kGap) {
    log.log(LogLevel::kWarning, "gap", pipeline.symbol(index), "updates are missing: a snapshot is asked for", now);
  }
  if (*outcome.update != binance::UpdateVerdict::kStale) symbol.watch.on_update(now);
  poll_snapshot(index, now);
}

// What is not an event, or was refused.
void Collector::Impl::on_outcome(Connection& connection, const MessageOutcome& outcome, UnixNanos now) {
  if (outcome.server_shutdown) {
    pool.on_shutdown_notice(connection, now);
    return;
  }
  if (outcome.error_code && outcome.reply_id) pool.on_error_reply(connection, *outcome.reply_id, outcome.problem, now);
  if (!outcome.error_code && outcome.reply_id) pool.on_reply(connection, *outcome.reply_id, now);
  if (!outcome.problem.empty()) on_problem(outcome, now);
}

void Collector::Impl::on_problem(const MessageOutcome& outcome, UnixNanos now) {
  const bool removed = outcome.instrument != kNoInstrument && !is_collected(outcome.instrument);
  const std::string_view reason = outcome.error_code                    ? "venue_error"
                                  : !outcome.decoded                    ? "undecodable"
                                  : removed                             ? "removed_symbol"
                                  : outcome.instrument == kNoInstrument ? "unknown_symbol"
                                                                        : "unfit";
  ++refused[std::string(reason)];
  if (removed) return;  // on its way when it was unsubscribed
  const std::string_view symbol =
      outcome.instrument == kNoInstrument ? std::string_view{} : pipeline.symbol(outcome.instrument);
  log.log(LogLevel::kWarning, fmt::format("message_refused_{}", reason), symbol, outcome.problem, now);
}

void Collector::on_ws_closed(ConnectionNumber connection, const ClosedInfo& info, UnixNanos time) {
  Impl& self = *impl_;
  const UnixNanos now = self.at(time);
  self.pool.on_closed(connection, info, now);
  self.note_down(now);
}

void Collector::Impl::note_down(UnixNanos now) {
  const bool is_down = pool.open_connections() == 0;
  if (is_down && !down) down_since = now;
  down = is_down;
}

void Collector::Impl::fire_pipeline(UnixNanos due, UnixNanos now) {
  run_log.timer(due, now);
  pipeline.on_timer(now);
  poll_snapshots(now);
}

void Collector::on_timer(UnixNanos time) {
  Impl& self = *impl_;
  const UnixNanos now = self.at(time);
  if (!self.started || self.ended) return;
  if (const auto boundary = self.pipeline.next_boundary(); boundary && *boundary <= now) {
    self.fire_pipeline(*boundary, now);
  }
  if (now >= self.next_tick) self.on_tick(now);
}

void Collector::Impl::note_stall(UnixNanos now) {
  const Nanos slept = now - last_tick;
  last_tick = now;
  if (slept < options.timings.stall) return;
  log.log(LogLevel::kWarning, "stall", {},
          fmt::format("nothing was done for {} ms: watchdogs wait", slept / std::chrono::milliseconds{1}), now);
  watch_from = now + options.timings.stall;
  pool.grant(slept);
  for (Symbol& symbol : symbols) symbol.watch.grant(slept);
}

void Collector::Impl::on_tick(UnixNanos now) {
  note_stall(now);
  next_tick = now + options.timings.tick;
  if (const auto due = pipeline.next_deadline(); due && *due <= now) fire_pipeline(*due, now);
  if (now >= info_at) ask_info();
  if (now >= time_at) {
    time_at = now + options.timings.time_interval;
    desk.ask({RequestKind::kTime, Urgency::kTime, kNoInstrument, 0, binance::time_request(options.venue).weight});
  }
  while (const std::optional<RestDone> late = desk.take_overdue(now)) on_done(*late, {}, now);
  if (!wishes_applied && now - started_at >= options.timings.info_grace) {
    log.log_always(LogLevel::kWarning, "no_exchange_info", {},
                   "the venue's list of symbols has not come yet: symbols are taken as they were typed");
    apply_wishes(now);
  }
  pool.on_tick(now, now >= watch_from);
  note_down(now);
  if (now >= next_second) on_second(now);
  pump(now);
}

void Collector::Impl::on_second(UnixNanos now) {
  next_second = now + kSecond;
  const double seconds = std::max(1e-3, static_cast<double>((now - last_second).count()) / 1e9);
  last_second = now;
  constexpr double kWeightOfLast = 0.3;
  for (InstrumentIndex index = 0; index < symbols.size(); ++index) {
    Symbol& symbol = symbols[index];
    const std::uint64_t applied = pipeline.builder(index).sync().counters().applied;
    // Superseded updates are taken off again at the first merge.
    const double delta = applied > symbol.counted ? static_cast<double>(applied - symbol.counted) : 0.0;
    symbol.counted = applied;
    symbol.rate += kWeightOfLast * (delta / seconds - symbol.rate);
  }
  watch_symbols(now);
  log.flush(now);
}

void Collector::Impl::watch_symbols(UnixNanos now) {
  for (InstrumentIndex index = 0; index < symbols.size(); ++index) {
    if (!is_collected(index)) continue;
    Symbol& symbol = symbols[index];
    binance::BookBuilder& builder = pipeline.builder(index);
    if (options.refresh_interval && builder.book().has_snapshot()) {
      if (symbol.refresh_at.value == INT64_MAX) {
        // Spread over the interval: they would come all at once otherwise.
        const auto slots = static_cast<std::int64_t>(symbols.size());
        symbol.refresh_at = now + *options.refresh_interval * (static_cast<std::int64_t>(index) + 1) / slots;
      } else if (now >= symbol.refresh_at) {
        symbol.refresh_at = now + *options.refresh_interval;
        builder.want_snapshot(binance::SnapshotWanted::Why::kRefresh, now);
        poll_snapshot(index, now);
      }
    }
    const bool watched = symbol.status == SymbolStatus::kTrading || symbol.status == SymbolStatus::kUnknown;
    if (!watched || now < watch_from) continue;
    const UpdateId ours = builder.sync().last_update_id();
    switch (symbol.watch.check(ours, now, options.timings)) {
      case SymbolWatch::Verdict::kNothing: break;
      case SymbolWatch::Verdict::kProbe: {
        const int limit = binance::allowed_depth_limit(options.venue, 5);
        desk.ask({RequestKind::kProbe, Urgency::kProbe, index, limit, binance::depth_weight(options.venue, limit)});
        break;
      }
      case SymbolWatch::Verdict::kFrozen: {
        ++frozen;
        const std::string why =
            fmt::format("{} is silent at update {} while REST has moved on", pipeline.symbol(index), ours.value());
        log.log(LogLevel::kWarning, "stream_frozen", pipeline.symbol(index), why, now);
        pool.recycle(index, why, now);
        break;
      }
    }
  }
}

void Collector::stop(std::string_view reason, UnixNanos time) {
  Impl& self = *impl_;
  const UnixNanos now = self.at(time);
  if (self.ended) return;
  self.ended = true;
  if (self.started) {
    self.run_log.run_ended(reason, now);
    self.pipeline.on_timer(now);
  }
  self.desk.stop();
  self.pool.stop(now);
  self.log.flush_all();
}

bool Collector::stopped() const { return impl_->ended && impl_->pool.empty(); }
ActionQueue& Collector::actions() { return impl_->actions; }
const MarketPipeline& Collector::pipeline() const { return impl_->pipeline; }
Health Collector::health(UnixNanos now) const { return impl_->health(std::max(now, impl_->now_)); }

std::optional<UnixNanos> Collector::next_deadline() const {
  const Impl& self = *impl_;
  if (!self.started || self.ended) return std::nullopt;
  const std::optional<UnixNanos> boundary = self.pipeline.next_boundary();
  return boundary ? std::min(*boundary, self.next_tick) : self.next_tick;
}

}  // namespace acts::collector
