// Bars out of trades or candles, one at a time: what is in memory is one bar. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <variant>

#include "acts/base/result.hpp"

#include "history/bars/bar_kind.hpp"
#include "history/bars/bar_part.hpp"
#include "history/bars/bar_rules.hpp"
#include "history/table/row_source.hpp"

namespace acts::history {

struct BarOptions {
  std::variant<TimeGrid, SizeRule, ImbalanceRule> rule;
  // Of candles: their interval, microseconds; 0: a month, or there are none.
  std::int64_t step = 0;
  // Bars of time: where there is nothing between two bars, bars without volume at the price of the one before.
  bool fill = false;
  // There is data of this time, microseconds since 1970 UTC, or later: bars that end by then are over.
  std::int64_t known_until = INT64_MIN;
};

struct BarFacts {
  std::uint64_t rows = 0;            // that were read
  std::uint64_t outside_market = 0;  // of them, left out: trades at price 0, or said to be none of the market
  std::uint64_t late = 0;            // trades whose time is before the bar under way, which they were taken into
  std::uint64_t bars = 0;
  std::uint64_t filled = 0;  // of them
  std::uint64_t missing = 0;
};

// Rows of bar_kind(), in the form of what comes in. A quote volume is summed exactly; the sum is then rounded to 8
// decimals, half up, should trades have more. What one of its candles does not tell, a bar does not tell; a candle that
// does not tell its last moment ends with its interval.
class BarSource final : public RowSource {
 public:
  // `source` gives rows that `reader` takes, by key, all in `form`, and outlives this.
  BarSource(RowSource& source, const PartReader& reader, DecimalForm form, const BarOptions& options)
      : source_(&source), reader_(reader), form_(form), options_(options) {}

  // Errors: the source's; kBadInput: a sum does not fit, or a candle lies in two bars.
  Result<bool> next(Row& row) override;

  [[nodiscard]] const BarFacts& facts() const { return facts_; }

 private:
  struct Bar {
    std::int64_t begin = 0;
    std::int64_t end = 0;  // not included; of bars of time
    std::int64_t close_time = 0;
    int128 open = 0;
    int128 high = 0;
    int128 low = 0;
    int128 close = 0;
    int128 volume = 0;
    int128 value = 0;
    int128 buy_volume = 0;
    int128 buy_value = 0;
    std::int64_t trades = 0;
    std::int64_t first_id = 0;
    std::int64_t rows = 0;
    std::int64_t missing = 0;
    std::uint32_t nulls = 0;  // as BarPart's
    bool is_filled = false;
    bool is_open = false;
  };
  [[nodiscard]] const TimeGrid* grid() const { return std::get_if<TimeGrid>(&options_.rule); }
  // Reads parts into the bar under way until it is over; false: there is none.
  Result<bool> make_bar();
  Result<bool> read_part();
  void end_with_step(BarPart& part) const;
  // Whether part_ belongs to the bar behind the one under way.
  [[nodiscard]] bool is_of_next_bar();
  Result<void> begin_bar();
  Result<void> add_part();
  Result<bool> is_full();
  void close_last();
  [[nodiscard]] bool fills_before(std::int64_t begin) const;
  [[nodiscard]] Bar filled_bar() const;
  Result<void> write(const Bar& bar, Row& row);

  RowSource* source_;
  PartReader reader_;
  DecimalForm form_;
  BarOptions options_;
  BarPart part_;
  bool has_part_ = false;
  bool has_ended_ = false;
  Bar bar_;                  // under way, or made and not handed out
  bool has_bar_ = false;     // it is made
  std::optional<Bar> last_;  // the bar handed out last: fills follow it
  BarFacts facts_;
};

}  // namespace acts::history
