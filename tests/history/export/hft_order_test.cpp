#include "history/export/hft_order.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <random>
#include <tuple>
#include <vector>

namespace acts::history {
namespace {

using Events = std::vector<HftEvent>;

Events in_order(const Events& events, Nanos latency = Nanos{0}) {
  HftMeasure measure;
  for (const HftEvent& event : events) measure.add(event);
  HftOrder order(measure, latency);
  Events out;
  const auto take = [&] {
    while (const auto event = order.take()) out.push_back(*event);
  };
  for (const HftEvent& event : events) {
    EXPECT_TRUE(order.add(event));
    take();
  }
  order.end();
  take();
  return out;
}

// Both sorted sequences whole in memory, then merged.
Events naive(const Events& events, std::int64_t shift) {
  Events shifted = events;
  for (std::size_t i = 0; i < shifted.size(); ++i) {
    shifted[i].local_ts += shift;
    shifted[i].order_id = i;
  }
  const auto sorted = [&shifted](auto time) {
    Events copy = shifted;
    std::ranges::sort(copy, {}, [time](const HftEvent& e) { return std::tuple(time(e), e.order_id); });
    return copy;
  };
  const Events venue = sorted([](const HftEvent& e) { return e.exch_ts; });
  const Events local = sorted([](const HftEvent& e) { return e.local_ts; });
  Events out;
  const auto put = [&out](HftEvent event, std::uint64_t flags) {
    event.ev |= flags;
    event.order_id = 0;
    out.push_back(event);
  };
  for (std::size_t v = 0, l = 0; v < venue.size() || l < local.size();) {
    const bool both = v < venue.size() && l < local.size();
    if (both && venue[v].order_id == local[l].order_id) {
      put(venue[v], hft::kExchange | hft::kLocal);
      ++v;
      ++l;
      continue;
    }
    const auto key = [](const HftEvent& e) { return std::tuple(e.exch_ts, e.local_ts); };
    if (v == venue.size() || (both && key(local[l]) < key(venue[v]))) {
      put(local[l++], hft::kLocal);
    } else {
      put(venue[v++], hft::kExchange);
    }
  }
  return out;
}

TEST(HftOrder, LeavesWhatIsInOrderOnceForBothClocks) {
  const Events events{{.ev = 1, .exch_ts = 10, .local_ts = 15}, {.ev = 2, .exch_ts = 12, .local_ts = 16}};
  const Events out = in_order(events);
  ASSERT_EQ(out.size(), 2U);
  EXPECT_EQ(out[0].ev, 1 | hft::kExchange | hft::kLocal);
  EXPECT_EQ(out[1].ev, 2 | hft::kExchange | hft::kLocal);
  EXPECT_EQ(out[1].local_ts, 16);
}

TEST(HftOrder, TellsTwiceWhatTheVenueHadInAnotherOrder) {
  const Events out = in_order({{.ev = 1, .exch_ts = 12, .local_ts = 15}, {.ev = 2, .exch_ts = 10, .local_ts = 16}});
  ASSERT_EQ(out.size(), 3U);
  EXPECT_EQ(out[0].ev, 2 | hft::kExchange);
  EXPECT_EQ(out[1].ev, 1 | hft::kExchange | hft::kLocal);
  EXPECT_EQ(out[2].ev, 2 | hft::kLocal);
}

TEST(HftOrder, ShiftsASlowClockByTheLeastThatMendsIt) {
  const Events events{{.exch_ts = 100, .local_ts = 40}, {.exch_ts = 110, .local_ts = 60}};
  EXPECT_EQ(in_order(events).front().local_ts, 100);
  EXPECT_EQ(in_order(events, Nanos{7}).front().local_ts, 107);
  EXPECT_EQ(in_order({{.exch_ts = 100, .local_ts = 101}}, Nanos{7}).front().local_ts, 101) << "not slow";
}

TEST(HftOrder, IsThatOfTwoSortedSequencesWhateverTheTimes) {
  std::mt19937 random(7);
  for (int round = 0; round < 300; ++round) {
    const auto up_to = [&random](int most) {
      return static_cast<std::int64_t>(random() % static_cast<unsigned>(most + 1));
    };
    Events events;
    const int late = round % 20;
    for (std::int64_t i = 0; i < round % 60; ++i) {
      const std::int64_t local = i * 2 + up_to(round % 3 == 0 ? 6 : 0);
      events.push_back(
          {.ev = static_cast<std::uint64_t>(i), .exch_ts = local - up_to(late) + up_to(5), .local_ts = local});
    }
    HftMeasure measure;
    for (const HftEvent& event : events) measure.add(event);
    const Events out = in_order(events);
    EXPECT_EQ(out, naive(events, measure.shift(Nanos{0}).count())) << round;
    for (const std::uint64_t clock : {hft::kExchange, hft::kLocal}) {
      Events of_clock;
      std::ranges::copy_if(out, std::back_inserter(of_clock),
                           [clock](const HftEvent& e) { return (e.ev & clock) != 0; });
      EXPECT_EQ(of_clock.size(), events.size());
      const auto time = clock == hft::kExchange ? &HftEvent::exch_ts : &HftEvent::local_ts;
      EXPECT_TRUE(std::ranges::is_sorted(of_clock, {}, time)) << round;
    }
  }
}

}  // namespace
}  // namespace acts::history
