// A store in a process that is killed at a random moment.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <random>

#include "recording/temp_dir.hpp"
#include "store/rows.hpp"
#include "store/sqlite_store.hpp"

namespace acts {
namespace {

using testing::small_row;
using testing::small_schema;
using testing::TempDir;

constexpr int kKills = 12;
constexpr std::int64_t kRowsACall = 3;

// Stores rows from `next` on until it is killed, and reports through the pipe the number of the last row of each call
// that returned.
[[noreturn]] void store_and_report(const std::string& path, std::int64_t next, int pipe) {
  auto store = SqliteStore::open(path, small_schema());
  if (!store) std::_Exit(1);
  for (;;) {
    std::vector<MinuteRow> rows;
    for (std::int64_t i = 0; i < kRowsACall; ++i) rows.push_back(small_row("A", next + i, next + i));
    if (!(*store)->upsert(rows)) std::_Exit(2);
    next += kRowsACall;
    const std::int64_t last = next - 1;
    if (::write(pipe, &last, sizeof(last)) != static_cast<ssize_t>(sizeof(last))) std::_Exit(3);
  }
}

std::int64_t run_until_killed(const std::string& path, std::int64_t next, std::size_t reports) {
  int ends[2];
  EXPECT_EQ(::pipe(ends), 0);
  const pid_t child = ::fork();
  EXPECT_GE(child, 0);
  if (child == 0) store_and_report(path, next, ends[1]);
  ::close(ends[1]);
  std::int64_t last = -1;
  for (std::size_t i = 0; i < reports; ++i)
    EXPECT_EQ(::read(ends[0], &last, sizeof(last)), static_cast<ssize_t>(sizeof(last)));
  ::kill(child, SIGKILL);
  while (::read(ends[0], &last, sizeof(last)) == static_cast<ssize_t>(sizeof(last))) {
  }
  ::close(ends[0]);
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFSIGNALED(status));
  return last;
}

TEST(StoreDurability, EveryReportedRowSurvivesKill9) {
  const TempDir dir;
  const std::string path = dir / "acts.db";
  std::mt19937 random(7);
  std::int64_t next = 0;
  for (int kill = 0; kill < kKills; ++kill) {
    const std::int64_t last = run_until_killed(path, next, 1 + random() % 40);
    ASSERT_GE(last, next);
    auto store = SqliteStore::open(path, small_schema()).value();
    const auto rows = store->rows({}).value();
    const auto count = static_cast<std::int64_t>(rows.size());
    EXPECT_GT(count, last);
    EXPECT_LE(count, last + 1 + kRowsACall);
    EXPECT_EQ(count % kRowsACall, 0) << "a call was stored by half";
    for (std::int64_t i = 0; i < count; ++i) ASSERT_EQ(rows[static_cast<std::size_t>(i)], small_row("A", i, i));
    next = count;
  }
}

}  // namespace
}  // namespace acts
