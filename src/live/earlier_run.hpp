// What the last run has left in the data directory: logs that are open, the books that it had, and rows that it has
// made and that are not stored. Blocking; before the run, while nobody else writes to the data directory, and again for
// symbols that the run adds: on another thread (RestoreThread), by an object of its own.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"
#include "acts/market/venue.hpp"

#include "binance/saved_book.hpp"
#include "collector/actions.hpp"
#include "live/left_logs.hpp"
#include "live/missed_minutes.hpp"
#include "live/restore_books.hpp"
#include "live/settings.hpp"
#include "store/sqlite_store.hpp"

namespace acts {

class EarlierRun {
 public:
  using LogSink = std::function<void(std::optional<Venue>, const collector::Log&)>;
  // By venue, as typed.
  using Symbols = std::map<Venue, std::vector<std::string>>;

  // What is typed may be an asset, which means its USDT pair.
  static std::vector<std::string> meant(const std::string& typed);

  // Seals what a venue's last run has left open.
  using Stop = std::function<bool()>;  // true: stop; may be empty
  using Seal = std::function<LeftLogs(Venue, const Stop&)>;

  // `settings`: of the run to come; they outlive the object, as does what `log` and `seal` refer to. `seal`: if it is
  // not seal_left_logs().
  EarlierRun(const CollectSettings& settings, LogSink log, Seal seal = nullptr);

  // Of both venues, at most kSealLimit each; restore() reads what is left. What `stop` leaves unsealed is not said.
  void seal(const Stop& stop = nullptr);
  // After seal(). When a run may begin whose clock says `now`: then, or where the clock was set back behind what is
  // recorded of any symbol or, of `symbols`, stored. So receive times go on, and no minute is made a second time. What
  // lies further ahead than kMostAhead was made by a clock that was wrong, and is not looked at. Says which it is.
  [[nodiscard]] UnixNanos begin_after(const Symbols& symbols, SqliteStore* store, UnixNanos now) const;
  // Books, and the rows that `store` lacks, in at most `limit` of real time, of which each venue has its share; without
  // a store no rows.
  // What `stop` has ended is not complete, and nothing is said of it.
  void restore(const Symbols& symbols, SqliteStore* store, Nanos limit = kRestoreLimit, const Stop& stop = nullptr);

  // Of the restored rows those of symbols that were collected with other bands than this run's: they are written to the
  // store at `path` with the columns they have. Errors: those of the store.
  Result<void> store_rows_of_other_bands(const std::string& path, SqliteStore& store);
  // What one object hands to another, which may belong to another thread.
  struct Found {
    std::map<Venue, std::vector<RecordingFile>> open_logs = {};  // those that were there before the run
    std::map<Venue, RestoredBooks> restored = {};
    std::map<std::pair<Venue, std::string>, UnixNanos> covered = {};  // up to which minute rows are given or stored
  };
  // For one that looks for added symbols: logs, and rows that could not be given yet; the latter come back with what
  // it has found, or not at all.
  [[nodiscard]] Found lend();
  // All that it has.
  [[nodiscard]] Found give_away() { return std::exchange(found_, {}); }
  // Beside what it has: of a symbol's book and rows its own.
  void take_back(Found found);

  // Nothing: it begins empty. A book is given once.
  [[nodiscard]] std::shared_ptr<const binance::SavedBook> take_book(Venue venue, std::string_view symbol);
  // After store_rows_of_other_bands(). Rows for all minutes since the latest row of each symbol, or since its recording
  // began if there is no row. Takes the restored rows. Errors: those of the store.
  Result<MissedMinutes> missed_minutes(const Symbols& symbols, SqliteStore& store, UnixNanos start);
  // The same for the minutes that have ended meanwhile: a venue's run begins a little later than was thought then. Each
  // is given once.
  [[nodiscard]] MissedMinutes minutes_until(Venue venue, UnixNanos begin);
  [[nodiscard]] LeftLogs left_logs(Venue venue) const;

  // Twice as long such a run's clock goes at half speed.
  static constexpr Nanos kMostAhead = std::chrono::minutes{15};
  // Of real time; a service manager waits 90 s for a start at least.
  static constexpr Nanos kSealLimit = std::chrono::seconds{10};
  static constexpr Nanos kRestoreLimit = std::chrono::seconds{60};
  static constexpr Nanos kLongestStart = 2 * kSealLimit + kRestoreLimit;
  // In a run: the added symbols begin after it.
  static constexpr Nanos kAddedLimit = std::chrono::seconds{2};

 private:
  Nanos restore_venue(Venue venue, const std::vector<std::string>& typed, SqliteStore* store, Nanos limit,
                      const Stop& stop);
  void add(Venue venue, RestoredBooks& more);
  std::vector<MinuteRow> take_rows(Venue venue, const std::string& symbol);
  const std::vector<RecordingFile>& open_logs(Venue venue);
  void warn(Venue venue, std::string key, std::string text) const;

  const CollectSettings& settings_;
  LogSink log_;
  Seal seal_;
  std::map<Venue, LeftLogs> left_logs_;
  Found found_;
};

}  // namespace acts
