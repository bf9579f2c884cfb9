#include "sim/venue_book.hpp"

#include <algorithm>

namespace acts::sim {

void Watchers::add(LadderSide& side, Rank rank, std::uint32_t venue) {
  std::vector<std::uint32_t>& venues = at_[rank];
  if (std::ranges::find(venues, venue) != venues.end()) return;
  if (venues.empty()) side.mark_own(rank, true);
  venues.push_back(venue);
}

void Watchers::remove(LadderSide& side, Rank rank, std::uint32_t venue) {
  const auto found = at_.find(rank);
  if (found == at_.end() || std::erase(found->second, venue) == 0 || !found->second.empty()) return;
  side.mark_own(rank, false);
  at_.erase(found);
}

std::span<const std::uint32_t> Watchers::at(Rank rank) const {
  const auto found = at_.find(rank);
  return found == at_.end() ? std::span<const std::uint32_t>() : found->second;
}

}  // namespace acts::sim
