#include "history/export/lines_begin.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string>
#include <string_view>
#include <vector>

namespace acts::history {
namespace {

constexpr Nanos kSearchDay = std::chrono::hours{24};
// Twice as far back each time: what is read is at most twice what lies between, and 22 years are the end.
constexpr int kFirstSearchDays = 1;
constexpr int kMostSearchDays = 8192;

std::string date_literal(UnixNanos time) {
  return fmt::format("DATE '{}'", to_iso8601(std::max(time, UnixNanos{})).substr(0, 10));
}

class BeginSearch {
 public:
  BeginSearch(QuerySession& session, const LinesWanted& wanted, const std::function<bool()>& is_cancelled)
      : session_(&session), is_cancelled_(&is_cancelled) {
    place_ = fmt::format("venue = {} AND symbol = {}", quoted_sql_text(to_string(wanted.venue)),
                         quoted_sql_text(wanted.symbol));
    if (!wanted.origin.empty()) place_ += fmt::format(" AND origin = {}", quoted_sql_text(wanted.origin));
  }

  // The newest row before `at`, or of it: its time of receipt, and a number of it.
  struct Found {
    UnixNanos received;
    std::optional<std::int64_t> id;
  };
  struct Wanted {
    std::string_view table;
    std::string_view id;
    std::string_view received = "ts_recv_ns";
    int slack_days = 0;  // that a row's date may be beside the day of its receipt
    std::string condition = {};
  };
  Result<std::optional<Found>> newest(const Wanted& wanted, UnixNanos at) {
    int days = 0;
    for (int more = kFirstSearchDays; days < kMostSearchDays; days += more, more *= 2) {
      const std::string select = fmt::format(
          "SELECT max({0}), arg_max({1}, {0}) FROM {2} WHERE {3} AND date > {4} AND date <= {5} AND {0} <= {6}{7}",
          wanted.received, wanted.id, wanted.table, place_,
          date_literal(at - (days + more + wanted.slack_days) * kSearchDay),
          date_literal(at - (days - wanted.slack_days) * kSearchDay), at.value, wanted.condition);
      auto found = first_of(select);
      if (!found || *found) return found;
    }
    return std::nullopt;
  }

 private:
  Result<std::optional<Found>> first_of(const std::string& select) {
    auto rows = session_->select(select, *is_cancelled_);
    if (!rows) return std::unexpected(rows.error());
    std::vector<std::optional<std::string>> cells;
    const Result<bool> there = rows->next(cells);
    if (!there) return std::unexpected(there.error());
    if (!*there || !cells.at(0)) return std::nullopt;
    return Found{{number_of(cells[0]).value_or(0)}, number_of(cells.at(1))};
  }
  static std::optional<std::int64_t> number_of(const std::optional<std::string>& cell) {
    std::int64_t number = 0;
    if (!cell || std::from_chars(cell->data(), cell->data() + cell->size(), number).ec != std::errc{}) return {};
    return number;
  }

  QuerySession* session_;
  const std::function<bool()>* is_cancelled_;
  std::string place_;
};

}  // namespace

Result<std::optional<UnixNanos>> lines_begin(QuerySession& session, const LinesWanted& wanted, UnixNanos at,
                                             const std::function<bool()>& is_cancelled) {
  constexpr std::string_view kTradeTime = "coalesce(ts_recv_ns, epoch_us(ts_event) * 1000)";
  BeginSearch search(session, wanted, is_cancelled);
  // Whoever has not heard of a trade does not know that there was none since. Its date is that of the venue's time.
  auto trade = search.newest({.table = "trades", .id = "trade_id", .received = kTradeTime, .slack_days = 1}, at);
  if (trade && !*trade) {
    trade = search.newest({.table = "agg_trades", .id = "agg_trade_id", .received = kTradeTime, .slack_days = 1}, at);
  }
  if (!trade) return std::unexpected(trade.error());
  const UnixNanos until = *trade ? std::min(at, (*trade)->received) : at;
  BeginSearch::Wanted books{.table = "book_updates", .id = "update_id", .condition = " AND is_snapshot"};
  const auto snapshot = search.newest(books, until);
  if (!snapshot) return std::unexpected(snapshot.error());
  if (!*snapshot) return std::nullopt;
  const auto& [received, id] = **snapshot;
  if (!id) return received;
  // Updates that the answer does not know may have been received before it.
  books.condition = fmt::format(" AND NOT is_snapshot AND update_id <= {}", *id);
  const auto known = search.newest(books, received);
  if (!known) return std::unexpected(known.error());
  return *known ? (*known)->received : received;
}

}  // namespace acts::history
