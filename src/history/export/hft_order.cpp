#include "history/export/hft_order.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace acts::history {

void HftMeasure::Clock::add(std::int64_t ts) {
  latest = std::max(latest, ts);
  lateness = std::max(lateness, latest - ts);
}

void HftMeasure::add(std::int64_t exch_ts, std::int64_t local_ts) {
  ++events_;
  least_latency_ = std::min(least_latency_, local_ts - exch_ts);
  exchange_.add(exch_ts);
  local_.add(local_ts);
}

Nanos HftMeasure::shift(Nanos latency) const {
  return events_ == 0 || least_latency_ >= 0 ? Nanos{0} : latency - Nanos{least_latency_};
}

HftOrder::HftOrder(const HftMeasure& measure, Nanos latency) : shift_(measure.shift(latency).count()) {
  exchange_.lateness = measure.exchange_lateness().count();
  local_.lateness = measure.local_lateness().count();
}

void HftOrder::Queue::add(const Held& event) {
  latest = std::max(latest, event.ts);
  held.push(event);
}

bool HftOrder::Queue::is_settled() const { return !held.empty() && held.top().ts <= latest - lateness; }

Result<void> HftOrder::add(const HftEvent& event) {
  if (exchange_.held.size() + local_.held.size() >= 2 * kMostHeld) {
    return fail(ErrorCode::kBadInput,
                fmt::format("the venue's times step back by {}, and {} events wait to be put in order: leave out what "
                            "is wrong there with --from and --to",
                            acts::to_string(Nanos{exchange_.lateness}), kMostHeld));
  }
  HftEvent shifted = event;
  shifted.local_ts += shift_;
  exchange_.add({shifted.exch_ts, count_, shifted});
  local_.add({shifted.local_ts, count_, shifted});
  ++count_;
  return {};
}

std::optional<HftEvent> HftOrder::take() {
  if (!has_ended_ && (!exchange_.is_settled() || !local_.is_settled())) return std::nullopt;
  if (exchange_.held.empty() && local_.held.empty()) return std::nullopt;
  if (local_.held.empty()) return pop(exchange_, hft::kExchange);
  if (exchange_.held.empty()) return pop(local_, hft::kLocal);
  const Held& at_venue = exchange_.held.top();
  const Held& here = local_.held.top();
  if (at_venue.number == here.number) {
    local_.held.pop();
    return pop(exchange_, hft::kExchange | hft::kLocal);
  }
  const auto times = [](const HftEvent& event) { return std::tuple(event.exch_ts, event.local_ts); };
  return times(here.event) < times(at_venue.event) ? pop(local_, hft::kLocal) : pop(exchange_, hft::kExchange);
}

HftEvent HftOrder::pop(Queue& queue, std::uint64_t flags) {
  HftEvent event = queue.held.top().event;
  queue.held.pop();
  event.ev |= flags;
  return event;
}

}  // namespace acts::history
