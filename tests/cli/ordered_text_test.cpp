#include "cli/ordered_text.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <atomic>
#include <latch>
#include <vector>

namespace acts::cli {
namespace {

using ::testing::ElementsAre;
using Put = std::function<bool(std::string& text)>;

// What was put out, and which jobs were done.
struct Taken {
  std::string text;
  std::vector<std::size_t> done;
  TextJobs jobs(std::size_t count, std::function<Result<void>(std::size_t job, const Put& put)> write) {
    return {.count = count,
            .write = std::move(write),
            .take = [this](std::string_view piece) { return text += piece, true; },
            .done = [this](std::size_t job) { done.push_back(job); }};
  }
};

TEST(OrderedText, ComesInTheOrderOfTheJobsWhicheverIsFirst) {
  Taken taken;
  std::latch second_is_over(1);
  const auto write = [&](std::size_t job, const Put& put) -> Result<void> {
    if (job == 0) second_is_over.wait();
    for (int piece = 0; piece < 3; ++piece) {
      std::string text = fmt::format("{}.{} ", job, piece);
      EXPECT_TRUE(put(text));
    }
    if (job == 1) second_is_over.count_down();
    return {};
  };
  EXPECT_TRUE(write_in_order(taken.jobs(3, write), 2));
  EXPECT_EQ(taken.text, "0.0 0.1 0.2 1.0 1.1 1.2 2.0 2.1 2.2 ");
  EXPECT_THAT(taken.done, ElementsAre(0, 1, 2));
}

TEST(OrderedText, OneThreadDoesThemAll) {
  Taken taken;
  const auto write = [](std::size_t job, const Put& put) -> Result<void> {
    std::string text = fmt::format("{} ", job);
    put(text);
    return {};
  };
  EXPECT_TRUE(write_in_order(taken.jobs(5, write), 0));
  EXPECT_EQ(taken.text, "0 1 2 3 4 ");
  EXPECT_TRUE(write_in_order(taken.jobs(0, write), 4));
}

TEST(OrderedText, AJobIsAheadByAFewMebibytesAtMost) {
  constexpr std::size_t kPiece = std::size_t{1} << 20;
  constexpr std::size_t kPieces = 64;
  Taken taken;
  std::atomic<std::size_t> put_by_second = 0;
  std::latch second_is_full(1);
  const auto write = [&](std::size_t job, const Put& put) -> Result<void> {
    if (job == 0) second_is_full.wait();
    for (std::size_t i = 0; i < kPieces; ++i) {
      std::string text(kPiece, job == 0 ? 'a' : 'b');
      EXPECT_TRUE(put(text));
      if (job == 1 && ++put_by_second == kMostTextAhead / kPiece) second_is_full.count_down();
    }
    return {};
  };
  TextJobs jobs = taken.jobs(2, write);
  std::size_t most_ahead = 0;
  jobs.take = [&](std::string_view piece) {
    if (piece.front() == 'a') most_ahead = std::max(most_ahead, put_by_second.load());
    return true;
  };
  EXPECT_TRUE(write_in_order(jobs, 2));
  EXPECT_EQ(most_ahead, kMostTextAhead / kPiece);
  EXPECT_EQ(put_by_second, kPieces);
}

TEST(OrderedText, AFailureEndsWhatComesBehindIt) {
  Taken taken;
  const auto write = [](std::size_t job, const Put& put) -> Result<void> {
    std::string text = fmt::format("{} ", job);
    put(text);
    if (job == 1) return fail(ErrorCode::kStorage, "torn");
    return {};
  };
  const Result<void> written = write_in_order(taken.jobs(4, write), 3);
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().message, "torn");
  EXPECT_EQ(taken.text, "0 1 ");
  EXPECT_THAT(taken.done, ElementsAre(0));
}

TEST(OrderedText, JobsEndOnceNobodyWantsMore) {
  Taken taken;
  std::atomic<std::size_t> refused = 0;
  const auto write = [&](std::size_t, const Put& put) -> Result<void> {
    for (std::string text = "x"; put(text); text = "x") continue;
    ++refused;
    return {};
  };
  TextJobs jobs = taken.jobs(8, write);
  jobs.take = [](std::string_view) { return false; };
  EXPECT_TRUE(write_in_order(jobs, 2));
  EXPECT_GE(refused, 1U);
  EXPECT_LE(refused, 2U);
}

}  // namespace
}  // namespace acts::cli
