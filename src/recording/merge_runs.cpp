#include "recording/merge_runs.hpp"

#include <utility>

namespace acts {

ConnectionId MergedRuns::connection(std::size_t source, ConnectionId of_source) {
  return of_source == 0 ? 0 : of_source * 2 - 1 + source;
}

void MergedRuns::on_line(std::size_t source, UnixNanos ts) {
  if (runs_[source].last) runs_[source].last = ts;
}

std::vector<IndexEvent> MergedRuns::on_entry(std::size_t source, const IndexEntry& entry) {
  on_line(source, entry.ts);
  return std::visit([&](const auto& event) { return take(source, event, entry.ts); }, entry.event);
}

std::vector<IndexEvent> MergedRuns::header() const {
  std::vector<IndexEvent> events;
  if (run_) events.emplace_back(*run_);
  if (symbol_) events.emplace_back(*symbol_);
  return events;
}

bool MergedRuns::runs(std::size_t source, UnixNanos now) const {
  return runs_[source].last && now - *runs_[source].last <= kSilence;
}

void MergedRuns::start(std::size_t source, UnixNanos now, IndexEvent event, Events& out) {
  const bool is_first = !runs(1 - source, now);
  runs_[source] = {.last = now};
  if (!is_first) return;
  runs_[1 - source] = {};
  symbol_.reset();
  out.push_back(std::move(event));
}

MergedRuns::Events MergedRuns::take(std::size_t source, const index::RunStarted& event, UnixNanos now) {
  Events out;
  start(source, now, event, out);
  begins_ = !out.empty();
  if (begins_) run_ = index::RunContinued{event.version, event.venue, event.shard, event.settings};
  return out;
}

MergedRuns::Events MergedRuns::take(std::size_t, const index::BookRestored& event, UnixNanos) {
  if (!std::exchange(begins_, false)) return {};
  return {index::BookRestored{event.symbol, event.update_id, index::kOwnBook}};
}

// A segment that is not the run's first: news only if nothing was known of the run.
MergedRuns::Events MergedRuns::take(std::size_t source, const index::RunContinued& event, UnixNanos now) {
  Events out;
  if (!runs(source, now)) {
    start(source, now, event, out);
    runs_[source].has_stream = true;  // it was told before
  }
  if (!out.empty() || !run_) run_ = event;
  return out;
}

MergedRuns::Events MergedRuns::take(std::size_t source, const index::RunEnded& event, UnixNanos now) {
  runs_[source] = {};
  if (runs(1 - source, now)) return {};
  run_.reset();
  symbol_.reset();
  return {event};
}

MergedRuns::Events MergedRuns::take(std::size_t source, const index::SymbolAdded& event, UnixNanos) {
  runs_[source].has_symbol = true;
  if (symbol_ == event) return {};
  symbol_ = event;
  return {event};
}

MergedRuns::Events MergedRuns::take(std::size_t source, const index::SymbolRemoved& event, UnixNanos now) {
  runs_[source].has_symbol = runs_[source].has_stream = false;
  if (runs_[1 - source].has_symbol && runs(1 - source, now)) return {};
  symbol_.reset();
  return {event};
}

MergedRuns::Events MergedRuns::take(std::size_t source, const index::StreamOpened& event, UnixNanos now) {
  const bool had = runs_[1 - source].has_stream && runs(1 - source, now);
  runs_[source].has_stream = true;
  return had ? Events{} : Events{event};
}

MergedRuns::Events MergedRuns::take(std::size_t source, const index::StreamLost& event, UnixNanos now) {
  runs_[source].has_stream = false;
  const bool has = runs_[1 - source].has_stream && runs(1 - source, now);
  return has ? Events{} : Events{event};
}

// A minute ends once.
MergedRuns::Events MergedRuns::take(std::size_t, const index::Timer& event, UnixNanos) {
  if (!event.symbol.empty()) return {event};
  if (last_minute_ && event.due <= *last_minute_) return {};
  last_minute_ = event.due;
  return {event};
}

MergedRuns::Events MergedRuns::take(std::size_t source, const index::ConnectionOpened& event, UnixNanos) {
  return {index::ConnectionOpened{connection(source, event.connection), event.url}};
}

MergedRuns::Events MergedRuns::take(std::size_t source, const index::ConnectionClosed& event, UnixNanos) {
  return {index::ConnectionClosed{connection(source, event.connection), event.reason}};
}

}  // namespace acts
