#include "history/import/npz_rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "acts/base/assert.hpp"
#include "acts/base/ratio.hpp"

#include "history/export/hft_event.hpp"
#include "history/import/npz_events.hpp"
#include "history/import/plain_decimal.hpp"
#include "history/import/source_file.hpp"
#include "history/import/stream_rows.hpp"

namespace acts::history {
namespace {

constexpr int kNpzPriceScale = 12;  // of a row in the wide form, in which every one begins
constexpr int kNpzQuantityScale = 8;
// How far a price may be from the tick that it stands for, in ticks: what sums of doubles are off by is far less.
constexpr int kOffTick = 1000;

bool is_of_books(std::uint64_t what) { return what == hft::kDepth || what == hft::kSnapshot || what == hft::kClear; }

// The shortest decimal that gives the double. Nothing for what is no number from 0 on.
std::optional<Decimal> decimal_of(double value) {
  if (!std::isfinite(value) || value < 0) return std::nullopt;
  std::string text = shortest_text(value);
  if (auto plain = without_exponent(text)) text = *std::move(plain);
  Result<Decimal> decimal = parse_decimal(text);
  return decimal ? std::optional(*decimal) : std::nullopt;
}

// At so many decimals, if it fits. Far below 10^38, which the wide form holds.
std::optional<int128> units_at(const Decimal& value, int scale) {
  constexpr int128 kLimit = int128{1'000'000'000'000'000'000} * 1'000'000'000'000'000'000;
  int128 units = 0;
  if (value.scale > scale) return std::nullopt;
  if (__builtin_mul_overflow(value.units, int128{power_of_ten(scale - value.scale)}, &units)) return std::nullopt;
  return units < kLimit ? std::optional(units) : std::nullopt;
}

class NpzRows final : public RowReader {
 public:
  NpzRows(std::unique_ptr<NpzEvents> events, const Kind& kind, std::optional<Decimal> tick)
      : events_(std::move(events)), kind_(&kind), is_books_(kind.name == "book_updates"), tick_(tick) {}

  Result<Got> next(Row& row) override {
    for (;;) {
      HftEvent event;
      const Result<bool> there = take(event);
      if (!there) return std::unexpected(there.error());
      reason_ = {};
      if (is_clear_in_vain(*there ? &event : nullptr)) {
        if (*there) held_ = event;
        return refuse(*std::exchange(clear_, std::nullopt));
      }
      if (!*there) return Got::kEnd;
      if (is_wanted(event)) return fill(event, row) ? Got::kRow : refuse(event);
      if (!reason_.empty()) return refuse(event);
    }
  }
  [[nodiscard]] Bad bad() const override { return {reason_, text_}; }
  [[nodiscard]] std::uint64_t place() const override { return place_; }

 private:
  static constexpr std::uint64_t kSides = hft::kBuy | hft::kSell;

  Result<bool> take(HftEvent& event) {
    if (held_) {
      event = *std::exchange(held_, std::nullopt);
      return true;
    }
    Result<bool> there = events_->next(event);
    if (there && *there) ++place_;
    return there;
  }

  // A clear is part of the snapshot behind it, which says what there is instead; the catalog has no place for another.
  bool is_clear_in_vain(const HftEvent* next) {
    if (!clear_) return false;
    if (next != nullptr && (next->ev & hft::kLocal) == 0) return false;
    const bool is_followed = next != nullptr && (next->ev & hft::kWhat) == hft::kSnapshot &&
                             next->local_ts == clear_->local_ts && ((next->ev ^ clear_->ev) & kSides) == 0;
    if (is_followed) clear_.reset();
    if (!is_followed) reason_ = "it clears, and no snapshot follows";
    return !is_followed;
  }

  // What is of no set is told with the books.
  bool is_wanted(const HftEvent& event) {
    const std::uint64_t what = event.ev & hft::kWhat;
    if (is_books_ == (what == hft::kTrade)) return false;
    if ((event.ev & (hft::kLocal | hft::kExchange)) == 0)
      return says("it is for neither clock: is the array in order?");
    if ((event.ev & hft::kLocal) == 0) return false;
    if (what == hft::kClear) {
      clear_ = event;
      return false;
    }
    return what == hft::kTrade || is_of_books(what) || says("it is neither depth nor trade");
  }

  bool fill(const HftEvent& event, Row& row) {
    if ((event.ev & kSides) == 0 || (event.ev & kSides) == kSides) return says("it is of no side");
    row = unknown_row(*kind_, DecimalForm::kWide);
    const bool is_filled = is_books_ ? fill_level(event, row) : fill_trade(event, row);
    if (is_filled) narrow(*kind_, row);
    return is_filled;
  }

  bool fill_level(const HftEvent& event, Row& row) {
    constexpr std::size_t kPrice = 8;
    set_value(row, 0, event.local_ts);
    set_time(row, 2, event.exch_ts);
    set_value(row, 6, static_cast<int>((event.ev & hft::kWhat) == hft::kSnapshot));
    set_value(row, 7, static_cast<int>((event.ev & hft::kBuy) != 0));
    if (!set_numbers(row, kPrice, event)) return false;
    stream_.number(row);
    return true;
  }

