// What the collector does because time has passed.

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "binance/rest.hpp"
#include "collector/collector_impl.hpp"

namespace acts::collector {
namespace {

constexpr Nanos kSecond = std::chrono::seconds{1};
constexpr std::string_view kUndocumented = "depth@0ms";
constexpr std::string_view kInstead = "depth@100ms";

// What is spread over an interval would else come all at once. `at`: INT64_MAX if it is not planned yet.
void postpone(UnixNanos& at, Nanos by) {
  if (at.value != INT64_MAX) at = at + by;
}

}  // namespace

void Collector::Impl::note_down(UnixNanos now) {
  const bool is_down = pool.open_connections() == 0;
  if (is_down && !down) down_since = now;
  down = is_down;
}

// Each that is due is told of by itself: a replay of one symbol needs its own and no other's. While the recording takes
// no more, the mark of each minute, which all symbols have, stands for theirs as well: what is due waits for it.
void Collector::Impl::fire_pipeline(UnixNanos now) {
  const auto boundary = pipeline.next_boundary();
  const bool is_minute = boundary && *boundary <= now;
  if (paused_at && !is_minute) return;
  if (is_minute) run_log.timer({}, *boundary, now);
  if (!paused_at) note_deadlines(now);
  pipeline.on_timer(now);
  poll_snapshots(now);
}

void Collector::Impl::note_deadlines(UnixNanos now) {
  for (InstrumentIndex index = 0; index < pipeline.size(); ++index) {
    const auto due = pipeline.builder(index).next_deadline();
    if (due && *due <= now && is_collected(index)) run_log.timer(pipeline.symbol(index), *due, now);
  }
}

void Collector::on_timer(UnixNanos time) {
  Impl& self = *impl_;
  const UnixNanos now = self.at(time);
  if (!self.started || self.ended) return;
  if (now >= self.next_tick) self.on_tick(now);
}

void Collector::Impl::note_stall(UnixNanos now) {
  const Nanos slept = now - last_tick;
  last_tick = now;
  if (slept < options.timings.stall) return;
  log.log(LogLevel::kWarning, "stall", {},
          fmt::format("nothing was done for {} ms: watchdogs wait", slept / std::chrono::milliseconds{1}), now);
  forgive(slept, now);
}

void Collector::Impl::forgive(Nanos silence, UnixNanos now) {
  watch_from = std::max(watch_from, now + options.timings.stall);
  pool.grant(silence);
  for (Symbol& symbol : symbols) {
    symbol.watch.grant(silence);
    postpone(symbol.refresh_at, silence);
    postpone(symbol.audit_at, silence);
  }
}

// What is due just then is so within the pause.
void Collector::on_reading_paused(UnixNanos time) {
  Impl& self = *impl_;
  if (!self.paused_at) self.paused_at = std::max(self.latest, time);
  self.watch_from = {INT64_MAX};
  self.at(time);
}

void Collector::on_reading_resumed(UnixNanos time) {
  Impl& self = *impl_;
  const UnixNanos now = self.at(time);
  if (!self.paused_at) return;
  self.watch_from = now;
  self.forgive(now - *self.paused_at, now);
  self.paused_at.reset();
}

void Collector::Impl::on_tick(UnixNanos now) {
  note_stall(now);
  next_tick = now + options.timings.tick;
  if (const auto due = pipeline.next_deadline(); due && *due <= now) fire_pipeline(now);
  if (now >= info_at && !paused_at) ask_info();
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
  save_books(now);
  pump(now);
}

void Collector::Impl::on_second(UnixNanos now) {
  next_second = now + kSecond;
  for (InstrumentIndex index = 0; index < symbols.size(); ++index) {
    symbols[index].rate.on_second(pipeline.builder(index).sync().counters(), symbols[index].stream_since, now);
  }
  for (InstrumentIndex index = 0; index < symbols.size(); ++index) {
    if (is_collected(index) && !paused_at) plan_snapshots(index, now);
  }
  watch_symbols(now);
  say_gaps(now);
  if (wishes_applied && !paused_at) run_log.alive(now);
  log.flush(now);
}

void Collector::Impl::watch_symbols(UnixNanos now) {
  for (InstrumentIndex index = 0; index < symbols.size(); ++index) {
    if (!is_collected(index)) continue;
    Symbol& symbol = symbols[index];
    const bool watched = symbol.status == SymbolStatus::kTrading || symbol.status == SymbolStatus::kUnknown;
    if (!watched || now < watch_from) continue;
    const UpdateId ours = pipeline.builder(index).sync().last_update_id();
    switch (symbol.watch.check(ours, now, options.timings)) {
      case SymbolWatch::Verdict::kNothing: break;
      case SymbolWatch::Verdict::kProbe: {
        const int limit = binance::allowed_depth_limit(options.venue, 5);
        desk.ask({RequestKind::kProbe, Urgency::kProbe, index, limit, binance::depth_weight(options.venue, limit)});
        break;
      }
      case SymbolWatch::Verdict::kFrozen: on_frozen(index, now); break;
    }
  }
}

void Collector::Impl::on_frozen(InstrumentIndex index, UnixNanos now) {
  ++frozen;
  const std::string why = fmt::format("{} is silent at update {} while REST has moved on", pipeline.symbol(index),
                                      pipeline.builder(index).sync().last_update_id().value());
  log.log(LogLevel::kWarning, "stream_frozen", pipeline.symbol(index), why, now);
  if (!fall_back(index, now)) pool.recycle(index, why, now);
}

// The fastest updates of USD-M come on a name that the venue does not document, and it acknowledges names of streams
// that it does not have, which then say nothing (measured on 2026-10-07).
bool Collector::Impl::fall_back(InstrumentIndex silent, UnixNanos now) {
  if (depth_has_come || !pool.carries(kUndocumented) || !pool.is_heard(silent)) return false;
  const std::string what = fmt::format(
      "no update has ever come on @{}, which the venue does not document: updates come on @{} until the end of this "
      "run; --update-interval 100ms asks for these at once",
      kUndocumented, kInstead);
  log.log_always(LogLevel::kWarning, "depth_interval", {}, what);
  pool.replace_stream(kUndocumented, kInstead, fmt::format("it carries @{}, which is silent", kUndocumented), now);
  return true;
}

}  // namespace acts::collector
