// What must hold whatever happens: random markets, and random requests of all kinds, under random rules.
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <random>

#include "sim/venue.hpp"

namespace acts::sim {
namespace {

struct Known {
  VenueOrder order;
  std::int64_t filled = 0;
  bool is_over = false;
};

class RandomVenue {
 public:
  explicit RandomVenue(std::uint64_t seed) : random_(seed), model_(model_of(seed)), venue_(model_) {}

  void run(int steps) {
    for (int step = 0; step < steps && !::testing::Test::HasFailure(); ++step) {
      now_ += below(3);
      traded_ = below(3) == 0 ? request(), -1 : row();
      check();
    }
  }
  std::size_t fills = 0;
  std::map<OrderEvent, std::size_t> seen;

 private:
  VenueModel model_of(std::uint64_t seed) {
    VenueModel model{.fills = seed % 2 == 0 ? FillSizes::kPartial : FillSizes::kFull,
                     .queue = {static_cast<QueueKind>(seed % 6), 2},
                     .lot = seed % 3 == 0 ? 3 : 1,
                     .self_trades = static_cast<SelfTradePrevention>(seed / 2 % 4),
                     .window = 128};
    if (seed % 5 == 0) model.filters = {.max_open_orders = 6, .max_stops = 2};
    return model;
  }
  std::int64_t below(std::uint64_t bound) { return static_cast<std::int64_t>(random_() % bound); }

  // The quantity of a trade; -1 of all others.
  std::int64_t row() {
    middle_ += below(3) - 1;
    const auto side = static_cast<SideIndex>(below(2));
    const auto what = below(40);
    MarketRow row{.ts = now_, .quantity = below(9), .side = side};
    row.kind = what == 0 ? RowKind::kClear : what < 12 ? RowKind::kTrade : RowKind::kLevel;
    if (row.kind == RowKind::kTrade) row.quantity += 1;
    const bool is_high = (side == kAskSide) != (row.kind == RowKind::kTrade);
    const std::int64_t ticks = is_high ? middle_ + 1 + below(5) : middle_ - below(5);
    row.rank = static_cast<std::int32_t>(rank_of(side, ticks));
    const MarketRow rows[2] = {row, kEndRow};
    EXPECT_EQ(venue_.run(rows, {now_}), rows + 1);
    return row.kind == RowKind::kTrade ? row.quantity : -1;
  }

  VenueOrder any_order() {
    VenueOrder order{.id = ClientOrderId(++last_id_),
                     .side = static_cast<SideIndex>(below(2)),
                     .type = static_cast<OrderType>(below(7)),
                     .time_in_force = static_cast<TimeInForce>(below(4)),
                     .quantity = (1 + below(6)) * model_.lot,
                     .is_reduce_only = below(3) == 0};
    if (has_limit(order.type)) order.rank = rank_of(order.side, middle_ + below(9) - 4);
    if (is_conditional(order.type)) order.stop = waits_for_a_price(order) ? middle_ + below(9) - 4 : 1 + below(4);
    known_[last_id_] = {.order = order};
    return order;
  }

  void request() {
    const auto what = below(10);
    const ClientOrderId id(1 + random_() % (last_id_ + 1));
    if (what == 0) {
      venue_.cancel(id, {now_});
    } else if (what == 1 && known_.contains(id.value())) {
      const VenueOrder& order = known_[id.value()].order;
      const Rank rank = has_limit(order.type) ? order.rank + below(5) - 2 : 0;
      venue_.modify({.id = id, .rank = rank, .quantity = below(8) * model_.lot, .stop = 0}, {now_});
    } else if (what == 2) {
      VenueOrder first = any_order();
      VenueOrder second = any_order();
      first.type = OrderType::kLimit;
      first.time_in_force = TimeInForce::kGtx;
      first.stop = 0;
      first.rank = rank_of(first.side, middle_ + below(9) - 4);
      second.type = OrderType::kStop;
      second.rank = 0;
      second.stop = middle_ + below(9) - 4;
      second.side = first.side;
      second.quantity = first.quantity;
      first.linked = second.id;
      second.linked = first.id;
      known_[first.id.value()].order = first;
      known_[second.id.value()].order = second;
      venue_.place_oco(first, second, {now_});
    } else {
      venue_.place(any_order(), {now_});
    }
  }

