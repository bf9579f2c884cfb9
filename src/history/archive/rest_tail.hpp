// The days of a series that the archive has not published yet, by the venue's REST interface: which request comes next,
// and what its answer is in the archive's own lines. Rows follow each other: what is missing between them, or between
// the archive's last and them, is said; none comes twice. Pure.
//
// Sources: spot "Market Data endpoints" (2026-07-21), USD-M "Kline/Candlestick Data" and "Compressed/Aggregate Trades
// List" (2026-05-28); COIN-M has the same as USD-M.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"

#include "binance/rest.hpp"
#include "history/archive/archive_layout.hpp"

namespace acts::history::archive {

// Candles up to a day long and aggregated trades: what REST has as the archive does.
bool has_rest_tail(const Series& series) noexcept;

// Asks spot for microseconds, which its archive has.
inline constexpr std::string_view kTimeUnitHeader = "X-MBX-TIME-UNIT: MICROSECOND";

struct TailRow {
  Day day;           // UTC
  std::string line;  // as a file of the archive without a header has it, without a newline
};

class RestTail {
 public:
  static constexpr std::size_t kLimit = 1000;  // rows of an answer

  // `series`: has_rest_tail() (asserted). Rows from `from` on that are over before `until`: a candle that goes on is
  // none. `last_id`: of aggregated trades, the last that is there already; without it nobody can say that none is
  // missing before the first.
  RestTail(Series series, Day from, UnixNanos until, std::optional<std::int64_t> last_id = {});

  [[nodiscard]] bool done() const { return state_.is_done; }
  // Not done (asserted).
  [[nodiscard]] binance::RestRequest request() const;
  // To it. Errors: kBadInput: no such answer, rows that go back or stand in one day behind another's; nothing changes.
  Result<std::vector<TailRow>> on_answer(std::string_view body);

  // One line each: what is missing, and where.
  [[nodiscard]] const std::vector<std::string>& holes() const { return state_.holes; }
  [[nodiscard]] std::uint64_t rows() const { return state_.rows; }

 private:
  struct State {
    std::int64_t next_time = 0;                // candles: the open time that comes next, microseconds
    std::optional<std::int64_t> next_id = {};  // aggregated trades
    std::int64_t last_time = 0;                // of a trade
    std::vector<std::string> holes = {};
    std::uint64_t rows = 0;
    bool is_done = false;
  };
  struct Reading;

  Series series_;
  std::int64_t from_;   // microseconds since 1970 UTC
  std::int64_t until_;  // the same
  std::int64_t step_;   // of candles
  State state_;
};

}  // namespace acts::history::archive
