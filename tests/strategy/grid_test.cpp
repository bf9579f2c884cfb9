#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "strategy/fake_context.hpp"

namespace acts {
namespace {

constexpr InstrumentId kFirst{0};
constexpr std::int64_t kTickUnits = 5;
constexpr std::int64_t kLevels = 3;

std::unique_ptr<Strategy> small_grid() {
  return test::make_strategy("grid", {{.name = "levels", .text = "3"},
                                      {.name = "relative_half_spread", .text = "0.001"},
                                      {.name = "relative_grid_interval", .text = "0.002"},
                                      {.name = "skew", .text = "0.0005"},
                                      {.name = "quantity", .text = "0.1"},
                                      {.name = "max_position", .text = "0.2"}});
}

void set_touch(test::FakeContext& context, std::int64_t bid, std::int64_t ask) {
  context.book_of.bids = {{Price{bid}, Quantity{1000}}};
  context.book_of.asks = {{Price{ask}, Quantity{1000}}};
}

TEST(Grid, MovesOnlyWhatIsNotWantedAnyMore) {
  const auto strategy = small_grid();
  test::FakeContext context;
  strategy->on_start(context);
  set_touch(context, 9995, 10'005);
  context.wake(*strategy);
  EXPECT_EQ(context.take(),
            "buy limit 0 100@9980,buy limit 0 100@9960,buy limit 0 100@9940,"
            "sell limit 0 100@10020,sell limit 0 100@10040,sell limit 0 100@10060,");
  context.wake(*strategy);
  EXPECT_EQ(context.take(), "") << "nothing has changed";
  set_touch(context, 10'015, 10'025);
  context.wake(*strategy);
  EXPECT_EQ(context.take(), "cancel 3,buy limit 0 100@10000,cancel 4,sell limit 0 100@10080,");
  set_touch(context, 9995, 10'005);
  context.wake(*strategy);
  EXPECT_EQ(context.take(), "cancel 7,buy limit 0 100@9940,cancel 8,sell limit 0 100@10020,") << "and back";
}

TEST(Grid, LeavesAPriceAloneWhereItsCancellationIsUnderWay) {
  const auto strategy = small_grid();
  test::FakeContext context;
  strategy->on_start(context);
  set_touch(context, 9995, 10'005);
  context.wake(*strategy);
  context.take();
  context.are_slow = true;
  set_touch(context, 10'015, 10'025);
  context.wake(*strategy);
  EXPECT_EQ(context.take(), "cancel 3,buy limit 0 100@10000,cancel 4,sell limit 0 100@10080,");
  set_touch(context, 9995, 10'005);
  context.wake(*strategy);
  EXPECT_EQ(context.take(), "") << "9940 and 10020 are still open, 10000 and 10080 not yet there";
}

// The grid's rules one by one, with no list that outlives a look: what it asks for, in order. `orders`: as they are
// before.
class PlainGrid {
 public:
  PlainGrid(std::vector<OpenOrder> orders, std::uint64_t last_id, bool are_slow)
      : orders_(std::move(orders)), last_id_(last_id), are_slow_(are_slow) {}

  std::string look(std::int64_t bid_units, std::int64_t ask_units, double position) {
    const double bid = static_cast<double>(bid_units / kTickUnits) * kTick;
    const double ask = static_cast<double>(ask_units / kTickUnits) * kTick;
    const double mid = (bid + ask) / 2.0;
    const double held = position / 0.1;
    const double bid_price = std::min(mid * (1.0 - (0.001 + 0.0005 * held)), bid);
    const double ask_price = std::max(mid * (1.0 + (0.001 - 0.0005 * held)), ask);
    const double step = std::max(std::round(mid * 0.002 / kTick) * kTick, kTick);
    quote(OrderSide::kBuy, position < 0.2, std::floor(bid_price / step) * step, -step);
    quote(OrderSide::kSell, position > -0.2, std::ceil(ask_price / step) * step, step);
    return asked_;
  }
  [[nodiscard]] std::uint64_t last_id() const { return last_id_; }

 private:
  static constexpr double kTick = 0.5;

  void quote(OrderSide side, bool wants, double first, double step) {
    std::vector<std::int64_t> wanted;
    for (std::int64_t i = 0; wants && i < kLevels; ++i, first += step) {
      wanted.push_back(std::llround(first / kTick) * kTickUnits);
    }
    const std::vector<OpenOrder> before = orders_;
    for (const OpenOrder& order : before) {
      if (order.side != side || order.is_requested || std::ranges::count(wanted, order.price.units()) != 0) continue;
      asked_ += fmt::format("cancel {},", order.id.value());
      const auto open = std::ranges::find(orders_, order.id, &OpenOrder::id);
      if (are_slow_) {
        open->is_requested = true;
      } else {
        orders_.erase(open);
      }
    }
    for (const std::int64_t price : wanted) {
      if (std::ranges::count(before, Price{price}, &OpenOrder::price) != 0) continue;
      asked_ += fmt::format("{} limit 0 100@{},", to_string(side), price);
      orders_.push_back(
          {.id = ClientOrderId{++last_id_}, .side = side, .price = Price{price}, .is_requested = are_slow_});
    }
  }

  std::vector<OpenOrder> orders_;
  std::uint64_t last_id_;
  bool are_slow_;
  std::string asked_;
};

TEST(Grid, AsksForWhatItsRulesSayWhateverIsOpenAndHeld) {
  std::size_t asked = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    std::mt19937_64 random(seed);
    const auto strategy = small_grid();
    test::FakeContext context;
    strategy->on_start(context);
    std::int64_t bid = 10'000;
    std::uint64_t last_id = 0;
    for (int look = 0; look < 500; ++look) {
      const auto move = static_cast<std::int64_t>(random() % 9) - 4;
      bid += random() % 4 == 0 ? kTickUnits * move * 3 : 0;
      set_touch(context, bid, bid + kTickUnits * static_cast<std::int64_t>(1 + random() % 4));
      context.are_slow = random() % 3 == 0;
      for (auto events = random() % 3; events > 0 && !context.open_orders(kFirst).empty(); --events) {
        const OpenOrder& order = context.open_orders(kFirst).front();
        if (order.is_requested) {
          context.answer(*strategy, kFirst, random() % 2 == 0);
        } else {
          context.fill(*strategy, kFirst, order.price.units());
        }
      }
      const auto open = context.open_orders(kFirst);
      PlainGrid plain({open.begin(), open.end()}, last_id, context.are_slow);
      const std::string expected =
          plain.look(bid, context.book_of.asks.front().price.units(), context.position_value(kFirst));
      last_id = plain.last_id();
      context.wake(*strategy);
      const std::string got = context.take();
      ASSERT_EQ(got, expected) << "seed " << seed << " look " << look;
      asked += got.empty() ? 0U : 1U;
    }
  }
  EXPECT_GT(asked, 1000U);
}

}  // namespace
}  // namespace acts
