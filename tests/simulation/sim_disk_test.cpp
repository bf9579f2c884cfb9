#include "simulation/sim_disk.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <set>

namespace acts::sim {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string content(const SimDisk& disk, const std::string& path) {
  auto source = disk.open(path);
  if (!source) return "none";
  std::string text;
  std::array<char, 3> buffer{};
  for (auto count = (*source)->read(buffer); count && *count > 0; count = (*source)->read(buffer)) {
    text.append(buffer.data(), *count);
  }
  return text;
}

void write(SimDisk& disk, int fd, std::string_view bytes, std::uint64_t offset) {
  while (!bytes.empty()) {
    const std::int64_t count = disk.write_at(fd, bytes, offset);
    ASSERT_GT(count, 0);
    bytes.remove_prefix(static_cast<std::size_t>(count));
    offset += static_cast<std::uint64_t>(count);
  }
}

// "d/f", with so much that is on the disk and so much that is not; still open.
int make_file(SimDisk& disk, std::string_view synced, std::string_view unsynced) {
  EXPECT_EQ(disk.make_directories("d"), 0);
  const int fd = disk.create("d/f");
  EXPECT_EQ(disk.sync_directory("d"), 0);
  write(disk, fd, synced, 0);
  EXPECT_EQ(disk.sync(fd), 0);
  write(disk, fd, unsynced, synced.size());
  return fd;
}

TEST(SimDisk, KeepsWhatWasWrittenWhenAProcessEnds) {
  SimDisk disk(1);
  const int fd = make_file(disk, "synced", " and not");
  EXPECT_EQ(disk.close(fd), 0);
  disk.process_ends();
  EXPECT_EQ(content(disk, "d/f"), "synced and not");
}

TEST(SimDisk, LosesAtAPowerCutWhatWasNotSyncedOrAPartOfIt) {
  const std::string synced(1000, 's');
  const std::string unsynced(3000, 'u');
  int nothing = 0;
  int all = 0;
  int beginnings = 0;
  int holes = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    SimDisk disk(seed);
    disk.close(make_file(disk, synced, unsynced));
    disk.cut_power();
    const std::string left = content(disk, "d/f");
    ASSERT_EQ(left.substr(0, synced.size()), synced) << seed;
    const std::string rest = left.substr(synced.size());
    ASSERT_LE(rest.size(), unsynced.size());
    ASSERT_EQ(rest.find_first_not_of(std::string_view("u\0", 2)), std::string::npos) << seed;
    if (rest.contains('\0'))
      ++holes;
    else if (rest.empty())
      ++nothing;
    else if (rest == unsynced)
      ++all;
    else
      ++beginnings;
  }
  EXPECT_GT(nothing, 10);
  EXPECT_GT(all, 10);
  EXPECT_GT(beginnings, 10);
  EXPECT_GT(holes, 10);
}

TEST(SimDisk, KeepsTheNamesOfASyncedDirectoryAndLosesSomeOfOthers) {
  std::set<std::string> seen;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    SimDisk disk(seed);
    ASSERT_EQ(disk.make_directories("a"), 0);
    ASSERT_EQ(disk.make_directories("b/c"), 0);
    for (const char* name : {"a/kept", "a/moved"}) disk.close(disk.create(name));
    ASSERT_EQ(disk.sync_directory("a"), 0);
    disk.close(disk.create("a/new"));
    ASSERT_EQ(disk.rename("a/moved", "b/c/there"), 0);
    disk.cut_power();
    std::string names;
    for (const std::string& name : disk.names_in("a")) names += name + ' ';
    for (const std::string& name : disk.names_in("b/c")) names += name + ' ';
    seen.insert(names);
    ASSERT_TRUE(disk.exists("a/kept"));
  }
  // A rename is one step.
  EXPECT_THAT(seen, ElementsAre("kept moved ", "kept moved new ", "kept new there ", "kept there "));
}

TEST(SimDisk, KeepsARenameOfASyncedDirectory) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    SimDisk disk(seed);
    ASSERT_EQ(disk.make_directories("a"), 0);
    ASSERT_EQ(disk.make_directories("b"), 0);
    disk.close(disk.create("a/f"));
    ASSERT_EQ(disk.rename("a/f", "b/f"), 0);
    ASSERT_EQ(disk.sync_directory("b"), 0);
    disk.cut_power();
    EXPECT_THAT(disk.names_in("a"), IsEmpty());
    EXPECT_THAT(disk.names_in("b"), ElementsAre("f"));
  }
}

TEST(SimDisk, TakesPagesForCleanAfterASyncThatFailed) {
  bool lost = false;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    SimDisk disk(seed);
    const int fd = make_file(disk, "synced", " and not");
    disk.set({.fails_one_in = 1});
    ASSERT_EQ(disk.sync(fd), -EIO);
    disk.set({});
    ASSERT_EQ(disk.sync(fd), 0);
    disk.close(fd);
    disk.cut_power();
    lost = lost || content(disk, "d/f") != "synced and not";
  }
  EXPECT_TRUE(lost);
}

TEST(SimDisk, FailsAsItIsToldTo) {
  SimDisk disk(1);
  const int fd = make_file(disk, "", "");
  disk.set({.full = true});
  EXPECT_EQ(disk.write_at(fd, "x", 0), -ENOSPC);
  EXPECT_EQ(disk.create("d/g"), -ENOSPC);
  EXPECT_EQ(disk.sync(fd), 0);
  disk.set({});
  disk.die_after(1);
  EXPECT_EQ(disk.sync(fd), 0);
  EXPECT_FALSE(disk.is_dead());
  EXPECT_EQ(disk.sync(fd), -EIO);
  EXPECT_TRUE(disk.is_dead());
  disk.close(fd);
  disk.process_ends();
  EXPECT_EQ(disk.create("d/f"), -EEXIST);
  EXPECT_EQ(disk.rename("d/f", "d/f"), -EEXIST);
  EXPECT_EQ(disk.remove("d"), -ENOTEMPTY);
  EXPECT_EQ(disk.remove("d/f"), 0);
  EXPECT_EQ(disk.remove("d/f"), -ENOENT);
  EXPECT_EQ(disk.counts().full, 2U);
}

}  // namespace
}  // namespace acts::sim
