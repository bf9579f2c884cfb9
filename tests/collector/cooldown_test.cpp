// Bans and limits, within a run and over restarts.
#include "collector/cooldown.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "collector/fake_venue.hpp"

namespace acts::collector {
namespace {

using namespace std::chrono_literals;
using test::FakeVenue;
using test::spot_options;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr UnixNanos kTold{1'772'366'410'000'000'000};
constexpr Cooldown kBan{Cooldown::Scope::kRest, kTold, kTold + 2min, true};

TEST(Cooldown, IsWhatItWasAsLongAsItLasts) {
  EXPECT_EQ(left_of(kBan, kTold), kBan);
  EXPECT_EQ(left_of(kBan, kTold + 119s), kBan);
  EXPECT_EQ(left_of(kBan, kTold + 2min), std::nullopt);
  EXPECT_EQ(left_of(kBan, kTold + 24h * 400), std::nullopt);
}

TEST(Cooldown, BeginsAnewWhereTheClockHasBeenSetBack) {
  const UnixNanos now = kTold - 7h;
  EXPECT_EQ(left_of(kBan, now), (Cooldown{Cooldown::Scope::kRest, now, now + 2min, true}));
}

TEST(Cooldown, LastsNoLongerThanTheLongestBanThereIs) {
  Cooldown ban = kBan;
  ban.until = {INT64_MAX};
  EXPECT_EQ(left_of(ban, kTold + 1h).value().until, kTold + kLongestCooldown);
  EXPECT_EQ(left_of(ban, kTold + kLongestCooldown), std::nullopt);
  ban.told = {INT64_MAX - 1};
  EXPECT_EQ(left_of(ban, kTold).value().until, kTold + 1ns);
  ban.told = {0};
  EXPECT_EQ(left_of(ban, kTold), std::nullopt);
}

TEST(CooldownMemory, KeepsWhatThereIsToKnowAndNothingTwice) {
  CooldownMemory memory(Cooldown::Scope::kStreams);
  EXPECT_EQ(memory.on_told(kTold, false, kTold), std::nullopt);  // no time at all
  const Cooldown first{Cooldown::Scope::kStreams, kTold, kTold + 8s, false};
  EXPECT_EQ(memory.on_told(kTold + 7001ms, false, kTold), first);
  EXPECT_EQ(memory.on_told(kTold + 7900ms, false, kTold + 899ms), std::nullopt);
  EXPECT_EQ(memory.on_told(kTold + 3s, false, kTold + 1s), std::nullopt);
  // A ban is one, however short; what is longer stays so.
  EXPECT_EQ(memory.on_told(kTold + 3s, true, kTold + 1s),
            (Cooldown{Cooldown::Scope::kStreams, kTold, kTold + 8s, true}));
  EXPECT_EQ(memory.on_told(kTold + 8s, false, kTold + 2s), std::nullopt);
  EXPECT_EQ(memory.on_told(kTold + 9s, false, kTold + 2s),
            (Cooldown{Cooldown::Scope::kStreams, kTold + 2s, kTold + 9s, true}));
  // It is over.
  EXPECT_EQ(memory.on_told(kTold + 10s, false, kTold + 9s),
            (Cooldown{Cooldown::Scope::kStreams, kTold + 9s, kTold + 10s, false}));
}

TEST(CooldownMemory, DoesNotKeepAgainWhatAnEarlierRunHasKept) {
  CooldownMemory memory(Cooldown::Scope::kRest);
  memory.resume(kBan);
  EXPECT_EQ(memory.on_told(kTold + 2min, false, kTold + 1min), std::nullopt);
  EXPECT_EQ(memory.on_told(kTold + 3min, false, kTold + 1min),
            (Cooldown{Cooldown::Scope::kRest, kTold + 1min, kTold + 3min, true}));
}

struct CollectorCooldown : testing::Test {
  static std::unique_ptr<FakeVenue> make(std::vector<Cooldown> earlier = {}) {
    CollectorOptions options = spot_options({"BTCUSDT"});
    options.stream_url = "wss://example.org";  // one host: a refusal is of all
    options.earlier_cooldowns = std::move(earlier);
    auto venue = std::make_unique<FakeVenue>(std::move(options));
    venue->add_market("BTCUSDT");
    return venue;
  }
  // What a run that begins `later` finds.
  static std::unique_ptr<FakeVenue> restart(const FakeVenue& before, Nanos later) {
    auto venue = make(before.cooldowns);
    venue->now = before.now + later;
    return venue;
  }
};

TEST_F(CollectorCooldown, ABanIsKeptBeforeAnythingElseIsAskedOrSaid) {
  Collector::RowSink no_rows = [](MinuteRow&&) {};
  NullRunLog log;
  auto collector = Collector::make(spot_options({"BTCUSDT"}), no_rows, log).value();
  collector->start(kTold);
  RequestNumber first = 0;
  for (const Action& action : collector->actions()) {
    if (const auto* get = std::get_if<HttpGet>(&action); get != nullptr && first == 0) first = get->request;
  }
  ASSERT_GT(first, 0U);
  collector->actions().clear();
  collector->on_http_answer(first, {418, "{}", {}, "90"}, kTold + 1500ms);
  ASSERT_FALSE(collector->actions().empty());
  const auto* kept = std::get_if<KeepCooldown>(&collector->actions().front());
  ASSERT_NE(kept, nullptr);
  EXPECT_EQ(kept->cooldown, (Cooldown{Cooldown::Scope::kRest, kTold + 1500ms, kTold + 92s, true}));
}

TEST_F(CollectorCooldown, TheNextRunAsksNothingUntilTheBanIsOver) {
  const auto banned = make();
  banned->rest_status = 418;
  banned->rest_retry_after = "600";
  banned->start();
  banned->run_for(2s);
  ASSERT_THAT(banned->cooldowns, SizeIs(1));
  const UnixNanos until = banned->cooldowns.front().until;
  EXPECT_LE(until - banned->now, 600s);

  const auto next = restart(*banned, 5s);
  next->start();
  next->run_for(until - next->now - 1s);
  EXPECT_THAT(next->requests, IsEmpty());
  EXPECT_EQ(next->health().rest.banned_until, until);
  EXPECT_EQ(next->health().rest.paused_until, until);
  EXPECT_EQ(next->count_logs("rest_cooldown"), 1U);
  EXPECT_THAT(next->all_logs(), HasSubstr(to_iso8601(until)));
  EXPECT_THAT(next->cooldowns, IsEmpty());  // it is kept already
  EXPECT_THAT(next->opened, SizeIs(1));     // streams are none of it
  next->run_for(1min);
  EXPECT_THAT(next->requests, Not(IsEmpty()));
  EXPECT_TRUE(next->in_step("BTCUSDT"));
  EXPECT_FALSE(next->health().rest.paused_until);
}

TEST_F(CollectorCooldown, TheNextRunDoesNotConnectWhereARunWasTooOften) {
  const auto refused = make();
  refused->refuse_status = 429;
  refused->refuse_retry_after = 3min;
  refused->start();
  refused->run_for(10s);
  ASSERT_THAT(refused->cooldowns, SizeIs(1));
  const UnixNanos until = refused->cooldowns.front().until;
  EXPECT_EQ(refused->cooldowns.front().scope, Cooldown::Scope::kStreams);

  const auto next = restart(*refused, 1s);
  next->start();
  next->run_for(until - next->now - 100ms);
  EXPECT_THAT(next->opened, IsEmpty());
  EXPECT_THAT(next->requests, Not(IsEmpty()));
  EXPECT_EQ(next->count_logs("streams_cooldown"), 1U);
  next->run_for(10s);
  EXPECT_THAT(next->opened, SizeIs(1));
  EXPECT_TRUE(next->in_step("BTCUSDT"));
}

// Of several files the longest counts; what is over is not said.
TEST_F(CollectorCooldown, OfSeveralTheLongestHolds) {
  const auto venue = make();
  const UnixNanos now = venue->now;
  const auto ban = [now](Nanos from, Nanos length) {
    return Cooldown{Cooldown::Scope::kRest, now + from, now + from + length, false};
  };
  const auto next = make({ban(-1min, 90s), ban(-1min, 2min), ban(-2min, 100s), ban(-1h, 10min)});
  next->start();
  EXPECT_EQ(next->health().rest.paused_until, now + 1min);
  EXPECT_FALSE(next->health().rest.banned_until);
  EXPECT_EQ(next->count_logs("rest_cooldown"), 1U);
  EXPECT_EQ(make({ban(-1h, 10min)})->count_logs("rest_cooldown"), 0U);
}

// A process that dies every few seconds, whose clock was set back once: no request comes to the venue within the ban,
// and it ends.
TEST_F(CollectorCooldown, ACrashLoopLeavesTheVenueAloneUntilTheBanIsOver) {
  auto venue = make();
  venue->rest_status = 418;
  venue->rest_retry_after = "120";
  venue->start();
  venue->run_for(1s);
  ASSERT_THAT(venue->cooldowns, SizeIs(1));
  const std::vector<Cooldown> told = venue->cooldowns;
  Nanos passed{0};
  std::vector<Cooldown> kept = told;
  Nanos asked_after{0};
  for (int run = 0; run < 60 && asked_after == Nanos{0}; ++run) {
    auto next = make(kept);
    next->now = venue->now + passed - (run >= 3 ? Nanos(1h) : Nanos{0});
    next->start();
    next->run_for(4s);
    passed += 5s;
    if (!next->requests.empty()) asked_after = passed;
    if (!next->cooldowns.empty()) kept = next->cooldowns;
  }
  EXPECT_GE(asked_after, 120s);
  EXPECT_LE(asked_after, 120s + 15s + 10s);  // what had passed before the clock was set back is not known
}

}  // namespace
}  // namespace acts::collector
