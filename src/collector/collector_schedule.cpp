// Which snapshots the collector wants besides those that a book asks for, how large each is and how urgent.

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "binance/rest.hpp"
#include "collector/collector_impl.hpp"

namespace acts::collector {
namespace {

// Where many books wait, each is shown so many levels first, at a fifth of the weight of all 5000: enough for the
// largest of the usual bands of what is traded much. USD-M gives no more in any case.
constexpr int kQuickLimit = 1000;
constexpr Nanos kDeepenAgain = std::chrono::minutes{1};
// The part of the weight of an interval that audits of the full depth may take; else they are of kQuickLimit.
constexpr int kOneInOfAudits = 4;

std::string quantity_text(Quantity quantity, Scales scales) {
  return quantity == Quantity{} ? "no such level" : to_string(to_decimal(quantity, scales));
}

// Names what a person needs to look into it: where, and what both say.
std::string text_of(const BookAudit& audit, Scales scales) {
  std::string text = fmt::format(
      "the book is not the venue's at update {}, and no gap is known: {} levels with another quantity, {} that the "
      "venue does not have, {} missing, {} alike",
      audit.update_id.value(), audit.drift, audit.ghost, audit.missed, audit.match);
  if (audit.first) {
    fmt::format_to(std::back_inserter(text), "; the first: {} {}: ours {}, the venue's {}",
                   audit.first->side == Side::kBid ? "bid" : "ask", to_string(to_decimal(audit.first->price, scales)),
                   quantity_text(audit.first->ours, scales), quantity_text(audit.first->theirs, scales));
  }
  return text;
}

}  // namespace

// A first one, or one that heals a gap: known already, or to be expected as its stream was lost.
bool Collector::Impl::waits_for_snapshot(InstrumentIndex index) const {
  const Symbol& symbol = symbols[index];
  if (!is_collected(index) || symbol.status == SymbolStatus::kUnlisted || symbol.status == SymbolStatus::kDelisted)
    return false;
  return symbol.was_lost || pipeline.builder(index).sync().status().state != SyncState::kInSync;
}

// Updates have made the top of the book exact again: nothing suspect is left in the largest band, by which rows are
// judged, and what is beyond can wait.
bool Collector::Impl::is_deep_gap(InstrumentIndex index, UnixNanos now) const {
  const binance::BookBuilder& builder = pipeline.builder(index);
  return builder.sync().status().state == SyncState::kSuspect && pipeline.is_top_known(index, now);
}

int Collector::Impl::snapshot_limit(Urgency urgency) const {
  if (urgency > Urgency::kGap || options.limit <= kQuickLimit) return options.limit;
  std::int64_t waiting = 0;
  for (InstrumentIndex index = 0; index < symbols.size(); ++index) {
    waiting += static_cast<std::int64_t>(waits_for_snapshot(index));
  }
  const bool fits_a_minute = waiting * binance::depth_weight(options.venue, options.limit) <= desk.budget();
  return fits_a_minute ? options.limit : kQuickLimit;
}

int Collector::Impl::audit_limit() const {
  if (options.limit <= kQuickLimit) return options.limit;
  const auto minutes = std::max<std::int64_t>(*options.audit_interval / std::chrono::minutes{1}, 1);
  const auto weight = static_cast<std::int64_t>(symbols.size()) * binance::depth_weight(options.venue, options.limit);
  return weight <= desk.budget() * minutes / kOneInOfAudits ? options.limit : kQuickLimit;
}

void Collector::Impl::plan_snapshots(InstrumentIndex index, UnixNanos now) {
  if (const auto queued = desk.queued(RequestKind::kDepth, index);
      queued == Urgency::kGap || queued == Urgency::kDeepGap) {
    desk.requeue(RequestKind::kDepth, index, is_deep_gap(index, now) ? Urgency::kDeepGap : Urgency::kGap);
  }
  const binance::BookBuilder& builder = pipeline.builder(index);
  if (!builder.book().has_snapshot()) return;
  plan_refresh(index, now);
  if (builder.sync().status().state != SyncState::kInSync || is_hopeless(symbols[index], now)) return;
  plan_deepening(index, now);
  plan_audit(index, now);
}

// The first time spread over the interval: they would come all at once otherwise.
bool Collector::Impl::is_due(UnixNanos& at, InstrumentIndex index, Nanos interval, UnixNanos now) const {
  if (at.value == INT64_MAX) {
    at = now + interval * (static_cast<std::int64_t>(index) + 1) / static_cast<std::int64_t>(symbols.size());
  }
  if (now < at) return false;
  at = now + interval;
  return true;
}

void Collector::Impl::plan_refresh(InstrumentIndex index, UnixNanos now) {
  if (!options.refresh_interval || !is_due(symbols[index].refresh_at, index, *options.refresh_interval, now)) return;
  pipeline.builder(index).want_snapshot(binance::SnapshotWanted::Why::kRefresh, now);
  poll_snapshot(index, now);
}

// Of this epoch: a gap empties K.
void Collector::Impl::plan_deepening(InstrumentIndex index, UnixNanos now) {
  Symbol& symbol = symbols[index];
  if (now < symbol.deepen_at || pipeline.builder(index).merged_limit() >= options.limit) return;
  symbol.deepen_at = now + kDeepenAgain;  // unless it has come by then
  ask_snapshot(RequestKind::kDepth, Urgency::kDeepen, index, options.limit);
}

void Collector::Impl::plan_audit(InstrumentIndex index, UnixNanos now) {
  if (!options.audit_interval || !is_due(symbols[index].audit_at, index, *options.audit_interval, now)) return;
  ask_snapshot(RequestKind::kAudit, Urgency::kAudit, index, audit_limit());
}

// After whatever may have ended one: says and records what it found.
void Collector::Impl::note_audits(InstrumentIndex index, UnixNanos now) {
  Symbol& symbol = symbols[index];
  const binance::BookBuilder& builder = pipeline.builder(index);
  const binance::AuditCounts before = std::exchange(symbol.audits, builder.audits());
  const bool differs = symbol.audits.differed != before.differed;
  if (!differs && symbol.audits.matched == before.matched) return;
  const BookAudit& audit = *builder.last_audit();
  symbol.audited_at = now;
  run_log.audited(pipeline.symbol(index), audit, now);
  symbol.audit.match += audit.match;
  symbol.audit.drift += audit.drift;
  symbol.audit.ghost += audit.ghost;
  symbol.audit.missed += audit.missed;
  if (!differs) return;
  log.log(LogLevel::kError, "audit_differs", pipeline.symbol(index), text_of(audit, builder.book().scales()), now);
}

}  // namespace acts::collector
