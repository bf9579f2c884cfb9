// BookBuilder against a simulated venue.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <span>
#include <tuple>
#include <vector>

#include "binance/book_builder.hpp"
#include "support/book_client.hpp"
#include "support/rounds.hpp"
#include "support/venue_model.hpp"

namespace acts::test {
namespace {

using binance::BookBuilder;
using binance::DepthSync;

constexpr UnixNanos kNow{1'700'000'000'000'000'000};

class BookBuilderAgainstVenue : public testing::TestWithParam<bool> {
 protected:
  static Venue venue() { return GetParam() ? Venue::kBinanceUsdm : Venue::kBinanceSpot; }
};
INSTANTIATE_TEST_SUITE_P(, BookBuilderAgainstVenue, testing::Bool(),
                         [](const auto& param) { return param.param ? "Usdm" : "Spot"; });

TEST_P(BookBuilderAgainstVenue, HoldsItsPromisesThroughLossRepetitionDelayAndFailure) {
  DepthSync::Counters all;
  std::uint64_t ghosts = 0;
  for (std::uint64_t seed = 0; seed < 30 * rounds(); ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    BookClient client(seed, GetParam());
    for (int step = 0; step < 2'000; ++step) {
      const std::uint64_t dice = random();
      ASSERT_EQ(client.act(static_cast<std::uint8_t>(dice & 0xFF), static_cast<std::uint8_t>(dice >> 8 & 0xFF)), "")
          << "step " << step;
    }
    const DepthSync::Counters& counters = client.builder().sync().counters();
    all.applied += counters.applied;
    all.stale += counters.stale;
    all.gaps += counters.gaps;
    all.merged += counters.merged;
    all.too_old += counters.too_old;
    all.gave_up_waiting += counters.gave_up_waiting;
    ghosts += client.builder().book().ghosts();
  }
  EXPECT_GT(all.applied, 10'000U);
  EXPECT_GT(all.stale, 1'000U);
  EXPECT_GT(all.gaps, 300U);
  EXPECT_GT(all.merged, 300U);
  EXPECT_GT(all.too_old, 50U);
  EXPECT_GT(all.gave_up_waiting, 30U);
  EXPECT_GT(ghosts, 50U);
}

// Best first: price, quantity and the id that set it. An update with the snapshot's id may have set a level before the
// snapshot or after it; both are that level.
using LevelText = std::vector<std::tuple<std::int64_t, std::int64_t, std::int64_t>>;
LevelText levels_of(const OrderBook& book, Side side) {
  LevelText levels;
  book.side(side).walk([&](const BookLevel& level) {
    levels.emplace_back(level.price.units(), level.quantity.units(), level.origin.update_id.value());
    return true;
  });
  return levels;
}

// The snapshot comes before update `at`, however far the stream is then.
BookBuilder built(Venue venue, std::span<const VenueEvent> events, const VenueSnapshot& snapshot, std::size_t at) {
  BookBuilder builder(venue, Scales{});
  for (std::size_t i = 0; i <= events.size(); ++i) {
    bool taken = i != at || builder.on_snapshot(snapshot.view(), kNow).has_value();
    if (i < events.size()) taken &= builder.on_update(events[i].view(), kNow).has_value();
    EXPECT_TRUE(taken);
  }
  return builder;
}

TEST_P(BookBuilderAgainstVenue, EveryInterleavingOfSnapshotAndUpdatesGivesTheSameBookAndCounters) {
  for (std::uint64_t seed = 0; seed < 40 * rounds(); ++seed) {
    SCOPED_TRACE(seed);
    VenueModel model(seed, GetParam());
    for (int i = 0; i < 40; ++i) model.step();
    std::mt19937_64 random(seed);
    const auto ids = static_cast<std::uint64_t>(model.last_id().value() - model.first_id().value());
    const UpdateId id{model.first_id().value() + static_cast<std::int64_t>(random() % (ids + 1))};
    const VenueSnapshot snapshot = model.snapshot(id, random() % 2 == 0 ? 10 : 1000);

    const BookBuilder expected = built(venue(), model.events(), snapshot, 0);
    EXPECT_EQ(expected.status().state, SyncState::kInSync);
    EXPECT_EQ(expected.sync().counters().gaps, 0U);
    for (std::size_t at = 1; at <= model.events().size(); ++at) {
      const BookBuilder builder = built(venue(), model.events(), snapshot, at);
      SCOPED_TRACE(at);
      for (const Side side : {Side::kBid, Side::kAsk}) {
        ASSERT_EQ(levels_of(builder.book(), side), levels_of(expected.book(), side));
      }
      ASSERT_TRUE(std::ranges::equal(builder.book().coverage().intervals(), expected.book().coverage().intervals()));
      ASSERT_EQ(builder.sync().counters().applied, expected.sync().counters().applied);
      ASSERT_EQ(builder.sync().counters().stale, expected.sync().counters().stale);
      ASSERT_EQ(builder.sync().counters().merged, 1U);
      ASSERT_EQ(builder.status(), expected.status());
      ASSERT_EQ(builder.sync().last_update_id(), expected.sync().last_update_id());
    }
  }
}

}  // namespace
}  // namespace acts::test
