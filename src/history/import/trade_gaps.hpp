// Which of one symbol's trades are missing, told by their ids while a recording is looked through: the venue numbers
// them one by one, single ones and aggregates each for themselves. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "acts/base/time.hpp"
#include "acts/market/events.hpp"

#include "history/import/recent_ids.hpp"
#include "history/import/recorded_messages.hpp"

namespace acts::history {

struct TradeGap {
  UnixNanos from = {};  // receipt of the last trade before,
  UnixNanos at = {};    // and of the first one behind
  std::int64_t last_before = 0;
  std::int64_t first_after = 0;
  std::uint64_t missing = 0;  // between these; less than the ids tell where some came late

  friend bool operator==(const TradeGap&, const TradeGap&) = default;
};

class TradeGaps {
 public:
  static constexpr std::size_t kMostGaps = 10'000;  // listed; all are counted

  // Trades whose ids follow each other.
  struct Ids {
    std::int64_t first = 0;
    std::int64_t last = 0;
    UnixNanos first_at = {};
    UnixNanos last_at = {};
  };

  explicit TradeGaps(std::string symbol) : symbol_(std::move(symbol)) {}

  void take(const SeenMessage& seen);
  // Of this symbol, in the order of receipt.
  void take(bool is_aggregate, const Ids& ids);

  // Those of the single trades, or where there are none of the aggregates: as events are made of either.
  [[nodiscard]] const std::vector<TradeGap>& gaps() const { return told().gaps; }
  [[nodiscard]] std::uint64_t missing() const { return told().missing; }

 private:
  struct Series {
    std::optional<std::int64_t> last = {};
    UnixNanos last_at = {};
    std::vector<TradeGap> gaps = {};  // by ids
    std::uint64_t missing = 0;
    RecentIds late = {};  // that have been taken out of a gap

    void take(const Ids& ids);
    void take_late(std::int64_t first, std::int64_t end);  // and all between
  };
  [[nodiscard]] const Series& told() const { return single_.last ? single_ : aggregated_; }

  std::string symbol_;
  Series single_;
  Series aggregated_;
};

}  // namespace acts::history
