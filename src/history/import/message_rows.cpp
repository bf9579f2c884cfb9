#include "history/import/message_rows.hpp"

#include <fmt/format.h>

#include <optional>
#include <span>
#include <variant>

#include "acts/base/assert.hpp"

namespace acts::history {
namespace {

// Of rows in the wide form, in which every one begins: what fits becomes narrow.
constexpr int kPriceScale = 12;
constexpr int kQuantityScale = 8;

// Where the columns are; table/kind.cpp has the kinds.
namespace book {
constexpr std::size_t kTsRecv = 0;
constexpr std::size_t kTsEvent = 2;
constexpr std::size_t kFirstUpdateId = 3;
constexpr std::size_t kUpdateId = 4;
constexpr std::size_t kPrevUpdateId = 5;
constexpr std::size_t kIsSnapshot = 6;
constexpr std::size_t kIsBid = 7;
constexpr std::size_t kPrice = 8;
constexpr std::size_t kQuantity = 9;
}  // namespace book
namespace trade_at {
constexpr std::size_t kId = 0;
constexpr std::size_t kTsEvent = 1;
constexpr std::size_t kPrice = 2;
constexpr std::size_t kQuantity = 3;
constexpr std::size_t kQuoteQuantity = 4;
constexpr std::size_t kIsBuyerMaker = 5;
constexpr std::size_t kIsMarket = 7;
constexpr std::size_t kTsRecv = 8;
}  // namespace trade_at
namespace aggregate_at {
constexpr std::size_t kFirstTradeId = 4;
constexpr std::size_t kLastTradeId = 5;
constexpr std::size_t kIsBuyerMaker = 6;
constexpr std::size_t kTsRecv = 8;
}  // namespace aggregate_at
namespace ticker_at {
constexpr std::size_t kUpdateId = 0;
constexpr std::size_t kTsEvent = 1;
constexpr std::size_t kBidPrice = 2;
constexpr std::size_t kTsRecv = 6;
}  // namespace ticker_at

// Nothing of it is known.
Row empty_row(const Kind& kind) {
  Row row;
  row.form = DecimalForm::kWide;
  row.nulls = (1U << kind.columns.size()) - 1;
  return row;
}

void set(Row& row, std::size_t column, int128 value) {
  row.values[column] = value;
  row.nulls &= ~(1U << column);
}

void set_time(Row& row, std::size_t column, std::optional<UnixNanos> time) {
  if (time) set(row, column, time->value / 1000 - static_cast<int>(time->value % 1000 < 0));
}

// The same number with other decimals; nothing if it has more than that.
std::optional<int128> rescaled(int128 units, int from, int to) {
  if (from <= to) return units * power_of_ten(to - from);
  const std::int64_t rest = power_of_ten(from - to);
  return units % rest == 0 ? std::optional(units / rest) : std::nullopt;
}

bool set_level(Row& row, std::size_t price_column, Level level, Scales scales) {
  const auto price = rescaled(level.price.units(), scales.price, kPriceScale);
  const auto quantity = rescaled(level.quantity.units(), scales.quantity, kQuantityScale);
  if (!price || !quantity) return false;
  set(row, price_column, *price);
  set(row, price_column + 1, *quantity);
  return true;
}

// Price times quantity, where the catalog's decimals hold it.
void set_product(Row& row, const Trade& trade) {
  const int128 product = (trade.price * trade.quantity).units();
  const int scale = trade.scales.price + trade.scales.quantity;
  int128 units = 0;
  constexpr int128 kLimit = int128{1'000'000'000'000'000'000} * 1'000'000'000'000'000'000;
  if (scale <= kQuantityScale) {
    const bool is_over = __builtin_mul_overflow(product, int128{power_of_ten(kQuantityScale - scale)}, &units);
    if (!is_over && units < kLimit) set(row, trade_at::kQuoteQuantity, units);
  } else if (const std::int64_t rest = power_of_ten(scale - kQuantityScale); product % rest == 0) {
    set(row, trade_at::kQuoteQuantity, product / rest);
  }
}

}  // namespace

MessageRows::MessageRows(const Kind& kind) : kind_(&kind), of_(Of::kBookUpdates) {
  if (kind.name == "trades") of_ = Of::kTrades;
  if (kind.name == "agg_trades") of_ = Of::kAggTrades;
  if (kind.name == "book_ticker") of_ = Of::kBookTicker;
  ACTS_ASSERT(of_ != Of::kBookUpdates || kind.name == "book_updates");
}

Result<void> MessageRows::add(const binance::Message& message, UnixNanos ts_recv, std::optional<UnixNanos> ts_event) {
  ACTS_ASSERT(taken_ == rows_.size());
  rows_.clear();
  taken_ = 0;
  const StreamRows before = stream_;
  if (add_message(message, ts_recv, ts_event)) return {};
  stream_ = before;
  rows_.clear();
  return fail(ErrorCode::kBadInput, fmt::format("a price has more than {} decimals, or a quantity more than {}",
                                                kPriceScale, kQuantityScale));
}

bool MessageRows::add_message(const binance::Message& message, UnixNanos ts_recv, std::optional<UnixNanos> ts_event) {
  if (const auto* trade = std::get_if<Trade>(&message.body)) {
    return of_ != (trade->aggregate ? Of::kAggTrades : Of::kTrades) || add_trade(*trade, ts_recv);
  }
  if (const auto* ticker = std::get_if<BookTicker>(&message.body)) {
    return of_ != Of::kBookTicker || add_ticker(*ticker, ts_recv, ts_event);
  }
  if (of_ != Of::kBookUpdates) return true;
  Row head = empty_row(*kind_);
  set(head, book::kTsRecv, ts_recv.value);
  set_time(head, book::kTsEvent, ts_event);
  if (const auto* update = std::get_if<DepthUpdate>(&message.body)) return add_update(*update, head);
  const auto* snapshot = std::get_if<DepthSnapshot>(&message.body);
  return snapshot == nullptr || add_snapshot(*snapshot, head);
}

bool MessageRows::take(Row& row) {
  if (taken_ == rows_.size()) return false;
  row = rows_[taken_++];
  return true;
}

bool MessageRows::add_update(const DepthUpdate& update, Row head) {
  set(head, book::kFirstUpdateId, update.first_update_id.value());
  set(head, book::kUpdateId, update.last_update_id.value());
  // Only USD-M has it, and there 0 is none.
  if (update.previous_last_update_id.value() > 0) {
    set(head, book::kPrevUpdateId, update.previous_last_update_id.value());
  }
  set(head, book::kIsSnapshot, 0);
  return add_levels(head, update.scales, update.bids, update.asks);
}

bool MessageRows::add_snapshot(const DepthSnapshot& snapshot, Row head) {
  set(head, book::kUpdateId, snapshot.last_update_id.value());
  set(head, book::kIsSnapshot, 1);
  return add_levels(head, snapshot.scales, snapshot.bids, snapshot.asks);
}

bool MessageRows::add_levels(Row head, Scales scales, std::span<const Level> bids, std::span<const Level> asks) {
  if (bids.empty() && asks.empty()) finish(head);
  for (const bool is_bid : {true, false}) {
    for (const Level& level : is_bid ? bids : asks) {
      set(head, book::kIsBid, static_cast<int>(is_bid));
      if (!set_level(head, book::kPrice, level, scales)) return false;
      finish(head);
    }
  }
  return true;
}

bool MessageRows::add_trade(const Trade& trade, UnixNanos ts_recv) {
  Row row = empty_row(*kind_);
  const int is_buyer_maker = static_cast<int>(trade.aggressor == AggressorSide::kSell);
  set(row, trade_at::kId, trade.trade_id);
  set_time(row, trade_at::kTsEvent, trade.ts_event);
  if (!set_level(row, trade_at::kPrice, {trade.price, trade.quantity}, trade.scales)) return false;
  if (trade.aggregate) {
    set(row, aggregate_at::kFirstTradeId, trade.first_trade_id);
    set(row, aggregate_at::kLastTradeId, trade.last_trade_id);
    set(row, aggregate_at::kIsBuyerMaker, is_buyer_maker);
    set(row, aggregate_at::kTsRecv, ts_recv.value);
  } else {
    set_product(row, trade);
    set(row, trade_at::kIsBuyerMaker, is_buyer_maker);
    set(row, trade_at::kIsMarket, static_cast<int>(trade.market));
    set(row, trade_at::kTsRecv, ts_recv.value);
  }
  finish(row);
  return true;
}

bool MessageRows::add_ticker(const BookTicker& ticker, UnixNanos ts_recv, std::optional<UnixNanos> ts_event) {
  Row row = empty_row(*kind_);
  set(row, ticker_at::kUpdateId, ticker.update_id.value());
  set_time(row, ticker_at::kTsEvent, ts_event);
  if (!set_level(row, ticker_at::kBidPrice, ticker.bid, ticker.scales) ||
      !set_level(row, ticker_at::kBidPrice + 2, ticker.ask, ticker.scales)) {
    return false;
  }
  set(row, ticker_at::kTsRecv, ts_recv.value);
  finish(row);
  return true;
}

void MessageRows::finish(Row row) {
  if (kind_->is_stream) stream_.number(row);
  narrow(*kind_, row);
  rows_.push_back(row);
}

}  // namespace acts::history
