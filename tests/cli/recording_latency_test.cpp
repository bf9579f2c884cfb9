#include "cli/recording_latency.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "cli/command.hpp"
#include "recording/index.hpp"
#include "recording/layout.hpp"
#include "recording/segments.hpp"
#include "recording/temp_dir.hpp"

namespace acts::cli {
namespace {

using acts::testing::make_segment;
using acts::testing::read_file;
using acts::testing::TempDir;

constexpr std::int64_t kSent = 1'700'000'000'000'000'000;

// A log that is sealed between a look and the reading of it is read in its segments, and nothing of it twice.
TEST(RecordingLatency, LooksAgainWhereALogWasSealed) {
  const TempDir dir;
  for (const std::int64_t sent : {kSent, kSent + 1'000}) {
    make_segment(dir.string(), "binance-spot", std::string(kSessionName), {sent + 10}, [sent](SegmentWriter& writer) {
      EXPECT_TRUE(writer.note({sent + 10}, index::RestAnswer{1, "time", "", 0, 200, "", {sent}}));
      writer.line({sent + 10}, 0, LineUse::kTaken, R"({"serverTime":1000})");
    });
  }
  const auto segments = list_recordings(dir.string());
  ASSERT_TRUE(segments.has_value());
  ASSERT_EQ(segments->size(), 2U);
  int looks = 0;
  const LatencyRequest request{.list = [&]() -> Result<std::vector<RecordingFile>> {
                                 if (++looks > 1) return *segments;
                                 std::vector<RecordingFile> files = *segments;
                                 files.back().path = dir / "sealed.jsonl.zst";  // that was the log's
                                 files.back().symbol.clear();
                                 return files;
                               },
                               .data_dir = dir.string(),
                               .out = dir / "l.csv"};
  EXPECT_EQ(measure_latency(request), kExitDone);
  EXPECT_EQ(looks, 2);
  EXPECT_EQ(read_file(dir / "l.csv"),
            "req_ts,exch_ts,resp_ts\n1700000000000000000,1700000000000000005,1700000000000000010\n"
            "1700000000000001000,1700000000000001005,1700000000000001010\n");
}

// Whose index is not there at all tells nothing, however often one looks.
TEST(RecordingLatency, DoesWithoutAnIndex) {
  const TempDir dir;
  int looks = 0;
  const LatencyRequest request{.list = [&]() -> Result<std::vector<RecordingFile>> {
                                 ++looks;
                                 RecordingFile file;
                                 file.path = dir / "plain.jsonl.zst";
                                 return std::vector{file};
                               },
                               .data_dir = dir.string(),
                               .out = dir / "l.csv"};
  EXPECT_EQ(measure_latency(request), kExitUsage);
  EXPECT_EQ(looks, 2);
  EXPECT_FALSE(std::filesystem::exists(dir / "l.csv"));
}

}  // namespace
}  // namespace acts::cli
