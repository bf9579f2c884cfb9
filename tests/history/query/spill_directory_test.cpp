#include "history/query/spill_directory.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "recording/temp_dir.hpp"

namespace acts::history {
namespace {

namespace fs = std::filesystem;

TEST(SpillDirectory, IsGoneWithItsOwner) {
  const acts::testing::TempDir dir;
  {
    const SpillDirectory spill(dir.string());
    ASSERT_FALSE(spill.path().empty());
    std::ofstream(fs::path(spill.path()) / "block") << "x";
  }
  EXPECT_TRUE(fs::is_empty(dir.string()));
}

// What a killed query had spilled stayed for good.
TEST(SpillDirectory, RemovesWhatTheKilledLeftAndNobodysElse) {
  const acts::testing::TempDir dir;
  fs::create_directories(dir / "acts-query-killed/below");
  fs::create_directories(dir / "another");
  fs::create_directory_symlink(dir / "another", dir / "acts-query-link");
  const SpillDirectory living(dir.string());
  const SpillDirectory second(dir.string());
  EXPECT_FALSE(fs::exists(dir / "acts-query-killed"));
  EXPECT_TRUE(fs::exists(dir / "another"));
  EXPECT_TRUE(fs::exists(dir / "acts-query-link"));
  EXPECT_TRUE(fs::exists(living.path()));
  EXPECT_NE(living.path(), second.path());
}

TEST(SpillDirectory, IsNoneWhereNoneCanBe) {
  const SpillDirectory spill("/nowhere/at/all");
  EXPECT_EQ(spill.path(), "");
}

}  // namespace
}  // namespace acts::history
