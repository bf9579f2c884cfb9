#include "sim/trigger_book.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <vector>

namespace acts::sim {
namespace {

TEST(Trigger, WaitsOnTheSideOfItsKind) {
  EXPECT_TRUE(Trigger(OrderSide::kSell, OrderType::kStop, 100).is_below());
  EXPECT_FALSE(Trigger(OrderSide::kBuy, OrderType::kStopLimit, 100).is_below());
  EXPECT_FALSE(Trigger(OrderSide::kSell, OrderType::kTakeProfit, 100).is_below());
  EXPECT_TRUE(Trigger(OrderSide::kBuy, OrderType::kTakeProfitLimit, 100).is_below());
}

TEST(Trigger, FollowsTheBestPriceOnly) {
  Trigger trailing(OrderSide::kBuy, OrderType::kTrailingStop, 5);
  EXPECT_EQ(trailing.price(), std::nullopt);
  EXPECT_FALSE(trailing.is_reached(1'000'000));
  for (const std::int64_t price : {100, 97, 99}) trailing.follow(price);
  EXPECT_EQ(trailing.price(), 102);
  EXPECT_TRUE(trailing.is_reached(102));
  trailing.set(3);
  EXPECT_EQ(trailing.price(), 100);
}

// The two thresholds say exactly when a trade does something.
TEST(TriggerBook, IsConcernedByThoseTradesThatReachOrMoveAnOrder) {
  std::size_t reached_in_all = 0;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    std::mt19937_64 random(seed);
    const auto below = [&random](std::uint64_t bound) { return static_cast<std::int64_t>(random() % bound); };
    TriggerBook book;
    std::map<std::uint64_t, Trigger> model;
    std::uint64_t last_id = 0;
    for (int step = 0; step < 200; ++step) {
      const auto what = below(4);
      if (what == 0 && model.size() < 10) {
        const auto type = static_cast<OrderType>(2 + below(5));
        const std::int64_t price = type == OrderType::kTrailingStop ? 1 + below(5) : 90 + below(20);
        const Trigger trigger(below(2) == 0 ? OrderSide::kBuy : OrderSide::kSell, type, price);
        book.add(ClientOrderId{++last_id}, trigger);
        model.emplace(last_id, trigger);
      } else if (what == 1 && !model.empty()) {
        const std::uint64_t id = model.begin()->first;
        EXPECT_TRUE(book.remove(ClientOrderId{id}));
        EXPECT_FALSE(book.remove(ClientOrderId{id}));
        model.erase(id);
      } else {
        const std::int64_t price = 90 + below(20);
        std::vector<std::uint64_t> expected;
        bool moves = false;
        for (auto& [id, trigger] : model) {
          const auto before = trigger.best();
          if (trigger.is_reached(price)) {
            expected.push_back(id);
          } else {
            trigger.follow(price);
            moves = moves || trigger.best() != before;
          }
        }
        for (const std::uint64_t id : expected) model.erase(id);
        ASSERT_EQ(book.concerns(price), moves || !expected.empty()) << "seed " << seed << " step " << step;
        if (!book.concerns(price)) continue;
        std::vector<ClientOrderId> reached;
        book.on_trade(price, reached);
        std::ranges::sort(reached);
        ASSERT_TRUE(std::ranges::equal(reached, expected, {}, &ClientOrderId::value));
        reached_in_all += reached.size();
      }
      ASSERT_EQ(book.size(), model.size());
    }
  }
  EXPECT_GT(reached_in_all, 1000U);
}

}  // namespace
}  // namespace acts::sim
