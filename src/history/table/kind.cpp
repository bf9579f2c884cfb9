#include "history/table/kind.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "acts/base/assert.hpp"
#include "acts/base/time.hpp"

#include "history/table/micros.hpp"

namespace acts::history {
namespace {

// From a narrow price to a wide one; what prices and quantities of the narrow form stay below, in their units.
constexpr std::int64_t kWideFactor = 10'000;
constexpr std::int64_t kNarrowLimit = 1'000'000'000'000'000'000;

constexpr std::int64_t floor_divided(std::int64_t value, std::int64_t by) {
  return value / by - static_cast<int>(value % by < 0);
}

Kind candles(std::string_view name, std::string_view meaning, bool is_signed) {
  return {.name = name,
          .meaning = meaning,
          .columns =
              {
                  {"open_time", CellType::kTime, false, false, "begin of the candle, the key"},
                  {"open", CellType::kPrice, false, is_signed, "first price"},
                  {"high", CellType::kPrice, false, is_signed, "highest price"},
                  {"low", CellType::kPrice, false, is_signed, "lowest price"},
                  {"close", CellType::kPrice, false, is_signed, "last price"},
                  {"volume", CellType::kVolume, false, false, "base asset traded; COIN-M: contracts"},
                  {"close_time", CellType::kTime, true, false, "last moment; earlier where an outage cut the candle"},
                  {"quote_volume", CellType::kVolume, true, false, "quote asset traded; COIN-M: base asset"},
                  {"trades", CellType::kInteger, true, false, "how many trades"},
                  {"taker_buy_volume", CellType::kVolume, true, false, "of volume, bought by takers"},
                  {"taker_buy_quote_volume", CellType::kVolume, true, false, "of quote_volume, the same"},
              },
          .has_interval = true};
}

Kind book_updates() {
  return {.name = "book_updates",
          .meaning = "order books, level by level, as they were received",
          .columns =
              {
                  {"ts_recv_ns", CellType::kNanos, false, false, "ours, nanoseconds since 1970; of the key"},
                  {"row", CellType::kInteger, false, false, "from 0 within one ts_recv_ns; of the key"},
                  {"ts_event", CellType::kTime, true, false, "the venue's time"},
                  {"first_update_id", CellType::kInteger, true, false, "of the updates in the message"},
                  {"update_id", CellType::kInteger, true, false, "the last of them; a message has one"},
                  {"prev_update_id", CellType::kInteger, true, false, "the last one of the message before"},
                  {"is_snapshot", CellType::kFlag, false, false, "the message replaces the book as deep as it reaches"},
                  {"is_bid", CellType::kFlag, true, false, "side; null with price and quantity: no level in it"},
                  {"price", CellType::kPrice, true, false, "of the level"},
                  {"quantity", CellType::kQuantity, true, false, "all there is of it now; 0: the level is gone"},
                  {"ts_sent", CellType::kTime, true, false, "when the venue sent it, where that is not ts_event"},
              },
          .key_columns = 2,
          .first_columns = 10,
          .is_stream = true};
}

Kind book_ticker() {
  return {.name = "book_ticker",
          .meaning = "best bid and ask, at every change",
          .columns =
              {
                  {"update_id", CellType::kInteger, false, false, "the book's, the key"},
                  {"ts_event", CellType::kTime, true, false, "the venue's time of the change"},
                  {"bid_price", CellType::kPrice, false, false, "best bid"},
                  {"bid_quantity", CellType::kQuantity, false, false, "all there is of it"},
                  {"ask_price", CellType::kPrice, false, false, "best ask"},
                  {"ask_quantity", CellType::kQuantity, false, false, "all there is of it"},
                  {"ts_recv_ns", CellType::kNanos, true, false, "ours, nanoseconds since 1970; of recordings"},
              },
          .time_column = 1,
          .second_time_column = 6,
          .received_column = 6};
}

Kind book_depth() {
  return {.name = "book_depth",
          .meaning = "what lies within some percent of the middle of the book, summed up",
          .columns =
              {
                  {"ts_event", CellType::kTime, false, false, "the venue's time, in seconds; of the key"},
                  {"percentage", CellType::kPrice, false, true, "from the middle, below it negative; of the key"},
                  {"depth", CellType::kVolume, false, false, "base asset within it; COIN-M: contracts"},
                  {"notional", CellType::kVolume, false, false, "quote asset within it; COIN-M: base asset"},
              },
          .key_columns = 2};
}

Kind metrics() {
  return {.name = "metrics",
          .meaning = "open interest and the ratio of long to short, every five minutes",
          .columns =
              {
                  {"ts_event", CellType::kTime, false, false, "end of the five minutes, from 2026-06-25 their begin"},
                  {"sum_open_interest", CellType::kVolume, false, false, "base asset; COIN-M: contracts"},
                  {"sum_open_interest_value", CellType::kVolume, false, false, "quote asset; COIN-M: base asset"},
                  {"count_toptrader_long_short_ratio", CellType::kPrice, true, false, "top traders' accounts"},
                  {"sum_toptrader_long_short_ratio", CellType::kPrice, true, false, "top traders' positions"},
                  {"count_long_short_ratio", CellType::kPrice, true, false, "all accounts"},
                  {"sum_taker_long_short_vol_ratio", CellType::kPrice, true, false, "takers' volume, bought to sold"},
              },
          .key_step = 5 * kMinuteMicros};
}

std::vector<Kind> make_kinds() {
  return {
      candles("klines", "candles of trades", false),
      candles("mark_price_klines", "candles of the mark price", false),
      candles("index_price_klines", "candles of the index price", false),
      candles("premium_index_klines", "candles of the premium index, which may be negative", true),
      {.name = "agg_trades",
       .meaning = "trades of one taker order at one price in one",
       .columns =
           {
               {"agg_trade_id", CellType::kInteger, false, false, "the key; without a gap as published"},
               {"ts_event", CellType::kTime, false, false, "the venue's time of the trade"},
               {"price", CellType::kPrice, false, false, "0 in a trade outside the market"},
               {"quantity", CellType::kQuantity, false, false, "base asset; COIN-M: contracts"},
               {"first_trade_id", CellType::kInteger, false, false, "of the trades in it"},
               {"last_trade_id", CellType::kInteger, false, false, "of the trades in it"},
               {"is_buyer_maker", CellType::kFlag, false, false, "true: the seller was the taker"},
               {"is_best_match", CellType::kFlag, true, false, "spot only"},
               {"ts_recv_ns", CellType::kNanos, true, false, "ours, nanoseconds since 1970; of recordings"},
           },
       .time_column = 1,
       .received_column = 8,
       .key_step = 1},
      {.name = "trades",
       .meaning = "single trades",
       .columns =
           {
               {"trade_id", CellType::kInteger, false, false, "the key; without a gap as published"},
               {"ts_event", CellType::kTime, false, false, "the venue's time of the trade"},
               {"price", CellType::kPrice, false, false, "0 in a trade outside the market"},
               {"quantity", CellType::kQuantity, false, false, "base asset; COIN-M: contracts"},
               {"quote_quantity", CellType::kVolume, true, false, "quote asset; COIN-M: base asset"},
               {"is_buyer_maker", CellType::kFlag, false, false, "true: the seller was the taker"},
               {"is_best_match", CellType::kFlag, true, false, "spot only"},
               {"is_market", CellType::kFlag, true, false, "false: outside the market; streams only"},
               {"ts_recv_ns", CellType::kNanos, true, false, "ours, nanoseconds since 1970; of recordings"},
           },
       .time_column = 1,
       .received_column = 8,
       .key_step = 1},
      {.name = "funding",
       .meaning = "funding rates of perpetual futures",
       .columns =
           {
               {"ts_event", CellType::kTime, false, false, "when it was due, the key"},
               {"interval_hours", CellType::kInteger, false, false, "since the one before"},
               {"rate", CellType::kPrice, false, true, "of the position's value; positive: long pays short"},
           }},
      book_updates(),
      book_ticker(),
      book_depth(),
      metrics(),
  };
}

struct NamedInterval {
  std::string_view name;
  std::int64_t micros;
};
constexpr std::array<NamedInterval, 16> kIntervals{{{"1s", kSecondMicros},
                                                    {"1m", kMinuteMicros},
                                                    {"3m", 3 * kMinuteMicros},
                                                    {"5m", 5 * kMinuteMicros},
                                                    {"15m", 15 * kMinuteMicros},
                                                    {"30m", 30 * kMinuteMicros},
                                                    {"1h", kHourMicros},
                                                    {"2h", 2 * kHourMicros},
                                                    {"4h", 4 * kHourMicros},
                                                    {"6h", 6 * kHourMicros},
                                                    {"8h", 8 * kHourMicros},
                                                    {"12h", 12 * kHourMicros},
                                                    {"1d", kDayMicros},
                                                    {"3d", 3 * kDayMicros},
                                                    {"1w", 7 * kDayMicros},
                                                    {"1mo", 0}}};

}  // namespace

DecimalShape decimal_shape(CellType type, DecimalForm form) noexcept {
  ACTS_ASSERT(is_decimal(type));
  if (type == CellType::kVolume) return {38, 8};
  if (form == DecimalForm::kNarrow) return {18, 8};
  return type == CellType::kPrice ? DecimalShape{38, 12} : DecimalShape{38, 8};
}

Row unknown_row(const Kind& kind, DecimalForm form) noexcept {
  Row row;
  row.form = form;
  row.nulls = (1U << kind.columns.size()) - 1;
  return row;
}

void set_value(Row& row, std::size_t column, int128 value) noexcept {
  row.values[column] = value;
  row.nulls &= ~(1U << column);
}

void set_time(Row& row, std::size_t column, std::int64_t nanos) noexcept {
  set_value(row, column, floor_divided(nanos, 1000));
}

bool same_values(const Kind& kind, const Row& a, const Row& b) noexcept {
  return a.nulls == b.nulls && a.form == b.form && std::equal(a.values, a.values + kind.columns.size(), b.values);
}

bool tells_same(const Kind& kind, const Row& a, const Row& b) noexcept {
  Row other = b;
  const auto take = [&](std::size_t column) {
    other.values[column] = a.values[column];
    other.nulls = (other.nulls & ~(1U << column)) | (a.nulls & 1U << column);
  };
  const std::size_t received = kind.received_column;
  if (received != 0 && !a.is_null(received) && !b.is_null(received)) take(received);
  for (std::size_t i = first_columns_of(kind); i < kind.columns.size(); ++i) {
    if (a.is_null(i) || b.is_null(i)) take(i);
  }
  return same_values(kind, a, other);
}

bool tells_more(const Row& row, const Row& other) noexcept { return (other.nulls & ~row.nulls) != 0; }

std::size_t first_columns_of(const Kind& kind) noexcept {
  return kind.first_columns != 0 ? kind.first_columns : kind.columns.size();
}

std::strong_ordering compare_keys(const Kind& kind, const Row& a, const Row& b) noexcept {
  for (std::size_t i = 0; i < kind.key_columns; ++i) {
    if (a.values[i] != b.values[i])
      return a.values[i] < b.values[i] ? std::strong_ordering::less : std::strong_ordering::greater;
  }
  return std::strong_ordering::equal;
}

std::int64_t micros_of(const Kind& kind, const Row& row) noexcept {
  const std::size_t column = row.is_null(kind.time_column) ? kind.second_time_column : kind.time_column;
  const std::int64_t time = row.integer(column);
  return kind.columns[column].type == CellType::kTime ? time : floor_divided(time, 1000);
}

bool has_time(const Kind& kind, const Row& row) noexcept {
  if (!row.is_null(kind.time_column)) return true;
  return kind.second_time_column != 0 && !row.is_null(kind.second_time_column);
}

void widen(const Kind& kind, Row& row) noexcept {
  if (row.form == DecimalForm::kWide) return;
  for (std::size_t i = 0; i < kind.columns.size(); ++i) {
    if (kind.columns[i].type == CellType::kPrice) row.values[i] *= kWideFactor;
  }
  row.form = DecimalForm::kWide;
}

void narrow(const Kind& kind, Row& row) noexcept {
  if (row.form == DecimalForm::kNarrow) return;
  const auto is_small = [](int128 value) { return value < kNarrowLimit && value > -kNarrowLimit; };
  for (std::size_t i = 0; i < kind.columns.size(); ++i) {
    const CellType type = kind.columns[i].type;
    if (type == CellType::kPrice && row.values[i] % kWideFactor != 0) return;
    if (type == CellType::kPrice && !is_small(row.values[i] / kWideFactor)) return;
    if (type == CellType::kQuantity && !is_small(row.values[i])) return;
  }
  for (std::size_t i = 0; i < kind.columns.size(); ++i) {
    if (kind.columns[i].type == CellType::kPrice) row.values[i] /= kWideFactor;
  }
  row.form = DecimalForm::kNarrow;
}

std::span<const Kind> kinds() {
  static const std::vector<Kind> kAll = make_kinds();
  return kAll;
}

const Kind* find_kind(std::string_view name) {
  const auto kind = std::ranges::find(kinds(), name, &Kind::name);
  return kind == kinds().end() ? nullptr : &*kind;
}

std::optional<std::size_t> find_column(const Kind& kind, std::string_view name) {
  const auto column = std::ranges::find(kind.columns, name, &TableColumn::name);
  if (column == kind.columns.end()) return std::nullopt;
  return static_cast<std::size_t>(column - kind.columns.begin());
}

std::size_t column_index(const Kind& kind, std::string_view name) {
  const std::optional<std::size_t> column = find_column(kind, name);
  ACTS_ASSERT(column);
  return *column;
}

std::int64_t day_of(std::int64_t micros) noexcept { return floor_divided(micros, kDayMicros); }

std::string day_text(std::int64_t day) { return to_iso8601(UnixNanos{day * kDayMicros * 1000}).substr(0, 10); }

std::int64_t interval_micros(std::string_view interval) noexcept {
  const auto found = std::ranges::find(kIntervals, interval, &NamedInterval::name);
  return found == kIntervals.end() ? -1 : found->micros;
}

}  // namespace acts::history
