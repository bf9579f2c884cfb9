// What a sweep that is not over has done: a line a parameter set, on the disk for good, from which it goes on after
// whatever has ended it. Each line carries its own sum, so that one which was cut is seen; what stands behind it does
// not count and is written over. Blocking; not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "acts/base/result.hpp"

#include "backtest/sweep/set_failure.hpp"
#include "backtest/sweep/set_totals.hpp"
#include "recording/file_lock.hpp"
#include "recording/file_ops.hpp"

namespace acts::backtest {

struct JournalEntry {
  std::size_t number = 0;  // of the combination, from 1
  SetTotals totals = {};
  std::string error = {};  // failure_line() of a set that has failed, which has no totals; else empty
};

// Without its end. Closes are those of RunCloses: their times follow from the first, the last and the period.
std::string journal_line(const JournalEntry& entry);
// Nothing if it is no such line, or not whole.
std::optional<JournalEntry> parse_journal_line(std::string_view line);

class SweepJournal {
 public:
  static constexpr std::size_t kMostLineBytes = std::size_t{8} << 20U;

  // The journal at `path`, made if it is not there, of the sweep that `identity` (64 digits of a SHA-256) names; held
  // until this object ends, and then gone if no set is done: of such a one another sweep takes the place as well.
  // Errors: kUsage: it is of another sweep, with sets that are done; kStorage: it cannot be written, or another process
  // is at it.
  static Result<SweepJournal> open(FileOps& ops, const std::string& path, const std::string& identity);
  ~SweepJournal();
  SweepJournal(SweepJournal&& other) noexcept;
  SweepJournal& operator=(SweepJournal&&) = delete;
  SweepJournal(const SweepJournal&) = delete;
  SweepJournal& operator=(const SweepJournal&) = delete;

  // The sets that it has, in the order in which they were added; those that have failed are among them.
  [[nodiscard]] const std::vector<std::size_t>& numbers() const { return numbers_; }
  [[nodiscard]] const SetFailures& failures() const { return failures_; }
  // In memory until sync(), which returns once all that was added is on the disk. Errors: kStorage.
  void add(const JournalEntry& entry);
  Result<void> sync();
  // All entries on the disk, in the order in which they were added. Errors: kStorage; those of `take`.
  Result<void> read(const std::function<Result<void>(JournalEntry)>& take) const;
  // The sweep is over, and its table is in place: the journal goes. Errors: kStorage.
  Result<void> remove();

 private:
  SweepJournal(FileOps& ops, std::string path, FileLock lock)
      : ops_(&ops), path_(std::move(path)), lock_(std::move(lock)) {}
  Result<void> begin(const std::string& identity);
  Result<void> find_end(const std::string& identity);
  void note(const JournalEntry& entry);
  // 0, or -errno of the journal's own.
  int remove_files();
  [[nodiscard]] std::unexpected<Error> failed(std::string_view what, std::int64_t status) const;

  FileOps* ops_;
  std::string path_;
  FileLock lock_;
  int fd_ = -1;
  std::uint64_t end_ = 0;  // of what counts
  std::string tail_;       // behind it, not yet written
  std::vector<std::size_t> numbers_;
  SetFailures failures_;
};

}  // namespace acts::backtest
