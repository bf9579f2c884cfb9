#include "collector/alerts.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace acts::collector {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr UnixNanos kStart{1'700'000'000'000'000'000};

AlertCondition condition(std::string key, Nanos holds_for = 0s, std::string text = "text") {
  return {std::move(key), "BTCUSDT", std::move(text), holds_for};
}

// Each second from the last one on; what is said at the last.
class AlertBookTest : public testing::Test {
 protected:
  std::vector<std::string> pass(Nanos span, const std::vector<AlertCondition>& holding) {
    std::vector<std::string> said;
    for (const UnixNanos end = now_ + span; now_ < end;) {
      now_ = now_ + 1s;
      for (const Alert& alert : book_.observe(holding, now_)) {
        said.push_back(fmt::format("{} {} at {} s since {} s: {}", to_string(alert.status), alert.key,
                                   (now_ - kStart) / 1s, (alert.since - kStart) / 1s, alert.text));
      }
    }
    return said;
  }
  UnixNanos now_ = kStart;
  AlertBook book_{1h};
};

TEST_F(AlertBookTest, SaysWhatHasHeldForLongEnoughOnceAndWhenItIsOver) {
  EXPECT_THAT(pass(60s, {condition("gap", 60s)}), IsEmpty());
  EXPECT_THAT(pass(10min, {condition("gap", 60s)}), ElementsAre("firing gap at 61 s since 1 s: text"));
  EXPECT_EQ(book_.firing(), 1U);
  EXPECT_THAT(pass(10min, {}), ElementsAre("resolved gap at 690 s since 1 s: text"));
  EXPECT_EQ(book_.firing(), 0U);
}

TEST_F(AlertBookTest, SaysAgainWhatLasts) {
  EXPECT_THAT(pass(1h, {condition("disk", 0s, "9 MiB")}), ElementsAre("firing disk at 1 s since 1 s: 9 MiB"));
  EXPECT_THAT(pass(1s, {condition("disk", 0s, "3 MiB")}), ElementsAre("still_firing disk at 3601 s since 1 s: 3 MiB"));
}

TEST_F(AlertBookTest, ForgetsWhatHasPassedBeforeItWasSaid) {
  for (int i = 0; i < 5; ++i) {
    EXPECT_THAT(pass(50s, {condition("gap", 60s)}), IsEmpty());
    EXPECT_THAT(pass(1s, {}), IsEmpty());
  }
}

// What comes and goes every second would be said every second.
TEST_F(AlertBookTest, TakesWhatComesAndGoesForOne) {
  std::vector<std::string> said = pass(1s, {condition("sink")});
  EXPECT_THAT(said, ElementsAre("firing sink at 1 s since 1 s: text"));
  for (int i = 0; i < 100; ++i) {
    EXPECT_THAT(pass(10s, {}), IsEmpty());
    EXPECT_THAT(pass(1s, {condition("sink")}), IsEmpty());
  }
  EXPECT_THAT(pass(30s, {}), ElementsAre("resolved sink at 1131 s since 1 s: text"));
}

// In the middle of an outage silent symbols were said to be well again.
TEST_F(AlertBookTest, EndsNothingThatNobodyCanTell) {
  EXPECT_THAT(pass(1s, {condition("no_data")}), ElementsAre("firing no_data at 1 s since 1 s: text"));
  AlertCondition unknown = condition("no_data");
  unknown.begins = false;
  EXPECT_THAT(pass(10min, {unknown}), IsEmpty());
  AlertCondition other = condition("gap");
  other.begins = false;
  EXPECT_THAT(pass(10min, {unknown, other}), IsEmpty()) << "what nobody can tell does not begin either";
  EXPECT_THAT(pass(30s, {}), ElementsAre("resolved no_data at 1231 s since 1 s: text"));
}

TEST_F(AlertBookTest, KeepsSubjectsApart) {
  EXPECT_THAT(pass(1s, {{"no_data", "B", "b", 0s}, {"no_data", "A", "a", 0s}}),
              ElementsAre("firing no_data at 1 s since 1 s: a", "firing no_data at 1 s since 1 s: b"));
  EXPECT_THAT(pass(40s, {{"no_data", "B", "b", 0s}}), ElementsAre("resolved no_data at 31 s since 1 s: a"));
}

}  // namespace
}  // namespace acts::collector
