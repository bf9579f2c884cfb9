#include "acts/base/period_closes.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <random>
#include <utility>

namespace acts {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

TEST(PeriodCloses, HasTheFirstSampleEveryBoundaryAndTheLastSample) {
  PeriodCloses closes(Nanos{10}, 100);
  for (const auto& [time, value] :
       std::vector<std::pair<std::int64_t, double>>{{5, 1}, {9, 2}, {20, 3}, {21, 4}, {47, 5}}) {
    closes.add(UnixNanos{time}, value);
  }
  const Closes found = closes.closes().value();
  const auto at = [](std::initializer_list<std::int64_t> times) {
    std::vector<UnixNanos> all;
    for (const std::int64_t time : times) all.push_back({time});
    return all;
  };
  EXPECT_EQ(found.times, at({5, 10, 20, 30, 40, 47}));
  EXPECT_EQ(found.values, (std::vector<double>{1, 2, 3, 4, 4, 5})) << "a sample at the boundary belongs before it";
  EXPECT_EQ(values_at(found, at({4, 5, 12, 100})), (std::vector<std::optional<double>>{std::nullopt, 1, 2, 5}));
}

TEST(PeriodCloses, KeepsNothingOfTooMany) {
  PeriodCloses closes(Nanos{1}, 5);
  closes.add(UnixNanos{0}, 1);
  closes.add(UnixNanos{1'000'000'000'000}, 1);
  EXPECT_EQ(closes.closes(), std::nullopt);
}

// Whatever the length: the closes are those of the period that fits it, as if no other were thought of.
TEST(RunCloses, AreOfThePeriodThatFitsTheLength) {
  const std::pair<Nanos, Nanos> cases[] = {{seconds{90}, seconds{1}}, {minutes{30} - Nanos{1}, seconds{1}},
                                           {minutes{30}, minutes{1}}, {hours{72} - Nanos{1}, minutes{1}},
                                           {hours{72}, hours{24}},    {hours{24 * 40}, hours{24}}};
  for (const auto& [length, period] : cases) {
    std::mt19937_64 random(7);
    RunCloses run;
    PeriodCloses alone(period, 10'000);
    const UnixNanos first{1'700'000'000'123'456'789};
    const UnixNanos last = first + length;
    for (UnixNanos time = first;;) {
      const auto value = static_cast<double>(random() % 1000);
      run.add(time, value);
      alone.add(time, value);
      if (time == last) break;
      const auto longest = static_cast<std::uint64_t>(length.count() / 2000);
      time = std::min(last, time + Nanos{1 + static_cast<std::int64_t>(random() % longest)});
    }
    const RunCloses::Chosen chosen = run.closes();
    EXPECT_EQ(chosen.period, period) << length.count();
    EXPECT_EQ(chosen.closes.times, alone.closes()->times);
    EXPECT_EQ(chosen.closes.values, alone.closes()->values);
  }
}

TEST(RunCloses, OfNothingAreNone) { EXPECT_TRUE(RunCloses().closes().closes.times.empty()); }

}  // namespace
}  // namespace acts
