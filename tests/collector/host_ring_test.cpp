#include "collector/host_ring.hpp"

#include <gtest/gtest.h>

#include <array>

namespace acts::collector {
namespace {

using namespace std::chrono_literals;

constexpr UnixNanos kNow{1'000'000'000'000};

TEST(HostRing, TakesTheNextHostAfterFailuresInARow) {
  HostRing ring({"a", "b"}, 3);
  EXPECT_FALSE(ring.on_failure("a", kNow));
  EXPECT_FALSE(ring.on_failure("a", kNow));
  EXPECT_EQ(ring.current(), "a");
  EXPECT_TRUE(ring.on_failure("a", kNow));
  EXPECT_EQ(ring.current(), "b");
  EXPECT_EQ(ring.failures(), 0);
  for (int i = 0; i < 3; ++i) (void)ring.on_failure("b", kNow);
  EXPECT_EQ(ring.current(), "a");
}

TEST(HostRing, BeginsTheCountAnewAfterASuccess) {
  HostRing ring({"a", "b"}, 2);
  EXPECT_FALSE(ring.on_failure("a", kNow));
  ring.on_success("a");
  EXPECT_FALSE(ring.on_failure("a", kNow));
  EXPECT_EQ(ring.current(), "a");
}

TEST(HostRing, StaysWithItsOnlyHost) {
  HostRing ring({"a"}, 1);
  EXPECT_FALSE(ring.on_failure("a", kNow));
  EXPECT_EQ(ring.current(), "a");
  EXPECT_FALSE(ring.on_blocked("a", kNow + 5min, kNow));
  EXPECT_EQ(ring.free_at(), kNow + 5min);
}

TEST(HostRing, LeavesARefusingHostUntilItIsFreeAgain) {
  HostRing ring({"a", "b", "c"}, 3);
  EXPECT_TRUE(ring.on_blocked("a", kNow + 5min, kNow));
  EXPECT_EQ(ring.current(), "b");
  EXPECT_TRUE(ring.on_blocked("b", kNow + 10min, kNow));
  EXPECT_EQ(ring.current(), "c");
  EXPECT_FALSE(ring.on_blocked("c", kNow + 15min, kNow));
  EXPECT_EQ(ring.current(), "a");
  EXPECT_EQ(ring.free_at(), kNow + 5min);
}

TEST(HostRing, ChargesEachAnswerToTheHostThatGaveIt) {
  HostRing ring({"a", "b", "c"}, 2);
  EXPECT_TRUE(ring.on_blocked("a/x", kNow + 5min, kNow));
  EXPECT_TRUE(ring.on_blocked("a/y", kNow + 6min, kNow));
  EXPECT_EQ(ring.current(), "b");
  EXPECT_EQ(ring.free_at(), UnixNanos{INT64_MIN});
  EXPECT_FALSE(ring.on_failure("b/x", kNow));
  EXPECT_FALSE(ring.on_failure("a/x", kNow));
  ring.on_success("a/x");
  EXPECT_EQ(ring.failures(), 1);
  EXPECT_TRUE(ring.on_failure("b/x", kNow));
  EXPECT_EQ(ring.current(), "c");
  EXPECT_TRUE(ring.on_blocked("b/x", kNow + 5min, kNow));
  EXPECT_EQ(ring.current(), "c");
  EXPECT_FALSE(ring.on_blocked("c/x", kNow + 7min, kNow));
  EXPECT_EQ(ring.current(), "b");
  EXPECT_FALSE(ring.on_blocked("a/x", kNow + 8min, kNow + 1min));
  EXPECT_TRUE(ring.on_blocked("a/x", kNow + 12min, kNow + 5min));
}

// REST waited for five minutes for the host that refuses, and asked none of the others.
TEST(HostRing, DoesNotLeaveAFailingHostForOneThatRefuses) {
  HostRing ring({"a", "b", "c"}, 1);
  EXPECT_TRUE(ring.on_blocked("a", kNow + 5min, kNow));
  EXPECT_TRUE(ring.on_failure("b", kNow));
  EXPECT_EQ(ring.current(), "c");
  EXPECT_TRUE(ring.on_failure("c", kNow));
  EXPECT_EQ(ring.current(), "b");
  EXPECT_TRUE(ring.on_blocked("c", kNow + 5min, kNow));
  EXPECT_FALSE(ring.on_failure("b", kNow));
  EXPECT_EQ(ring.current(), "b");
  EXPECT_TRUE(ring.on_failure("b", kNow + 5min));
  EXPECT_EQ(ring.current(), "c");
}

TEST(HostRing, PrefersTheUsersHost) {
  constexpr std::array<std::string_view, 2> documented{"a", "b"};
  EXPECT_EQ(hosts_or("mine", documented), (std::vector<std::string>{"mine"}));
  EXPECT_EQ(hosts_or("", documented), (std::vector<std::string>{"a", "b"}));
}

}  // namespace
}  // namespace acts::collector
