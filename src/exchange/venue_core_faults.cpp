// What a plan of faults does to a venue: its times, and the sessions and symbols that they strike.
#include <fmt/format.h>

#include <algorithm>

#include "exchange/venue_core.hpp"

namespace acts::exchange {

using enum FaultKind;

void VenueCore::play(const FaultPlan& plan, UnixNanos now) {
  faults_.play(plan, now);
  oldest_book_ = plan.oldest_book();
  see(now);
}

// Everything that happens at a venue happens after what the plan has set for before.
void VenueCore::see(UnixNanos now) {
  now_ = std::max(now_, now);
  if (faults_.next_edge() <= now_) {
    send_all();
    for (const FaultEdge& edge : faults_.take_edges(now_)) on_edge(edge, now_);
  }
  lines_.on_time(now_);
}

void VenueCore::on_edge(const FaultEdge& edge, UnixNanos now) {
  const FaultRule& rule = *edge.rule;
  if (notes_.size() < kMaxProblems)
    notes_.push_back(fmt::format("{} {}", name_of(rule.kind), edge.begins ? "begins" : "is over"));
  if (rule.kind == kHalt || rule.kind == kDelist || rule.kind == kList) {
    set_trading(rule, now);
  } else if (rule.kind == kTickSize && edge.begins) {
    for (const std::string& name : rule.symbols) {
      if (const SymbolIndex symbol = source_->find(name); symbol != kNoSymbol)
        source_->refine_prices(symbol, rule.tick_size->scale);
    }
  } else if (rule.kind == kHalfOpen && !edge.begins) {
    for (const SessionId session : std::exchange(half_open_[&rule], {})) lines_.end_stall(session);
  } else if (edge.begins && facts_of(rule.kind).is_moment) {
    strike_sessions(rule, now);
  }
}

void VenueCore::set_trading(const FaultRule& rule, UnixNanos now) {
  for (const std::string& name : rule.symbols) {
    const SymbolIndex symbol = source_->find(name);
    if (symbol == kNoSymbol) continue;  // of the other venue
    const SymbolState state = faults_.symbol_state(name, now);
    source_->set_trading(symbol, state.listed && !state.halted);
  }
}

void VenueCore::strike_sessions(const FaultRule& rule, UnixNanos now) {
  for (const SessionId session : hub_.session_ids()) {
    if (!lines_.is_stalled(session) && faults_.hits_session(rule, session)) strike(session, rule, now);
  }
}

void VenueCore::strike(SessionId session, const FaultRule& rule, UnixNanos now) {
  switch (rule.kind) {
    case kClose: hub_.close(session, static_cast<std::uint16_t>(rule.code), rule.reason); break;
    case kHalfOpen:
      lines_.stall(session);
      half_open_[&rule].push_back(session);
      break;
    case kServerShutdown: {
      const std::string event =
          fmt::format(R"({{"e":"serverShutdown","E":{}}})", to_unix_millis(now + faults_.clock_skew(now)));
      hub_.tell(session, hub_.is_combined(session) ? make_combined("!serverShutdown", event).combined : event);
      break;
    }
    case kGarbage: hub_.tell(session, "\x1f\x8b{\"stream\":]] garbage"); break;
    case kInvalidUtf8: hub_.tell(session, "{\"stream\":\"\xc3\x28\xff\",\"data\":{}}"); break;
    case kHugeMessage: hub_.tell(session, "\"" + std::string(rule.bytes, 'x') + "\""); break;
    default: break;
  }
}

void VenueCore::note_past(const MarketMessage& message, UnixNanos now) {
  if (oldest_book_ == Nanos{0} || message.symbol == kNoSymbol) return;
  auto& past = past_[message.symbol];
  past.emplace_back(now, message.last_update_id);
  // One from before the oldest that is shown tells the book at that time.
  while (past.size() > 1 && past[1].first <= now - oldest_book_) past.pop_front();
}

std::optional<TrueBook> VenueCore::book_of(std::string_view name, UnixNanos then) const {
  const SymbolIndex symbol = source_->find(name);
  const auto past = past_.find(symbol);
  if (symbol == kNoSymbol || past == past_.end() || past->second.empty()) return std::nullopt;
  UpdateId id = past->second.front().second;
  for (const auto& [at, reached] : past->second) {
    if (at > then) break;
    id = reached;
  }
  return source_->book(symbol)->at(id);
}

}  // namespace acts::exchange
