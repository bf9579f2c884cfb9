#include "collector/rest_queue.hpp"

namespace acts::collector {

std::string_view to_string(RequestKind kind) noexcept {
  switch (kind) {
    case RequestKind::kExchangeInfo: return "exchange_info";
    case RequestKind::kTime: return "time";
    case RequestKind::kDepth: return "depth";
    case RequestKind::kProbe: return "probe";
    case RequestKind::kAudit: return "audit";
  }
  return "unknown";
}

Urgency urgency_of(binance::SnapshotWanted::Why why, bool has_snapshot, bool is_deep) noexcept {
  using Why = binance::SnapshotWanted::Why;
  if (!has_snapshot) return Urgency::kNeverSynced;
  switch (why) {
    case Why::kFirst:
    case Why::kGap:
    case Why::kTooOld: return is_deep ? Urgency::kDeepGap : Urgency::kGap;
    case Why::kCrossed: return Urgency::kCrossed;
    case Why::kEdge: return Urgency::kEdge;
    case Why::kRefresh: break;
  }
  return Urgency::kRefresh;
}

int share_percent(Urgency urgency) noexcept {
  constexpr int kOfGrowth = 80;
  constexpr int kOfChecks = 50;
  if (urgency <= Urgency::kCrossed) return kLargestSharePercent;
  return urgency <= Urgency::kDeepGap ? kOfGrowth : kOfChecks;
}

void RestQueue::push(const RestJob& job) {
  const Name name{job.kind, job.instrument};
  if (const auto known = places_.find(name); known != places_.end()) {
    if (std::get<Urgency>(known->second) <= job.urgency) return;
    erase(name);
  }
  const Place place{job.urgency, next_++};
  order_.emplace(place, job);
  places_.emplace(name, place);
}

const RestJob* RestQueue::front() const { return order_.empty() ? nullptr : &order_.begin()->second; }

const RestJob* RestQueue::find(RequestKind kind, binance::InstrumentIndex instrument) const {
  const auto known = places_.find({kind, instrument});
  return known == places_.end() ? nullptr : &order_.at(known->second);
}

void RestQueue::pop_front() {
  if (order_.empty()) return;
  const RestJob& job = order_.begin()->second;
  erase({job.kind, job.instrument});
}

std::optional<Urgency> RestQueue::urgency(RequestKind kind, binance::InstrumentIndex instrument) const {
  const auto known = places_.find({kind, instrument});
  return known == places_.end() ? std::nullopt : std::optional(std::get<Urgency>(known->second));
}

void RestQueue::requeue(RequestKind kind, binance::InstrumentIndex instrument, Urgency urgency) {
  const auto known = places_.find({kind, instrument});
  if (known == places_.end() || std::get<Urgency>(known->second) == urgency) return;
  RestJob job = order_.at(known->second);
  erase({kind, instrument});
  job.urgency = urgency;
  push(job);
}

void RestQueue::erase(const Name& name) {
  const auto known = places_.find(name);
  if (known == places_.end()) return;
  order_.erase(known->second);
  places_.erase(known);
}

void RestQueue::remove(binance::InstrumentIndex instrument) {
  for (const RequestKind kind : {RequestKind::kDepth, RequestKind::kProbe, RequestKind::kAudit})
    erase({kind, instrument});
}

void RestQueue::clear() {
  order_.clear();
  places_.clear();
}

bool RestQueue::contains(RequestKind kind, binance::InstrumentIndex instrument) const {
  return places_.contains({kind, instrument});
}

}  // namespace acts::collector
