#include "live/data_lock.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "recording/temp_dir.hpp"

namespace acts {
namespace {

using ::testing::HasSubstr;
using testing::TempDir;

// Two collectors wrote into one directory and nobody noticed.
TEST(DataLock, IsHeldByOneAndNamesItToTheSecond) {
  const TempDir dir;
  {
    const auto first = lock_data_dir(dir / "new/data");
    ASSERT_TRUE(first.has_value()) << first.error().message;
    const auto second = lock_data_dir(dir / "new/data");
    ASSERT_FALSE(second.has_value());
    EXPECT_EQ(second.error().code, ErrorCode::kStorage);
    EXPECT_EQ(second.error().message,
              (dir / "new/data/acts.lock") + ": held by process " + std::to_string(::getpid()) +
                  ", which collects into this directory, or changes its rows: end it, or choose another with "
                  "--data-dir");
    EXPECT_TRUE(lock_data_dir(dir / "other").has_value());
  }
  EXPECT_TRUE(lock_data_dir(dir / "new/data").has_value());
}

TEST(DataLock, SaysWhyItCannotBeHad) {
  const TempDir dir;
  const std::string file = dir.write("file", "");
  EXPECT_THAT(lock_data_dir(file + "/data").error().message, HasSubstr("choose another data directory"));
  std::filesystem::create_directories(dir / "data/acts.lock");
  EXPECT_THAT(lock_data_dir(dir / "data").error().message, HasSubstr("check that its directory may be written"));
}

}  // namespace
}  // namespace acts
