#include "support/venue_model.hpp"

#include <algorithm>
#include <iterator>

#include "acts/base/assert.hpp"

namespace acts::test {

void VenueBook::set(Side which, Level level) {
  if (level.quantity.is_zero()) {
    side(which).erase(level.price);
  } else {
    side(which)[level.price] = level.quantity;
  }
}

DepthUpdate VenueEvent::view() const {
  return {first_update_id, last_update_id, previous_last_update_id, {}, {}, bids, asks};
}

DepthSnapshot VenueSnapshot::view() const { return {last_update_id, {}, limit, {}, bids, asks}; }

VenueModel::VenueModel(std::uint64_t seed, bool usdm) : usdm_(usdm), random_(seed) {
  const std::uint64_t levels = 20 + below(200);
  for (std::uint64_t i = 0; i < levels; ++i) place_level();
  changes_.clear();
  last_id_ = kFirstId;
}

void VenueModel::set(Side side, Level level) {
  const auto at = book_.side(side).find(level.price);
  const Quantity before = at == book_.side(side).end() ? Quantity{} : at->second;
  last_id_ = UpdateId{last_id_.value() + 1 + (one_in(8) ? static_cast<std::int64_t>(below(5)) : 0)};
  changes_.push_back({last_id_, side, level, before});
  book_.set(side, level);
}

void VenueModel::move_middle() {
  const std::uint64_t step = one_in(60) ? kReach / 2 : 3;
  middle_ += static_cast<std::int64_t>(below(2 * step + 1)) - static_cast<std::int64_t>(step);
  middle_ = std::clamp(middle_, kReach + 1, kHighestPrice - kReach);
  while (!book_.bids.empty() && book_.bids.rbegin()->first >= Price{middle_}) {
    set(Side::kBid, {book_.bids.rbegin()->first, Quantity{}});
  }
  while (!book_.asks.empty() && book_.asks.begin()->first <= Price{middle_}) {
    set(Side::kAsk, {book_.asks.begin()->first, Quantity{}});
  }
}

// Mostly near the middle; an existing level gets another quantity, or the same again.
void VenueModel::place_level() {
  const Side side = one_in(2) ? Side::kBid : Side::kAsk;
  const auto distance = 1 + static_cast<std::int64_t>(one_in(3) ? below(kReach) : below(20));
  const Price price{side == Side::kBid ? middle_ - distance : middle_ + distance};
  set(side, {price, Quantity{1 + static_cast<std::int64_t>(below(9))}});
}

// Mostly of a level that is there; else a deletion of nothing, which venues send too.
void VenueModel::remove_level() {
  const Side side = one_in(2) ? Side::kBid : Side::kAsk;
  const std::map<Price, Quantity>& levels = book_.side(side);
  if (levels.empty() || one_in(10)) {
    const auto distance = 1 + static_cast<std::int64_t>(below(kReach));
    set(side, {Price{side == Side::kBid ? middle_ - distance : middle_ + distance}, Quantity{}});
    return;
  }
  const auto at = std::next(levels.begin(), static_cast<std::ptrdiff_t>(below(levels.size())));
  set(side, {at->first, Quantity{}});
}

const VenueEvent& VenueModel::step() {
  const UpdateId previous = last_id_;
  const std::size_t first_change = changes_.size();
  if (usdm_ && one_in(2)) last_id_ = UpdateId{last_id_.value() + static_cast<std::int64_t>(below(4))};
  VenueEvent event;
  event.first_update_id = last_id_.next();
  event.previous_last_update_id = usdm_ ? previous : UpdateId{};
  if (one_in(3)) move_middle();
  const bool thins_out = book_.bids.size() + book_.asks.size() > 250;
  for (std::uint64_t n = 1 + below(6); n-- > 0;) {
    one_in(thins_out ? 2 : 3) ? remove_level() : place_level();
  }
  VenueBook last_words;  // a map of its own, so that a level appears once, with quantity zero where it went
  for (const Change& change : std::span(changes_).subspan(first_change)) {
    last_words.side(change.side)[change.after.price] = change.after.quantity;
  }
  for (const auto& [price, quantity] : last_words.bids) event.bids.push_back({price, quantity});
  for (const auto& [price, quantity] : last_words.asks) event.asks.push_back({price, quantity});
  if (one_in(2)) std::ranges::reverse(event.bids);
  if (one_in(8)) std::ranges::shuffle(event.asks, random_);
  event.last_update_id = last_id_;
  return events_.emplace_back(std::move(event));
}

VenueBook VenueModel::book_at(UpdateId id) const {
  ACTS_ASSERT(kFirstId <= id && id <= last_id_);
  VenueBook book = book_;
  for (auto change = changes_.rbegin(); change != changes_.rend() && change->id > id; ++change) {
    book.set(change->side, {change->after.price, change->before});
  }
  return book;
}

void VenueModel::advance(VenueBook& book, UpdateId from, UpdateId to) const {
  auto change = std::ranges::upper_bound(changes_, from, {}, &Change::id);
  for (; change != changes_.end() && change->id <= to; ++change) book.set(change->side, change->after);
}

VenueSnapshot VenueModel::snapshot(UpdateId id, int limit) const {
  const VenueBook book = book_at(id);
  VenueSnapshot snapshot{id, limit, {}, {}};
  const auto room = [limit](const std::vector<Level>& levels) {
    return levels.size() < static_cast<std::size_t>(limit);
  };
  for (auto level = book.bids.rbegin(); level != book.bids.rend() && room(snapshot.bids); ++level) {
    snapshot.bids.push_back({level->first, level->second});
  }
  for (auto level = book.asks.begin(); level != book.asks.end() && room(snapshot.asks); ++level) {
    snapshot.asks.push_back({level->first, level->second});
  }
  return snapshot;
}

}  // namespace acts::test
