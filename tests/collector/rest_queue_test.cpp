#include "collector/rest_queue.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace acts::collector {
namespace {

RestJob depth(binance::InstrumentIndex instrument, Urgency urgency) {
  return {RequestKind::kDepth, urgency, instrument, 5000, 250};
}

TEST(RestQueue, ServesTheMostUrgentFirstAndTheOldestOfEquals) {
  RestQueue queue;
  queue.push(depth(0, Urgency::kRefresh));
  queue.push(depth(1, Urgency::kEdge));
  queue.push(depth(2, Urgency::kGap));
  queue.push(depth(3, Urgency::kNeverSynced));
  queue.push(depth(4, Urgency::kNeverSynced));
  queue.push({RequestKind::kExchangeInfo, Urgency::kInfo, binance::kNoInstrument, 0, 20});
  std::vector<binance::InstrumentIndex> order;
  for (; queue.front() != nullptr; queue.pop_front()) order.push_back(queue.front()->instrument);
  EXPECT_EQ(order, (std::vector<binance::InstrumentIndex>{binance::kNoInstrument, 3, 4, 2, 1, 0}));
  queue.pop_front();
  EXPECT_EQ(queue.size(), 0U);
}

TEST(RestQueue, HoldsOneOfAKindAndTakesItsMoreUrgentPlace) {
  RestQueue queue;
  queue.push(depth(0, Urgency::kRefresh));
  queue.push(depth(1, Urgency::kEdge));
  queue.push(depth(0, Urgency::kGap));
  queue.push(depth(0, Urgency::kRefresh));
  EXPECT_EQ(queue.size(), 2U);
  EXPECT_EQ(*queue.front(), depth(0, Urgency::kGap));
}

TEST(RestQueue, ForgetsASymbolWithAllThatWaitsForIt) {
  RestQueue queue;
  queue.push(depth(0, Urgency::kGap));
  queue.push({RequestKind::kProbe, Urgency::kProbe, 0, 5, 5});
  queue.push(depth(1, Urgency::kGap));
  EXPECT_TRUE(queue.contains(RequestKind::kProbe, 0));
  queue.remove(0);
  EXPECT_FALSE(queue.contains(RequestKind::kProbe, 0));
  EXPECT_EQ(queue.size(), 1U);
  queue.clear();
  EXPECT_EQ(queue.front(), nullptr);
}

TEST(RestQueue, PutsABookWithoutASnapshotBeforeAllOthers) {
  using Why = binance::SnapshotWanted::Why;
  EXPECT_EQ(urgency_of(Why::kGap, false), Urgency::kNeverSynced);
  EXPECT_EQ(urgency_of(Why::kFirst, true), Urgency::kGap);
  EXPECT_EQ(urgency_of(Why::kGap, true), Urgency::kGap);
  EXPECT_EQ(urgency_of(Why::kTooOld, true), Urgency::kGap);
  EXPECT_EQ(urgency_of(Why::kCrossed, true), Urgency::kCrossed);
  EXPECT_EQ(urgency_of(Why::kEdge, true), Urgency::kEdge);
  EXPECT_EQ(urgency_of(Why::kRefresh, true), Urgency::kRefresh);
}

}  // namespace
}  // namespace acts::collector
