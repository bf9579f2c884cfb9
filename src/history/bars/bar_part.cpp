#include "history/bars/bar_part.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "acts/base/assert.hpp"

#include "history/bars/bar_kind.hpp"

namespace acts::history {
namespace {

constexpr int kVolumeScale = 8;

bool is_of_candles(const Kind& kind) { return kind.has_interval && kind.columns[0].name == "open_time"; }

}  // namespace

std::size_t PartReader::column(const Kind& kind, std::string_view name) noexcept {
  const auto found = std::ranges::find(kind.columns, name, &TableColumn::name);
  return found == kind.columns.end() ? kNone : static_cast<std::size_t>(found - kind.columns.begin());
}

bool PartReader::is_kind(const Kind& kind) noexcept {
  if (is_of_candles(kind)) return true;
  return column(kind, "price") != kNone && column(kind, "quantity") != kNone && column(kind, "is_buyer_maker") != kNone;
}

PartReader::PartReader(const Kind& kind, DecimalForm form, bool has_value)
    : is_of_trades_(!is_of_candles(kind)),
      has_value_(has_value),
      value_scale_(is_of_trades_ ? decimal_shape(CellType::kPrice, form).scale + kVolumeScale : kVolumeScale),
      time_(kind.time_column),
      price_(column(kind, "price")),
      quantity_(column(kind, "quantity")),
      first_id_(column(kind, "first_trade_id")),
      last_id_(column(kind, "last_trade_id")),
      is_buyer_maker_(column(kind, "is_buyer_maker")),
      is_market_(column(kind, "is_market")) {
  ACTS_ASSERT(is_kind(kind));
}

Result<bool> PartReader::read(const Row& row, BarPart& part) {
  if (is_of_trades_) return read_trade(row, part);
  // The eleven columns of candles are the first of bars.
  part = {.open_time = row.integer(kBarOpenTime),
          .close_time = row.integer(kBarCloseTime),
          .open = row.values[kBarOpen],
          .high = row.values[kBarHigh],
          .low = row.values[kBarLow],
          .close = row.values[kBarClose],
          .volume = row.values[kBarVolume],
          .buy_volume = row.values[kBarTakerBuyVolume],
          .value = row.values[kBarQuoteVolume],
          .buy_value = row.values[kBarTakerBuyQuoteVolume],
          .trades = row.integer(kBarTrades),
          .nulls = row.nulls};
  return true;
}

Result<bool> PartReader::read_trade(const Row& row, BarPart& part) {
  const std::int64_t id = row.integer(0);
  if (last_ && id > *last_) missing_ += id - *last_ - 1;
  last_ = id;
  const int128 price = row.values[price_];
  const int128 quantity = row.values[quantity_];
  const bool is_outside = is_market_ != kNone && !row.is_null(is_market_) && row.values[is_market_] == 0;
  if (price == 0 || is_outside) return false;
  int128 value = 0;
  if (has_value_ && __builtin_mul_overflow(price, quantity, &value)) {
    return fail(ErrorCode::kBadInput, fmt::format("trade {}: its price times its quantity is too large", id));
  }
  const bool is_buy = row.values[is_buyer_maker_] == 0;  // the taker bought
  part = {.open_time = row.integer(time_),
          .close_time = row.integer(time_),
          .open = price,
          .high = price,
          .low = price,
          .close = price,
          .volume = quantity,
          .buy_volume = is_buy ? quantity : 0,
          .value = value,
          .buy_value = is_buy ? value : 0,
          .is_buy = is_buy,
          .trades = trades_in(row),
          .id = id,
          .missing = std::exchange(missing_, 0)};
  return true;
}

std::int64_t PartReader::trades_in(const Row& row) const {
  if (first_id_ == kNone || last_id_ == kNone) return 1;
  return std::max<std::int64_t>(row.integer(last_id_) - row.integer(first_id_) + 1, 1);
}

}  // namespace acts::history
