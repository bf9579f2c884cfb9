// What the rows of one source are like, one after the other: their order, what is repeated, what is missing. Counts and
// says; repairs nothing. Pure.
#pragma once

#include <cstdint>
#include <deque>
#include <string_view>

#include "history/table/kind.hpp"

namespace acts::history {

struct SourceFacts {
  std::uint64_t rows = 0;           // taken
  std::uint64_t repeated = 0;       // the row before, received twice or told twice, left out
  std::uint64_t gaps = 0;           // places where ids or candles are missing
  std::uint64_t missing = 0;        // ids or candles, in all of them
  std::uint64_t zero_price = 0;     // trades outside the market
  std::uint64_t zero_volume = 0;    // candles without a trade
  std::uint64_t early_close = 0;    // candles that end before their interval does
  std::uint64_t off_grid = 0;       // candles that begin elsewhere than is_on_grid()
  std::int64_t first_off_grid = 0;  // when the first of them begins, microseconds since 1970 UTC; without any 0

  friend bool operator==(const SourceFacts&, const SourceFacts&) = default;
};

class RowWatch {
 public:
  // `kind` must outlive it. `interval`: of candles. `has_dense_ids`: has_dense_ids() of the set.
  RowWatch(const Kind& kind, std::string_view interval, bool has_dense_ids = true);

  enum class Verdict : std::uint8_t {
    kTake,
    kRepeated,     // the same key as the row before, and tells_same()
    kContradicts,  // the same key, other values
    kOutOfOrder,   // a key below that of the row before
  };
  // Only what is taken becomes the row before. `may_go_back`: it is the first of a day, and the rows were sorted day by
  // day: its key need not follow the one before. Ids that were missing and come then are no gap.
  Verdict look(const Row& row, bool may_go_back = false);

  [[nodiscard]] const SourceFacts& facts() const { return facts_; }

 private:
  // Ids that are missing, both included.
  struct Hole {
    std::int64_t first = 0;
    std::int64_t last = 0;
  };
  // Those that are remembered: of more the first stay gaps, whatever comes.
  static constexpr std::size_t kMostHoles = 4096;

  void look_for_gap(const Row& row);
  void look_back(std::int64_t id);
  void fill_hole(std::int64_t id);
  void count(const Row& row);

  const Kind* kind_;
  std::int64_t step_;      // of the key from row to row; 0: not fixed
  std::size_t price_ = 0;  // columns that the counts look at; 0: none
  std::size_t volume_ = 0;
  std::size_t close_ = 0;
  Row last_;
  int128 highest_ = 0;  // keys of the rows that were taken
  int128 lowest_ = 0;
  std::deque<Hole> holes_;  // by id
  SourceFacts facts_;
};

}  // namespace acts::history
