#include "backtest/sweep/sweep_journal.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "recording/temp_dir.hpp"

namespace acts::backtest {
namespace {

using acts::testing::read_file;
using acts::testing::TempDir;

const std::string kIdentity(64, 'a');

JournalEntry entry_of(std::size_t number) {
  RunCloses closes;
  for (std::int64_t i = 0; i < 90; ++i) {
    closes.add(UnixNanos{1'700'000'000'000'000'000 + i * 3'700'000'000'000},
               1000 + 0.1 * static_cast<double>(i * 7 % 13));
  }
  return {.number = number,
          .totals = {.rows = 1000,
                     .orders = 20,
                     .fills = 7,
                     .position = {-4, 1},
                     .balance = {-2'468'902, 2},
                     .fee = {-59'831'519, 6},
                     .funding = {},
                     .equity = {123'456'789, 6},
                     .max_drawdown = {5, 0},
                     .turnover = {99, 0},
                     .closes = closes.closes()}};
}

std::vector<std::string> lines_in(const SweepJournal& journal) {
  std::vector<std::string> lines;
  const Result<void> read = journal.read([&lines](const JournalEntry& entry) {
    lines.push_back(journal_line(entry));
    return Result<void>();
  });
  EXPECT_TRUE(read.has_value());
  return lines;
}

TEST(SweepJournal, LinesComeBackAsTheyWere) {
  const JournalEntry entry = entry_of(12);
  const auto parsed = parse_journal_line(journal_line(entry));
  ASSERT_TRUE(parsed.has_value());
  EXPECT_EQ(parsed->number, 12U);
  EXPECT_EQ(parsed->totals.balance, entry.totals.balance);
  EXPECT_EQ(parsed->totals.closes.period, entry.totals.closes.period);
  EXPECT_EQ(parsed->totals.closes.closes.times, entry.totals.closes.closes.times);
  EXPECT_EQ(parsed->totals.closes.closes.values, entry.totals.closes.closes.values);
  EXPECT_GT(parsed->totals.closes.closes.values.size(), 4U);
  EXPECT_EQ(journal_line(*parsed), journal_line(entry));
}

TEST(SweepJournal, RefusesEveryChangedLine) {
  const std::string line = journal_line(entry_of(3));
  for (std::size_t i = 0; i < line.size(); ++i) {
    std::string changed = line;
    changed[i] = changed[i] == '1' ? '2' : '1';
    EXPECT_FALSE(parse_journal_line(changed).has_value()) << i;
    EXPECT_FALSE(parse_journal_line(line.substr(0, i)).has_value()) << i;
  }
}

TEST(SweepJournal, GoesOnWhereItWas) {
  const TempDir dir;
  const std::string path = dir / "table.csv.journal";
  {
    auto journal = SweepJournal::open(real_file_ops(), path, kIdentity);
    ASSERT_TRUE(journal.has_value()) << journal.error().message;
    EXPECT_TRUE(journal->numbers().empty());
    journal->add(entry_of(1));
    journal->add(entry_of(4));
    ASSERT_TRUE(journal->sync().has_value());
    journal->add(entry_of(5));  // and is lost: nobody has waited for it
  }
  auto again = SweepJournal::open(real_file_ops(), path, kIdentity);
  ASSERT_TRUE(again.has_value()) << again.error().message;
  EXPECT_EQ(again->numbers(), (std::vector<std::size_t>{1, 4}));
  again->add(entry_of(5));
  ASSERT_TRUE(again->sync().has_value());
  EXPECT_EQ(lines_in(*again),
            (std::vector{journal_line(entry_of(1)), journal_line(entry_of(4)), journal_line(entry_of(5))}));
  ASSERT_TRUE(again->remove().has_value());
  EXPECT_FALSE(std::filesystem::exists(path));
}

// Wherever a write has stopped: what is whole counts, and what comes after it is what would have come.
TEST(SweepJournal, LosesOnlyWhatWasCut) {
  const TempDir dir;
  const std::string path = dir / "journal";
  {
    auto journal = SweepJournal::open(real_file_ops(), path, kIdentity);
    for (const std::size_t number : {1U, 2U, 3U}) journal->add(entry_of(number));
    ASSERT_TRUE(journal->sync().has_value());
  }
  const std::string whole = read_file(path);
  const std::size_t last = whole.size() - journal_line(entry_of(3)).size() - 1;
  for (std::size_t cut = 0; cut <= whole.size(); cut += cut < 100 || cut + 5 > whole.size() ? 1U : 37U) {
    std::ofstream(path, std::ios::trunc) << whole.substr(0, cut);
    auto journal = SweepJournal::open(real_file_ops(), path, kIdentity);
    ASSERT_TRUE(journal.has_value()) << cut << ": " << journal.error().message;
    const std::size_t had = journal->numbers().size();
    EXPECT_EQ(had == 3, cut == whole.size()) << cut;
    EXPECT_EQ(had >= 2, cut >= last) << cut;
    for (std::size_t number = had + 1; number <= 3; ++number) journal->add(entry_of(number));
    ASSERT_TRUE(journal->sync().has_value());
    EXPECT_EQ(lines_in(*journal).size(), 3U) << cut;
    EXPECT_EQ(read_file(path).substr(0, whole.size()), whole) << cut;
  }
}

TEST(SweepJournal, KeepsSetsThatHaveFailed) {
  const JournalEntry failed{.number = 8, .error = "the strategy threw: 1 2  3, \"no\""};
  const auto parsed = parse_journal_line(journal_line(failed));
  ASSERT_TRUE(parsed.has_value());
  EXPECT_EQ(parsed->number, 8U);
  EXPECT_EQ(parsed->error, failed.error);
  EXPECT_TRUE(parsed->totals.closes.closes.values.empty());
  EXPECT_FALSE(parse_journal_line(journal_line({.number = 8, .error = "two\nlines"})).has_value());

  const TempDir dir;
  const std::string path = dir / "journal";
  {
    auto journal = SweepJournal::open(real_file_ops(), path, kIdentity);
    journal->add(entry_of(1));
    journal->add(failed);
    EXPECT_EQ(journal->failures().count, 1U);
    ASSERT_TRUE(journal->sync().has_value());
  }
  const std::string whole = read_file(path);
  {
    auto again = SweepJournal::open(real_file_ops(), path, kIdentity);
    EXPECT_EQ(again->numbers(), (std::vector<std::size_t>{1, 8}));
    EXPECT_EQ(again->failures().count, 1U);
    EXPECT_EQ(again->failures().first, 8U);
    EXPECT_EQ(again->failures().error, failed.error);
    EXPECT_EQ(lines_in(*again), (std::vector{journal_line(entry_of(1)), journal_line(failed)}));
  }
  std::ofstream(path, std::ios::trunc) << whole.substr(0, whole.size() - 1);
  auto cut = SweepJournal::open(real_file_ops(), path, kIdentity);
  EXPECT_EQ(cut->numbers(), std::vector<std::size_t>{1});
  EXPECT_EQ(cut->failures().count, 0U);
}

TEST(SweepJournal, RefusesThatOfAnotherSweep) {
  const TempDir dir;
  {
    auto journal = SweepJournal::open(real_file_ops(), dir / "journal", kIdentity);
    ASSERT_TRUE(journal.has_value());
    journal->add(entry_of(1));
    ASSERT_TRUE(journal->sync().has_value());
  }
  const auto other = SweepJournal::open(real_file_ops(), dir / "journal", std::string(64, 'b'));
  ASSERT_FALSE(other.has_value());
  EXPECT_EQ(other.error().code, ErrorCode::kUsage);
  EXPECT_TRUE(other.error().message.contains("it is of another sweep")) << other.error().message;
}

// A sweep that ended before its first set, by its own refusal or killed, stands in no other's way.
TEST(SweepJournal, LeavesNothingOfASweepWithoutSets) {
  const TempDir dir;
  const std::string path = dir / "journal";
  {
    ASSERT_TRUE(SweepJournal::open(real_file_ops(), path, kIdentity).has_value());
  }
  EXPECT_FALSE(std::filesystem::exists(path));
  EXPECT_FALSE(std::filesystem::exists(path + ".lock"));
  std::ofstream(path) << "acts-sweep-1 " << std::string(64, 'b') << "\ncut";
  auto journal = SweepJournal::open(real_file_ops(), path, kIdentity);
  ASSERT_TRUE(journal.has_value()) << journal.error().message;
  EXPECT_TRUE(journal->numbers().empty());
  journal->add(entry_of(1));
  ASSERT_TRUE(journal->sync().has_value());
  EXPECT_EQ(lines_in(*journal).size(), 1U);
  EXPECT_TRUE(read_file(path).starts_with(std::string("acts-sweep-1 ") + std::string(kIdentity)));
}

TEST(SweepJournal, TakesNoPlaceOfAFileThatIsNoJournal) {
  const TempDir dir;
  const std::string path = dir.write("journal", "mine\n");
  EXPECT_FALSE(SweepJournal::open(real_file_ops(), path, kIdentity).has_value());
  EXPECT_EQ(read_file(path), "mine\n");
}

TEST(SweepJournal, IsForOneAtATime) {
  const TempDir dir;
  const auto first = SweepJournal::open(real_file_ops(), dir / "journal", kIdentity);
  ASSERT_TRUE(first.has_value());
  const auto second = SweepJournal::open(real_file_ops(), dir / "journal", kIdentity);
  ASSERT_FALSE(second.has_value());
  EXPECT_TRUE(second.error().message.contains(": it runs this sweep")) << second.error().message;
}

}  // namespace
}  // namespace acts::backtest
