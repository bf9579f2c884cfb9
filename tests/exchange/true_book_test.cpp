#include "exchange/true_book.hpp"

#include <gtest/gtest.h>

#include <map>

#include "exchange/random.hpp"

namespace acts::exchange {
namespace {

std::map<std::int64_t, std::int64_t> as_map(const TrueBook& book, Side side) {
  std::map<std::int64_t, std::int64_t> map;
  for (const Level& level : book.levels(side)) map[level.price.units()] = level.quantity.units();
  return map;
}

TEST(TrueBook, EqualsAMapAfterRandomUpdatesAndGoesBackToEveryRememberedState) {
  TrueBook book(Scales{2, 3});
  book.keep_history(500);
  Random random(7);
  std::map<std::int64_t, std::int64_t> bids;
  std::vector<std::map<std::int64_t, std::int64_t>> states{bids};
  for (int id = 1; id <= 500; ++id) {
    std::vector<Level> levels;
    for (int i = 0; i < 5; ++i) {
      const Level level{Price{1 + random.below(60)}, Quantity{random.below(3)}};
      levels.push_back(level);
      bids.erase(level.price.units());
      if (!level.quantity.is_zero()) bids[level.price.units()] = level.quantity.units();
    }
    book.apply(UpdateId{id * 10}, {id, id}, levels, {});
    ASSERT_EQ(as_map(book, Side::kBid), bids);
    states.push_back(bids);
  }
  for (int id = 0; id <= 500; ++id) {
    const auto then = book.at(UpdateId{id * 10 + 3});
    ASSERT_TRUE(then.has_value()) << id;
    EXPECT_EQ(as_map(*then, Side::kBid), states[static_cast<std::size_t>(id)]) << id;
    EXPECT_EQ(then->last_update_id(), UpdateId{id * 10});
    EXPECT_EQ(then->times().event, id);
  }
}

TEST(TrueBook, EqualsAMapWhereLevelsComeAndGoAtBothEnds) {
  TrueBook book;
  Random random(11);
  std::map<std::int64_t, std::int64_t> asks;
  std::int64_t low = 50'000;
  std::int64_t high = 50'000;
  for (int id = 1; id <= 20'000; ++id) {
    std::int64_t price = low + random.below(high - low + 1);
    std::int64_t quantity = 1 + random.below(9);
    switch (random.below(id % 4000 < 2000 ? 5 : 3)) {
      case 0: price = low -= 1; break;
      case 1:
        price = asks.empty() ? price : asks.begin()->first;
        quantity = 0;
        break;
      case 2:
        price = asks.empty() ? price : asks.rbegin()->first;
        quantity = 0;
        break;
      case 3: price = high += 1; break;
      default: break;
    }
    asks.erase(price);
    if (quantity > 0) asks[price] = quantity;
    const Level level{Price{price}, Quantity{quantity}};
    book.apply(UpdateId{id}, {}, {}, {&level, 1});
    if (id % 97 == 0) {
      ASSERT_EQ(as_map(book, Side::kAsk), asks) << id;
      ASSERT_EQ(book.level_count(Side::kAsk), asks.size());
    }
  }
}

TEST(TrueBook, SaysNothingOfStatesItDoesNotRemember) {
  TrueBook book;
  const Level level{Price{1}, Quantity{1}};
  book.keep_history(2);
  for (int id = 1; id <= 4; ++id) book.apply(UpdateId{id}, {}, {&level, 1}, {});
  EXPECT_FALSE(book.at(UpdateId{1}).has_value());
  EXPECT_TRUE(book.at(UpdateId{2}).has_value());
  book.keep_history(0);
  EXPECT_FALSE(book.at(UpdateId{3}).has_value());
  EXPECT_TRUE(book.at(UpdateId{4}).has_value());
  EXPECT_TRUE(book.at(UpdateId{99}).has_value());
}

TEST(TrueBook, KnowsItsBestLevelsAndWhetherItIsCrossed) {
  TrueBook book;
  const std::vector<Level> bids{{Price{10}, Quantity{1}}, {Price{12}, Quantity{2}}, {Price{11}, Quantity{0}}};
  const std::vector<Level> asks{{Price{15}, Quantity{3}}, {Price{13}, Quantity{4}}};
  book.reset(UpdateId{5}, {}, bids, asks);
  EXPECT_EQ(book.best(Side::kBid), (Level{Price{12}, Quantity{2}}));
  EXPECT_EQ(book.best(Side::kAsk), (Level{Price{13}, Quantity{4}}));
  EXPECT_EQ(book.level_count(Side::kBid), 2U);
  EXPECT_EQ(book.quantity_at(Side::kAsk, Price{15}), Quantity{3});
  EXPECT_EQ(book.quantity_at(Side::kAsk, Price{14}), Quantity{});
  EXPECT_FALSE(book.crossed());
  const Level crossing{Price{13}, Quantity{1}};
  book.apply(UpdateId{6}, {}, {&crossing, 1}, {});
  EXPECT_TRUE(book.crossed());
  EXPECT_FALSE(TrueBook().best(Side::kBid).has_value());
}

TEST(TrueBook, KeepsItsValuesWhenTheScalesRiseAndRefusesWhatDoesNotFit) {
  TrueBook book(Scales{2, 0});
  book.keep_history(4);
  const Level level{Price{123}, Quantity{5}};
  const Level more{Price{123}, Quantity{7}};
  book.apply(UpdateId{1}, {}, {&level, 1}, {});
  book.apply(UpdateId{2}, {}, {&more, 1}, {});
  ASSERT_TRUE(book.rescale(Scales{4, 1}));
  EXPECT_EQ(book.best(Side::kBid), (Level{Price{12300}, Quantity{70}}));
  EXPECT_EQ(book.at(UpdateId{1})->best(Side::kBid), (Level{Price{12300}, Quantity{50}}));
  const Level huge{Price{12300}, Quantity{INT64_MAX / 2}};
  book.apply(UpdateId{3}, {}, {&huge, 1}, {});
  EXPECT_FALSE(book.rescale(Scales{4, 3}));
  EXPECT_EQ(book.scales(), (Scales{4, 1}));
}

TEST(TrueBook, WritesDecimalsAsTheVenueDoes) {
  const auto text = [](std::int64_t units, int scale, int decimals) {
    std::string out;
    append_fixed(out, units, scale, decimals);
    return out;
  };
  EXPECT_EQ(text(6183763, 2, 8), "61837.63000000");
  EXPECT_EQ(text(5, 3, 3), "0.005");
  EXPECT_EQ(text(0, 0, 8), "0.00000000");
  EXPECT_EQ(text(7, 0, 0), "7");
  EXPECT_EQ(text(-15, 1, 2), "-1.50");
  EXPECT_EQ(text(1234, 4, 4), "0.1234");
  EXPECT_EQ(text(INT64_MAX, 18, 18), "9.223372036854775807");

  TrueBook book(Scales{1, 0});
  const std::vector<Level> bids{{Price{10}, Quantity{1}}, {Price{12}, Quantity{2}}};
  book.reset(UpdateId{5}, {}, bids, {});
  std::string out;
  append_levels(out, book, Side::kBid, 5, Scales{2, 1});
  append_levels(out, book, Side::kBid, 1, Scales{0, 0});
  append_levels(out, book, Side::kAsk, 5, Scales{2, 1});
  EXPECT_EQ(out, R"([["1.20","2.0"],["1.00","1.0"]][["1.2","2"]][])");
}

}  // namespace
}  // namespace acts::exchange
