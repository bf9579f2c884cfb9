#include "history/import/announcement_spool.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "recording/temp_dir.hpp"

namespace acts::history {
namespace {

Announcement numbered(std::int64_t number) { return {.ts_recv = {3 * number}, .at = {5 * number}, .value = -number}; }

AnnouncementSpool spool_of(std::int64_t count, const std::string& folder, std::size_t most) {
  AnnouncementSpool spool(folder, most);
  for (std::int64_t i = 0; i < count; ++i) EXPECT_TRUE(spool.add(numbered(i)).has_value());
  return spool;
}

TEST(AnnouncementSpool, GivesAllBackWhereverTheyAre) {
  const acts::testing::TempDir dir;
  for (const std::int64_t count : {0, 1, 7, 8, 64, 65, 1000}) {
    const AnnouncementSpool spool = spool_of(count, dir.string(), 8);
    EXPECT_EQ(spool.size(), static_cast<std::uint64_t>(count));
    for (const std::size_t at_once : {1U, 3U, 8U, 2000U}) {
      std::vector<Announcement> some(at_once);
      std::int64_t number = 0;
      for (;;) {
        const Result<std::size_t> read = spool.read(static_cast<std::uint64_t>(number), some);
        ASSERT_TRUE(read.has_value()) << read.error().message;
        if (*read == 0) break;
        for (std::size_t i = 0; i < *read; ++i) ASSERT_EQ(some[i], numbered(number++));
      }
      EXPECT_EQ(number, count);
    }
  }
}

TEST(AnnouncementSpool, LeavesNothingOnTheDisk) {
  const acts::testing::TempDir dir;
  const AnnouncementSpool spool = spool_of(100, dir.string(), 8);
  EXPECT_TRUE(std::filesystem::is_empty(dir.string()));
}

TEST(AnnouncementSpool, SaysWhereItCannotPutThemAside) {
  const acts::testing::TempDir dir;
  AnnouncementSpool spool(dir / "none", 2);
  ASSERT_TRUE(spool.add(numbered(0)).has_value());
  ASSERT_TRUE(spool.add(numbered(1)).has_value());
  const Result<void> added = spool.add(numbered(2));
  ASSERT_FALSE(added.has_value());
  EXPECT_EQ(added.error().code, ErrorCode::kStorage);
  EXPECT_THAT(added.error().message, ::testing::HasSubstr("/none: No such file"));
  EXPECT_THAT(added.error().message, ::testing::HasSubstr("TMPDIR"));
}

TEST(AnnouncementSpool, SaysThatThereIsNoPlaceForTemporaryFiles) {
  const char* const before = std::getenv("TMPDIR");
  const std::string kept = before == nullptr ? "" : before;
  ASSERT_EQ(::setenv("TMPDIR", "/nowhere/at/all", 1), 0);
  AnnouncementSpool spool({}, 1);
  EXPECT_TRUE(spool.add(numbered(0)).has_value());
  const Result<void> added = spool.add(numbered(1));
  ASSERT_EQ(before == nullptr ? ::unsetenv("TMPDIR") : ::setenv("TMPDIR", kept.c_str(), 1), 0);
  ASSERT_FALSE(added.has_value());
  EXPECT_THAT(added.error().message, ::testing::HasSubstr("TMPDIR is no directory"));
}

}  // namespace
}  // namespace acts::history
