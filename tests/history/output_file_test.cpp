#include "history/output_file.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <filesystem>

#include "recording/temp_dir.hpp"

namespace acts::history {
namespace {

using acts::testing::read_file;
using acts::testing::TempDir;

TEST(OutputFile, HasItsNameOnceItIsWhole) {
  const TempDir dir;
  const std::string path = dir.write("out", "before");
  ASSERT_EQ(dir.write("out.part", "of a program that was killed"), path + ".part");
  auto file = OutputFile::create(real_file_ops(), path);
  ASSERT_TRUE(file);
  ASSERT_TRUE(file->write(std::string(600'000, 'x')));
  ASSERT_TRUE(file->write("end"));
  EXPECT_EQ(read_file(dir / "out"), "before");
  ASSERT_TRUE(file->finish());
  EXPECT_EQ(read_file(dir / "out"), std::string(600'000, 'x') + "end");
  EXPECT_FALSE(std::filesystem::exists(dir / "out.part"));
}

TEST(OutputFile, LeavesNothingIfItIsGivenUp) {
  const TempDir dir;
  {
    auto file = OutputFile::create(real_file_ops(), dir / "out");
    ASSERT_TRUE(file);
    ASSERT_TRUE(file->write("x"));
  }
  EXPECT_TRUE(std::filesystem::is_empty(dir.string()));
}

// The operation of that number fails.
class FailingOps final : public FileOps {
 public:
  explicit FailingOps(int number) : left_(number) {}
  int create(const std::string& path) override { return is_failing() ? -ENOSPC : FileOps::create(path); }
  std::int64_t write_at(int fd, std::string_view bytes, std::uint64_t offset) override {
    return is_failing() ? -ENOSPC : FileOps::write_at(fd, bytes, offset);
  }
  int reopen(const std::string& path) override { return is_failing() ? -EIO : FileOps::reopen(path); }
  int sync(int fd) override { return is_failing() ? -EIO : FileOps::sync(fd); }

 private:
  bool is_failing() { return left_-- == 0; }
  int left_;
};

TEST(OutputFile, KeepsWhatWasThereWhateverFails) {
  int failures = 0;
  for (int number = 0;; ++number) {
    const TempDir dir;
    const std::string path = dir.write("out", "before");
    FailingOps ops(number);
    Result<void> done;
    if (auto file = OutputFile::create(ops, path)) {
      done = file->write("after");
      if (done) done = file->finish();
    } else {
      done = std::unexpected(file.error());
    }
    EXPECT_FALSE(std::filesystem::exists(dir / "out.part")) << number;
    if (done) {
      EXPECT_EQ(read_file(dir / "out"), "after");
      break;
    }
    EXPECT_EQ(done.error().code, ErrorCode::kStorage);
    EXPECT_EQ(read_file(dir / "out"), "before") << number;
    ++failures;
  }
  EXPECT_EQ(failures, 4);
}

}  // namespace
}  // namespace acts::history
