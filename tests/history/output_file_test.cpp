#include "history/output_file.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

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

// Whoever may write to /dev would have a file in a device's place.
TEST(OutputFile, TakesNoPlaceButAFiles) {
  const TempDir dir;
  ASSERT_EQ(::mkfifo((dir / "pipe").c_str(), 0600), 0);
  std::filesystem::create_directory(dir / "folder");
  std::filesystem::create_symlink(dir / "pipe", dir / "link");
  ASSERT_EQ(dir.write("pipe.part", "x"), dir / "pipe.part");
  for (const std::string& path : {dir / "pipe", dir / "link", dir / "folder"}) {
    const auto file = OutputFile::create(real_file_ops(), path);
    ASSERT_FALSE(file) << path;
    EXPECT_EQ(file.error().code, ErrorCode::kUsage);
    EXPECT_EQ(file.error().message.substr(0, path.size() + 4), path + ": is");
    EXPECT_FALSE(check_replaceable(path));
  }
  EXPECT_FALSE(put_in_place(real_file_ops(), dir / "pipe"));
  EXPECT_TRUE(std::filesystem::is_fifo(dir / "pipe"));
  std::filesystem::create_symlink(dir.write("file", ""), dir / "good");
  EXPECT_TRUE(check_replaceable(dir / "good"));
  EXPECT_TRUE(check_replaceable(dir / "new"));
}

class CountingOps final : public FileOps {
 public:
  std::int64_t write_at(int fd, std::string_view bytes, std::uint64_t offset) override {
    sizes.push_back(bytes.size());
    return FileOps::write_at(fd, bytes, offset);
  }
  std::vector<std::size_t> sizes;
};

// However much is written, and in whatever pieces: what a file holds is the same for a long run and a short one.
TEST(OutputFile, HoldsABufferAtMost) {
  constexpr std::size_t kMost = OutputFile::kBufferBytes;
  for (const std::size_t piece : {std::size_t{1000}, kMost, 3 * kMost + 7}) {
    const TempDir dir;
    CountingOps ops;
    auto file = OutputFile::create(ops, dir / "out");
    ASSERT_TRUE(file);
    std::string whole;
    for (std::size_t i = 0; whole.size() < 5 * kMost; ++i) {
      const std::string text(piece, static_cast<char>('a' + i % 26));
      ASSERT_TRUE(file->write(text));
      whole += text;
      EXPECT_EQ(ops.sizes.size(), whole.size() / kMost);
    }
    EXPECT_EQ(std::ranges::count(ops.sizes, kMost), static_cast<std::ptrdiff_t>(ops.sizes.size()));
    ASSERT_TRUE(file->finish());
    EXPECT_EQ(read_file(dir / "out"), whole);
  }
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
