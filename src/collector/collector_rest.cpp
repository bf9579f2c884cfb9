// What the collector asks of REST, and what it makes of the answers.

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "binance/rest.hpp"
#include "collector/collector_impl.hpp"

namespace acts::collector {
namespace {

constexpr Nanos kRefusedWait = std::chrono::seconds{30};

// In the venue's words, where it has any: who reads a log looks there.
std::string_view text_of(RequestKind kind) {
  return kind == RequestKind::kExchangeInfo ? "exchangeInfo" : to_string(kind);
}

}  // namespace

// Before anything is asked.
void Collector::Impl::resume_cooldowns(UnixNanos now) {
  for (const Cooldown::Scope scope : {Cooldown::Scope::kRest, Cooldown::Scope::kStreams}) {
    const std::optional<CooldownLeft> longest = longest_left(options.earlier_cooldowns, scope, now);
    if (longest) resume(longest->left, longest->left == *longest->earlier, now);
  }
}

void Collector::Impl::resume(const Cooldown& left, bool is_kept, UnixNanos now) {
  const bool is_rest = left.scope == Cooldown::Scope::kRest;
  if (is_rest) {
    desk.resume(left, now);
  } else {
    pool.resume(left);
  }
  // With the time from which it is counted now: runs that follow each other quickly must not begin it anew each time.
  if (!is_kept) actions.emplace_back(KeepCooldown{left});
  log.log_always(LogLevel::kWarning, fmt::format("{}_cooldown", to_string(left.scope)), {},
                 fmt::format("the venue has {} an earlier run: no {} before {}; if this machine has another address "
                             "since, remove cooldowns/ from the data directory and start again",
                             left.banned ? "banned" : "refused", is_rest ? "REST request" : "connection attempt",
                             to_iso8601(left.until)));
}

void Collector::Impl::ask_info() {
  info_at = {INT64_MAX};  // until it is answered
  desk.ask({RequestKind::kExchangeInfo, Urgency::kInfo, kNoInstrument, 0,
            binance::exchange_info_request(options.venue).weight});
}

void Collector::Impl::poll_snapshot(InstrumentIndex index, UnixNanos now) {
  if (paused_at) return;  // its answer would be ahead of what is not read, and would have to be recorded
  binance::BookBuilder& builder = pipeline.builder(index);
  const std::optional<binance::SnapshotWanted> wanted = builder.poll_action(now);
  if (!wanted || !is_collected(index)) return;
  if (is_hopeless(symbols[index], now)) return;  // the book takes it for failed after its own deadline, and asks again
  const Urgency urgency = urgency_of(wanted->why, builder.book().has_snapshot(), is_deep_gap(index, now));
  ask_snapshot(RequestKind::kDepth, urgency, index, snapshot_limit(urgency));
  pump(now);
}

void Collector::Impl::ask_snapshot(RequestKind kind, Urgency urgency, InstrumentIndex index, int limit) {
  desk.ask({kind, urgency, index, limit, binance::depth_weight(options.venue, limit)});
}

bool Collector::Impl::is_hopeless(const Symbol& symbol, UnixNanos now) const {
  return now < symbol.refused_until || symbol.status == SymbolStatus::kUnlisted ||
         symbol.status == SymbolStatus::kDelisted;
}

// One refusal may be a mood of theirs, as the symbol is on the list: only further ones mute it, for longer each time.
void Collector::Impl::note_refused(InstrumentIndex index, UnixNanos now) {
  Symbol& symbol = symbols[index];
  if (symbol.refusals++ == 0) return;
  Nanos wait = kRefusedWait;
  for (std::uint32_t i = 2; i < symbol.refusals && wait < options.timings.info_refresh; ++i) wait *= 2;
  symbol.refused_until = now + std::min(wait, options.timings.info_refresh);
}

void Collector::Impl::poll_snapshots(UnixNanos now) {
  for (InstrumentIndex index = 0; index < symbols.size(); ++index) poll_snapshot(index, now);
}

void Collector::Impl::pump(UnixNanos now) {
  desk.send(
      now, [this](InstrumentIndex index) { return pipeline.symbol(index); },
      paused_at ? Sending::kTimeOnly : Sending::kAll);
}

void Collector::on_http_answer(RequestNumber request, const binance::RestAnswer& answer, UnixNanos time) {
  Impl& self = *impl_;
  const UnixNanos now = self.at(time);
  if (self.ended) return;
  if (const std::optional<RestDone> done = self.desk.on_answer(request, answer, now)) {
    self.on_done(*done, answer.body, now);
  }
}

void Collector::on_http_failed(RequestNumber request, std::string_view reason, UnixNanos time) {
  Impl& self = *impl_;
  const UnixNanos now = self.at(time);
  if (self.ended) return;
  if (const std::optional<RestDone> done = self.desk.on_failed(request, reason, now)) self.on_done(*done, {}, now);
}

RequestInfo Collector::Impl::request_info(const RestDone& done) const {
  const std::string_view symbol =
      done.job.instrument == kNoInstrument ? std::string_view{} : pipeline.symbol(done.job.instrument);
  return {done.request, done.job.kind, symbol, done.job.limit, done.sent};
}

// The venue's time alone is asked for while the recording takes no more, and no replay needs it.
bool Collector::Impl::is_recorded(RequestKind kind) const { return !paused_at || kind != RequestKind::kTime; }

void Collector::Impl::record_answer(const RestDone& done, std::string_view body, UnixNanos now) {
  if (!is_recorded(done.job.kind)) return;
  run_log.rest_answer(request_info(done), done.status, body, now);
}

void Collector::Impl::on_done(const RestDone& done, std::string_view body, UnixNanos now) {
  const bool removed = done.job.instrument != kNoInstrument && !is_collected(done.job.instrument);
  if (!done.ok) {
    const RequestInfo info_of_request = request_info(done);
    if (is_recorded(done.job.kind)) run_log.rest_failed(info_of_request, done.status, done.reason, now);
    if (!removed) {
      log.log(LogLevel::kWarning, fmt::format("rest_{}_failed", to_string(done.job.kind)), info_of_request.symbol,
              fmt::format("REST {}: {}", text_of(done.job.kind), done.reason), now);
    }
  }
  if (!removed) {
    switch (done.job.kind) {
      case RequestKind::kDepth: on_depth_done(done, body, now); break;
      case RequestKind::kProbe: on_probe_done(done, body, now); break;
      case RequestKind::kAudit: on_audit_done(done, body, now); break;
      case RequestKind::kExchangeInfo: on_info_done(done, body, now); break;
      case RequestKind::kTime: on_time_done(done, body, now); break;
    }
  } else if (!done.ok && done.job.kind == RequestKind::kDepth) {
    pipeline.on_depth_failed(done.job.instrument, now);
  }
  pump(now);
}

void Collector::Impl::on_depth_done(const RestDone& done, std::string_view body, UnixNanos now) {
  const InstrumentIndex index = done.job.instrument;
  if (!done.ok) {
    ++snapshots[done.outcome];
    if (done.give_up) note_refused(index, now);
    pipeline.on_depth_failed(index, now);
    poll_snapshot(index, now);
    return;
  }
  symbols[index].refusals = 0;
  const std::uint64_t restarts_before = pipeline.builder(index).sync().counters().restarts;
  record_answer(done, body, now);
  const Result<void> read = pipeline.on_depth_answer(index, body, done.job.limit, now);
  if (!read) {
    ++snapshots["unreadable"];
    log.log(LogLevel::kWarning, "snapshot_refused", pipeline.symbol(index), read.error().message, now);
  } else {
    if (pipeline.builder(index).sync().counters().restarts > restarts_before) {
      log.log(LogLevel::kWarning, "ids_restarted", pipeline.symbol(index),
              "the venue's update ids have gone back: the book is suspect, a snapshot is asked for", now);
    }
  }
  note_audits(index, now);  // one that waited for the stream has given way
  poll_snapshot(index, now);
}

void Collector::Impl::on_audit_done(const RestDone& done, std::string_view body, UnixNanos now) {
  const InstrumentIndex index = done.job.instrument;
  if (!done.ok) {
    ++symbols[index].audit.failed;
    if (done.give_up) note_refused(index, now);
    return;
  }
  record_answer(done, body, now);
  if (const Result<void> read = pipeline.on_audit_answer(index, body, done.job.limit, now); !read) {
    log.log(LogLevel::kWarning, "audit_refused", pipeline.symbol(index), read.error().message, now);
  }
  note_audits(index, now);
  poll_snapshot(index, now);
}

void Collector::Impl::on_probe_done(const RestDone& done, std::string_view body, UnixNanos now) {
  const InstrumentIndex index = done.job.instrument;
  SymbolWatch& watch = symbols[index].watch;
  if (!done.ok) {
    if (done.give_up) note_refused(index, now);
    watch.on_probe_failed(now, options.timings);
    return;
  }
  record_answer(done, body, now);
  const std::optional<UpdateId> rest = peek_last_update_id(body);
  if (!rest) {
    watch.on_probe_failed(now, options.timings);
    return;
  }
  watch.on_probe(*rest, pipeline.builder(index).sync().last_update_id(), now, options.timings);
}

void Collector::Impl::on_info_done(const RestDone& done, std::string_view body, UnixNanos now) {
  Result<binance::ExchangeInfo> read = done.ok ? binance::parse_exchange_info(body, options.venue)
                                               : Result<binance::ExchangeInfo>(fail(ErrorCode::kRetry, done.reason));
  if (!read) {
    if (done.ok) log.log(LogLevel::kWarning, "rest_exchange_info_failed", {}, read.error().message, now);
    info_at = now + info_backoff.next();
    return;
  }
  // Some 10 MB: kept once a run; what it changes later is kept as the symbols' status.
  if (!info) {
    record_answer(done, body, now);
  }
  info_backoff.reset();
  info_at = now + options.timings.info_refresh;
  info = std::move(*read);
  if (info->problem_count > 0) {
    log.log(LogLevel::kWarning, "exchange_info_problems", {},
            fmt::format("{} entries of the venue's list are not as documented; the first: {}: {}", info->problem_count,
                        info->problems.front().where, info->problems.front().what),
            now);
  }
  const binance::RateLimit weight = info->request_weight_limit();
  desk.set_limit(weight.limit, weight.interval, now);
  apply_wishes(now);
  pool.on_tick(now, now >= watch_from);
}

void Collector::Impl::on_time_done(const RestDone& done, std::string_view body, UnixNanos now) {
  if (!done.ok) return;
  record_answer(done, body, now);
  const Result<UnixNanos> time = binance::parse_server_time(body);
  if (!time) {
    log.log(LogLevel::kWarning, "rest_time_failed", {}, time.error().message, now);
    return;
  }
  clock.on_answer(done.sent, now, *time);
  if (clock.is_beyond(options.timings.clock_warning)) {
    log.log(LogLevel::kWarning, "clock_offset", {},
            fmt::format("our clock is {} ms {} the venue's: is a time service (chrony, systemd-timesyncd) running?",
                        std::chrono::abs(*clock.offset()) / std::chrono::milliseconds{1},
                        *clock.offset() > Nanos{0} ? "behind" : "ahead of"),
            now);
  }
}

}  // namespace acts::collector
