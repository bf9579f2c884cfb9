#include "acts/features/venue_best.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "features/support.hpp"

namespace acts {
namespace {

using test::text_of;

UnixNanos second(std::int64_t n) { return UnixNanos{n * 1'000'000'000}; }

std::optional<PricedQuantity> level(std::string_view price, std::string_view quantity) {
  return PricedQuantity{parse_decimal(price).value(), parse_decimal(quantity).value()};
}

// Of all rows that can be told by now, a line each.
std::string told(VenueBest& best) {
  std::string text;
  while (const auto row = best.next()) {
    for (std::size_t i = 2; i < row->values.size(); ++i) text += (i == 2 ? "" : ",") + text_of(row->values[i]);
    text += '\n';
  }
  return text;
}

TEST(VenueBest, TakesTheHighestBidAndTheLowestAsk) {
  VenueBest best({"a", "b"});
  best.add(0, {"X", second(1), level("100", "1"), level("101.5", "2")});
  best.add(1, {"X", second(1), level("100.1", "3"), level("101.50", "4")});
  EXPECT_EQ(told(best), "1970-01-01T00:00:01.000Z,100.1,3,b,101.5,4,b,1.4,2\n");
}

TEST(VenueBest, SaysWhereOneVenueBidsMoreThanAnotherAsks) {
  VenueBest best({"a", "b"});
  best.add(0, {"X", second(1), level("102", "1"), level("103", "2")});
  best.add(1, {"X", second(1), level("100", "3"), level("101.25", "4")});
  EXPECT_EQ(told(best), "1970-01-01T00:00:01.000Z,102,1,a,101.25,4,b,-0.75,2\n");
}

TEST(VenueBest, PrefersTheLargerQuantityThenTheEarlierVenue) {
  VenueBest best({"a", "b"});
  best.add(0, {"X", second(1), level("100", "1"), level("101", "2")});
  best.add(1, {"X", second(1), level("100.0", "1.5"), level("101", "2.0")});
  EXPECT_EQ(told(best), "1970-01-01T00:00:01.000Z,100,1.5,b,101,2,a,1,2\n");
}

TEST(VenueBest, WaitsForTheVenueThatIsBehind) {
  VenueBest best({"a", "b"});
  EXPECT_EQ(best.waits_for(), 0U);
  best.add(0, {"X", second(1), level("100", "1"), level("101", "2")});
  best.add(0, {"X", second(2), level("100", "1"), level("101", "2")});
  EXPECT_EQ(best.waits_for(), 1U);
  EXPECT_EQ(told(best), "");
  best.add(1, {"X", second(2), {}, level("100.5", "1")});
  EXPECT_EQ(told(best),
            "1970-01-01T00:00:01.000Z,100,1,a,101,2,a,1,1\n"
            "1970-01-01T00:00:02.000Z,100,1,a,100.5,1,b,0.5,2\n");
  best.add(0, {"X", second(3), {}, {}});
  best.end(1);
  EXPECT_EQ(told(best), "1970-01-01T00:00:03.000Z,,,,,,,,0\n");
  best.end(0);
  EXPECT_EQ(best.waits_for(), std::nullopt);
  EXPECT_EQ(best.next(), std::nullopt);
}

TEST(VenueBest, LeavesOutWhatStepsBack) {
  VenueBest best({"a"});
  best.add(0, {"X", second(2), level("100", "1"), level("101", "2")});
  best.add(0, {"X", second(1), level("1", "1"), level("2", "2")});
  best.add(0, {"X", second(2), level("1", "1"), level("2", "2")});
  EXPECT_EQ(told(best), "1970-01-01T00:00:02.000Z,100,1,a,101,2,a,1,1\n");
}

TEST(VenueBest, ReadsNothingOutOfARowThatIsNotLive) {
  const BandList bands = BandList::defaults();
  const OrderBook book = test::make_book({1, 0}, {test::level(1000, 1)}, {test::level(1002, 3)});
  MinuteSample sample{.symbol = "BTCUSDT", .sample_time = second(60), .book = sample_book(book, bands)};
  sample.quality = {RowState::kLive, Reason::kNone};
  const VenueTop live = top_of(make_row(sample, bands), make_schema(bands));
  ASSERT_TRUE(live.bid && live.ask);
  EXPECT_EQ(live.symbol, "BTCUSDT");
  EXPECT_EQ(to_string(live.bid->price), "100");
  EXPECT_EQ(to_string(live.ask->quantity), "3");
  sample.quality = {RowState::kSuspect, Reason::kSequenceGap};
  const VenueTop suspect = top_of(make_row(sample, bands), make_schema(bands));
  EXPECT_EQ(suspect.sample_time, second(60));
  EXPECT_FALSE(suspect.bid || suspect.ask);
}

// In whatever order rows come, the joined ones are the same.
TEST(VenueBest, DoesNotDependOnWhoIsFirst) {
  std::mt19937_64 random(3);
  std::vector<std::vector<VenueTop>> rows(3);
  std::map<std::int64_t, int> live;
  for (std::size_t venue = 0; venue < rows.size(); ++venue) {
    for (std::int64_t n = 0; n < 200; ++n) {
      if (random() % 5 == 0) continue;
      const Decimal price{static_cast<std::int64_t>(1000 + random() % 5), 1};
      rows[venue].push_back({"X", second(n), PricedQuantity{price, Decimal{1, 0}}, {}});
      ++live[n];
    }
  }
  std::string first;
  for (int round = 0; round < 10; ++round) {
    VenueBest best({"a", "b", "c"});
    std::vector<std::size_t> at(rows.size(), 0);
    std::string text;
    for (std::size_t left = rows.size(); left > 0;) {
      const std::size_t venue = random() % rows.size();
      if (at[venue] < rows[venue].size()) {
        best.add(venue, rows[venue][at[venue]++]);
      } else if (at[venue] == rows[venue].size()) {
        ++at[venue];
        --left;
        best.end(venue);
      }
      text += told(best);
    }
    if (first.empty()) first = text;
    EXPECT_EQ(text, first);
    EXPECT_EQ(static_cast<std::size_t>(std::ranges::count(text, '\n')), live.size());
  }
}

}  // namespace
}  // namespace acts