  void check() {
    std::int64_t printed = 0;
    for (const VenueEvent& event : venue_.events()) {
      ++seen[event.event];
      if (event.reason == RejectReason::kUnknownOrder) continue;
      ASSERT_TRUE(known_.contains(event.order.id.value()));
      Known& known = known_[event.order.id.value()];
      ASSERT_FALSE(known.is_over) << "something happens to what is over";
      ASSERT_EQ(event.left == 0, is_final(event.status));
      ASSERT_EQ(event.left % model_.lot, 0);
      if (event.is_fill()) check_fill(event, known);
      if (event.is_fill() && event.fill.cause != FillCause::kTaker && event.fill.cause != FillCause::kCrossed) {
        printed += event.fill.quantity;
      }
      known.order = event.order;
      known.is_over = is_final(event.status);
    }
    venue_.clear_events();
    if (traded_ >= 0 && model_.fills == FillSizes::kPartial) {
      ASSERT_LE(printed, traded_);
    }
    ASSERT_EQ(position_, venue_.position());
    std::size_t alive = 0;
    Rank best[2] = {kNoRank, kNoRank};
    for (const auto& [id, known] : known_) {
      if (known.is_over) continue;
      ++alive;
      ASSERT_GT(known.order.quantity, known.filled) << "nothing is left of what is alive";
      const bool rests = known.order.type == OrderType::kLimit;
      if (rests) best[known.order.side] = std::max(best[known.order.side], known.order.rank);
    }
    ASSERT_EQ(alive, venue_.resting());
    if (model_.self_trades != SelfTradePrevention::kNone) {
      ASSERT_LT(best[0] + best[1], 0) << "own orders cross each other";
    }
  }

  void check_fill(const VenueEvent& event, Known& known) {
    ++fills;
    const std::int64_t before = position_;
    position_ += event.order.side == kBidSide ? event.fill.quantity : -event.fill.quantity;
    known.filled += event.fill.quantity;
    ASSERT_GT(event.fill.quantity, 0);
    ASSERT_GE(event.fill.beyond, 0);
    ASSERT_LE(event.fill.beyond, model_.fills == FillSizes::kPartial ? 0 : event.fill.quantity);
    ASSERT_EQ(known.filled + event.left, event.order.quantity);
    if (!event.order.is_reduce_only) return;
    ASSERT_LT(std::abs(position_), std::abs(before)) << "it opens";
    ASSERT_GE(before > 0 ? position_ : -position_, 0) << "it turns";
  }

  std::mt19937_64 random_;
  VenueModel model_;
  SimVenue venue_;
  std::map<std::uint64_t, Known> known_;
  std::int64_t middle_ = 1000;
  std::int64_t now_ = 1;
  std::int64_t traded_ = -1;
  std::int64_t position_ = 0;
  std::uint64_t last_id_ = 0;
};

TEST(VenueProperties, HoldWhateverHappens) {
  std::size_t fills = 0;
  std::map<OrderEvent, std::size_t> seen;
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    RandomVenue venue(seed);
    venue.run(600);
    ASSERT_FALSE(::testing::Test::HasFailure()) << "seed " << seed;
    fills += venue.fills;
    for (const auto& [event, count] : venue.seen) seen[event] += count;
  }
  EXPECT_GT(fills, 10'000U);
  EXPECT_GT(seen[OrderEvent::kTriggered], 1000U);
  EXPECT_GT(seen[OrderEvent::kModified], 1000U);
  EXPECT_GT(seen[OrderEvent::kExpired], 1000U);
}

}  // namespace
}  // namespace acts::sim
