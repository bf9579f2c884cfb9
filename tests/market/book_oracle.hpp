// What an OrderBook must know, worked out the slow way from the rules alone and from the venue's true book.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "acts/market/order_book.hpp"

#include "support/venue_model.hpp"

namespace acts::test {

class BookOracle {
 public:
  BookOracle() : covered_(VenueModel::kHighestPrice + 2, false) {}

  void on_update(const VenueEvent& event);
  void on_gap();
  // `truth`: the venue's book at the later one of the snapshot's id and the last update's.
  void on_merge(const VenueSnapshot& snapshot, const VenueBook& truth);
  void on_trade(Price price);
  void on_age_limit(UpdateId upto);

  // Compares levels, their states and ids, K, counts. A gtest failure for every difference.
  void expect_equal(const OrderBook& book) const;
  // Inside K the book is the venue's; a level that is not suspect is the venue's, wherever it is.
  static void expect_true(const OrderBook& book, const VenueBook& truth);

 private:
  struct Known {
    Quantity quantity;
    UpdateId id;
    bool exact = true;
  };
  using Levels = std::map<Price, Known>;

  [[nodiscard]] Levels& side(Side side) { return side == Side::kBid ? bids_ : asks_; }
  void merge_side(Side side, const VenueSnapshot& snapshot, PriceInterval window, const VenueBook& truth);
  void remove_ghosts();
  void expect_equal_side(const OrderBook& book, Side side, const Levels& levels) const;

  Levels bids_;
  Levels asks_;
  std::vector<bool> covered_;  // by price; the first and the last stand for all beyond
  bool has_snapshot_ = false;
  std::uint64_t ghosts_ = 0;
};

}  // namespace acts::test
