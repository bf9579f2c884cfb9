#include "history/export/hft_rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string_view>
#include <utility>

#include "acts/base/assert.hpp"

namespace acts::history {
namespace {

constexpr Nanos kHftDay = std::chrono::hours{24};

// The columns of hft_select().
enum Cell : std::size_t {
  kTsRecv,
  kTsEvent,
  kIsTrade,
  kPlace,
  kIsSnapshot,
  kIsBuy,
  kPrice,
  kQuantity,
  kUpdateId,  // these where best bids and offers are told
  kIsBest
};

// The engine writes these texts.
template <typename Number>
Number number_of(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  ACTS_ASSERT(error == std::errc{} && end == text.data() + text.size());
  return number;
}

// The date tells which files need not be opened; a trade's may be another than that of its receipt. `time`: nanoseconds
// since 1970.
std::string where_events(const HftWanted& wanted, std::string_view time) {
  std::string text = fmt::format("venue = {} AND symbol = {} AND price IS NOT NULL", quoted_sql_text(wanted.venue),
                                 quoted_sql_text(wanted.symbol));
  if (!wanted.origin.empty()) text += fmt::format(" AND origin = {}", quoted_sql_text(wanted.origin));
  if (wanted.from) {
    text += fmt::format(" AND date >= DATE '{}' AND {} >= {}", to_iso8601(*wanted.from - kHftDay).substr(0, 10), time,
                        wanted.from->value);
  }
  if (wanted.to) {
    text += fmt::format(" AND date <= DATE '{}' AND {} < {}", to_iso8601(*wanted.to + kHftDay).substr(0, 10), time,
                        wanted.to->value);
  }
  return text;
}

// A side of best bids and offers, as rows of hft_select(). `of`: where_events(), which asks for a price.
std::string best_select(std::string_view is_bid, std::string_view side, std::string_view of) {
  return fmt::format(
      " UNION ALL SELECT ts_recv_ns, epoch_us(ts_event), false, update_id, false, {0}, price, quantity, update_id, "
      "true FROM (SELECT *, {1}_price AS price, {1}_quantity AS quantity FROM book_ticker) WHERE {2} AND ts_recv_ns "
      "IS NOT NULL",
      is_bid, side, of);
}

}  // namespace

std::string hft_select(const HftWanted& wanted) {
  const std::string of = where_events(wanted, "ts_recv_ns");
  const std::string_view no_best = wanted.tells_best ? ", 0, false" : "";
  return fmt::format(
      "SELECT ts_recv_ns, epoch_us(ts_event) AS ts_event_us, false AS is_trade, row AS place, is_snapshot, is_bid AS "
      "is_buy, price, quantity{1} FROM book_updates WHERE {0} UNION ALL SELECT ts_recv_ns, epoch_us(ts_event), true, "
      "trade_id, false, NOT is_buyer_maker, price, quantity{2} FROM trades WHERE {0} AND ts_recv_ns IS NOT NULL AND "
      "coalesce(is_market, price > 0) UNION ALL SELECT ts_recv_ns, epoch_us(ts_event), true, agg_trade_id, false, NOT "
      "is_buyer_maker, price, quantity{2} FROM agg_trades WHERE {0} AND ts_recv_ns IS NOT NULL AND price > 0 AND NOT "
      "EXISTS (SELECT 1 FROM trades WHERE {0} AND ts_recv_ns IS NOT NULL){3} ORDER BY ts_recv_ns, is_trade, {4}place",
      of, wanted.tells_best ? ", update_id, false AS is_best" : "", no_best,
      wanted.tells_best ? best_select("true", "bid", of) + best_select("false", "ask", of) : "",
      wanted.tells_best ? "is_best, is_buy DESC, " : "");
}

std::string hft_untimed_select(const HftWanted& wanted) {
  const std::string untimed = where_events(wanted, "epoch_us(ts_event) * 1000") + " AND ts_recv_ns IS NULL";
  const std::string timed = where_events(wanted, "ts_recv_ns") + " AND ts_recv_ns IS NOT NULL";
  return fmt::format(
      "SELECT count(*) AS trades FROM (SELECT 1 FROM trades WHERE {0} UNION ALL SELECT 1 FROM agg_trades WHERE {0} AND "
      "NOT EXISTS (SELECT 1 FROM trades WHERE {0}) AND NOT EXISTS (SELECT 1 FROM trades WHERE {1}))",
      untimed, timed);
}

Result<bool> HftRows::next(HftEvent& event) {
  if (taken_ == events_.size()) {
    events_.clear();
    taken_ = 0;
    if (const Result<void> read = read_message(); !read) return std::unexpected(read.error());
    if (events_.empty()) return false;
  }
  event = events_[taken_++];
  return true;
}

// One more into held_. False: there is none.
Result<bool> HftRows::read() {
  const Result<bool> there = rows_.next(cells_);
  if (!there || !*there) return there;
  const auto text = [this](Cell cell) { return std::string_view(*cells_[cell]); };
  HftEvent event{.local_ts = number_of<std::int64_t>(text(kTsRecv))};
  const bool is_best = cells_.size() > kIsBest && text(kIsBest) == "true";
  if (cells_.size() > kUpdateId) event.ival = number_of<std::int64_t>(text(kUpdateId));
  if (cells_[kTsEvent]) {
    event.exch_ts = number_of<std::int64_t>(text(kTsEvent)) * 1000;
    take_times(event);
  } else if (is_best) {
    event.exch_ts = times_.venue_time.of({event.local_ts}).value;
  } else {
    event.exch_ts = times_.latest.value_or(event.local_ts);
  }
  event.ev = is_best                       ? hft::kBest
             : text(kIsTrade) == "true"    ? hft::kTrade
             : text(kIsSnapshot) == "true" ? hft::kSnapshot
                                           : hft::kDepth;
  event.ev |= text(kIsBuy) == "true" ? hft::kBuy : hft::kSell;
  event.px = number_of<double>(text(kPrice));
  event.qty = number_of<double>(text(kQuantity));
  held_ = event;
  return true;
}

// Rows of one message have the same two times.
void HftRows::take_times(const HftEvent& event) {
  times_.latest = std::max(times_.latest.value_or(event.exch_ts), event.exch_ts);
  if (event.exch_ts == times_.exch_ts && event.local_ts == times_.local_ts) return;
  times_.venue_time.add({event.exch_ts}, {event.local_ts});
  times_.exch_ts = event.exch_ts;
  times_.local_ts = event.local_ts;
}

// Of a snapshot a whole side: the clear before it says how deep it reaches.
Result<void> HftRows::read_message() {
  if (!held_) {
    const Result<bool> there = read();
    if (!there) return std::unexpected(there.error());
    if (!*there) return {};
  }
  const HftEvent first = *std::exchange(held_, std::nullopt);
  events_.push_back(first);
  if ((first.ev & hft::kWhat) != hft::kSnapshot) return {};
  for (;;) {
    const Result<bool> there = read();
    if (!there) return std::unexpected(there.error());
    if (!*there || held_->ev != first.ev || held_->local_ts != first.local_ts) break;
    events_.push_back(*std::exchange(held_, std::nullopt));
  }
  const auto [lowest, highest] = std::ranges::minmax(events_, {}, &HftEvent::px);
  HftEvent clear = first;
  clear.ev = hft::kClear | (first.ev & (hft::kBuy | hft::kSell));
  clear.px = (first.ev & hft::kBuy) != 0 ? lowest.px : highest.px;
  clear.qty = 0;
  events_.insert(events_.begin(), clear);
  return {};
}

}  // namespace acts::history
