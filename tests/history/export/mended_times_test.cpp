#include "history/export/mended_times.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace acts::history {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kStart = 1'700'000'000 * kSecond;
constexpr std::int64_t kHour = 3600 * kSecond;

struct StampPair {
  std::int64_t exch;
  std::int64_t local;
  friend bool operator==(const StampPair&, const StampPair&) = default;
};

class Stamped final : public HftSource {
 public:
  explicit Stamped(std::vector<StampPair> pairs) : pairs_(std::move(pairs)) {}
  Result<bool> next(HftEvent& event) override {
    if (next_ == pairs_.size()) return false;
    event = {.exch_ts = kStart + pairs_[next_].exch, .local_ts = kStart + pairs_[next_].local};
    event.qty = static_cast<double>(next_++);
    return true;
  }

 private:
  std::vector<StampPair> pairs_;
  std::size_t next_ = 0;
};

std::vector<StampPair> mended(std::vector<StampPair> pairs, std::vector<std::string>* told = nullptr) {
  const std::size_t count = pairs.size();
  MendedTimes source(std::make_unique<Stamped>(std::move(pairs)), [told](std::string_view problem) {
    if (told != nullptr) told->emplace_back(problem);
  });
  std::vector<StampPair> out;
  HftEvent event;
  while (*source.next(event)) {
    EXPECT_EQ(event.qty, static_cast<double>(out.size()));
    out.push_back({event.exch_ts - kStart, event.local_ts - kStart});
  }
  EXPECT_EQ(out.size(), count);
  return out;
}

// Nothing of what recordings are really like.
TEST(MendedTimes, LeavesStepsAndRestsAsTheyAre) {
  const std::vector<std::vector<StampPair>> sound{
      {},
      {{5, 1}},
      {{0, 5}, {1, 6}, {1, 6}, {2, 7}},
      {{0, 0}, {kHour, kHour}, {2 * kHour, 2 * kHour}},                          // rests
      {{0, kHour}, {1, kHour + 1}, {2, 2}, {3, 3}},                              // our clock is set back for good
      {{0, -kHour}, {1, 1 - kHour}, {2, 2}, {3, 3}},                             // or forward
      {{kHour, kHour}, {kHour + 1, kHour + 1}, {2, kHour + 2}, {3, kHour + 3}},  // the venue's clock is set back
      {{0, 90 * kSecond}, {90 * kSecond, 90 * kSecond}, {1, 91 * kSecond}, {91 * kSecond, 91 * kSecond}},  // stalls
      {{0, 0}, {30 * kSecond, 1}, {2, 2}},  // less than a minute
  };
  for (const auto& pairs : sound) {
    std::vector<std::string> told;
    EXPECT_EQ(mended(pairs, &told), pairs);
    EXPECT_TRUE(told.empty());
  }
}

TEST(MendedTimes, MendsSingleWrongTimes) {
  const auto wrong_receipt = [](std::int64_t local) {
    return std::vector<StampPair>{{0, 5}, {1, 6}, {2, local}, {2, local}, {3, 8}};
  };
  const std::vector<StampPair> mended_receipt{{0, 5}, {1, 6}, {2, 6}, {2, 6}, {3, 8}};
  EXPECT_EQ(mended(wrong_receipt(-5 * kHour)), mended_receipt);
  EXPECT_EQ(mended(wrong_receipt(5 * kHour)), mended_receipt);
  EXPECT_EQ(mended({{0, 5}, {5 * kHour, 6}, {2, 7}}), (std::vector<StampPair>{{0, 5}, {0, 6}, {2, 7}}));
  // The first and the last have but one neighbour.
  EXPECT_EQ(mended({{0, kHour}, {1, 6}, {2, 7}}), (std::vector<StampPair>{{0, 6}, {1, 6}, {2, 7}}));
  EXPECT_EQ(mended({{0, -kHour}, {1, 6}, {2, 7}}), (std::vector<StampPair>{{0, 6}, {1, 6}, {2, 7}}));
  EXPECT_EQ(mended({{0, 5}, {1, -kHour}, {2, 7}}), (std::vector<StampPair>{{0, 5}, {1, 5}, {2, 7}}));
  EXPECT_EQ(mended({{0, 5}, {1, kHour}, {2, 7}}), (std::vector<StampPair>{{0, 5}, {1, 5}, {2, 7}}));
  EXPECT_EQ(mended({{kHour, 5}, {1, 6}, {2, 7}}), (std::vector<StampPair>{{1, 5}, {1, 6}, {2, 7}}));
  EXPECT_EQ(mended({{0, 5}, {1, 6}, {2, -kHour}}), (std::vector<StampPair>{{0, 5}, {1, 6}, {2, 6}}));
}

TEST(MendedTimes, SaysWhichUpToALimit) {
  std::vector<std::string> told;
  mended({{0, 5}, {1, -kHour}, {3, 8}}, &told);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0],
            "a message's time of receipt, 2023-11-14T21:13:20.000Z, lies more than 1m off from those around it: "
            "2023-11-14T22:13:20.000Z is taken");
  told.clear();
  std::vector<StampPair> many;
  for (std::int64_t i = 0; i < 50; ++i) {
    many.push_back({2 * i, 2 * i});
    many.push_back({2 * i + 1, -kHour});
  }
  many.push_back({100, 100});
  mended(many, &told);
  EXPECT_EQ(told.size(), MendedTimes::kMostTold + 1);
}

TEST(MendedTimes, TakesAnyTimes) {
  const std::int64_t far = INT64_MAX - kStart;
  mended({{far, INT64_MIN}, {INT64_MIN, far}, {0, 0}, {far, far}, {INT64_MIN, 0}});
}

}  // namespace
}  // namespace acts::history
