#include "acts/features/book_sample.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>
#include <vector>

#include "features/support.hpp"

namespace acts {
namespace {

using test::apply;
using test::bands;
using test::level;
using test::make_book;
using test::merge;

constexpr std::int64_t kLargest = std::numeric_limits<std::int64_t>::max();

TEST(BookSample, TakesLevelsExactlyOnABandsEnds) {
  // mid 1000, 1 %: 990 and 1010 are inside, 989 and 1011 are not.
  const OrderBook book = make_book({}, {level(999, 1), level(990, 10), level(989, 100)},
                                   {level(1001, 2), level(1010, 20), level(1011, 200)});
  const BookSample sample = sample_book(book, bands("1"));
  EXPECT_FALSE(sample.crossed);
  EXPECT_TRUE(sample.bands[0].bid == 11);
  EXPECT_TRUE(sample.bands[0].ask == 22);
}

TEST(BookSample, DecidesBandEndsThatLieBetweenPrices) {
  // mid 100.5, 1 %: [99.495, 101.505].
  const OrderBook book = make_book({}, {level(100, 1), level(99, 10)}, {level(101, 2), level(102, 20)});
  const BookSample sample = sample_book(book, bands("1,1.5"));
  EXPECT_TRUE(sample.bands[0].bid == 1 && sample.bands[0].ask == 2);
  // 1.5 %: [98.9925, 102.0075].
  EXPECT_TRUE(sample.bands[1].bid == 11 && sample.bands[1].ask == 22);
}

TEST(BookSample, KeepsTheConfiguredOrderOfBands) {
  const OrderBook book = make_book({}, {level(1000, 1), level(970, 10)}, {level(1002, 2), level(1030, 20)});
  const BookSample wide_first = sample_book(book, bands("4,1"));
  const BookSample narrow_first = sample_book(book, bands("1,4"));
  EXPECT_TRUE(wide_first.bands[0].bid == 11 && wide_first.bands[1].bid == 1);
  EXPECT_TRUE(narrow_first.bands[0].bid == 1 && narrow_first.bands[1].bid == 11);
}

TEST(BookSample, HasNoBandsWithOneSideEmpty) {
  const OrderBook bids_only = make_book({}, {level(100, 1)}, {});
  const BookSample sample = sample_book(bids_only, bands("1,4"));
  EXPECT_FALSE(sample.two_sided());
  EXPECT_TRUE(sample.bands.empty());
  EXPECT_EQ(sample.bid_levels, 1U);
  EXPECT_EQ(sample.ask_levels, 0U);
  EXPECT_FALSE(sample_book(OrderBook{}, bands("1")).bid);
}

TEST(BookSample, MeasuresCoverageByLength) {
  // A window that is cut on both sides: K = [98, 101]; mid 100, 4 %: [96, 100] and [100, 104].
  OrderBook book;
  merge(book, 1, {level(99, 1), level(98, 1)}, {level(101, 1), level(101, 1)}, 2);
  const BookSample sample = sample_book(book, bands("4,1"));
  EXPECT_TRUE(sample.bands[0].bid_covered * 2 == sample.bands[0].half_length);
  EXPECT_TRUE(sample.bands[0].ask_covered * 4 == sample.bands[0].half_length);
  EXPECT_TRUE(sample.bands[1].bid_covered == sample.bands[1].half_length);
  EXPECT_TRUE(sample.bands[1].ask_covered == sample.bands[1].half_length);
}

TEST(BookSample, CoversSidesThatAreCompleteToTheirEnds) {
  const OrderBook book = make_book({}, {level(kLargest - 2, 1)}, {level(kLargest - 1, 1)});
  const BookSample sample = sample_book(book, bands("99.999999"));
  EXPECT_TRUE(sample.bands[0].bid_covered == sample.bands[0].half_length);
  EXPECT_TRUE(sample.bands[0].ask_covered == sample.bands[0].half_length);
}

TEST(BookSample, CountsWhatRestsOnSuspects) {
  OrderBook book = make_book({}, {level(1000, 1), level(995, 10), level(900, 5)}, {level(1002, 2), level(1010, 20)});
  EXPECT_FALSE(sample_book(book, bands("1,4")).rests_on_suspects);
  book.mark_gap();
  apply(book, 2, {level(1000, 3)}, {level(1002, 4), level(1010, 20)});
  const BookSample sample = sample_book(book, bands("1,4"));
  EXPECT_TRUE(sample.bands[0].suspect == 10);
  EXPECT_TRUE(sample.rests_on_suspects);
  EXPECT_TRUE(sample.bands[0].bid_covered == 0);
  apply(book, 3, {level(995, 10)}, {});
  // The level at 900 is suspect still, but outside the largest band.
  EXPECT_FALSE(sample_book(book, bands("1,4")).rests_on_suspects);
  EXPECT_TRUE(sample_book(book, bands("1,20")).rests_on_suspects);
  EXPECT_FALSE(sample_book(book, bands("")).rests_on_suspects);
}

TEST(BookSample, RestsOnSuspectsWhenABestLevelDoes) {
  OrderBook book = make_book({}, {level(100, 1)}, {});
  book.mark_gap();
  EXPECT_TRUE(sample_book(book, bands("1")).rests_on_suspects);
  // Two sides so far apart that the bands are empty.
  OrderBook wide = make_book({}, {level(1, 1)}, {level(1000, 1)});
  wide.mark_gap();
  EXPECT_TRUE(sample_book(wide, bands("1")).rests_on_suspects);
  EXPECT_TRUE(sample_book(wide, bands("1")).bands[0].suspect == 0);
}

TEST(BookSample, LeavesOutLevelsBeyondTheBandOfACrossedBook) {
  // Bid 120, ask 80: mid 100, 10 %: [90, 110].
  const OrderBook book = make_book({}, {level(120, 1), level(111, 2), level(110, 4), level(90, 8), level(89, 16)},
                                   {level(80, 1), level(89, 2), level(90, 4), level(110, 8), level(111, 16)});
  const BookSample sample = sample_book(book, bands("10,15"));
  EXPECT_TRUE(sample.crossed);
  EXPECT_TRUE(sample.bands[0].bid == 12);
  EXPECT_TRUE(sample.bands[0].ask == 12);
  EXPECT_TRUE(sample.bands[1].bid == 30);  // [85, 115]
  EXPECT_TRUE(sample.bands[1].ask == 30);
}

TEST(BookSample, SumsTheLargestQuantitiesWithoutOverflow) {
  const OrderBook book =
      make_book({}, {level(kLargest, kLargest), level(kLargest - 1, kLargest)}, {level(kLargest, kLargest)});
  const BookSample sample = sample_book(book, bands("1"));
  EXPECT_TRUE(sample.bands[0].bid == int128{kLargest} * 2);
  EXPECT_TRUE(sample.bands[0].ask == kLargest);
}

// --- against the definition, level by level ---

struct Ends {
  std::int64_t micro_percent;
  // As order-book rules state it, with P in 10^-6 per cent.
  [[nodiscard]] bool contain(int128 price, int128 sum) const {
    const int128 scaled = 200'000'000 * price;
    return scaled >= sum * (100'000'000 - micro_percent) && scaled <= sum * (100'000'000 + micro_percent);
  }
};

void expect_as_defined(const OrderBook& book, const BandList& list, std::span<const Ends> ends) {
  const BookSample sample = sample_book(book, list);
  ASSERT_EQ(sample.bid.has_value(), book.level_count(Side::kBid) > 0);
  ASSERT_EQ(sample.ask.has_value(), book.level_count(Side::kAsk) > 0);
  if (!sample.two_sided()) {
    ASSERT_TRUE(sample.bands.empty());
    return;
  }
  const int128 sum = sample.bid_plus_ask();
  for (std::size_t i = 0; i < ends.size(); ++i) {
    BandSample expected;
    for (const Side side : {Side::kBid, Side::kAsk}) {
      book.side(side).walk([&](const BookLevel& l) {
        if (!ends[i].contain(l.price.units(), sum)) return true;
        (side == Side::kBid ? expected.bid : expected.ask) += l.quantity.units();
        if (book.is_suspect(l)) expected.suspect += l.quantity.units();
        return true;
      });
    }
    ASSERT_TRUE(sample.bands[i].bid == expected.bid) << i;
    ASSERT_TRUE(sample.bands[i].ask == expected.ask) << i;
    ASSERT_TRUE(sample.bands[i].suspect == expected.suspect) << i;
  }
}

TEST(BookSample, AgreesWithTheDefinitionOnRandomBooks) {
  const BandList list = bands("4,0.5,1,99.999999,0.000001,33.333333");
  const std::vector<Ends> ends{{4'000'000}, {500'000}, {1'000'000}, {99'999'999}, {1}, {33'333'333}};
  std::mt19937_64 random(5);
  for (int round = 0; round < 400; ++round) {
    const auto bits = 2 + random() % 61;
    const std::int64_t middle = static_cast<std::int64_t>(random() >> (63 - bits) & ~(~0ULL << bits)) / 2 + 1;
    const std::int64_t reach = std::max<std::int64_t>(middle / static_cast<std::int64_t>(1 + random() % 100), 1);
    const bool may_cross = round % 4 == 0;
    const auto levels = [&](bool bid) {
      std::vector<Level> side;
      const auto count = random() % 200;
      for (std::uint64_t i = 0; i < count; ++i) {
        const auto distance =
            static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(reach)) - (may_cross ? reach / 4 : 0);
        const std::int64_t price = bid ? middle - distance : middle + 1 + distance;
        if (price <= 0) continue;
        side.push_back(level(price, static_cast<std::int64_t>(random() >> (1 + random() % 62))));
      }
      std::erase_if(side, [](const Level& l) { return l.quantity.is_zero(); });
      return side;
    };
    OrderBook book;
    apply(book, 1, levels(true), levels(false));
    ASSERT_NO_FATAL_FAILURE(expect_as_defined(book, list, ends));
    book.mark_gap();
    apply(book, 2, levels(true), levels(false));
    ASSERT_NO_FATAL_FAILURE(expect_as_defined(book, list, ends)) << round;
  }
}

TEST(BookSample, MeasuresTheCoverageOfManyWindowsAsACountOfCellsDoes) {
  std::mt19937_64 random(6);
  for (int round = 0; round < 200; ++round) {
    // Snapshots of two levels a side leave windows; the best prices stay 1000 and 1002. mid 1001, 50 %: every end is a
    // multiple of half a price unit, so cells of half a unit are either inside or outside.
    OrderBook book;
    std::vector<bool> covered(2 * 2000);
    for (std::int64_t id = 1; id <= 5; ++id) {
      const auto low = static_cast<std::int64_t>(1000 - random() % 800);
      const auto high = static_cast<std::int64_t>(1002 + random() % 800);
      apply(book, id, {}, {});  // a snapshot ahead of the updates would be a gap
      merge(book, id, {level(1000, 1), level(low, 1)}, {level(1002, 1), level(high, 1)}, 2);
      if (random() % 4 == 0) {
        book.mark_gap();
        covered.assign(covered.size(), false);
        continue;
      }
      for (auto cell = low * 2; cell < high * 2; ++cell) covered[static_cast<std::size_t>(cell)] = true;
    }
    const auto count = [&](std::ptrdiff_t from, std::ptrdiff_t to) {
      return std::count(covered.begin() + from, covered.begin() + to, true);
    };
    const BandSample band = sample_book(book, bands("50")).bands[0];
    constexpr int128 kCell = Band::kUnitsPerPrice / 2;
    ASSERT_TRUE(band.half_length == 1001 * kCell);
    ASSERT_TRUE(band.bid_covered == count(1001, 2002) * kCell);
    ASSERT_TRUE(band.ask_covered == count(2002, 3003) * kCell);
  }
}

}  // namespace
}  // namespace acts
