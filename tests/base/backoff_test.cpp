#include "acts/base/backoff.hpp"

#include <gtest/gtest.h>

#include <set>

namespace acts {
namespace {

using namespace std::chrono_literals;

TEST(Backoff, DoublesUpToItsCapWithinItsJitter) {
  Backoff backoff(100ms, 30s, 1);
  Nanos whole = 100ms;
  for (int i = 0; i < 200; ++i) {
    const Nanos wait = backoff.next();
    EXPECT_LE(wait, whole);
    EXPECT_GE(wait, whole / 2);
    whole = std::min<Nanos>(whole * 2, 30s);
  }
  EXPECT_EQ(backoff.attempts(), 200U);
}

TEST(Backoff, BeginsAgainAfterReset) {
  Backoff backoff(1s, 1h, 3);
  for (int i = 0; i < 10; ++i) (void)backoff.next();
  backoff.reset();
  EXPECT_EQ(backoff.attempts(), 0U);
  EXPECT_LE(backoff.next(), 1s);
}

TEST(Backoff, IsDeterministicFromItsSeed) {
  Backoff a(1s, 1min, 42);
  Backoff b(1s, 1min, 42);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(a.next(), b.next());
}

TEST(Backoff, SpreadsClientsOfDifferentSeeds) {
  std::set<Nanos> waits;
  for (std::uint64_t seed = 0; seed < 50; ++seed) waits.insert(Backoff(1s, 1min, seed).next());
  EXPECT_GT(waits.size(), 45U);
}

TEST(Backoff, DoesNotOverflowNearTheLongestSpan) {
  const Nanos longest = Nanos::max();
  Backoff backoff(1ns, longest, 1);
  for (int i = 0; i < 100; ++i) EXPECT_GE(backoff.next().count(), 0);
  EXPECT_GE(backoff.next(), longest / 2);
}

}  // namespace
}  // namespace acts
