#include "exchange/faults.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>

#include "binance/rate_budget.hpp"
#include "exchange/random.hpp"

namespace acts::exchange {
namespace {

using enum FaultKind;

// A rule that comes so many times too late, for the machine slept, comes once.
constexpr std::int64_t kMostLateTimes = 100;

template <typename T, typename U>
bool names(const std::vector<T>& wanted, const U& one) {
  return wanted.empty() || std::ranges::find(wanted, one) != wanted.end();
}

// Rules draw from sequences of their own, so that one more rule changes nothing for the others.
std::uint64_t seed_of(std::uint64_t seed, std::size_t index) {
  Random mixer(seed + (index + 1) * 0x9e3779b97f4a7c15U);
  return mixer.next();
}

double unit_interval(std::uint64_t bits) { return static_cast<double>(bits >> 11) * 0x1.0p-53; }

bool is_instead_of_answer(FaultKind kind) {
  return kind >= kAnswer429 && kind <= kAnswerNever && kind != kAnswerTruncated;
}

}  // namespace

void Faults::play(const FaultPlan& plan, UnixNanos start) {
  for (std::size_t i = 0; i < plan.rules.size(); ++i) {
    Rule rule;
    rule.what = plan.rules[i];
    rule.seed = seed_of(plan.seed, i);
    rule.start = start;
    rule.has_edges = true;
    rules_.push_back(std::move(rule));
  }
}

void Faults::add(FaultRule rule) {
  Rule added;
  added.what = std::move(rule);
  added.seed = seed_of(0, rules_.size());
  rules_.push_back(std::move(added));
}

void Faults::lose_updates(std::string_view symbol, std::uint64_t count) {
  add({.kind = kLose, .symbols = {std::string(symbol)}, .streams = {binance::StreamKind::kDepth}, .count = count});
}

void Faults::silence(std::string_view symbol) { add({.kind = kFreeze, .symbols = {std::string(symbol)}}); }

void Faults::unsilence(std::string_view symbol) {
  std::erase_if(rules_, [symbol](const Rule& rule) {
    return rule.what.kind == kFreeze && !rule.start && rule.what.symbols.front() == symbol;
  });
}

void Faults::delay_depth_answers(Nanos delay) {
  std::erase_if(rules_, [](const Rule& rule) { return rule.what.kind == kAnswerLate && !rule.start; });
  if (delay > Nanos{0}) add({.kind = kAnswerLate, .requests = {"depth"}, .by = delay});
}

void Faults::fail_requests(FaultKind kind, std::uint64_t count, std::string_view endpoint, Nanos retry_after) {
  FaultRule rule{.kind = kind, .count = count, .retry_after = retry_after};
  if (!endpoint.empty()) rule.requests.emplace_back(endpoint);
  add(std::move(rule));
}

// Which of its times it is, if it is in force.
std::optional<std::int64_t> Faults::time_of(const Rule& rule, UnixNanos now) {
  if (!rule.start) return 0;
  const UnixNanos first = *rule.start + rule.what.at;
  if (now < first) return std::nullopt;
  const Nanos passed = now - first;
  const std::int64_t time = rule.what.every ? passed / *rule.what.every : 0;
  if (rule.what.times && static_cast<std::uint64_t>(time) >= *rule.what.times) return std::nullopt;
  const Nanos since = rule.what.every ? passed - *rule.what.every * time : passed;
  if (rule.what.lasts && since >= *rule.what.lasts) return std::nullopt;
  return time;
}

bool Faults::draws(Rule& rule) {
  const std::uint64_t number = rule.asked++;
  if (rule.what.probability >= 1) return true;
  return unit_interval(Random(rule.seed + number).next()) < rule.what.probability;
}

// In force, of those left to hit, and drawn.
bool Faults::strikes(Rule& rule, UnixNanos now) {
  const std::optional<std::int64_t> time = time_of(rule, now);
  if (!time) return false;
  if (*time != rule.time) {
    rule.time = *time;
    rule.hits = 0;
  }
  if (rule.what.count && rule.hits >= *rule.what.count) return false;
  if (!draws(rule)) return false;
  ++rule.hits;
  ++hits_[static_cast<std::size_t>(rule.what.kind)];
  return true;
}

bool Faults::loses(std::string_view symbol, binance::StreamKind kind, UnixNanos now) {
  for (Rule& rule : rules_) {
    if (rule.what.kind != kLose || !names(rule.what.symbols, symbol) || !names(rule.what.streams, kind)) continue;
    if (strikes(rule, now)) return true;
  }
  return false;
}

MessageFate Faults::on_message(SessionId session, std::string_view symbol, binance::StreamKind kind, UnixNanos now) {
  MessageFate fate;
  for (Rule& rule : rules_) {
    const FaultRule& what = rule.what;
    if (what.kind < kDrop || what.kind > kMute) continue;
    if (!names(what.symbols, symbol) || !names(what.streams, kind) || !names(what.connections, session)) continue;
    if (!strikes(rule, now)) continue;
    switch (what.kind) {
      case kDuplicate: fate.twice = true; break;
      case kDelay: fate.delay += what.by; break;
      case kCorrupt: fate.cut = true; break;
      default: fate.lost = true; return fate;
    }
  }
  return fate;
}

SubscriptionFate Faults::on_subscribe(SessionId session, UnixNanos now) {
  SubscriptionFate fate;
  for (Rule& rule : rules_) {
    if (rule.what.kind != kSilentSubscription && rule.what.kind != kNoAcknowledgement) continue;
    if (!names(rule.what.connections, session) || !strikes(rule, now)) continue;
    (rule.what.kind == kSilentSubscription ? fate.silent : fate.unanswered) = true;
  }
  return fate;
}

AnswerFate Faults::on_request(std::string_view endpoint, std::string_view symbol, UnixNanos now) {
  AnswerFate fate;
  for (Rule& rule : rules_) {
    const FaultRule& what = rule.what;
    if (what.kind < kAnswer429 || what.kind > kAnswerStale || !names(what.requests, endpoint)) continue;
    if (!what.symbols.empty() && !names(what.symbols, symbol)) continue;
    if (what.kind == kAnswerStale && endpoint != "depth") continue;
    if ((fate.instead != nullptr && is_instead_of_answer(what.kind)) || !strikes(rule, now)) continue;
    switch (what.kind) {
      case kAnswerLate: fate.delay += what.by; break;
      case kAnswerStale: fate.age = std::max(fate.age, what.by); break;
      case kAnswerTruncated: fate.truncated = &what; break;
      default: fate.instead = &what;
    }
  }
  return fate;
}

const FaultRule* Faults::on_connect(UnixNanos now) {
  for (Rule& rule : rules_) {
    if (rule.what.kind == kRefuseConnection && strikes(rule, now)) return &rule.what;
  }
  return nullptr;
}

bool Faults::hits_session(const FaultRule& what, SessionId session) {
  const auto found = std::ranges::find_if(rules_, [&](const Rule& rule) { return &rule.what == &what; });
  if (found == rules_.end() || !names(what.connections, session) || !draws(*found)) return false;
  ++hits_[static_cast<std::size_t>(what.kind)];
  return true;
}

SymbolState Faults::symbol_state(std::string_view symbol, UnixNanos now) const {
  SymbolState state;
  for (const Rule& rule : rules_) {
    if (rule.what.kind < kHalt || rule.what.kind > kTickSize || !names(rule.what.symbols, symbol)) continue;
    const bool on = is_on(rule, now);
    switch (rule.what.kind) {
      case kHalt: state.halted |= on; break;
      case kDelist: state.listed &= !on; break;
      case kList: state.listed &= on; break;
      default:
        if (on) state.tick_size = rule.what.tick_size;
    }
  }
  return state;
}

Nanos Faults::clock_skew(UnixNanos now) const {
  Nanos skew{0};
  for (const Rule& rule : rules_) {
    if (rule.what.kind == kClockSkew && is_on(rule, now)) skew += rule.what.by;
  }
  return skew;
}

UnixNanos Faults::edge_of(const Rule& rule) {
  if (!rule.has_edges) return binance::kNever;
  const UnixNanos begin = *rule.start + rule.what.at + rule.what.every.value_or(Nanos{0}) * rule.next_time;
  return rule.next_begins ? begin : begin + *rule.what.lasts;
}

void Faults::pass_edge(Rule& rule) {
  if (rule.next_begins && rule.what.lasts) {
    rule.next_begins = false;
    return;
  }
  rule.next_begins = true;
  ++rule.next_time;
  rule.has_edges =
      rule.what.every && (!rule.what.times || static_cast<std::uint64_t>(rule.next_time) < *rule.what.times);
}

void Faults::skip_what_is_late(Rule& rule, UnixNanos now) {
  if (!rule.what.every) return;
  std::int64_t latest = (now - *rule.start - rule.what.at) / *rule.what.every;
  if (rule.what.times) latest = std::min(latest, static_cast<std::int64_t>(*rule.what.times) - 1);
  if (latest - rule.next_time > kMostLateTimes) rule.next_time = latest;
}

UnixNanos Faults::next_edge() const {
  UnixNanos next = binance::kNever;
  for (const Rule& rule : rules_) next = std::min(next, edge_of(rule));
  return next;
}

// Kinds that are not counted by what they hit.
void Faults::count_edge(const Rule& rule) {
  if (rule.what.kind >= kHalt) ++hits_[static_cast<std::size_t>(rule.what.kind)];
}

std::vector<FaultEdge> Faults::take_edges(UnixNanos now) {
  std::multimap<UnixNanos, FaultEdge> in_order;  // of equal times as the plan has them
  for (Rule& rule : rules_) {
    while (edge_of(rule) <= now) {
      if (rule.next_begins) skip_what_is_late(rule, now);
      in_order.emplace(edge_of(rule), FaultEdge{&rule.what, rule.next_begins, edge_of(rule)});
      if (rule.next_begins) count_edge(rule);
      pass_edge(rule);
    }
  }
  std::vector<FaultEdge> edges;
  edges.reserve(in_order.size());
  for (const auto& [at, edge] : in_order) edges.push_back(edge);
  return edges;
}

std::string Faults::hits_text() const {
  std::string text;
  for (const FaultFacts& facts : fault_facts()) {
    if (hits(facts.kind) > 0) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", facts.name, hits(facts.kind));
  }
  return text.empty() ? "none" : text;
}

}  // namespace acts::exchange
