// Checkpoints, full books, and a run that begins with the books of the one before.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collector/fake_venue.hpp"

namespace acts::test {
namespace {

using collector::CollectorOptions;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

CollectorOptions options_of(std::vector<std::string> symbols) {
  CollectorOptions options;
  options.symbols = std::move(symbols);
  options.timings.tick = 100ms;
  return options;
}

TEST(CollectorBooks, ComeOneAtATimeAndAgainAfterTheInterval) {
  CollectorOptions options = options_of({"BTCUSDT", "ETHUSDT"});
  options.checkpoint_interval = 1min;
  FakeVenue venue(std::move(options));
  venue.add_market("BTCUSDT");
  venue.add_market("ETHUSDT");
  venue.start();
  venue.run_for(30s);
  ASSERT_THAT(venue.checkpoints, SizeIs(2));
  EXPECT_NE(venue.checkpoints.at("BTCUSDT").at, venue.checkpoints.at("ETHUSDT").at);
  EXPECT_EQ(venue.log.saves, 2U);
  venue.run_for(1min);
  EXPECT_EQ(venue.log.saves, 4U);
}

TEST(CollectorBooks, WaitWhileTheShellHasNoRoomForThem) {
  CollectorOptions options = options_of({"BTCUSDT"});
  options.checkpoint_interval = 1min;
  FakeVenue venue(std::move(options));
  venue.add_market("BTCUSDT");
  venue->set_can_save(false);
  venue.start();
  venue.run_for(5min);
  EXPECT_THAT(venue.checkpoints, IsEmpty());
  venue->set_can_save(true);
  venue.run_for(1s);
  EXPECT_THAT(venue.checkpoints, SizeIs(1));
}

TEST(CollectorBooks, FullOnesMayHaveToWaitBesideCheckpoints) {
  CollectorOptions options = options_of({"BTCUSDT"});
  options.checkpoint_interval = 1min;
  options.full_book_at = {Nanos{0}, 1h,  2h,  3h,  4h,  5h,  6h,  7h,  8h,  9h,  10h, 11h,
                          12h,      13h, 14h, 15h, 16h, 17h, 18h, 19h, 20h, 21h, 22h, 23h};
  FakeVenue venue(std::move(options));
  venue.add_market("BTCUSDT");
  venue->set_can_save_full_books(false);
  venue.start();
  venue.run_for(61min);
  EXPECT_THAT(venue.full_books, IsEmpty());
  EXPECT_THAT(venue.checkpoints, SizeIs(1));
  EXPECT_GT(venue.log.saves, 50U);
  venue->set_can_save_full_books(true);
  venue.run_for(1s);
  EXPECT_THAT(venue.full_books, SizeIs(1));
}

TEST(CollectorBooks, AreKeptOnlyWhileNothingIsOpen) {
  CollectorOptions options = options_of({"BTCUSDT"});
  options.checkpoint_interval = 1s;
  FakeVenue venue(std::move(options));
  venue.add_market("BTCUSDT");
  venue.start();
  venue.run_for(30s);
  const std::uint64_t before = venue.log.saves;
  EXPECT_GT(before, 5U);
  venue.rest_status = 503;
  venue.lose_updates("BTCUSDT", 5);
  venue.run_for(30s);
  EXPECT_LE(venue.log.saves, before + 1) << "a book with a gap could not be gone on from";
  venue.rest_status = 0;
  venue.run_for(1min);
  EXPECT_GT(venue.log.saves, before + 5);
}

TEST(CollectorBooks, AreSavedWholeAtTheirTimesOfTheDay) {
  CollectorOptions options = options_of({"BTCUSDT", "ETHUSDT"});
  const UnixNanos start = FakeVenue(options_of({"X"})).now;
  const Nanos time = start + 2min - floor_to(start, 24h);
  options.full_book_at = {time, time + 3min};
  FakeVenue venue(std::move(options));
  venue.add_market("BTCUSDT");
  venue.add_market("ETHUSDT");
  venue.start();
  venue.run_for(119s);
  EXPECT_THAT(venue.full_books, IsEmpty());
  venue.run_for(3s);
  EXPECT_THAT(venue.full_books, SizeIs(2));
  for (const auto& [symbol, at] : venue.full_books) EXPECT_LT(at - (start + 2min), 1s) << symbol;
  venue.rest_status = 503;
  venue.run_for(170s);
  venue.lose_updates("BTCUSDT", 5);
  venue.run_for(2min);
  EXPECT_THAT(venue.full_books, SizeIs(4)) << "a book with a gap is saved too, a minute late";
  venue.rest_status = 0;
  venue->stop("test", venue.now);
  venue.expect_replays();
}

// A checkpoint ahead of the store would leave rows that nothing can make again.
TEST(CollectorBooks, MakeNoCheckpointWhileTheStoreIsBehind) {
  FakeVenue venue(options_of({"BTCUSDT"}));
  venue.add_market("BTCUSDT");
  venue->set_can_checkpoint(false);
  venue.start();
  venue.run_for(1min);
  EXPECT_THAT(venue.checkpoints, IsEmpty());
  venue->set_can_checkpoint(true);
  venue.run_for(1s);
  EXPECT_THAT(venue.checkpoints, SizeIs(1));
}

// A restart threw the collected book away.
TEST(CollectorBooks, GoOnInTheNextRunAsAGap) {
  FakeVenue first(options_of({"BTCUSDT"}));
  first.add_market("BTCUSDT").id = 5000;
  first.start();
  first.run_for(1min);
  const auto saved = std::make_shared<const binance::SavedBook>(first.checkpoints.at("BTCUSDT").feed->book);

  CollectorOptions options = options_of({"BTCUSDT"});
  int asked = 0;
  options.earlier_book = [&](std::string_view symbol) {
    EXPECT_EQ(symbol, "BTCUSDT");
    ++asked;
    return saved;
  };
  FakeVenue second(std::move(options));
  second.add_market("BTCUSDT").id = 90'000;
  second.rest_dead = true;
  second.start();
  second.run_for(1min);
  EXPECT_EQ(asked, 1);
  EXPECT_THAT(second.log.events, ::testing::Contains("restored BTCUSDT"));
  EXPECT_EQ(second.health_of("BTCUSDT").state, RowState::kSuspect);
  EXPECT_GT(second.health_of("BTCUSDT").bid_levels, 0U);
  EXPECT_THAT(second.rows, HasSubstr(",suspect,not_running"));
  EXPECT_THAT(second.rows, Not(HasSubstr(",syncing,")));
  second.rest_dead = false;
  second.run_for(3min);
  EXPECT_EQ(second.health_of("BTCUSDT").state, RowState::kLive);
  EXPECT_TRUE(second.in_step("BTCUSDT"));
  second->stop("test", second.now);
  second.expect_replays();
}

}  // namespace
}  // namespace acts::test
