#include "history/export/catalog_lines.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <iterator>
#include <string_view>

#include "acts/base/assert.hpp"

namespace acts::history {
namespace {

constexpr Nanos kLineDay = std::chrono::hours{24};

// The columns of lines_select().
enum LineCell : std::size_t {
  kLineRecv,
  kLineEvent,
  kLineWhat,
  kLinePlace,
  kLineFirstId,
  kLineLastId,
  kLinePrevId,
  kLineIsSnapshot,
  kLineFlag,  // of a level is_bid, of a trade is_buyer_maker
  kLinePrice,
  kLineQuantity,
  kLineIsMarket,
  kLineSent,
};

// The date tells which files need not be opened; a trade's may be another than that of its receipt.
std::string where_lines(const LinesWanted& wanted, std::string_view received) {
  std::string text = fmt::format("venue = {} AND symbol = {}", quoted_sql_text(to_string(wanted.venue)),
                                 quoted_sql_text(wanted.symbol));
  if (!wanted.origin.empty()) text += fmt::format(" AND origin = {}", quoted_sql_text(wanted.origin));
  if (wanted.from) {
    text += fmt::format(" AND date >= DATE '{}' AND {} >= {}", to_iso8601(*wanted.from - kLineDay).substr(0, 10),
                        received, wanted.from->value);
  }
  if (wanted.to) {
    text += fmt::format(" AND date <= DATE '{}' AND {} < {}", to_iso8601(*wanted.to + kLineDay).substr(0, 10), received,
                        wanted.to->value);
  }
  return text;
}

std::int64_t number_in(const std::optional<std::string>& cell) {
  ACTS_ASSERT(cell);
  std::int64_t number = 0;
  // The engine writes it.
  const auto [end, error] = std::from_chars(cell->data(), cell->data() + cell->size(), number);
  ACTS_ASSERT(error == std::errc{} && end == cell->data() + cell->size());
  return number;
}

bool is_true(const std::optional<std::string>& cell) { return cell == "true"; }

void append_level(std::string& levels, const std::string& price, const std::string& quantity) {
  fmt::format_to(std::back_inserter(levels), "{}[\"{}\",\"{}\"]", levels.empty() ? "" : ",", price, quantity);
}

}  // namespace

std::string lines_select(const LinesWanted& wanted) {
  constexpr std::string_view kOfTrades = "coalesce(ts_recv_ns, epoch_us(ts_event) * 1000)";
  const std::string books = where_lines(wanted, "ts_recv_ns");
  const std::string trades = where_lines(wanted, kOfTrades);
  return fmt::format(
      "SELECT * FROM (SELECT ts_recv_ns AS received, epoch_ms(ts_event) AS event, 'book' AS what, row AS place, "
      "first_update_id, update_id, prev_update_id, is_snapshot, is_bid, price, quantity, true AS is_market, "
      "epoch_ms(coalesce(ts_sent, ts_event)) AS sent FROM "
      "book_updates WHERE {0} "
      "UNION ALL SELECT {2}, epoch_ms(ts_event), 'trade', trade_id, trade_id, trade_id, NULL, false, is_buyer_maker, "
      "price, quantity, coalesce(is_market, price > 0), NULL FROM trades WHERE {1} "
      "UNION ALL SELECT {2}, epoch_ms(ts_event), 'aggTrade', agg_trade_id, first_trade_id, last_trade_id, NULL, false, "
      "is_buyer_maker, price, quantity, price > 0, NULL FROM agg_trades WHERE {1} AND NOT EXISTS (SELECT 1 FROM trades "
      "WHERE "
      "{1}) ) ORDER BY received, what <> 'book', place",
      books, trades, kOfTrades);
}

Result<std::size_t> CatalogLines::read(std::span<char> out) {
  while (at_ == text_.size()) {
    text_.clear();
    at_ = 0;
    const Result<bool> more = next_line();
    if (!more) return std::unexpected(more.error());
    if (!*more) return std::size_t{0};
  }
  const std::size_t count = std::min(out.size(), text_.size() - at_);
  std::memcpy(out.data(), text_.data() + at_, count);
  at_ += count;
  return count;
}

// One more into cells_, if none waits there. False: there is none.
Result<bool> CatalogLines::next_row() {
  if (has_row_) return true;
  if (has_ended_) return false;
  const Result<bool> there = rows_.next(cells_);
  if (!there) return there;
  has_row_ = *there;
  has_ended_ = !*there;
  return has_row_;
}

Result<bool> CatalogLines::next_line() {
  Result<bool> there = next_row();
  if (!there || !*there) return there;
  fmt::format_to(std::back_inserter(text_), "{} ", *cells_[kLineRecv]);
  if (*cells_[kLineWhat] == "book") {
    if (const Result<void> appended = append_message(); !appended) return std::unexpected(appended.error());
  } else {
    append_trade();
    has_row_ = false;
  }
  text_ += '\n';
  return true;
}

void CatalogLines::append_trade() {
  const std::string event = cells_[kLineEvent].value_or("0");
  const bool is_single = *cells_[kLineWhat] == "trade";
  const auto end = std::back_inserter(text_);
  fmt::format_to(end, R"({{"e":"{}","E":{},"s":"{}","{}":{},"p":"{}","q":"{}",)", *cells_[kLineWhat], event, symbol_,
                 is_single ? "t" : "a", *cells_[kLinePlace], *cells_[kLinePrice], *cells_[kLineQuantity]);
  if (!is_single) fmt::format_to(end, R"("f":{},"l":{},)", *cells_[kLineFirstId], *cells_[kLineLastId]);
  if (!is_true(cells_[kLineIsMarket])) text_ += R"("X":"NA",)";
  fmt::format_to(end, R"("T":{},"m":{}}})", event, is_true(cells_[kLineFlag]) ? "true" : "false");
}

bool CatalogLines::is_same_message(const Cells& first) const {
  return cells_[kLineWhat] == first[kLineWhat] && cells_[kLineRecv] == first[kLineRecv] &&
         cells_[kLineLastId] == first[kLineLastId] && cells_[kLineIsSnapshot] == first[kLineIsSnapshot];
}

// Everything in front of the levels.
void CatalogLines::begin_message() {
  const bool is_usdm = venue_ == Venue::kBinanceUsdm;
  const std::string event = cells_[kLineEvent].value_or(fmt::format("{}", number_in(cells_[kLineRecv]) / 1'000'000));
  const std::string sent = cells_[kLineSent].value_or(event);
  const auto end = std::back_inserter(text_);
  if (is_true(cells_[kLineIsSnapshot])) {
    if (cells_[kLineLastId]) {
      last_id_ = number_in(cells_[kLineLastId]);
    } else if (alone_ == Alone::kSnapshots) {
      ++last_id_;
    }
    if (alone_ == Alone::kNothing) alone_ = Alone::kSnapshots;
    fmt::format_to(end, R"({{"lastUpdateId":{})", last_id_);
    if (is_usdm) fmt::format_to(end, R"(,"E":{},"T":{})", sent, event);
    return;
  }
  alone_ = Alone::kNo;
  const std::int64_t before = last_id_;
  last_id_ = cells_[kLineLastId] ? number_in(cells_[kLineLastId]) : before + 1;
  // Of USD-M the first update behind a snapshot must reach back to it.
  const std::int64_t first_untold = cells_[kLineLastId] ? last_id_ : is_usdm ? before : last_id_;
  const std::int64_t first = cells_[kLineFirstId] ? number_in(cells_[kLineFirstId]) : first_untold;
  // Its fields in the order in which the venue has them, which is read fastest.
  fmt::format_to(end, R"({{"e":"depthUpdate","E":{},)", sent);
  if (is_usdm) fmt::format_to(end, R"("T":{},)", event);
  fmt::format_to(end, R"("s":"{}","U":{},"u":{})", symbol_, first, last_id_);
  if (is_usdm) fmt::format_to(end, R"(,"pu":{})", cells_[kLinePrevId] ? number_in(cells_[kLinePrevId]) : before);
}

Result<void> CatalogLines::append_message() {
  const Cells first = cells_;
  const bool is_snapshot = is_true(first[kLineIsSnapshot]);
  begin_message();
  std::string bids;
  std::string asks;
  for (;;) {
    if (cells_[kLinePrice])
      append_level(is_true(cells_[kLineFlag]) ? bids : asks, *cells_[kLinePrice], *cells_[kLineQuantity]);
    has_row_ = false;
    const Result<bool> there = next_row();
    if (!there) return std::unexpected(there.error());
    if (!*there || !is_same_message(first)) break;
  }
  fmt::format_to(std::back_inserter(text_), R"(,"{}":[{}],"{}":[{}]}})", is_snapshot ? "bids" : "b", bids,
                 is_snapshot ? "asks" : "a", asks);
  return {};
}

}  // namespace acts::history
