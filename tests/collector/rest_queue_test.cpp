#include "collector/rest_queue.hpp"

#include <gtest/gtest.h>

#include <array>
#include <optional>
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
  EXPECT_EQ(urgency_of(Why::kGap, false, false), Urgency::kNeverSynced);
  EXPECT_EQ(urgency_of(Why::kFirst, true, false), Urgency::kGap);
  EXPECT_EQ(urgency_of(Why::kGap, true, false), Urgency::kGap);
  EXPECT_EQ(urgency_of(Why::kTooOld, true, false), Urgency::kGap);
  EXPECT_EQ(urgency_of(Why::kGap, true, true), Urgency::kDeepGap);
  EXPECT_EQ(urgency_of(Why::kCrossed, true, true), Urgency::kCrossed);
  EXPECT_EQ(urgency_of(Why::kEdge, true, true), Urgency::kEdge);
  EXPECT_EQ(urgency_of(Why::kRefresh, true, true), Urgency::kRefresh);
}

TEST(RestQueue, ServesGrowthBeforeDeepGapsAndAuditsLast) {
  RestQueue queue;
  constexpr std::array kAll{Urgency::kAudit, Urgency::kRefresh, Urgency::kDeepGap, Urgency::kDeepen,
                            Urgency::kEdge,  Urgency::kCrossed, Urgency::kGap,     Urgency::kNeverSynced};
  for (std::size_t i = 0; i < kAll.size(); ++i) queue.push(depth(static_cast<binance::InstrumentIndex>(i), kAll[i]));
  for (std::size_t i = kAll.size(); i-- > 0; queue.pop_front()) EXPECT_EQ(queue.front()->urgency, kAll[i]);
}

TEST(RestQueue, MovesWhatWaitsToAnotherPlace) {
  RestQueue queue;
  queue.push(depth(0, Urgency::kGap));
  queue.push(depth(1, Urgency::kGap));
  queue.push(depth(2, Urgency::kDeepGap));
  queue.requeue(RequestKind::kDepth, 0, Urgency::kDeepGap);
  queue.requeue(RequestKind::kDepth, 1, Urgency::kGap);  // is there already
  queue.requeue(RequestKind::kDepth, 3, Urgency::kGap);  // does not wait
  EXPECT_EQ(queue.urgency(RequestKind::kDepth, 0), Urgency::kDeepGap);
  EXPECT_EQ(queue.urgency(RequestKind::kDepth, 3), std::nullopt);
  std::vector<binance::InstrumentIndex> order;
  for (; queue.front() != nullptr; queue.pop_front()) order.push_back(queue.front()->instrument);
  EXPECT_EQ(order, (std::vector<binance::InstrumentIndex>{1, 2, 0}));
}

// What can wait leaves room for a gap in the same minute.
TEST(RestQueue, LetsTheUrgentUseMoreOfTheLimit) {
  EXPECT_EQ(share_percent(Urgency::kNeverSynced), 95);
  EXPECT_EQ(share_percent(Urgency::kGap), 95);
  EXPECT_EQ(share_percent(Urgency::kEdge), 80);
  EXPECT_EQ(share_percent(Urgency::kDeepGap), 80);
  EXPECT_EQ(share_percent(Urgency::kAudit), 50);
}

}  // namespace
}  // namespace acts::collector
