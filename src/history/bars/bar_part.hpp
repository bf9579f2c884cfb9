// What a bar is made of: a trade, or a candle of a smaller interval. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "acts/base/result.hpp"

#include "history/table/kind.hpp"

namespace acts::history {

struct BarPart {
  std::int64_t open_time = 0;   // microseconds since 1970 UTC; of a trade its time
  std::int64_t close_time = 0;  // the same of a trade
  int128 open = 0;              // units of the rows' form; all four the same of a trade
  int128 high = 0;
  int128 low = 0;
  int128 close = 0;
  int128 volume = 0;  // units of 10^-8
  int128 buy_volume = 0;
  int128 value = 0;  // price times quantity, units of 10^-value_scale(); 0 where it is not known
  int128 buy_value = 0;
  bool is_buy = false;  // of a trade: its taker bought
  std::int64_t trades = 0;
  std::int64_t id = 0;       // the row's key, of trades
  std::int64_t missing = 0;  // ids that are not there between the part before and this one
  std::uint32_t nulls = 0;   // bit i: what makes column i of a bar (BarColumn) is not known, its value 0
};

class PartReader {
 public:
  // `kind`: candles, agg_trades or trades (is_kind()); it outlives this. `has_value`: false, if a price times a
  // quantity is no sum of the quote asset (COIN-M's trades, whose quantities are contracts).
  PartReader(const Kind& kind, DecimalForm form, bool has_value);
  static bool is_kind(const Kind& kind) noexcept;

  // False: a trade outside the market (price 0, or said to be). Errors: kBadInput: price times quantity is beyond 128
  // bits.
  Result<bool> read(const Row& row, BarPart& part);

  [[nodiscard]] bool is_of_trades() const { return is_of_trades_; }
  [[nodiscard]] bool has_value() const { return has_value_; }
  [[nodiscard]] int value_scale() const { return value_scale_; }

 private:
  [[nodiscard]] static std::size_t column(const Kind& kind, std::string_view name) noexcept;
  Result<bool> read_trade(const Row& row, BarPart& part);
  [[nodiscard]] std::int64_t trades_in(const Row& row) const;

  static constexpr std::size_t kNone = SIZE_MAX;
  bool is_of_trades_;
  bool has_value_;
  int value_scale_;
  std::size_t time_;
  std::size_t price_;
  std::size_t quantity_;
  std::size_t first_id_;
  std::size_t last_id_;
  std::size_t is_buyer_maker_;
  std::size_t is_market_;
  std::optional<std::int64_t> last_;  // key of the trade before, of the market or not
  std::int64_t missing_ = 0;          // ids before it that no part has told yet
};

}  // namespace acts::history
