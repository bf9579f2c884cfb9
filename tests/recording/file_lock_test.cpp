#include "recording/file_lock.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <optional>
#include <string>
#include <utility>

#include "recording/temp_dir.hpp"

namespace acts {
namespace {

using testing::TempDir;

TEST(FileLock, IsHeldByOneAndTellsTheSecondWhoAndWhat) {
  const TempDir dir;
  const std::string folder = dir / "new/folder";
  const auto take = [&folder] { return FileLock::take(real_file_ops(), folder, ".lock", ": it counts: wait"); };
  {
    const auto first = take();
    ASSERT_TRUE(first) << first.error().message;
    const auto second = take();
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, ErrorCode::kStorage);
    EXPECT_EQ(second.error().message,
              folder + "/.lock: held by process " + std::to_string(::getpid()) + ": it counts: wait");
  }
  EXPECT_TRUE(take());
}

TEST(FileLock, GoesWhereItIsMoved) {
  const TempDir dir;
  const auto take = [&dir] { return FileLock::take(real_file_ops(), dir.string(), "lock", ""); };
  std::optional<FileLock> kept;
  {
    auto lock = take();
    ASSERT_TRUE(lock);
    kept.emplace(std::move(*lock));
  }
  EXPECT_FALSE(take());
  kept.reset();
  EXPECT_TRUE(take());
}

}  // namespace
}  // namespace acts
