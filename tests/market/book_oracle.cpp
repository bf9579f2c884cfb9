#include "market/book_oracle.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>

namespace acts::test {
namespace {

constexpr Side kSides[] = {Side::kBid, Side::kAsk};

}  // namespace

void BookOracle::on_update(const VenueEvent& event) {
  for (const Side which : kSides) {
    for (const Level& level : which == Side::kBid ? event.bids : event.asks) {
      if (level.quantity.is_zero()) {
        side(which).erase(level.price);
      } else {
        side(which)[level.price] = {level.quantity, event.last_update_id, true};
      }
    }
  }
  remove_ghosts();
}

void BookOracle::on_gap() {
  for (const Side which : kSides) {
    for (auto& [price, known] : side(which)) known.exact = false;
  }
  std::fill(covered_.begin(), covered_.end(), false);
}

void BookOracle::on_merge(const VenueSnapshot& snapshot, const VenueBook& truth) {
  const auto limit = static_cast<std::size_t>(snapshot.limit);
  PriceInterval window{Price{0}, Price{VenueModel::kHighestPrice + 1}};
  if (snapshot.bids.size() >= limit) window.low = snapshot.bids.back().price;
  if (snapshot.asks.size() >= limit) window.high = snapshot.asks.back().price;
  for (const Side which : kSides) merge_side(which, snapshot, window, truth);
  for (std::int64_t price = window.low.units(); price <= window.high.units(); ++price) {
    covered_[static_cast<std::size_t>(price)] = true;
  }
  has_snapshot_ = true;
  remove_ghosts();
}

void BookOracle::merge_side(Side which, const VenueSnapshot& snapshot, PriceInterval window, const VenueBook& truth) {
  Levels merged;
  for (const auto& [price, known] : side(which)) {
    const bool inside = window.low <= price && price <= window.high;
    if (inside || (!has_snapshot_ && known.id <= snapshot.last_update_id)) continue;
    merged[price] = known;
    // A gap in which no id was lost: the id before it can then only be one less.
    if (!known.exact && known.id == snapshot.last_update_id) merged[price].id = known.id.previous();
  }
  for (const auto& [price, quantity] : truth.side(which)) {
    if (price < window.low || window.high < price) continue;
    const auto before = side(which).find(price);
    UpdateId id = snapshot.last_update_id;
    if (before != side(which).end()) id = std::max(id, before->second.id);
    merged[price] = {quantity, id, true};
  }
  side(which) = std::move(merged);
}

void BookOracle::remove_ghosts() {
  std::optional<Price> bid;
  std::optional<Price> ask;
  for (const auto& [price, known] : bids_) {
    if (known.exact) bid = price;
  }
  for (const auto& [price, known] : asks_) {
    if (known.exact && !ask) ask = price;
  }
  if (ask) ghosts_ += std::erase_if(bids_, [&](const auto& e) { return !e.second.exact && e.first >= *ask; });
  if (bid) ghosts_ += std::erase_if(asks_, [&](const auto& e) { return !e.second.exact && e.first <= *bid; });
}

void BookOracle::on_trade(Price price) {
  ghosts_ += std::erase_if(bids_, [&](const auto& e) { return !e.second.exact && e.first > price; });
  ghosts_ += std::erase_if(asks_, [&](const auto& e) { return !e.second.exact && e.first < price; });
}

void BookOracle::on_age_limit(UpdateId upto) {
  for (const Side which : kSides) {
    std::erase_if(side(which), [&](const auto& e) { return !e.second.exact && e.second.id <= upto; });
  }
}

void BookOracle::expect_equal_side(const OrderBook& book, Side which, const Levels& levels) const {
  EXPECT_EQ(book.level_count(which), levels.size());
  std::size_t suspects = 0;
  for (const auto& [price, known] : levels) {
    const std::optional<BookLevel> level = book.side(which).find(price);
    ASSERT_TRUE(level.has_value()) << "lost " << price.units();
    EXPECT_EQ(level->quantity, known.quantity) << price.units();
    EXPECT_EQ(level->origin.update_id, known.id) << price.units();
    EXPECT_EQ(book.is_suspect(*level), !known.exact) << price.units();
    suspects += static_cast<std::size_t>(!known.exact);
  }
  EXPECT_EQ(book.suspect_count(which), suspects);
}

void BookOracle::expect_equal(const OrderBook& book) const {
  expect_equal_side(book, Side::kBid, bids_);
  expect_equal_side(book, Side::kAsk, asks_);
  for (std::size_t price = 0; price < covered_.size(); ++price) {
    EXPECT_EQ(book.coverage().contains(Price{static_cast<std::int64_t>(price)}), covered_[price]) << price;
  }
  EXPECT_EQ(book.has_snapshot(), has_snapshot_);
  EXPECT_EQ(book.ghosts(), ghosts_);
}

void BookOracle::expect_true(const OrderBook& book, const VenueBook& truth) {
  for (const Side which : kSides) {
    book.side(which).walk([&](const BookLevel& level) {
      if (book.is_suspect(level) && !book.coverage().contains(level.price)) return true;
      const auto real = truth.side(which).find(level.price);
      EXPECT_TRUE(real != truth.side(which).end()) << "a level that is not there: " << level.price.units();
      if (real != truth.side(which).end()) {
        EXPECT_EQ(level.quantity, real->second) << level.price.units();
      }
      return true;
    });
    for (const auto& [price, quantity] : truth.side(which)) {
      if (book.coverage().contains(price)) {
        EXPECT_TRUE(book.side(which).find(price).has_value()) << "not known inside K: " << price.units();
      }
    }
  }
}

}  // namespace acts::test
