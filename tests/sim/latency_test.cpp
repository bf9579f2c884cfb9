#include "sim/latency.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace acts::sim {
namespace {

using std::chrono::milliseconds;

UnixNanos at(std::int64_t millis) { return {1'000'000'000'000 + millis * 1'000'000}; }
LatencyRow row(std::int64_t request, std::int64_t venue, std::int64_t response) {
  return {at(request), at(venue), at(response)};
}

TEST(Latency, IsNeverNegative) {
  EXPECT_FALSE(Latency::of(Nanos{-1}).has_value());
  EXPECT_FALSE(Latency::of(Latency::kMost + Nanos{1}).has_value());
  EXPECT_EQ(Latency::of(Nanos{0})->span(), Nanos{0});
}

TEST(LatencyModel, GoesInProportionBetweenRows) {
  auto model = LatencyModel::recorded({row(100, 110, 130), row(200, 230, 240), row(300, 310, 311)});
  ASSERT_TRUE(model.has_value());
  EXPECT_EQ(model->least_response().span(), milliseconds{1});
  EXPECT_EQ(model->entry(at(50)).latency.span(), milliseconds{10});  // before the first: the first's
  EXPECT_EQ(model->entry(at(100)).latency.span(), milliseconds{10});
  EXPECT_EQ(model->entry(at(150)).latency.span(), milliseconds{20});
  EXPECT_EQ(model->entry(at(250)).latency.span(), milliseconds{20});
  EXPECT_EQ(model->entry(at(900)).latency.span(), milliseconds{10});  // behind the last: the last's
  EXPECT_EQ(model->response(at(60)).span(), milliseconds{20});
  EXPECT_EQ(model->response(at(170)).span(), milliseconds{15});
  EXPECT_EQ(model->response(at(310)).span(), milliseconds{1});
}

TEST(LatencyModel, RefusesBesideARefusal) {
  LatencyRow refused{at(200), {0}, at(260)};
  auto model = LatencyModel::recorded({row(100, 110, 130), refused, row(300, 310, 340)});
  ASSERT_TRUE(model.has_value());
  const LatencyModel::Entry before = model->entry(at(150));
  EXPECT_TRUE(before.is_refused);
  EXPECT_EQ(before.latency.span(), milliseconds{45});  // between 30 and 60 until it is known
  EXPECT_TRUE(model->entry(at(250)).is_refused);
  EXPECT_FALSE(model->entry(at(300)).is_refused);
}

TEST(LatencyModel, RefusesRowsThatGoBack) {
  const auto refusal = [](std::vector<LatencyRow> rows) {
    const auto model = LatencyModel::recorded(std::move(rows));
    return model ? std::string() : model.error().message;
  };
  EXPECT_EQ(refusal({}), "there is no latency in it");
  EXPECT_EQ(refusal({row(100, 90, 130)}), "row 1: its times go back: request, venue and response stand in this order");
  EXPECT_EQ(refusal({row(100, 110, 130), row(100, 120, 130)}),
            "row 2: its request is not after that of the row before: sort the rows");
  EXPECT_EQ(refusal({row(100, 130, 140), row(110, 120, 150)}),
            "row 2: its time at the venue is not after that of the row before");
  EXPECT_EQ(refusal({{at(100), {0}, at(120)}}), "none of its requests came to the venue");
}

}  // namespace
}  // namespace acts::sim
