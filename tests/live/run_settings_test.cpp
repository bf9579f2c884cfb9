#include "live/run_settings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "recording/recording_writer.hpp"
#include "recording/temp_dir.hpp"

namespace acts {
namespace {

using acts::testing::TempDir;
using ::testing::HasSubstr;

TEST(RunSettings, AreReadAsTheyWereWritten) {
  EXPECT_EQ(to_string(RunSettings{}), "bands=1,4 stale_after_ns=60000000000");
  for (const char* const bands : {"", "0.000001", "4,0.5,99.999999"}) {
    const RunSettings settings{BandList::parse(bands).value(), Nanos{1}};
    EXPECT_EQ(parse_run_settings(to_string(settings)).value(), settings);
  }
}

TEST(RunSettings, AreRefusedUnlessAllOfThemIsKnown) {
  for (const char* const text :
       {"", "bands=1,4", "bands=1,4 stale_after_ns=", "bands=1,4 stale_after_ns=0", "bands=1,4 stale_after_ns=-1",
        "bands=1,4 stale_after_ns=1 more=2", "more=2 bands=1,4 stale_after_ns=1", "bands=100 stale_after_ns=1",
        "bands=1,1 stale_after_ns=1", "bands=1 stale_after_ns=9223372036854775808"}) {
    const auto settings = parse_run_settings(text);
    ASSERT_FALSE(settings.has_value()) << text;
    EXPECT_EQ(settings.error().code, ErrorCode::kBadInput);
    EXPECT_THAT(settings.error().message, HasSubstr(text));
  }
}

TEST(RunSettings, AreToldByTheHeadOfALog) {
  const RunSettings settings{BandList::parse("0.5").value(), std::chrono::seconds{7}};
  for (const IndexEvent& head : {IndexEvent(index::RunStarted{"1", "binance-spot", "0", to_string(settings)}),
                                 IndexEvent(index::RunContinued{"1", "binance-spot", "0", to_string(settings)})}) {
    const TempDir dir;
    RecordingWriter writer({dir.string(), "0"});
    ASSERT_TRUE(writer.append({1}, 0, "{}"));  // the venue's list of symbols comes before the run starts
    ASSERT_TRUE(writer.note({1}, head));
    ASSERT_TRUE(writer.append({2}, 1, "{}"));
    ASSERT_TRUE(writer.close({3}));
    EXPECT_EQ(settings_of_recording(writer.log_path()), settings);
  }
}

TEST(RunSettings, AreNotKnownOfWhatDoesNotTellThem) {
  const TempDir dir;
  EXPECT_FALSE(settings_of_recording(dir / "no.jsonl"));
  std::ofstream(dir / "a.index.jsonl") << "no index\n";
  EXPECT_FALSE(settings_of_recording(dir / "a.jsonl"));
  RecordingWriter writer({dir.string(), "0"});
  ASSERT_TRUE(writer.note({1}, index::RunStarted{"1", "binance-spot", "0", ""}));
  ASSERT_TRUE(writer.close({3}));
  EXPECT_FALSE(settings_of_recording(writer.log_path()));
}

}  // namespace
}  // namespace acts
