#include "collector/gap_hold.hpp"

#include <algorithm>
#include <utility>

#include "acts/base/assert.hpp"

namespace acts::collector {

using binance::InstrumentIndex;

bool GapHold::keep(InstrumentIndex instrument, ConnectionNumber connection, std::string_view bytes, UnixNanos now) {
  if (bytes.size() > kMaxBytes - bytes_) return false;
  bytes_ += bytes.size();
  kept_[instrument].push_back({connection, std::string(bytes), now + kLongest});
  return true;
}

const GapHold::Kept* GapHold::first(InstrumentIndex instrument) const {
  const auto found = kept_.find(instrument);
  return found == kept_.end() ? nullptr : &found->second.front();
}

GapHold::Kept GapHold::take_first(InstrumentIndex instrument) {
  const auto found = kept_.find(instrument);
  ACTS_ASSERT(found != kept_.end());
  Kept first = std::move(found->second.front());
  found->second.pop_front();
  if (found->second.empty()) kept_.erase(found);
  bytes_ -= first.bytes.size();
  return first;
}

bool GapHold::keeps_of(InstrumentIndex instrument, ConnectionNumber connection) const {
  const auto found = kept_.find(instrument);
  return found != kept_.end() && std::ranges::find(found->second, connection, &Kept::connection) != found->second.end();
}

std::vector<InstrumentIndex> GapHold::overdue(UnixNanos now) const {
  std::vector<InstrumentIndex> result;
  for (const auto& [instrument, messages] : kept_) {
    if (now >= messages.front().until) result.push_back(instrument);
  }
  return result;
}

std::vector<InstrumentIndex> GapHold::all_of(ConnectionNumber connection) const {
  std::vector<InstrumentIndex> result;
  for (const auto& [instrument, messages] : kept_) {
    if (keeps_of(instrument, connection)) result.push_back(instrument);
  }
  return result;
}

std::vector<InstrumentIndex> GapHold::all() const {
  std::vector<InstrumentIndex> result;
  result.reserve(kept_.size());
  for (const auto& [instrument, messages] : kept_) result.push_back(instrument);
  return result;
}

void GapHold::forget(InstrumentIndex instrument) {
  while (first(instrument) != nullptr) take_first(instrument);
}

}  // namespace acts::collector
