#include "history/archive/download_queue.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace acts::history::archive {
namespace {

using ::testing::HasSubstr;

constexpr UnixNanos kStart{1'000'000'000};
const std::string kSum(64, 'a');
const std::string kOther(64, 'b');

WantedFile file(LocalFile local = {}, std::uint64_t bytes = 100) {
  return {.path = "data/x/F.zip", .bytes = bytes, .version = "v1", .local = std::move(local)};
}

Answer checksum(const std::string& sum = kSum) { return {.status = 200, .body = sum + "  F.zip\n"}; }

// Carries one file on as far as it goes by itself.
struct QueueTest : ::testing::Test {
  DownloadQueue& make(WantedFile wanted, QueueOptions options = {}) {
    std::vector<WantedFile> files;
    files.push_back(std::move(wanted));
    queue.emplace(std::move(files), options);
    return *queue;
  }
  // At the time that it has to wait for.
  std::optional<Request> next() {
    if (const auto at = queue->next_start()) now = std::max(now, *at);
    return queue->next(now);
  }
  std::optional<DownloadQueue> queue;
  UnixNanos now = kStart;
};

TEST_F(QueueTest, AsksForTheChecksumThenForTheFile) {
  make(file());
  EXPECT_EQ(next()->what, What::kChecksum);
  queue->on_checksum(0, checksum(), now);
  const auto body = next();
  EXPECT_EQ(body->what, What::kBody);
  EXPECT_EQ(body->offset, 0U);
  EXPECT_EQ(body->sha256, kSum);
  EXPECT_EQ(queue->on_body(0, {.status = 200, .part_bytes = 100}, kSum, now), Verdict::kKeep);
  EXPECT_FALSE(queue->done());
  queue->kept(0);
  EXPECT_TRUE(queue->done());
  EXPECT_EQ(queue->state(0), FileState::kFetched);
}

TEST_F(QueueTest, AsksForNothingThatIsThereInTheVersionThatIsListed) {
  make(file({.is_whole = true, .sha256 = kSum, .version = "v1"}));
  EXPECT_TRUE(queue->done());
  EXPECT_EQ(queue->state(0), FileState::kUnchanged);
}

TEST_F(QueueTest, FetchesNothingWhoseChecksumIsWhatItWas) {
  make(file({.is_whole = true, .sha256 = kSum, .version = "v0"}));
  ASSERT_EQ(next()->what, What::kChecksum);
  queue->on_checksum(0, checksum(), now);
  EXPECT_TRUE(queue->done());
  EXPECT_EQ(queue->state(0), FileState::kUnchanged);
}

TEST_F(QueueTest, NoticesWhatWasPublishedAnew) {
  make(file({.is_whole = true, .sha256 = kOther, .version = "v0"}));
  next();
  queue->on_checksum(0, checksum(), now);
  next();
  EXPECT_EQ(queue->on_body(0, {.status = 200, .part_bytes = 100}, kSum, now), Verdict::kKeep);
  queue->kept(0);
  EXPECT_EQ(queue->state(0), FileState::kRepublished);
}

TEST_F(QueueTest, GoesOnWhereAPartEndsAndFromTheBeginningIfItIsOfAnother) {
  for (const std::string& of : {kSum, kOther}) {
    make(file({.part_sha256 = of, .part_bytes = 40}));
    next();
    queue->on_checksum(0, checksum(), now);
    EXPECT_EQ(next()->offset, of == kSum ? 40U : 0U);
  }
}

TEST_F(QueueTest, GoesOnBehindWhatACutBodyBrought) {
  make(file());
  next();
  queue->on_checksum(0, checksum(), now);
  next();
  EXPECT_EQ(queue->on_body(0, {.status = 200, .problem = "cut", .part_bytes = 60}, "", now), Verdict::kGoOn);
  EXPECT_FALSE(queue->next(now)) << "not before its time";
  EXPECT_EQ(next()->offset, 60U);
  EXPECT_EQ(queue->on_body(0, {.status = 503, .part_bytes = 60}, "", now), Verdict::kGoOn);
  EXPECT_EQ(next()->offset, 60U);
  EXPECT_EQ(queue->on_body(0, {.status = 206, .part_bytes = 100}, kSum, now), Verdict::kKeep);
}

// A process that ended behind the last byte: there is nothing more that the server could send.
TEST_F(QueueTest, KeepsAPartThatIsWholeAlready) {
  make(file({.part_sha256 = kSum, .part_bytes = 100}));
  next();
  queue->on_checksum(0, checksum(), now);
  EXPECT_EQ(next()->offset, 100U);
  EXPECT_EQ(queue->on_body(0, {.status = 416, .part_bytes = 100}, kSum, now), Verdict::kKeep);
}

TEST_F(QueueTest, ThrowsAwayWhatHasAnotherSumAndAsksAnewForBoth) {
  make(file());
  next();
  queue->on_checksum(0, checksum(), now);
  next();
  EXPECT_EQ(queue->on_body(0, {.status = 200, .part_bytes = 100}, kOther, now), Verdict::kThrowAway);
  EXPECT_EQ(next()->what, What::kChecksum);
  queue->on_checksum(0, checksum(kOther), now);
  EXPECT_EQ(next()->offset, 0U);
  EXPECT_EQ(queue->on_body(0, {.status = 200, .part_bytes = 90}, kOther, now), Verdict::kKeep);
}

TEST_F(QueueTest, GivesUpAFileAfterSoManyFailuresWithoutProgress) {
  make(file(), {.most_attempts = 3});
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(next());
    queue->on_checksum(0, {.status = 503}, now);
  }
  EXPECT_TRUE(queue->done());
  EXPECT_EQ(queue->state(0), FileState::kFailed);
  EXPECT_EQ(queue->problem(0), "the server answers 503 (3 times in a row)");
}

TEST_F(QueueTest, CountsFailuresAnewAfterAMegabyte) {
  make(file({}, 0), {.most_attempts = 3});
  next();
  queue->on_checksum(0, checksum(), now);
  for (std::uint64_t i = 1; i <= 20; ++i) {
    ASSERT_TRUE(next()) << i;
    queue->on_body(0, {.status = 206, .problem = "cut", .part_bytes = i * DownloadQueue::kProgress}, "", now);
  }
  EXPECT_FALSE(queue->done());
}

// A body of a megabyte and more counted as progress each time: a file that was always wrong was fetched for ever.
TEST_F(QueueTest, GivesUpAFileThatIsAlwaysWrongHoweverLargeItIs) {
  make(file({}, 0), {.most_attempts = 3});
  int bodies = 0;
  while (!queue->done()) {
    const auto request = next();
    ASSERT_TRUE(request);
    if (request->what == What::kChecksum) {
      queue->on_checksum(0, checksum(), now);
    } else {
      ASSERT_LT(++bodies, 10);
      queue->on_body(0, {.status = 200, .part_bytes = 5 * DownloadQueue::kProgress}, kOther, now);
    }
  }
  EXPECT_EQ(queue->problem(0), "its SHA-256 is not the published one (3 times in a row)");
}

TEST_F(QueueTest, TellsWhatIsNotThereFromWhatFails) {
  make(file());
  next();
  queue->on_checksum(0, {.status = 404}, now);
  EXPECT_EQ(queue->state(0), FileState::kMissing);
  make(file());
  next();
  queue->on_checksum(0, checksum(), now);
  next();
  EXPECT_EQ(queue->on_body(0, {.status = 404}, "", now), Verdict::kThrowAway);
  EXPECT_EQ(queue->state(0), FileState::kMissing);
}

TEST_F(QueueTest, HoldsBackAllRequestsForARetryAfter) {
  DownloadQueue two({file(), file()}, {.parallel = 2});
  ASSERT_TRUE(two.next(now));
  two.on_checksum(0, {.status = 429, .retry_after = std::chrono::seconds{30}}, now);
  EXPECT_FALSE(two.next(now + std::chrono::seconds{29}));
  EXPECT_EQ(two.next_start(), now + std::chrono::seconds{30});
  EXPECT_EQ(two.next(now + std::chrono::seconds{30})->file, 1U);
}

TEST_F(QueueTest, HasSoManyUnderWayAtATime) {
  DownloadQueue three({file(), file(), file()}, {.parallel = 2});
  EXPECT_TRUE(three.next(now));
  EXPECT_TRUE(three.next(now));
  EXPECT_FALSE(three.next(now));
  EXPECT_FALSE(three.next_start());
  three.on_checksum(0, checksum(), now);
  const auto request = three.next(now);
  EXPECT_EQ(request->file, 0U) << "a file that is begun comes first";
  EXPECT_EQ(request->what, What::kBody);
}

TEST_F(QueueTest, FailsWhatCannotBeWrittenThenOrWhileItComes) {
  make(file());
  next();
  queue->on_checksum(0, checksum(), now);
  next();
  queue->fail(0, "disk full");
  EXPECT_TRUE(queue->done());
  EXPECT_EQ(queue->problem(0), "disk full");
}

TEST(Checksum, IsReadWithAndWithoutANewline) {
  EXPECT_EQ(parse_checksum(kSum + "  F.zip", "F.zip"), kSum);
  EXPECT_EQ(parse_checksum(kSum + "  F.zip\r\n", "F.zip"), kSum);
  EXPECT_EQ(parse_checksum(std::string(64, 'A') + " *F.zip\n", "F.zip"), kSum);
  for (const std::string& text : {std::string(), kSum, kSum + "  G.zip", kSum + " F.zip", kSum + "   F.zip",
                                  std::string(63, 'a') + "g  F.zip", "<html>" + kSum + "  F.zip"}) {
    EXPECT_FALSE(parse_checksum(text, "F.zip")) << text;
  }
}

}  // namespace
}  // namespace acts::history::archive
