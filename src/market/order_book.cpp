#include "acts/market/order_book.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "acts/base/assert.hpp"

namespace acts {
namespace {

constexpr UpdateId kIdOfBefore{0};

bool contains(const PriceInterval& window, Price price) { return window.low <= price && price <= window.high; }

struct Shift {
  int price = 0;
  int quantity = 0;
};

// Leaves out levels up to `expendable_upto` that have no place there; false if another has none.
bool rescale_side(const LevelMap& side, Shift by, UpdateId expendable_upto, LevelMap& out) {
  bool fit = true;
  side.walk([&](const BookLevel& level) {
    std::int64_t price = level.price.units();
    std::int64_t quantity = level.quantity.units();
    if (shift_decimals(price, by.price) && shift_decimals(quantity, by.quantity)) {
      out.set({Price{price}, Quantity{quantity}}, level.origin);
    } else {
      fit = level.origin.update_id <= expendable_upto;
    }
    return fit;
  });
  return fit;
}

}  // namespace

PriceInterval window_of(const DepthSnapshot& snapshot) {
  const std::size_t longer = std::max(snapshot.bids.size(), snapshot.asks.size());
  const std::size_t limit =
      snapshot.limit > 0 ? static_cast<std::size_t>(snapshot.limit) : std::max(longer, std::size_t{1});
  PriceInterval window{CoverageSet::kNoLowerEnd, CoverageSet::kNoUpperEnd};
  const auto by_price = [](const Level& a, const Level& b) { return a.price < b.price; };
  if (snapshot.bids.size() >= limit) window.low = std::ranges::min_element(snapshot.bids, by_price)->price;
  if (snapshot.asks.size() >= limit) window.high = std::ranges::max_element(snapshot.asks, by_price)->price;
  return window;
}

OrderBook::OrderBook(Scales scales) : scales_(scales) {}

OrderBook::OrderBook(const BookImage& image)
    : scales_(image.scales),
      last_update_id_(image.last_update_id),
      suspect_upto_(image.suspect_upto),
      has_snapshot_(true),
      epoch_(image.epoch),
      ghosts_(image.ghosts) {
  ACTS_ASSERT(image.last_update_id.value() >= 0 && image.suspect_upto <= image.last_update_id);
  for (const Side which : {Side::kBid, Side::kAsk}) {
    for (const BookLevel& level : which == Side::kBid ? image.bids : image.asks) {
      ACTS_ASSERT(level.origin.update_id <= image.last_update_id);
      levels_of(which).set({level.price, level.quantity}, level.origin);
    }
  }
  for (const PriceInterval& interval : image.coverage) coverage_.add(interval);
  forget_deletions();
}

BookImage OrderBook::image() const {
  ACTS_ASSERT(has_snapshot_);
  BookImage image{.scales = scales_,
                  .coverage = {coverage_.intervals().begin(), coverage_.intervals().end()},
                  .last_update_id = last_update_id_,
                  .suspect_upto = suspect_upto_,
                  .epoch = epoch_,
                  .ghosts = ghosts_};
  for (const Side which : {Side::kBid, Side::kAsk}) {
    std::vector<BookLevel>& levels = which == Side::kBid ? image.bids : image.asks;
    levels.reserve(side(which).size());
    side(which).walk([&levels](const BookLevel& level) {
      levels.push_back(level);
      return true;
    });
  }
  return image;
}

void OrderBook::forget_deletions() {
  deletions_ = DeletionLog{};
  deletions_.forget_upto(last_update_id_);
}

void OrderBook::tidy() {
  bids_.tidy();
  asks_.tidy();
}

Result<void> OrderBook::rescale(Scales to, UpdateId expendable_upto) {
  ACTS_ASSERT(to.price <= kMaxScale && to.quantity <= kMaxScale && (to.covers(scales_) || coverage_.empty()));
  const Shift by{to.price - scales_.price, to.quantity - scales_.quantity};
  const UpdateId upto = std::max(expendable_upto, suspect_upto_);
  LevelMap bids{Side::kBid};
  LevelMap asks{Side::kAsk};
  if (!rescale_side(bids_, by, upto, bids) || !rescale_side(asks_, by, upto, asks) || !deletions_fit(by.price, upto) ||
      (!coverage_.empty() && !coverage_.rescale(by.price))) {
    return fail(ErrorCode::kBadInput, fmt::format("a level does not fit 64 bits with {} price and {} quantity decimals",
                                                  to.price, to.quantity));
  }
  ghosts_ += bids_.size() + asks_.size() - bids.size() - asks.size();
  bids_ = std::move(bids);
  asks_ = std::move(asks);
  if (by.price < 0) deletions_.forget_upto(upto);
  deletions_.rescale(by.price);
  scales_ = to;
  return {};
}

// With fewer decimals: a snapshot from before such a deletion would bring its level back.
bool OrderBook::deletions_fit(int decimals, UpdateId expendable_upto) const {
  if (decimals >= 0) return true;
  return std::ranges::all_of(std::array{Side::kBid, Side::kAsk}, [&](Side which) {
    return std::ranges::all_of(deletions_.deleted_after(which, expendable_upto), [decimals](Price price) {
      std::int64_t units = price.units();
      return shift_decimals(units, decimals);
    });
  });
}

void OrderBook::apply(const DepthUpdate& update, UnixNanos ts_recv) {
  ACTS_ASSERT(update.scales == scales_ && update.last_update_id >= last_update_id_);
  deletions_.on_time(ts_recv, last_update_id_);
  if (update.last_update_id == suspect_upto_) step_back_suspects();
  bids_.apply(update.bids, update.last_update_id, deletions_);
  asks_.apply(update.asks, update.last_update_id, deletions_);
  last_update_id_ = update.last_update_id;
  if (suspect_upto_.value() >= 0) remove_ghosts();
}

void OrderBook::mark_gap() {
  suspect_upto_ = last_update_id_;
  healed_ = {};
  deletions_.forget_upto(last_update_id_);
  coverage_.clear();
  ++epoch_;
}

// Ids of before mean nothing any more: all levels get one that every update of the new space is above.
void OrderBook::restart_ids(UpdateId at) {
  ACTS_ASSERT(at.value() >= kIdOfBefore.value());
  for (const Side which : {Side::kBid, Side::kAsk}) {
    LevelMap levels{which};
    side(which).walk([&](const BookLevel& level) {
      levels.set({level.price, level.quantity}, {kIdOfBefore, level.origin.from_snapshot});
      return true;
    });
    levels_of(which) = std::move(levels);
  }
  suspect_upto_ = kIdOfBefore;
  healed_ = {};
  last_update_id_ = at;
  forget_deletions();
  coverage_.clear();
  ++epoch_;
}

MergeResult OrderBook::merge(const DepthSnapshot& snapshot, UpdateId superseded_upto) {
  ACTS_ASSERT(snapshot.scales == scales_ && can_merge(snapshot.last_update_id));
  MergeResult result;
  result.window = window_of(snapshot);
  ACTS_ASSERT(result.window.low <= result.window.high);
  if (last_update_id_.value() >= 0 && snapshot.last_update_id > last_update_id_) mark_gap();
  if (snapshot.last_update_id == suspect_upto_) step_back_suspects();
  merge_side(Side::kBid, snapshot, superseded_upto, result);
  merge_side(Side::kAsk, snapshot, superseded_upto, result);
  coverage_.add(result.window);
  // Deletions up to a snapshot ahead of the updates were not seen, and levels that the first merge drops are no
  // deletions: an older snapshot would bring both back.
  if (!has_snapshot_ || snapshot.last_update_id > last_update_id_) deletions_.forget_upto(snapshot.last_update_id);
  last_update_id_ = std::max(last_update_id_, snapshot.last_update_id);
  has_snapshot_ = true;
  if (suspect_upto_.value() >= 0) remove_ghosts();
  return result;
}

void OrderBook::merge_side(Side which, const DepthSnapshot& snapshot, UpdateId superseded_upto, MergeResult& result) {
  LevelMap& levels = levels_of(which);
  const UpdateId id = snapshot.last_update_id;
  const std::span<const Level> theirs = which == Side::kBid ? snapshot.bids : snapshot.asks;
  std::vector<Price> named;
  named.reserve(theirs.size());
  for (const Level& level : theirs) named.push_back(level.price);
  std::ranges::sort(named);

  std::vector<Price> gone;
  levels.walk([&](const BookLevel& level) {
    if (level.origin.update_id > id) return true;
    const bool inside = contains(result.window, level.price);
    if (inside && !std::ranges::binary_search(named, level.price)) {
      gone.push_back(level.price);
      ++result.removed;
    } else if (!inside && !has_snapshot_ && level.origin.update_id <= superseded_upto) {
      gone.push_back(level.price);
      ++result.dropped;
    }
    return true;
  });
  for (const Price price : gone) levels.erase(price);

  const std::vector<Price> deleted = deletions_.deleted_after(which, id);
  for (const Level& level : theirs) {
    const std::optional<BookLevel> ours = levels.find(level.price);
    const bool newer = ours ? ours->origin.update_id > id : std::ranges::binary_search(deleted, level.price);
    if (newer) {
      ++result.kept;
      continue;
    }
    if (!ours) ++result.added;
    if (ours && ours->quantity != level.quantity) ++result.changed;
    levels.set(level, {id, true});
  }
}

// A gap without a lost update: what comes next has the id of the last one before it. Suspect levels go one id back, so
// that those it makes exact can be told from the others.
void OrderBook::step_back_suspects() {
  if (suspect_upto_ == kIdOfBefore) {  // there is no id below it
    remove_suspects(suspect_upto_);
    suspect_upto_ = kIdOfBefore.previous();
    return;
  }
  for (LevelMap* levels : {&bids_, &asks_}) {
    std::vector<BookLevel> last;
    levels->walk([&](const BookLevel& level) {
      if (level.origin.update_id == suspect_upto_) last.push_back(level);
      return true;
    });
    for (const BookLevel& level : last) {
      levels->set({level.price, level.quantity}, {suspect_upto_.previous(), level.origin.from_snapshot});
    }
  }
  suspect_upto_ = suspect_upto_.previous();
}

// The venue's book is never crossed, so of two levels that cross, the one last touched before a gap had gone by the
// time the other was set. Two suspect ones may hide an exact one behind them.
void OrderBook::remove_ghosts() {
  if (!crossed()) return;
  const Price lowest_ask = asks_.best()->price;
  const Price highest_bid = bids_.best()->price;
  std::optional<Price> exact_bid;
  std::optional<Price> exact_ask;
  bids_.walk([&](const BookLevel& level) {
    if (!is_suspect(level)) exact_bid = level.price;
    return !exact_bid && level.price > lowest_ask;
  });
  asks_.walk([&](const BookLevel& level) {
    if (!is_suspect(level)) exact_ask = level.price;
    return !exact_ask && level.price < highest_bid;
  });
  if (exact_ask) remove_beyond(Side::kBid, Price{exact_ask->units() - 1});
  if (exact_bid) remove_beyond(Side::kAsk, Price{exact_bid->units() + 1});
}

std::size_t OrderBook::remove_beyond(Side which, Price price) {
  std::vector<Price> ghosts;
  side(which).walk([&](const BookLevel& level) {
    const bool beyond = which == Side::kBid ? level.price > price : level.price < price;
    if (beyond && is_suspect(level)) ghosts.push_back(level.price);
    return beyond;
  });
  for (const Price ghost : ghosts) levels_of(which).erase(ghost);
  ghosts_ += ghosts.size();
  return ghosts.size();
}

std::size_t OrderBook::remove_traded_through(Price price) {
  if (suspect_upto_.value() < 0) return 0;
  return remove_beyond(Side::kBid, price) + remove_beyond(Side::kAsk, price);
}

std::size_t OrderBook::remove_suspects(UpdateId upto) {
  const UpdateId end = std::min(upto, suspect_upto_);
  std::size_t removed = 0;
  for (LevelMap* levels : {&bids_, &asks_}) {
    std::vector<Price> old;
    levels->walk([&](const BookLevel& level) {
      if (level.origin.update_id <= end) old.push_back(level.price);
      return true;
    });
    for (const Price price : old) levels->erase(price);
    removed += old.size();
  }
  return removed;
}

std::size_t OrderBook::suspect_count(Side which) const {
  bool& healed = healed_[which == Side::kBid ? 0 : 1];
  if (suspect_upto_.value() < 0 || healed) return 0;
  const std::size_t count = side(which).count_upto(suspect_upto_);
  healed = count == 0;
  return count;
}

bool OrderBook::crossed() const {
  const std::optional<BookLevel> bid = bids_.best();
  const std::optional<BookLevel> ask = asks_.best();
  return bid && ask && bid->price >= ask->price;
}

std::size_t OrderBook::memory_bytes() const {
  return bids_.memory_bytes() + asks_.memory_bytes() + deletions_.memory_bytes();
}

}  // namespace acts
