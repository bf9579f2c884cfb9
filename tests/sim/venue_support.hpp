// A venue that is told of its market a row at a time, and says in words what has happened.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>

#include "sim/venue.hpp"

namespace acts::sim {

// Prices are ticks, quantities lots.
class VenueTest : public ::testing::Test {
 protected:
  void start(VenueModel model) {
    model.window = 128;
    venue_ = std::make_unique<SimVenue>(model);
    last_id_ = 0;
  }
  void level(SideIndex side, std::int64_t ticks, std::int64_t quantity) {
    take(RowKind::kLevel, side, ticks, quantity);
  }
  void trade(SideIndex taker, std::int64_t ticks, std::int64_t quantity) {
    take(RowKind::kTrade, taker, ticks, quantity);
  }
  // Rows of one time, as those of a message are.
  template <typename Rows>
  void at_once(Rows rows) {
    ++now_;
    is_at_once_ = true;
    rows();
    is_at_once_ = false;
  }
  // Of any kind, under the next id.
  ClientOrderId place(VenueOrder order) {
    order.id = ClientOrderId(++last_id_);
    venue_->place(order, {now_});
    return order.id;
  }
  // "3" and "4": under the next two ids.
  void place_oco(VenueOrder first, VenueOrder second) {
    first.id = second.linked = ClientOrderId(++last_id_);
    second.id = first.linked = ClientOrderId(++last_id_);
    venue_->place_oco(first, second, {now_});
  }
  static VenueOrder stop(SideIndex side, std::int64_t at, std::int64_t quantity, OrderType type = OrderType::kStop) {
    return {.side = side, .type = type, .quantity = quantity, .stop = at};
  }
  static VenueOrder limit(SideIndex side, std::int64_t ticks, std::int64_t quantity) {
    return {.side = side, .rank = rank_of(side, ticks), .quantity = quantity};
  }
  ClientOrderId place(SideIndex side, std::int64_t ticks, std::int64_t quantity,
                      TimeInForce time_in_force = TimeInForce::kGtc, OrderType type = OrderType::kLimit) {
    const ClientOrderId id(++last_id_);
    venue_->place({.id = id,
                   .side = side,
                   .type = type,
                   .time_in_force = time_in_force,
                   .rank = rank_of(side, ticks),
                   .quantity = quantity},
                  {now_});
    return id;
  }
  // "1 filled queue_done 100x5 left 0; ...": what has happened since the last call.
  std::string told() {
    std::string text;
    for (const VenueEvent& event : venue_->events()) {
      if (!text.empty()) text += "; ";
      text += std::to_string(event.order.id.value()) + " " + std::string(to_string(event.event));
      if (event.is_fill()) {
        text += " " + std::string(to_string(event.fill.cause)) + " " +
                std::to_string(ticks_of(event.order.side, event.fill.rank)) + "x" + std::to_string(event.fill.quantity);
      }
      if (event.reason != RejectReason::kNone) text += " " + std::string(to_string(event.reason));
      text += " left " + std::to_string(event.left);
    }
    venue_->clear_events();
    return text;
  }
  void clear(SideIndex side, std::int64_t ticks) { take(RowKind::kClear, side, ticks, 0); }
  void book() {
    level(kBidSide, 100, 10);
    level(kBidSide, 99, 20);
    level(kAskSide, 102, 10);
    level(kAskSide, 103, 20);
  }
  SimVenue& venue() { return *venue_; }
  [[nodiscard]] UnixNanos now() const { return {now_}; }

 private:
  void take(RowKind kind, SideIndex side, std::int64_t ticks, std::int64_t quantity) {
    const MarketRow rows[2] = {{.ts = is_at_once_ ? now_ : ++now_,
                                .quantity = quantity,
                                .rank = static_cast<std::int32_t>(rank_of(side, ticks)),
                                .side = side,
                                .kind = kind},
                               kEndRow};
    EXPECT_EQ(venue_->run(rows, {now_}), rows + 1);
  }
  std::unique_ptr<SimVenue> venue_;
  std::int64_t now_ = 0;
  bool is_at_once_ = false;
  std::uint64_t last_id_ = 0;
};

}  // namespace acts::sim
