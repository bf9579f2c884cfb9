#include "acts/market/deletion_log.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <random>
#include <set>
#include <vector>

namespace acts {
namespace {

constexpr UnixNanos kStart{1'700'000'000'000'000'000};
constexpr Nanos kSecond = std::chrono::seconds{1};

std::vector<Price> prices(std::initializer_list<std::int64_t> units) {
  std::vector<Price> out;
  for (const std::int64_t unit : units) out.emplace_back(unit);
  return out;
}

TEST(DeletionLog, TellsTheDeletionsAfterAnIdAscendingAndOnce) {
  DeletionLog log;
  log.add(Side::kBid, Price{30}, UpdateId{5});
  log.add(Side::kBid, Price{10}, UpdateId{6});
  log.add(Side::kAsk, Price{11}, UpdateId{6});
  log.add(Side::kBid, Price{20}, UpdateId{7});
  log.add(Side::kBid, Price{10}, UpdateId{8});
  EXPECT_EQ(log.deleted_after(Side::kBid, UpdateId{5}), prices({10, 20}));
  EXPECT_EQ(log.deleted_after(Side::kBid, UpdateId{-1}), prices({10, 20, 30}));
  EXPECT_EQ(log.deleted_after(Side::kAsk, UpdateId{5}), prices({11}));
  EXPECT_EQ(log.deleted_after(Side::kBid, UpdateId{8}), prices({}));
  EXPECT_EQ(log.forgotten_upto(), UpdateId{-1});
}

TEST(DeletionLog, ForgetsTheOldestWhenFullAndSaysSo) {
  DeletionLog log;
  std::int64_t next = 0;
  for (; log.forgotten_upto() == UpdateId{-1}; ++next) {
    ASSERT_LT(next, 100'000);
    log.add(Side::kBid, Price{next}, UpdateId{next});
  }
  EXPECT_GE(next, 32'000) << "two entries each, where every deletion has an id of its own";
  EXPECT_LE(log.memory_bytes(), DeletionLog::kMaxBytes + std::size_t{16} * 1024);
  const UpdateId forgotten = log.forgotten_upto();
  EXPECT_LT(forgotten, UpdateId{1'000}) << "a block of the oldest ones";
  EXPECT_EQ(log.size(), static_cast<std::size_t>(next - 1 - forgotten.value()));
  EXPECT_EQ(log.deleted_after(Side::kBid, forgotten).size(), log.size());
  EXPECT_EQ(log.deleted_after(Side::kBid, forgotten).front(), Price{forgotten.value() + 1});
}

TEST(DeletionLog, RemembersTwoMinutesOfTheBusiestBook) {
  DeletionLog log;
  std::vector<Level> levels(16);
  for (std::int64_t event = 0; event < 10 * 120; ++event) {
    log.on_time(kStart + event * kSecond / 10, UpdateId{event - 1});
    for (std::size_t i = 0; i < levels.size(); ++i) levels[i].price = Price{event * 16 + static_cast<std::int64_t>(i)};
    log.add_deleted(levels, Side::kBid, UpdateId{event});
    log.add_deleted(levels, Side::kAsk, UpdateId{event});
  }
  EXPECT_EQ(log.forgotten_upto(), UpdateId{-1});
  EXPECT_EQ(log.size(), 2U * 16 * 10 * 120);
}

// Memory grew by doubling to what the busiest minute had needed and more, and was never given back: 500 books grew to
// hundreds of MiB over minutes.
TEST(DeletionLog, HoldsMemoryForTheLastTwoMinutesOnly) {
  DeletionLog log;
  std::int64_t second = 0;
  const auto run = [&](std::int64_t seconds, std::size_t deletions) {
    const std::vector<Level> levels(deletions, Level{Price{5}, Quantity{}});
    for (const std::int64_t end = second + seconds; second < end; ++second) {
      log.on_time(kStart + second * kSecond, UpdateId{second});
      log.add_deleted(levels, Side::kAsk, UpdateId{second});
    }
  };
  run(125, 20);
  const std::size_t steady = log.memory_bytes();
  EXPECT_LE(steady, std::size_t{125} * 21 * 8 + std::size_t{4} * 4'096) << "8 bytes an entry, and a block or two";
  for (int minute = 0; minute < 10; ++minute) {
    run(60, 20);
    EXPECT_LE(log.memory_bytes(), steady + 4'096) << minute;
  }
  run(10, 60);
  EXPECT_GT(log.memory_bytes(), steady);
  run(130, 1);
  EXPECT_LE(log.memory_bytes(), std::size_t{4} * 4'096);
}

TEST(DeletionLog, ForgetsByAge) {
  DeletionLog log;
  for (std::int64_t second = 0; second < 300; ++second) {
    log.on_time(kStart + second * kSecond, UpdateId{second * 10});
    log.add(Side::kBid, Price{second}, UpdateId{second * 10 + 1});
    ASSERT_LE(log.size(), 122U);
  }
  EXPECT_GE(log.forgotten_upto(), UpdateId{(300 - 122) * 10});
  EXPECT_LE(log.forgotten_upto(), UpdateId{(300 - 120) * 10});
  EXPECT_EQ(log.deleted_after(Side::kBid, log.forgotten_upto()).size(), log.size());
}

TEST(DeletionLog, ForgetsNothingWhileThereWasNothingToForget) {
  DeletionLog log;
  log.on_time(kStart, UpdateId{100});
  log.on_time(kStart + 10 * DeletionLog::kMaxAge, UpdateId{200});
  EXPECT_EQ(log.forgotten_upto(), UpdateId{-1});
}

TEST(DeletionLog, LivesThroughAClockThatStepsBackAndForth) {
  DeletionLog log;
  log.on_time(kStart, UpdateId{1});
  log.add(Side::kBid, Price{1}, UpdateId{2});
  log.on_time(kStart - std::chrono::hours{5}, UpdateId{2});
  log.add(Side::kBid, Price{2}, UpdateId{3});
  EXPECT_EQ(log.size(), 2U);
  log.on_time(kStart + 2 * kSecond, UpdateId{3});
  EXPECT_EQ(log.size(), 2U);
  log.on_time(kStart + std::chrono::hours{5}, UpdateId{3});
  EXPECT_EQ(log.size(), 0U);
  EXPECT_EQ(log.forgotten_upto(), UpdateId{3});
}

TEST(DeletionLog, ForgetsUpToAnIdAlsoWhatItNeverSaw) {
  DeletionLog log;
  log.add(Side::kAsk, Price{1}, UpdateId{2});
  log.add(Side::kAsk, Price{2}, UpdateId{4});
  log.forget_upto(UpdateId{3});
  EXPECT_EQ(log.size(), 1U);
  EXPECT_EQ(log.forgotten_upto(), UpdateId{3});
  log.forget_upto(UpdateId{1});
  EXPECT_EQ(log.forgotten_upto(), UpdateId{3});
  log.forget_upto(UpdateId{90});
  EXPECT_EQ(log.size(), 0U);
  EXPECT_EQ(log.forgotten_upto(), UpdateId{90});
}

TEST(DeletionLog, RescalesItsPricesAndForgetsThoseThatDoNotFit) {
  DeletionLog log;
  for (std::int64_t i = 1; i <= 100; ++i) log.add(Side::kBid, Price{i}, UpdateId{i});
  log.add(Side::kBid, Price{std::numeric_limits<std::int64_t>::max() / 10}, UpdateId{101});
  log.add(Side::kBid, Price{3}, UpdateId{102});
  log.rescale(2);
  EXPECT_EQ(log.forgotten_upto(), UpdateId{101}) << "that of the one which does not fit";
  EXPECT_EQ(log.size(), 1U);
  EXPECT_EQ(log.deleted_after(Side::kBid, UpdateId{99}), prices({300}));
}

TEST(DeletionLog, RescalesAllOfItsPricesThatFit) {
  DeletionLog log;
  for (std::int64_t i = 1; i <= 100; ++i) log.add(Side::kBid, Price{i}, UpdateId{i});
  log.rescale(2);
  EXPECT_EQ(log.size(), 100U);
  EXPECT_EQ(log.deleted_after(Side::kBid, UpdateId{98}), prices({9'900, 10'000}));
  log.rescale(-2);
  EXPECT_EQ(log.deleted_after(Side::kBid, UpdateId{98}), prices({99, 100}));
}

TEST(DeletionLogDeathTest, TakesNoNegativePrice) {
  DeletionLog log;
  EXPECT_DEATH(log.add(Side::kBid, Price{-1}, UpdateId{1}), "signs");
}

TEST(DeletionLog, EqualsANaiveListOverRandomHistories) {
  struct Entry {
    Side side;
    Price price;
    UpdateId id;
  };
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    std::mt19937_64 random(seed);
    DeletionLog log;
    std::vector<Entry> naive;
    UnixNanos now = kStart;
    for (std::int64_t id = 0; id < 3'000; ++id) {
      now = now + static_cast<std::int64_t>(random() % 3'000) * std::chrono::milliseconds{1};
      log.on_time(now, UpdateId{id - 1});
      for (std::uint64_t n = random() % 6; n-- > 0;) {
        const Side side = random() % 2 == 0 ? Side::kBid : Side::kAsk;
        const Price price{static_cast<std::int64_t>(random() % 50)};
        log.add(side, price, UpdateId{id});
        naive.push_back({side, price, UpdateId{id}});
      }
      if (random() % 400 == 0) log.forget_upto(UpdateId{id - 5});
      if (id % 10 != 0) continue;
      const UpdateId after{std::max(log.forgotten_upto().value(), id - static_cast<std::int64_t>(random() % 100))};
      for (const Side side : {Side::kBid, Side::kAsk}) {
        std::set<Price> expected;
        for (const Entry& entry : naive) {
          if (entry.side == side && entry.id > after) expected.insert(entry.price);
        }
        ASSERT_EQ(log.deleted_after(side, after), std::vector<Price>(expected.begin(), expected.end())) << seed;
      }
    }
  }
}

}  // namespace
}  // namespace acts
