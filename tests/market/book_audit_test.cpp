#include "acts/market/book_audit.hpp"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace acts {
namespace {

using Prices = std::vector<std::pair<std::int64_t, std::int64_t>>;  // price, quantity

std::vector<Level> levels(const Prices& prices) {
  std::vector<Level> out;
  for (const auto& [price, quantity] : prices) out.push_back({Price{price}, Quantity{quantity}});
  return out;
}

// A book that a snapshot with id 100 has shown from 90 to 110.
struct BookAuditTest : testing::Test {
  BookAuditTest() { merge(100, {{99, 5}, {95, 2}, {90, 1}}, {{101, 6}, {105, 3}, {110, 1}}); }

  void apply(std::int64_t first, std::int64_t last, const Prices& bids, const Prices& asks = {}) {
    const std::vector<Level> bid_levels = levels(bids);
    const std::vector<Level> ask_levels = levels(asks);
    book.apply({UpdateId{first}, UpdateId{last}, {}, {}, book.scales(), bid_levels, ask_levels}, UnixNanos{});
  }
  void merge(std::int64_t id, const Prices& bids, const Prices& asks) {
    const std::vector<Level> bid_levels = levels(bids);
    const std::vector<Level> ask_levels = levels(asks);
    (void)book.merge({UpdateId{id}, {}, 3, book.scales(), bid_levels, ask_levels});
  }
  BookAudit audit(std::int64_t id, const Prices& bids, const Prices& asks) const {
    const std::vector<Level> bid_levels = levels(bids);
    const std::vector<Level> ask_levels = levels(asks);
    return acts::audit(book, {UpdateId{id}, {}, 3, book.scales(), bid_levels, ask_levels});
  }

  OrderBook book;
};

TEST_F(BookAuditTest, FindsNothingWhereBothAreAlike) {
  const BookAudit found = audit(100, {{99, 5}, {95, 2}, {90, 1}}, {{101, 6}, {105, 3}, {110, 1}});
  EXPECT_EQ(found.match, 6U);
  EXPECT_EQ(found.differences(), 0U);
  EXPECT_TRUE(found.compared());
  EXPECT_EQ(found.update_id, UpdateId{100});
  EXPECT_FALSE(found.first.has_value());
}

TEST_F(BookAuditTest, TellsDriftGhostAndMissedApart) {
  const BookAudit found = audit(100, {{99, 5}, {94, 7}, {90, 2}}, {{101, 6}, {105, 3}, {110, 1}});
  EXPECT_EQ(found.match, 4U);
  EXPECT_EQ(found.drift, 1U);   // 90
  EXPECT_EQ(found.ghost, 1U);   // 95
  EXPECT_EQ(found.missed, 1U);  // 94
  EXPECT_EQ(found.first, (BookAudit::Difference{Side::kBid, Price{95}, Quantity{2}, Quantity{}}));
  const BookAudit asks = audit(100, {{99, 5}, {95, 2}, {90, 1}}, {{101, 6}, {104, 9}, {105, 3}});
  EXPECT_EQ(asks.first, (BookAudit::Difference{Side::kAsk, Price{104}, Quantity{}, Quantity{9}}));
}

// In any order: a venue's promise to send the best first is not relied on.
TEST_F(BookAuditTest, TakesLevelsInAnyOrder) {
  EXPECT_EQ(audit(100, {{90, 1}, {99, 5}, {95, 2}}, {{110, 1}, {101, 6}, {105, 3}}).match, 6U);
}

TEST_F(BookAuditTest, AllowsEitherValueOfWhatIsNewerThanTheSnapshot) {
  apply(101, 104, {{99, 8}, {95, 0}}, {{103, 4}});
  // As it was before, after, and somewhere in between.
  EXPECT_EQ(audit(103, {{99, 5}, {95, 2}, {90, 1}}, {{101, 6}, {105, 3}, {110, 1}}).differences(), 0U);
  EXPECT_EQ(audit(103, {{99, 8}, {90, 1}}, {{101, 6}, {103, 4}, {105, 3}, {110, 1}}).differences(), 0U);
  const BookAudit found = audit(103, {{99, 7}, {95, 2}, {90, 1}}, {{101, 6}, {105, 3}, {110, 1}});
  EXPECT_EQ(found.differences(), 0U);
  EXPECT_EQ(found.newer, 3U);  // 99, 95 which is remembered as deleted, 103
  EXPECT_EQ(found.match, 4U);
}

TEST_F(BookAuditTest, AllowsNothingAtTheUpdateItself) {
  apply(101, 104, {{99, 8}, {95, 0}});
  const BookAudit found = audit(104, {{99, 5}, {95, 2}, {90, 1}}, {{101, 6}, {105, 3}, {110, 1}});
  EXPECT_EQ(found.drift, 1U);
  EXPECT_EQ(found.missed, 1U);
}

TEST_F(BookAuditTest, ComparesOnlyWhereBothSpeak) {
  apply(101, 101, {{80, 4}}, {{120, 4}});  // exact, but outside K
  // The snapshot's window is narrower on one side and wider on the other.
  const BookAudit found = audit(101, {{99, 5}, {95, 2}, {93, 1}}, {{101, 6}, {105, 3}, {130, 9}});
  EXPECT_EQ(found.match, 4U);
  // 90 is below its window, 120 and 130 are above K.
  EXPECT_EQ(found.missed, 1U);  // 93
  EXPECT_EQ(found.ghost, 1U);   // 110
  EXPECT_EQ(found.first->price, Price{93});
}

TEST_F(BookAuditTest, ClaimsNothingAfterAGap) {
  book.mark_gap();
  apply(111, 112, {{99, 1}});
  const BookAudit found = audit(112, {{99, 5}, {94, 7}, {90, 2}}, {{101, 1}, {105, 1}, {110, 4}});
  EXPECT_FALSE(found.compared());
}

TEST_F(BookAuditTest, ComparesNothingWithASnapshotAheadOfTheBook) {
  EXPECT_FALSE(audit(101, {{98, 5}, {94, 2}, {90, 1}}, {{101, 6}, {105, 3}, {110, 1}}).compared());
}

TEST_F(BookAuditTest, RefusesASnapshotThatCannotBeMerged) {
  EXPECT_DEATH((void)audit(99, {{99, 5}, {95, 2}, {90, 1}}, {{101, 6}, {105, 3}, {110, 1}}), "can_merge");
}

}  // namespace
}  // namespace acts
