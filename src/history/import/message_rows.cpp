#include "history/import/message_rows.hpp"

#include <optional>
#include <span>
#include <variant>

#include "acts/base/assert.hpp"

namespace acts::history {
namespace {

// Of rows in the wide form, in which every one begins: what fits becomes narrow.
constexpr int kMessagePriceScale = 12;
constexpr int kMessageQuantityScale = 8;

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
constexpr std::size_t kTsSent = 10;
}  // namespace book
namespace trade_at {
constexpr std::size_t kId = 0;
constexpr std::size_t kTsEvent = 1;
constexpr std::size_t kPrice = 2;
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

void set_event(Row& row, std::size_t column, std::optional<UnixNanos> time) {
  if (time) set_time(row, column, time->value);
}

// A message's own time is when it was sent; the engine's is another where the venue tells both.
void set_sent(Row& head, UnixNanos sent, std::optional<UnixNanos> ts_event) {
  if (sent != UnixNanos{} && ts_event && sent != *ts_event) set_time(head, book::kTsSent, sent.value);
}

// The decoder takes 8 decimals at most (binance::kMaxWireDecimals).
void set_level(Row& row, std::size_t price_column, Level level, Scales scales) {
  set_value(row, price_column, int128{level.price.units()} * power_of_ten(kMessagePriceScale - scales.price));
  set_value(row, price_column + 1,
            int128{level.quantity.units()} * power_of_ten(kMessageQuantityScale - scales.quantity));
}

// Price times quantity, where the catalog's decimals hold it.
void set_product(Row& row, const Trade& trade) {
  const int128 product = (trade.price * trade.quantity).units();
  const int scale = trade.scales.price + trade.scales.quantity;
  int128 units = 0;
  constexpr int128 kLimit = int128{1'000'000'000'000'000'000} * 1'000'000'000'000'000'000;
  if (scale <= kMessageQuantityScale) {
    const bool is_over = __builtin_mul_overflow(product, int128{power_of_ten(kMessageQuantityScale - scale)}, &units);
    if (!is_over && units < kLimit) set_value(row, trade_at::kQuoteQuantity, units);
  } else if (const std::int64_t rest = power_of_ten(scale - kMessageQuantityScale); product % rest == 0) {
    set_value(row, trade_at::kQuoteQuantity, product / rest);
  }
}

}  // namespace

MessageRows::MessageRows(const Kind& kind) : kind_(&kind), of_(Of::kBookUpdates) {
  if (kind.name == "trades") of_ = Of::kTrades;
  if (kind.name == "agg_trades") of_ = Of::kAggTrades;
  if (kind.name == "book_ticker") of_ = Of::kBookTicker;
  ACTS_ASSERT(of_ != Of::kBookUpdates || kind.name == "book_updates");
}

void MessageRows::add(const binance::Message& message, UnixNanos ts_recv, std::optional<UnixNanos> ts_event) {
  ACTS_ASSERT(taken_ == rows_.size());
  rows_.clear();
  taken_ = 0;
  if (const auto* trade = std::get_if<Trade>(&message.body)) {
    if (of_ == (trade->aggregate ? Of::kAggTrades : Of::kTrades)) add_trade(*trade, ts_recv);
  } else if (const auto* ticker = std::get_if<BookTicker>(&message.body)) {
    if (of_ == Of::kBookTicker) add_ticker(*ticker, ts_recv, ts_event);
  } else if (of_ == Of::kBookUpdates) {
    Row head = unknown_row(*kind_, DecimalForm::kWide);
    set_value(head, book::kTsRecv, ts_recv.value);
    set_event(head, book::kTsEvent, ts_event);
    if (const auto* update = std::get_if<DepthUpdate>(&message.body)) {
      set_sent(head, update->ts_event, ts_event);
      add_update(*update, head);
    } else if (const auto* snapshot = std::get_if<DepthSnapshot>(&message.body)) {
      set_sent(head, snapshot->ts_event, ts_event);
      add_snapshot(*snapshot, head);
    }
  }
}

bool MessageRows::take(Row& row) {
  if (taken_ == rows_.size()) return false;
  row = rows_[taken_++];
  return true;
}

void MessageRows::add_update(const DepthUpdate& update, Row head) {
  set_value(head, book::kFirstUpdateId, update.first_update_id.value());
  set_value(head, book::kUpdateId, update.last_update_id.value());
  // Only USD-M has it, and there 0 is none.
  if (update.previous_last_update_id.value() > 0) {
    set_value(head, book::kPrevUpdateId, update.previous_last_update_id.value());
  }
  set_value(head, book::kIsSnapshot, 0);
  add_levels(head, update.scales, update.bids, update.asks);
}

void MessageRows::add_snapshot(const DepthSnapshot& snapshot, Row head) {
  set_value(head, book::kUpdateId, snapshot.last_update_id.value());
  set_value(head, book::kIsSnapshot, 1);
  add_levels(head, snapshot.scales, snapshot.bids, snapshot.asks);
}

void MessageRows::add_levels(Row head, Scales scales, std::span<const Level> bids, std::span<const Level> asks) {
  if (bids.empty() && asks.empty()) return finish(head);
  for (const bool is_bid : {true, false}) {
    for (const Level& level : is_bid ? bids : asks) {
      set_value(head, book::kIsBid, static_cast<int>(is_bid));
      set_level(head, book::kPrice, level, scales);
      finish(head);
    }
  }
}

void MessageRows::add_trade(const Trade& trade, UnixNanos ts_recv) {
  Row row = unknown_row(*kind_, DecimalForm::kWide);
  const int is_buyer_maker = static_cast<int>(trade.aggressor == AggressorSide::kSell);
  set_value(row, trade_at::kId, trade.trade_id);
  set_event(row, trade_at::kTsEvent, trade.ts_event);
  set_level(row, trade_at::kPrice, {trade.price, trade.quantity}, trade.scales);
  if (trade.aggregate) {
    set_value(row, aggregate_at::kFirstTradeId, trade.first_trade_id);
    set_value(row, aggregate_at::kLastTradeId, trade.last_trade_id);
    set_value(row, aggregate_at::kIsBuyerMaker, is_buyer_maker);
    set_value(row, aggregate_at::kTsRecv, ts_recv.value);
  } else {
    set_product(row, trade);
    set_value(row, trade_at::kIsBuyerMaker, is_buyer_maker);
    set_value(row, trade_at::kIsMarket, static_cast<int>(trade.market));
    set_value(row, trade_at::kTsRecv, ts_recv.value);
  }
  finish(row);
}

void MessageRows::add_ticker(const BookTicker& ticker, UnixNanos ts_recv, std::optional<UnixNanos> ts_event) {
  Row row = unknown_row(*kind_, DecimalForm::kWide);
  set_value(row, ticker_at::kUpdateId, ticker.update_id.value());
  set_event(row, ticker_at::kTsEvent, ts_event);
  set_level(row, ticker_at::kBidPrice, ticker.bid, ticker.scales);
  set_level(row, ticker_at::kBidPrice + 2, ticker.ask, ticker.scales);
  set_value(row, ticker_at::kTsRecv, ts_recv.value);
  finish(row);
}

void MessageRows::finish(Row row) {
  if (kind_->is_stream) stream_.number(row);
  narrow(*kind_, row);
  rows_.push_back(row);
}

}  // namespace acts::history
