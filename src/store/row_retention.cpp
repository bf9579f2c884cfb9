#include "store/row_retention.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "acts/base/assert.hpp"

#include "store/sqlite_rows.hpp"
#include "store/sqlite_schema.hpp"

namespace acts {
namespace {

// By size rows go so much of time at a step.
constexpr std::int64_t kSizeStepMillis = 3'600'000;

// A row that was refused and whose later values a sink has confirmed is hidden from `acts rows rejected` by its change
// number: once the row is gone it would come back.
constexpr std::string_view kResolved =
    "DELETE FROM sink_rejected_rows WHERE rowid IN (SELECT r.rowid FROM sink_rejected_rows r JOIN row_changes c ON "
    "c.venue = r.venue AND c.symbol = r.symbol AND c.sample_time = r.sample_time JOIN sink_cursors s ON s.sink = "
    "r.sink "
    "WHERE c.change > r.change AND c.change <= s.change LIMIT 500)";

// `key`: what names a row of the table.
std::string delete_rejected(std::string_view table, std::string_view key, std::string_view time) {
  return fmt::format("DELETE FROM {} WHERE ({}) IN (SELECT {} FROM {} WHERE {} < ?1 LIMIT {})", table, key, key, table,
                     time, RowPruner::kBatch);
}

}  // namespace

Result<std::unique_ptr<RowPruner>> RowPruner::open(const std::string& path, std::vector<std::string> sinks,
                                                   RowLimits limits, bool dry_run, const SqliteOptions& options) {
  const auto access = dry_run ? SqliteDatabase::Access::kReadOnly : SqliteDatabase::Access::kExisting;
  auto database = open_current(path, access, options);
  if (!database) return std::unexpected(std::move(database.error()));
  if (!dry_run) {
    if (auto made = make_rejected_rows(**database); !made) return std::unexpected(std::move(made.error()));
  }
  return std::unique_ptr<RowPruner>(new RowPruner(std::move(*database), std::move(sinks), limits, dry_run));
}

Result<void> RowPruner::begin(UnixNanos now) {
  report_ = {};
  at_ = 0;
  removed_by_size_ = 0;
  phase_ = dry_run_ ? Phase::kAge : Phase::kResolved;
  const auto used = used_bytes();
  if (!used) return std::unexpected(used.error());
  used_before_ = *used;
  if (auto found = find_symbols(); !found) return found;
  if (auto found = find_trusted(now); !found) return found;
  if (limits_.age && trusted_) cutoff_ = first_milli_from(*trusted_ - *limits_.age);
  return {};
}

// The first row of each by one look into the key, which is the order in which rows lie.
Result<void> RowPruner::find_symbols() {
  symbols_.clear();
  auto next = database_->prepare(
      "SELECT venue, symbol, sample_time FROM minute_rows WHERE (venue, symbol) > (?1, ?2) ORDER BY venue, symbol, "
      "sample_time LIMIT 1");
  if (!next) return std::unexpected(std::move(next.error()));
  for (;;) {
    next->bind(0, symbols_.empty() ? "" : symbols_.back().venue);
    next->bind(1, symbols_.empty() ? "" : symbols_.back().symbol);
    const auto found = next->step();
    if (!found) return std::unexpected(found.error());
    if (!*found) return {};
    symbols_.push_back({next->text(0), next->text(1), next->integer(2), INT64_MIN});
    next->reset();
  }
}

Result<void> RowPruner::find_trusted(UnixNanos now) {
  trusted_.reset();
  std::optional<std::int64_t> last;
  for (const Symbol& symbol : symbols_) {
    const auto of_symbol = last_with_book(symbol);
    if (!of_symbol) return std::unexpected(of_symbol.error());
    last = std::max(last, *of_symbol);
  }
  const auto time = last ? time_of(*last) : std::nullopt;
  if (time) trusted_ = std::min(now, *time + kTrustedGap);
  return {};
}

// The venue's time: a row of a minute without a connection has that of a clock that may be wrong.
Result<std::optional<std::int64_t>> RowPruner::last_with_book(const Symbol& of) {
  auto statement = database_->prepare(
      "SELECT last_book_update FROM minute_rows WHERE venue = ?1 AND symbol = ?2 AND last_book_update IS NOT NULL "
      "ORDER BY sample_time DESC LIMIT 1");
  if (!statement) return std::unexpected(std::move(statement.error()));
  statement->bind(0, of.venue);
  statement->bind(1, of.symbol);
  const auto found = statement->step();
  if (!found) return std::unexpected(found.error());
  return *found ? std::optional(statement->integer(0)) : std::nullopt;
}

// The change up to which every sink has everything. One that has confirmed nothing has no cursor.
Result<std::int64_t> RowPruner::confirmed() {
  std::int64_t least = INT64_MAX;
  if (sinks_.empty()) {
    // Nobody said which there are: those that have had rows before.
    const auto any = database_->integer("SELECT coalesce(min(change), 9223372036854775807) FROM sink_cursors");
    if (!any) return std::unexpected(any.error());
    least = *any;
  }
  for (const std::string& sink : sinks_) {
    auto statement = database_->prepare("SELECT coalesce((SELECT change FROM sink_cursors WHERE sink = ?1), 0)");
    if (!statement) return std::unexpected(std::move(statement.error()));
    statement->bind(0, sink);
    const auto found = statement->step();
    if (!found) return std::unexpected(found.error());
    least = std::min(least, statement->integer(0));
  }
  return least;
}

Result<std::uint64_t> RowPruner::used_bytes() {
  std::int64_t pages = 0;
  for (const auto& [sql, sign] : {std::pair{"PRAGMA page_count", 1}, std::pair{"PRAGMA freelist_count", -1}}) {
    const auto count = database_->integer(sql);
    if (!count) return std::unexpected(count.error());
    pages += sign * *count;
  }
  const auto size = database_->integer("PRAGMA page_size");
  if (!size) return std::unexpected(size.error());
  return static_cast<std::uint64_t>(std::max<std::int64_t>(pages, 0) * *size);
}

Result<bool> RowPruner::step() {
  switch (phase_) {
    case Phase::kResolved:
    case Phase::kRejected:
    case Phase::kSinkRejected:
    case Phase::kSinkLevels: return remove_rejected();
    case Phase::kAge:
    case Phase::kSize: return remove_rows();
    case Phase::kEnded: break;
  }
  return false;
}

std::string RowPruner::rejected_sql(Phase phase) {
  if (phase == Phase::kSinkLevels) {
    return delete_rejected("sink_rejected_levels", "sink, venue, symbol, book_time, side, price", "book_time");
  }
  return delete_rejected(phase == Phase::kRejected ? "rejected_rows" : "sink_rejected_rows", "rowid", "sample_time");
}

Result<bool> RowPruner::remove_rejected() {
  const bool by_age = phase_ != Phase::kResolved;
  std::int64_t removed = 0;
  if (!by_age || (limits_.rejected_age && trusted_)) {
    const std::string sql = by_age ? rejected_sql(phase_) : std::string(kResolved);
    const auto before = by_age ? std::optional(first_milli_from(*trusted_ - *limits_.rejected_age)) : std::nullopt;
    const auto done = remove_by(sql, before);
    if (!done) return std::unexpected(done.error());
    removed = *done;
  }
  if (by_age) report_.rejected += static_cast<std::uint64_t>(removed);
  if (removed == 0) phase_ = static_cast<Phase>(static_cast<int>(phase_) + 1);
  return true;
}

Result<std::int64_t> RowPruner::remove_by(const std::string& sql, std::optional<std::int64_t> before) {
  auto statement = database_->prepare(sql);
  if (!statement) return std::unexpected(std::move(statement.error()));
  if (before) statement->bind(0, *before);
  if (const auto done = statement->step(); !done) return std::unexpected(done.error());
  return database_->integer("SELECT changes()");
}

Result<bool> RowPruner::remove_rows() {
  const bool has_cutoff = trusted_ && (phase_ == Phase::kSize || limits_.age);
  while (has_cutoff && at_ < symbols_.size()) {
    Symbol& symbol = symbols_[at_];
    if (symbol.oldest >= cutoff_ || symbol.next >= cutoff_) {
      ++at_;
      continue;
    }
    if (auto done = remove_batch(symbol); !done) return std::unexpected(std::move(done.error()));
    return true;
  }
  const auto goes_on = raise_cutoff();
  if (!goes_on) return std::unexpected(goes_on.error());
  if (*goes_on) return true;
  phase_ = Phase::kEnded;
  if (auto done = finish(); !done) return std::unexpected(std::move(done.error()));
  return false;
}

// Too large still: the next hour of all symbols. False: nothing more is to go.
Result<bool> RowPruner::raise_cutoff() {
  if (!limits_.bytes || !trusted_ || dry_run_) return false;
  const auto used = used_bytes();
  if (!used) return std::unexpected(used.error());
  if (*used <= *limits_.bytes) return false;
  if (auto found = find_symbols(); !found) return std::unexpected(std::move(found.error()));
  std::int64_t oldest = INT64_MAX;
  for (const Symbol& symbol : symbols_) oldest = std::min(oldest, symbol.oldest);
  const std::int64_t last = first_milli_from(*trusted_ - kAlwaysKept);
  // What waits for a sink stays in front: the steps go on behind it.
  const std::int64_t from = phase_ == Phase::kSize && removed_by_size_ == 0 ? std::max(cutoff_, oldest) : oldest;
  if (from >= last) return false;
  cutoff_ = std::min(from + kSizeStepMillis, last);
  for (Symbol& symbol : symbols_) symbol.next = from;
  phase_ = Phase::kSize;
  at_ = 0;
  removed_by_size_ = 0;
  return true;
}

// A symbol's last row stays: it tells since when there are none.
Result<RowPruner::Batch> RowPruner::look(const Symbol& of) {
  const auto upto = confirmed();
  if (!upto) return std::unexpected(upto.error());
  auto keys = database_->prepare(
      "SELECT r.sample_time, coalesce((SELECT c.change FROM row_changes c WHERE c.venue = r.venue AND c.symbol = "
      "r.symbol AND c.sample_time = r.sample_time), 0) FROM minute_rows r WHERE r.venue = ?1 AND r.symbol = ?2 AND "
      "r.sample_time >= ?3 AND r.sample_time < ?4 AND r.sample_time < (SELECT max(l.sample_time) FROM minute_rows l "
      "WHERE l.venue = ?1 AND l.symbol = ?2) ORDER BY r.sample_time LIMIT ?5");
  if (!keys) return std::unexpected(std::move(keys.error()));
  keys->bind(0, of.venue);
  keys->bind(1, of.symbol);
  keys->bind(2, of.next);
  keys->bind(3, cutoff_);
  keys->bind(4, std::int64_t{kBatch});
  Batch batch;
  for (int looked_at = 0;; ++looked_at) {
    const auto found = keys->step();
    if (!found) return std::unexpected(found.error());
    if (!*found) {
      if (looked_at < kBatch) batch.next = cutoff_;
      return batch;
    }
    batch.next = keys->integer(0) + 1;
    if (keys->integer(1) > *upto) {
      ++batch.waiting;
    } else {
      batch.times.push_back(keys->integer(0));
    }
  }
}

Result<void> RowPruner::remove(const Symbol& of, const std::vector<std::int64_t>& times) {
  auto row = database_->prepare("DELETE FROM minute_rows WHERE venue = ?1 AND symbol = ?2 AND sample_time = ?3");
  if (!row) return std::unexpected(std::move(row.error()));
  row->bind(0, of.venue);
  row->bind(1, of.symbol);
  for (const std::int64_t time : times) {
    row->bind(2, time);
    if (const auto done = row->step(); !done) return std::unexpected(done.error());
  }
  return {};
}

Result<void> RowPruner::remove_batch(Symbol& of) {
  Batch batch;
  const auto look_into = [&]() -> Result<void> {
    auto looked = look(of);
    if (!looked) return std::unexpected(std::move(looked.error()));
    batch = *std::move(looked);
    return {};
  };
  // What a sink has confirmed is asked in the transaction that removes.
  const auto done = dry_run_ ? look_into() : database_->transaction([&]() -> Result<void> {
    const auto looked = look_into();
    return looked ? remove(of, batch.times) : looked;
  });
  if (!done) return done;
  of.next = batch.next;
  report_.rows += batch.times.size();
  removed_by_size_ += batch.times.size();
  // By size the same rows are met again and again.
  if (phase_ == Phase::kAge) report_.waiting += batch.waiting;
  return {};
}

Result<void> RowPruner::finish() {
  const auto used = used_bytes();
  if (!used) return std::unexpected(used.error());
  report_.bytes = used_before_ - std::min(used_before_, *used);
  if (!dry_run_) {
    if (auto found = find_symbols(); !found) return found;
  }
  std::optional<std::int64_t> oldest;
  for (const Symbol& symbol : symbols_) {
    if (!oldest || symbol.oldest < *oldest) oldest = symbol.oldest;
  }
  if (oldest) report_.oldest = time_of(*oldest);
  return {};
}

}  // namespace acts
