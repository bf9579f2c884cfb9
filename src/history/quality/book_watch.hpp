// The rows of book_updates, message by message: ids that are missing or go back, levels that a message tells twice, and
// a book whose best bid is not below its best ask. Without a snapshot the book is what the updates have told of it,
// which is enough for that: a level that was told is so until it is told anew. A snapshot that was asked for may be
// older than what was told of some levels: those stay. Behind a gap the book begins again. Pure; holds the prices of
// kMostLevels a side, as many levels of a message, and the last kMostTold that were told.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "acts/base/decimal.hpp"

#include "history/quality/day_findings.hpp"
#include "history/table/kind.hpp"

namespace acts::history {

// How a venue counts the updates of a book.
struct BookIds {
  // Snapshots come in the stream of the updates: what follows one goes on from its id, also where that is below the ids
  // before, as over a connection opened anew. Otherwise they are asked for, and may be older than the updates before.
  bool has_snapshots_in_stream = false;
  // Each of these has an id of its own in the row of the updates.
  bool has_snapshots_among_ids = false;
  // An update whose id is below the one that it names as the one before begins them anew.
  bool may_begin_anew = false;

  static BookIds of_venue(std::string_view venue);
};

class BookWatch {
 public:
  // More than a venue has; beyond it the prices farthest from the other side are let go, and further levels of a
  // message are not compared.
  static constexpr std::size_t kMostLevels = 1'000'000;
  // Some minutes of a busy book. A snapshot from before the first of them says nothing of the book as it is.
  static constexpr std::size_t kMostTold = 262'144;

  // `kind` (with the columns of book_updates, asserted) and `findings` outlive it.
  BookWatch(const Kind& kind, BookIds ids, DayFindings& findings);

  // In the order of receipt. `time`: microseconds since 1970 UTC.
  void look(const Row& row, std::int64_t time);
  // The message before is over. At the end of a day, and of all.
  void end_message();
  // What follows does not continue what was.
  void interrupt();

 private:
  struct Message {
    bool is_open = false;
    std::int64_t received_ns = 0;
    std::int64_t time = 0;
    std::int64_t update_id = 0;
    std::int64_t id_before = 0;  // of the update in front of it; else of the one before in the count
    bool has_id = false;
    bool is_snapshot = false;
  };

  struct Snapshot {
    std::optional<std::int64_t> id;
    std::int64_t time = 0;
  };
  // The update in front of one, as this one tells: named, or the one before the first id in it.
  struct Before {
    std::optional<std::int64_t> id;
    bool is_named = false;
  };

  void begin_message(const Row& row, std::int64_t time);
  void check_ids(const Row& row, std::int64_t time);
  void check_next(const Before& before, bool begins_anew, std::int64_t time);
  [[nodiscard]] Before before_of(const Row& row) const;
  void note_back(std::int64_t time, std::int64_t id);
  void note_restart(std::int64_t time, std::string detail);
  void check_behind(const Snapshot& snapshot, const Before& before, std::int64_t time);
  void check_between(const Before& before, std::optional<std::int64_t> snapshot, bool is_healed, std::int64_t time);
  void take_level(const Row& row);
  void forget_book();
  void note_told(bool is_bid, int128 price);
  void keep_newer_levels();
  void replace_by_snapshot();

  // Of a message, as it came.
  struct ToldLevel {
    std::size_t place = 0;
    bool is_bid = false;
    int128 price = 0;
    int128 quantity = 0;
    std::int64_t ts_event = 0;  // of an update without an id; else 0
    [[nodiscard]] bool is_same_level(const ToldLevel& other) const {
      return is_bid == other.is_bid && price == other.price && ts_event == other.ts_event;
    }
  };
  void check_levels();
  void note_levels(FindingKind kind, const std::vector<const ToldLevel*>& levels, std::string_view what);

  BookIds ids_;
  DayFindings* findings_;
  std::size_t received_;
  std::size_t event_;
  std::size_t first_id_;
  std::size_t update_id_;
  std::size_t prev_id_;
  std::size_t is_snapshot_;
  std::size_t is_bid_;
  std::size_t price_;
  std::size_t quantity_;

  Message message_;
  std::vector<ToldLevel> told_;  // of it
  bool has_last_ = false;        // of the updates, not of snapshots
  std::int64_t last_id_ = 0;
  std::int64_t last_time_ = 0;
  std::optional<Snapshot> snapshot_;  // the last one behind that update
  bool is_crossed_ = false;
  // Prices with 12 decimals, whatever form a day has.
  std::set<int128> bids_;
  std::set<int128> asks_;
  struct Told {
    std::int64_t id = 0;
    int128 price = 0;
    bool is_bid = false;
  };
  std::deque<Told> last_told_;             // by updates with ids, since the book began
  std::optional<std::int64_t> told_from_;  // all that were told behind this id are among them; none: no update was yet
  std::set<int128> new_bids_;              // of a snapshot that is being told
  std::set<int128> new_asks_;
};

}  // namespace acts::history
