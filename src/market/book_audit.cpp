#include "acts/market/book_audit.hpp"

#include <algorithm>
#include <span>
#include <vector>

#include "acts/base/assert.hpp"

namespace acts {
namespace {

// One side; finds the levels of either that lie where both speak.
class SideAudit {
 public:
  SideAudit(const OrderBook& book, const DepthSnapshot& snapshot, Side side, BookAudit& result)
      : book_(book), id_(snapshot.last_update_id), window_(window_of(snapshot)), side_(side), result_(result) {
    const std::span<const Level> levels = side == Side::kBid ? snapshot.bids : snapshot.asks;
    theirs_.assign(levels.begin(), levels.end());
    std::ranges::sort(theirs_, [this](const Level& a, const Level& b) { return is_better(a.price, b.price); });
  }

  void run() {
    const std::vector<Price> deleted = book_.deleted_after(side_, id_);
    auto next = theirs_.begin();
    const auto take_until = [&](auto end) {
      for (; next != end; ++next) on_theirs_alone(*next, deleted);
    };
    book_.side(side_).walk([&](const BookLevel& ours) {
      take_until(
          std::ranges::find_if(next, theirs_.end(), [&](const Level& l) { return !is_better(l.price, ours.price); }));
      const bool both = next != theirs_.end() && next->price == ours.price;
      on_ours(ours, both ? next->quantity : Quantity{});
      if (both) ++next;
      return true;
    });
    take_until(theirs_.end());
  }

 private:
  [[nodiscard]] bool is_better(Price a, Price b) const { return side_ == Side::kBid ? a > b : a < b; }
  [[nodiscard]] bool claims(Price price) const {
    return window_.low <= price && price <= window_.high && book_.coverage().contains(price);
  }

  void on_ours(const BookLevel& ours, Quantity theirs) {
    if (!claims(ours.price) || book_.is_suspect(ours)) return;
    if (ours.origin.update_id > id_) {
      ++result_.newer;
    } else if (ours.quantity == theirs) {
      ++result_.match;
    } else {
      ++(theirs == Quantity{} ? result_.ghost : result_.drift);
      note({side_, ours.price, ours.quantity, theirs});
    }
  }

  void on_theirs_alone(const Level& theirs, const std::vector<Price>& deleted) {
    if (!claims(theirs.price)) return;
    if (std::ranges::binary_search(deleted, theirs.price)) {
      ++result_.newer;
      return;
    }
    ++result_.missed;
    note({side_, theirs.price, Quantity{}, theirs.quantity});
  }

  void note(const BookAudit::Difference& difference) {
    if (!result_.first) result_.first = difference;
  }

  const OrderBook& book_;
  UpdateId id_;
  PriceInterval window_;
  Side side_;
  BookAudit& result_;
  std::vector<Level> theirs_;  // best first
};

}  // namespace

BookAudit audit(const OrderBook& book, const DepthSnapshot& snapshot) {
  ACTS_ASSERT(snapshot.scales == book.scales() && book.can_merge(snapshot.last_update_id));
  BookAudit result;
  result.update_id = snapshot.last_update_id;
  if (snapshot.last_update_id > book.last_update_id()) return result;
  for (const Side side : {Side::kBid, Side::kAsk}) SideAudit(book, snapshot, side, result).run();
  return result;
}

}  // namespace acts