  // They have no ids: the time of receipt stands for one, or what follows the one before.
  bool fill_trade(const HftEvent& event, Row& row) {
    constexpr std::size_t kPrice = 2;
    constexpr std::int64_t kMostId = INT64_MAX - 1;
    if (event.local_ts < 0 || event.local_ts > kMostId) return says("its local time is none");
    if (!set_numbers(row, kPrice, event)) return false;
    trade_id_ = std::max(event.local_ts, std::min(trade_id_, kMostId) + 1);
    set_value(row, 0, trade_id_);
    set_time(row, 1, event.exch_ts);
    set_value(row, 5, static_cast<int>((event.ev & hft::kSell) != 0));
    set_value(row, 8, event.local_ts);
    return true;
  }

  bool set_numbers(Row& row, std::size_t price_column, const HftEvent& event) {
    const std::optional<Decimal> price = decimal_of(event.px);
    const std::optional<Decimal> quantity = decimal_of(event.qty);
    if (!price) return says("its price is no number from 0 on");
    if (!quantity) return says("its quantity is no number from 0 on");
    const std::optional<int128> price_units = tick_ ? on_tick(*price) : units_at(*price, kNpzPriceScale);
    const std::optional<int128> quantity_units = units_at(*quantity, kNpzQuantityScale);
    if (!price_units) return says(tick_ ? "its price is not on the tick" : "its price has more than 12 decimals");
    if (!quantity_units) return says("its quantity has more than 8 decimals");
    set_value(row, price_column, *price_units);
    set_value(row, price_column + 1, *quantity_units);
    return true;
  }

  // The multiple of the tick that is next to it, if it is next to one.
  [[nodiscard]] std::optional<int128> on_tick(const Decimal& price) const {
    const std::optional<int128> units = units_at(price, kMaxScale);
    const std::optional<int128> tick = units_at(*tick_, kMaxScale);
    if (!units || !tick) return std::nullopt;
    const int128 multiple = (*units + *tick / 2) / *tick * *tick;
    const int128 off = *units > multiple ? *units - multiple : multiple - *units;
    constexpr std::int64_t kFiner = 1'000'000;  // of kMaxScale to kNpzPriceScale
    if (off > *tick / kOffTick || multiple % kFiner != 0) return std::nullopt;
    return multiple / kFiner;
  }

  bool says(std::string_view reason) {
    reason_ = reason;
    return false;
  }
  Got refuse(const HftEvent& event) {
    text_ = fmt::format("ev {:#x} exch_ts {} local_ts {} px {} qty {}", event.ev, event.exch_ts, event.local_ts,
                        event.px, event.qty);
    return Got::kBad;
  }

  std::unique_ptr<NpzEvents> events_;
  std::uint64_t place_ = 0;
  const Kind* kind_;
  bool is_books_;
  std::optional<Decimal> tick_;
  StreamRows stream_;
  std::int64_t trade_id_ = 0;
  std::optional<HftEvent> held_;   // to be taken again
  std::optional<HftEvent> clear_;  // whose snapshot is to come
  std::string_view reason_;
  std::string text_;
};

}  // namespace

bool is_npz(std::string_view path, std::string_view /*head*/) { return path.ends_with(".npz"); }

Result<std::vector<DataSet>> npz_sets(const std::string& path, const SourceHints& hints) {
  for (const auto& [hint, what] : {std::pair(&hints.venue, "its market: give --market or --venue"),
                                   std::pair(&hints.symbol, "its symbol: give --symbol")}) {
    if (hint->empty()) return fail(ErrorCode::kUsage, fmt::format("{}: it does not say {}", path, what));
  }
  auto bytes = open_any_source(path);
  if (!bytes) return std::unexpected(bytes.error());
  const auto events = NpzEvents::read(*std::move(bytes), path);
  if (!events) return std::unexpected(events.error());
  bool has_books = false;
  bool has_trades = false;
  HftEvent event;
  for (;;) {
    const Result<bool> there = (*events)->next(event);
    if (!there) return std::unexpected(there.error());
    if (!*there) break;
    has_trades = has_trades || (event.ev & hft::kWhat) == hft::kTrade;
    has_books = has_books || is_of_books(event.ev & hft::kWhat);
    if (has_books && has_trades) break;
  }
  std::vector<DataSet> sets;
  for (const auto& [kind, is_there] : {std::pair("book_updates", has_books), std::pair("trades", has_trades)}) {
    if (!is_there || (!hints.kind.empty() && hints.kind != kind)) continue;
    Result<DataSet> set = checked_set(path, {.kind = find_kind(kind),
                                             .venue = hints.venue,
                                             .symbol = hints.symbol,
                                             .interval = "",
                                             .origin = std::string(DataSet::kHftbacktest)});
    if (!set) return std::unexpected(set.error());
    sets.push_back(*std::move(set));
  }
  if (!sets.empty()) return sets;
  return fail(ErrorCode::kBadInput, fmt::format("{}: it has no depth and no trades that were asked for", path));
}

Result<std::unique_ptr<RowReader>> read_npz(std::unique_ptr<ByteSource> bytes, const DataSet& set,
                                            std::optional<Decimal> tick_size) {
  ACTS_ASSERT(!tick_size || tick_size->units > 0);
  auto events = NpzEvents::read(std::move(bytes), "");
  if (!events) return std::unexpected(events.error());
  return std::make_unique<NpzRows>(*std::move(events), *set.kind, tick_size);
}

}  // namespace acts::history
