#include "recording/file_ops.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <filesystem>
#include <string>
#include <vector>

#include "recording/temp_dir.hpp"

namespace acts {
namespace {

using testing::TempDir;

// One after the other, as of every other disk that a test puts in its place, and the real one's several at a time.
TEST(FileOps, SyncsAllOfSeveralAndSaysWhichIsTheFirstThatFailed) {
  FileOps one_by_one;
  for (FileOps* const ops : {&one_by_one, &real_file_ops()}) {
    const TempDir dir;
    std::vector<std::string> files;
    std::vector<std::string> folders;
    for (int i = 0; i < 50; ++i) {
      files.push_back(dir.write(fmt::format("{}", i), "x"));
      folders.push_back(dir / fmt::format("folder {}", i));
      std::filesystem::create_directory(folders.back());
    }
    std::string failed;
    EXPECT_EQ(ops->sync_files({}, failed), 0);
    EXPECT_EQ(ops->sync_files(files, failed), 0);
    EXPECT_EQ(ops->sync_directories(folders, failed), 0);
    for (const std::size_t gone : {20U, 40U}) {
      std::filesystem::remove(files[gone]);
      std::filesystem::remove(folders[gone]);
    }
    EXPECT_EQ(ops->sync_files(files, failed), -ENOENT);
    EXPECT_EQ(failed, files[20]);
    EXPECT_EQ(ops->sync_directories(folders, failed), -ENOENT);
    EXPECT_EQ(failed, folders[20]);
    EXPECT_EQ(ops->sync_directories(files, failed), -ENOTDIR);
    EXPECT_EQ(failed, files[0]);
  }
}

}  // namespace
}  // namespace acts
