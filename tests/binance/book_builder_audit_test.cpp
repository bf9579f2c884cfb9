// How a book is compared with a fresh snapshot, and what follows where that cannot be.
#include <gtest/gtest.h>

#include "binance/book_builder_fixture.hpp"

namespace acts::binance {
namespace {

using namespace test;

TEST_F(BookBuilderTest, AnAuditIsComparedAndThenMerged) {
  update(101, 110, {level(100, 1)}, {level(110, 1)});
  snapshot(110, {level(100, 1), level(90, 2)}, {level(110, 1)});
  EXPECT_EQ(audit(110, {level(100, 1), level(90, 2)}, {level(110, 1)}), Outcome::kMerged);
  EXPECT_EQ(builder_.audits(), (AuditCounts{1, 0, 0}));
  EXPECT_EQ(builder_.last_audit()->match, 3U);
  EXPECT_EQ(audit(110, {level(100, 4), level(90, 2)}, {level(110, 1)}), Outcome::kMerged);
  EXPECT_EQ(builder_.audits(), (AuditCounts{1, 1, 0}));
  EXPECT_EQ(builder_.last_audit()->drift, 1U);
  EXPECT_EQ(book(), "bids 100x4 90x2 asks 110x1");
}

TEST_F(BookBuilderTest, AnAuditWaitsForTheStream) {
  update(101, 110, {level(100, 1)}, {level(110, 1)});
  snapshot(110, {level(100, 1)}, {level(110, 1)});
  EXPECT_EQ(audit(120, {level(100, 2)}, {level(110, 1)}), Outcome::kWaiting);
  EXPECT_EQ(builder_.audits(), AuditCounts{});
  update(111, 125, {level(100, 2)});
  EXPECT_EQ(builder_.audits(), (AuditCounts{1, 0, 0}));
  EXPECT_EQ(builder_.last_audit()->newer, 1U);
}

TEST_F(BookBuilderTest, AnAuditDoesNotWaitForEver) {
  update(101, 110, {level(100, 1)}, {level(110, 1)});
  snapshot(110, {level(100, 1)}, {level(110, 1)});
  audit(120, {level(100, 2)}, {level(110, 1)});
  pass(seconds{11});
  builder_.on_timeout(now_);
  EXPECT_EQ(builder_.audits(), (AuditCounts{0, 0, 1}));
}

// A full snapshot would cost as much as the audit, and tell no more.
TEST_F(BookBuilderTest, AnAuditThatCannotBeComparedIsNotFollowedByARequest) {
  update(101, 110, {level(100, 1)}, {level(110, 1)});
  snapshot(110, {level(100, 1)}, {level(110, 1)});
  EXPECT_EQ(audit(120, {level(100, 2)}, {level(110, 1)}), Outcome::kWaiting);
  EXPECT_FALSE(builder_.is_at_rest());
  pass(seconds{11});
  builder_.on_timeout(now_);
  EXPECT_TRUE(builder_.is_at_rest());
  EXPECT_EQ(builder_.next_deadline(), std::nullopt);
  pass(hours{1});
  builder_.on_timeout(now_);
  EXPECT_EQ(asked(), std::nullopt);
  EXPECT_EQ(status(), kInSync);
}

// What is under way for another reason is waited for as before.
TEST_F(BookBuilderTest, AnAuditThatTimesOutLeavesAnotherRequestAlone) {
  update(101, 110, {level(100, 1)}, {level(110, 1)});
  snapshot(110, {level(100, 1)}, {level(110, 1)});
  builder_.want_snapshot(Why::kRefresh, now_);
  EXPECT_EQ(asked(), Why::kRefresh);
  audit(120, {level(100, 2)}, {level(110, 1)});
  builder_.on_snapshot_failed(now_);
  EXPECT_EQ(asked(), std::nullopt) << "the audit's answer may do";
  pass(seconds{11});
  builder_.on_timeout(now_);
  EXPECT_EQ(asked(), Why::kRefresh);
}

// A snapshot that waits for the stream to heal a gap must not be thrown away for an audit, nor must an audit's answer
// hold back the next request.
TEST_F(BookBuilderTest, AnAuditGivesWayToAGap) {
  update(101, 110, {level(100, 1)}, {level(110, 1)});
  snapshot(110, {level(100, 1)}, {level(110, 1)});
  update(115, 120, {level(100, 2)});  // 111 to 114 are missing
  EXPECT_EQ(snapshot(125, {level(100, 3)}, {level(110, 1)}), Outcome::kWaiting);
  EXPECT_EQ(audit(126, {level(100, 9)}, {level(110, 1)}), Outcome::kUnneeded);
  EXPECT_EQ(builder_.audits(), (AuditCounts{0, 0, 1}));
  update(121, 125, {level(100, 3)});
  EXPECT_EQ(status(), kInSync);
}

TEST_F(BookBuilderTest, AnAuditThatWaitsWhenAGapComesHealsIt) {
  update(101, 110, {level(100, 1)}, {level(110, 1)});
  snapshot(110, {level(100, 1)}, {level(110, 1)});
  audit(120, {level(100, 2)}, {level(110, 1)});
  update(114, 125, {level(100, 2)});
  EXPECT_EQ(status(), kInSync);
  EXPECT_EQ(builder_.audits(), (AuditCounts{0, 0, 1}));
}

TEST_F(BookBuilderTest, AnAuditOlderThanWhatTheBookRemembersAsksForNoOther) {
  update(101, 110, {level(100, 1)}, {level(110, 1)});
  snapshot(110, {level(100, 1)}, {level(110, 1)});
  EXPECT_EQ(asked(), std::nullopt);
  EXPECT_EQ(audit(90, {level(100, 9)}, {level(110, 1)}), Outcome::kUnneeded);
  pass(seconds{5});
  EXPECT_EQ(asked(), std::nullopt);
  EXPECT_EQ(book(), "bids 100x1 asks 110x1");
}

}  // namespace
}  // namespace acts::binance
