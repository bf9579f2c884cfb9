// A collector's books against the exchange's own: whole, level by level. Inside K every level, with its quantity, and
// no other; outside it what the book calls exact.
#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>

#include "acts/features/row.hpp"

#include "collector/market_pipeline.hpp"
#include "exchange/exchange_server.hpp"

namespace acts::testing {

using Levels = std::map<Decimal, std::string>;  // price -> quantity

struct OurLevels {
  Levels inside;         // K
  Levels exact_outside;  // set by an update since the last gap
};

inline OurLevels our_levels(const OrderBook& book, Side side) {
  OurLevels levels;
  book.side(side).walk([&](const BookLevel& level) {
    const bool is_inside = book.coverage().contains(level.price);
    if (!is_inside && book.is_suspect(level)) return true;
    (is_inside ? levels.inside : levels.exact_outside)[to_decimal(level.price, book.scales())] =
        to_string(to_decimal(level.quantity, book.scales()));
    return true;
  });
  return levels;
}

// Of a price that may have more decimals than the book.
inline bool is_covered(const OrderBook& book, const Decimal& price) {
  for (const PriceInterval& interval : book.coverage().intervals()) {
    const bool above = interval.low == CoverageSet::kNoLowerEnd || to_decimal(interval.low, book.scales()) <= price;
    const bool below = interval.high == CoverageSet::kNoUpperEnd || price <= to_decimal(interval.high, book.scales());
    if (above && below) return true;
  }
  return false;
}

inline std::string text_of(const OrderBook& book) {
  std::string text = "K:";
  for (const PriceInterval& interval : book.coverage().intervals()) {
    text += " [" + std::to_string(interval.low.units()) + ", " + std::to_string(interval.high.units()) + "]";
  }
  const auto bid = book.best(Side::kBid);
  const auto ask = book.best(Side::kAsk);
  return text + (bid ? " bid " + std::to_string(bid->price.units()) : "") +
         (ask ? " ask " + std::to_string(ask->price.units()) : "");
}

// How many levels were compared inside K.
inline std::size_t expect_side_equal(const exchange::TrueBook& truth, const OrderBook& book, Side side) {
  Levels inside;
  Levels all;
  for (const Level& level : truth.levels(side)) {
    const Decimal price = to_decimal(level.price, truth.scales());
    const std::string quantity = to_string(to_decimal(level.quantity, truth.scales()));
    all[price] = quantity;
    if (is_covered(book, price)) inside[price] = quantity;
  }
  const OurLevels ours = our_levels(book, side);
  EXPECT_EQ(ours.inside, inside);
  for (const auto& [price, quantity] : ours.exact_outside) {
    const auto theirs = all.find(price);
    EXPECT_EQ(quantity, theirs == all.end() ? "none" : theirs->second) << to_string(price) << " is called exact";
  }
  return inside.size();
}

inline void expect_book_equal(const exchange::Exchange& venue, Venue which, std::string_view symbol,
                              const OrderBook& book) {
  SCOPED_TRACE(std::string(to_string(which)) + " " + std::string(symbol));
  const auto truth = venue.book_at(which, symbol, book.last_update_id());
  ASSERT_TRUE(truth.has_value());
  std::size_t compared = 0;
  for (const Side side : {Side::kBid, Side::kAsk}) {
    const std::size_t of_side = expect_side_equal(*truth, book, side);
    compared += of_side;
    // The market may have left K while no request was answered.
    const auto best = book.best(side);
    const bool is_inside = best && book.coverage().contains(best->price);
    EXPECT_TRUE(of_side > 0 || !is_inside) << (side == Side::kBid ? "bid " : "ask ") << text_of(book);
  }
  EXPECT_GT(compared, 0U) << text_of(book);
}

// All of a run that are to be in sync now.
inline void expect_books_equal(const exchange::Exchange& venue, Venue which,
                               const collector::MarketPipeline& pipeline) {
  ASSERT_GT(pipeline.size(), 0U);
  for (collector::InstrumentIndex i = 0; i < pipeline.size(); ++i) {
    ASSERT_EQ(pipeline.builder(i).status().state, SyncState::kInSync) << pipeline.symbol(i);
    expect_book_equal(venue, which, pipeline.symbol(i), pipeline.builder(i).book());
  }
}

// What is compared at each row, while its book is still the row's.
class RowWitness {
 public:
  RowWitness(const exchange::Exchange& venue, Venue which) : venue_(venue), which_(which) {}

  void on_row(const MinuteRow& row, const collector::MarketPipeline& pipeline) {
    const collector::InstrumentIndex index = pipeline.find(row.symbol());
    ASSERT_NE(index, collector::kNoInstrument);
    const binance::BookBuilder& builder = pipeline.builder(index);
    if (builder.status().state != SyncState::kInSync) return;
    ++compared_[row.symbol()];
    const OrderBook& book = builder.book();
    expect_book_equal(venue_, which_, row.symbol(), book);
    const auto [first, is_first] = first_.try_emplace(row.symbol(), book.coverage().intervals().front());
    const auto best = book.best(Side::kBid);
    if (!is_first && best) {
      outside_ += static_cast<int>(best->price < first->second.low || first->second.high < best->price);
    }
  }
  // Rows of the symbol whose book was compared.
  [[nodiscard]] std::size_t compared(const std::string& symbol) const {
    const auto found = compared_.find(symbol);
    return found == compared_.end() ? 0 : found->second;
  }
  // Rows whose best bid had left what was known at the symbol's first row.
  [[nodiscard]] int outside() const { return outside_; }

 private:
  const exchange::Exchange& venue_;
  Venue which_;
  std::map<std::string, PriceInterval> first_;
  std::map<std::string, std::size_t> compared_;
  int outside_ = 0;
};

}  // namespace acts::testing
