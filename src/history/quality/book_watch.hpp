// The rows of book_updates, message by message: ids that are missing or go back, and a book whose best bid is not below
// its best ask. Without a snapshot the book is what the updates have told of it, which is enough for that: a level that
// was told is so until it is told anew. Behind a gap it begins again. Pure; holds the prices of kMostLevels a side.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>

#include "acts/base/decimal.hpp"

#include "history/quality/day_findings.hpp"
#include "history/table/kind.hpp"

namespace acts::history {

class BookWatch {
 public:
  // More than a venue has; beyond it the prices farthest from the other side are let go.
  static constexpr std::size_t kMostLevels = 1'000'000;

  // `kind` (with the columns of book_updates, asserted) and `findings` outlive it.
  BookWatch(const Kind& kind, DayFindings& findings);

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
    bool has_id = false;
    bool is_snapshot = false;
  };

  void begin_message(const Row& row, std::int64_t time);
  void check_ids(const Row& row, std::int64_t time);
  void check_first(const Row& row, std::int64_t time);
  void note_gap(std::int64_t time, std::uint64_t missing, std::string detail);
  void take_level(const Row& row);
  void replace_by_snapshot();

  DayFindings* findings_;
  std::size_t received_;
  std::size_t first_id_;
  std::size_t update_id_;
  std::size_t prev_id_;
  std::size_t is_snapshot_;
  std::size_t is_bid_;
  std::size_t price_;
  std::size_t quantity_;

  Message message_;
  bool has_last_ = false;  // of the updates, not of snapshots
  std::int64_t last_id_ = 0;
  std::int64_t last_time_ = 0;
  bool has_snapshot_since_ = false;  // behind that update
  // Of a snapshot that no update stands in front of.
  std::optional<std::int64_t> first_snapshot_;
  std::int64_t first_snapshot_time_ = 0;
  bool is_crossed_ = false;
  // Prices with 12 decimals, whatever form a day has.
  std::set<int128> bids_;
  std::set<int128> asks_;
  std::set<int128> new_bids_;  // of a snapshot that is being told
  std::set<int128> new_asks_;
};

}  // namespace acts::history
