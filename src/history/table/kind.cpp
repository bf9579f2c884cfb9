#include "history/table/kind.hpp"

#include <algorithm>
#include <array>

#include "acts/base/assert.hpp"
#include "acts/base/time.hpp"

namespace acts::history {
namespace {

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kMinuteMicros = 60 * kSecond;
constexpr std::int64_t kHour = 60 * kMinuteMicros;
constexpr std::int64_t kDayMicros = 24 * kHour;

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
                  {"close_time", CellType::kTime, false, false, "last moment; earlier where an outage cut the candle"},
                  {"quote_volume", CellType::kVolume, false, false, "quote asset traded; COIN-M: base asset"},
                  {"trades", CellType::kInteger, false, false, "how many trades"},
                  {"taker_buy_volume", CellType::kVolume, false, false, "of volume, bought by takers"},
                  {"taker_buy_quote_volume", CellType::kVolume, false, false, "of quote_volume, the same"},
              },
          .has_interval = true};
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
               {"ts_recv_ns", CellType::kInteger, true, false, "ours, nanoseconds since 1970; of recordings"},
           },
       .time_column = 1},
      {.name = "trades",
       .meaning = "single trades",
       .columns =
           {
               {"trade_id", CellType::kInteger, false, false, "the key; without a gap as published"},
               {"ts_event", CellType::kTime, false, false, "the venue's time of the trade"},
               {"price", CellType::kPrice, false, false, "0 in a trade outside the market"},
               {"quantity", CellType::kQuantity, false, false, "base asset; COIN-M: contracts"},
               {"quote_quantity", CellType::kVolume, false, false, "quote asset; COIN-M: base asset"},
               {"is_buyer_maker", CellType::kFlag, false, false, "true: the seller was the taker"},
               {"is_best_match", CellType::kFlag, true, false, "spot only"},
               {"is_market", CellType::kFlag, true, false, "false: outside the market; streams only"},
               {"ts_recv_ns", CellType::kInteger, true, false, "ours, nanoseconds since 1970; of recordings"},
           },
       .time_column = 1},
      {.name = "funding",
       .meaning = "funding rates of perpetual futures",
       .columns =
           {
               {"ts_event", CellType::kTime, false, false, "when it was due, the key"},
               {"interval_hours", CellType::kInteger, false, false, "since the one before"},
               {"rate", CellType::kPrice, false, true, "of the position's value; positive: long pays short"},
           }},
  };
}

struct NamedInterval {
  std::string_view name;
  std::int64_t micros;
};
constexpr std::array<NamedInterval, 16> kIntervals{{{"1s", kSecond},
                                                    {"1m", kMinuteMicros},
                                                    {"3m", 3 * kMinuteMicros},
                                                    {"5m", 5 * kMinuteMicros},
                                                    {"15m", 15 * kMinuteMicros},
                                                    {"30m", 30 * kMinuteMicros},
                                                    {"1h", kHour},
                                                    {"2h", 2 * kHour},
                                                    {"4h", 4 * kHour},
                                                    {"6h", 6 * kHour},
                                                    {"8h", 8 * kHour},
                                                    {"12h", 12 * kHour},
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

bool same_values(const Kind& kind, const Row& a, const Row& b) noexcept {
  return a.nulls == b.nulls && a.form == b.form && std::equal(a.values, a.values + kind.columns.size(), b.values);
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

std::int64_t day_of(std::int64_t micros) noexcept {
  return micros / kDayMicros - static_cast<int>(micros % kDayMicros < 0);
}

std::string day_text(std::int64_t day) { return to_iso8601(UnixNanos{day * kDayMicros * 1000}).substr(0, 10); }

std::int64_t interval_micros(std::string_view interval) noexcept {
  const auto found = std::ranges::find(kIntervals, interval, &NamedInterval::name);
  return found == kIntervals.end() ? -1 : found->micros;
}

}  // namespace acts::history
