#include "history/import/time_format.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace acts::history {
namespace {

using ::testing::HasSubstr;

constexpr std::int64_t kDay = 86'400'000'000'000;
constexpr std::int64_t kMay = 17'652 * kDay;  // 2018-05-01

std::optional<std::int64_t> read(std::string_view format, std::string_view text) {
  const Result<TimeFormat> parsed = TimeFormat::parse(format);
  if (!parsed) ADD_FAILURE() << parsed.error().message;
  return parsed ? parsed->read(text) : std::nullopt;
}

TEST(TimeFormat, ReadsNumbersOfAUnit) {
  EXPECT_EQ(read("s", "1525132800"), kMay);
  EXPECT_EQ(read("s", "1525132800.5"), kMay + 500'000'000);
  EXPECT_EQ(read("ms", "1525132800000"), kMay);
  EXPECT_EQ(read("us", "1525132800000001"), kMay + 1000);
  EXPECT_EQ(read("ns", "1525132800000000001"), kMay + 1);
  EXPECT_EQ(read("s", "1525132800.0000000001"), std::nullopt);  // finer than nanoseconds
  EXPECT_EQ(read("s", "1525132800000"), std::nullopt);          // the year 50298
  EXPECT_EQ(read("ms", "-1"), std::nullopt);
}

TEST(TimeFormat, ReadsNumbersSinceADay) {
  EXPECT_EQ(read("ms+2018-05-01", "60000"), kMay + 60'000'000'000);
  EXPECT_EQ(read("s+1970-01-01", "1525132800"), kMay);
  EXPECT_EQ(read("s+2199-12-31", "86399"), 84'006LL * kDay - 1'000'000'000);
  EXPECT_EQ(read("s+2199-12-31", "86400"), std::nullopt);
  for (const char* format : {"ms+", "ms+2018-02-29", "ms+2018-05-01T00:00", "+2018-05-01"}) {
    EXPECT_FALSE(TimeFormat::parse(format)) << format;
  }
}

TEST(TimeFormat, ReadsPatterns) {
  EXPECT_EQ(read("%Y%m%d %H:%M", "20180501 00:00"), kMay);
  EXPECT_EQ(read("%d.%m.%y", "01.05.18"), kMay);
  EXPECT_EQ(read("%Y-%m-%dT%H:%M:%S.%fZ", "2018-05-01T23:59:59.25Z"), kMay + kDay - 750'000'000);
  EXPECT_EQ(read("%Y-%m-%d %I-%p", "2018-05-01 12-AM"), kMay);
  EXPECT_EQ(read("%Y-%m-%d %I-%p", "2018-05-01 01-PM"), kMay + 13 * kDay / 24);
  EXPECT_EQ(read("100%% %Y%m%d", "100% 20180501"), kMay);
  for (const char* text : {"2018-02-29", "2018-13-01", "2018-5-01", "2018-05-01 ", "x018-05-01", "2018-05",
                           "1969-12-31", "2200-01-01", ""}) {
    EXPECT_EQ(read("%Y-%m-%d", text), std::nullopt) << text;
  }
  EXPECT_EQ(read("%Y-%m-%d %H", "2018-05-01 24"), std::nullopt);
}

TEST(TimeFormat, ReadsIso8601) {
  EXPECT_EQ(read("iso", "2018-05-01 00:00:00"), kMay);
  EXPECT_EQ(read("iso", "2018-05-01"), kMay);
  EXPECT_EQ(read("iso", "2018-05-01T00:00:00.000000001Z"), kMay + 1);
  EXPECT_EQ(read("iso", "1525132800"), std::nullopt);
}

TEST(TimeFormat, RefusesPatternsThatTellNoDay) {
  for (const char* format : {"", "%H:%M", "%Y-%m", "%d %m", "%Q", "%Y%m%d%", "seconds"}) {
    const Result<TimeFormat> parsed = TimeFormat::parse(format);
    ASSERT_FALSE(parsed) << format;
    EXPECT_EQ(parsed.error().code, ErrorCode::kUsage);
    EXPECT_THAT(parsed.error().message, HasSubstr("time format '"));
  }
}

}  // namespace
}  // namespace acts::history
