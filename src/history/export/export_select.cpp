#include "history/export/export_select.hpp"

#include <fmt/format.h>

#include "acts/base/assert.hpp"

#include "history/engine/duck.hpp"

namespace acts::history {
namespace {

// "TIMESTAMP '…'" or, of nanoseconds, a number. Times are rounded up: rows from there on, or before.
std::string time_literal(const TableColumn& column, UnixNanos time) {
  if (column.type != CellType::kTime) return fmt::format("{}", time.value);
  const UnixNanos second = floor_to(time, std::chrono::seconds{1});
  const std::int64_t micros = ((time - second).count() + 999) / 1000;
  return fmt::format("(TIMESTAMP '{} {}' + INTERVAL {} MICROSECONDS)", to_iso8601(second).substr(0, 10),
                     to_iso8601(second).substr(11, 8), micros);
}

// Of the column that tells a row's day, or where that is null the second.
std::string time_is(const Kind& kind, std::string_view relation, UnixNanos time) {
  const TableColumn& first = kind.columns[kind.time_column];
  std::string told = fmt::format("{} {} {}", first.name, relation, time_literal(first, time));
  if (kind.second_time_column == 0) return told;
  const TableColumn& second = kind.columns[kind.second_time_column];
  return fmt::format("({} OR ({} IS NULL AND {} {} {}))", told, first.name, second.name, relation,
                     time_literal(second, time));
}

std::string where(const CatalogExport& wanted) {
  std::string text =
      fmt::format("venue = {} AND symbol = {}", quoted_sql_text(wanted.venue), quoted_sql_text(wanted.symbol));
  if (wanted.kind->has_interval) text += fmt::format(" AND interval = {}", quoted_sql_text(wanted.interval));
  if (!wanted.origin.empty()) text += fmt::format(" AND origin = {}", quoted_sql_text(wanted.origin));
  // The date too: it tells which files need not be opened.
  if (wanted.from) {
    text += fmt::format(" AND date >= DATE '{}' AND {}", to_iso8601(*wanted.from).substr(0, 10),
                        time_is(*wanted.kind, ">=", *wanted.from));
  }
  if (wanted.to) {
    text += fmt::format(" AND date <= DATE '{}' AND {}", to_iso8601(*wanted.to).substr(0, 10),
                        time_is(*wanted.kind, "<", *wanted.to));
  }
  return text;
}

std::string plain_columns(const Kind& kind) {
  std::string list;
  for (const TableColumn& column : kind.columns) list += fmt::format("{}{}", list.empty() ? "" : ", ", column.name);
  return list;
}

// Tardis' venues: docs.tardis.dev/historical-data-details, read 2026-11.
constexpr std::string_view kTardisExchange =
    "CASE venue WHEN 'binance-spot' THEN 'binance' WHEN 'binance-usdm' THEN 'binance-futures' ELSE 'binance-delivery' "
    "END AS exchange, symbol";

std::string tardis_columns(const Kind& kind) {
  if (kind.name == "trades") {
    return fmt::format(
        "{}, epoch_us(ts_event) AS timestamp, coalesce(ts_recv_ns // 1000, epoch_us(ts_event)) AS local_timestamp, "
        "trade_id AS id, CASE WHEN is_buyer_maker THEN 'sell' ELSE 'buy' END AS side, price, quantity AS amount",
        kTardisExchange);
  }
  return fmt::format(
      "{}, coalesce(epoch_us(ts_event), ts_recv_ns // 1000) AS timestamp, ts_recv_ns // 1000 AS local_timestamp, "
      "is_snapshot, CASE WHEN is_bid THEN 'bid' ELSE 'ask' END AS side, price, quantity AS amount",
      kTardisExchange);
}

}  // namespace

bool has_tardis_form(const Kind& kind) noexcept { return kind.name == "trades" || kind.name == "book_updates"; }

std::string export_select(const CatalogExport& wanted, ExportForm form) {
  const Kind& kind = *wanted.kind;
  ACTS_ASSERT(form != ExportForm::kTardis || has_tardis_form(kind));
  ACTS_ASSERT(form != ExportForm::kCandles || kind.has_interval);
  const std::string columns = form == ExportForm::kPlain ? plain_columns(kind)
                              : form == ExportForm::kTardis
                                  ? tardis_columns(kind)
                                  : "epoch_ms(open_time) AS milliseconds, open, high, low, close, volume";
  // A message without a level is none there.
  const bool skips_empty = form == ExportForm::kTardis && kind.name == "book_updates";
  std::string keys;
  for (std::size_t i = 0; i < kind.key_columns; ++i)
    keys += fmt::format("{}{}", i > 0 ? ", " : "", kind.columns[i].name);
  return fmt::format("SELECT {} FROM {} WHERE {}{} ORDER BY {}", columns, kind.name, where(wanted),
                     skips_empty ? " AND price IS NOT NULL" : "", keys);
}

std::string origins_select(const CatalogExport& wanted) {
  // Whether there is a row at all.
  if (!wanted.origin.empty()) {
    return fmt::format("SELECT origin FROM {} WHERE {} LIMIT 1", wanted.kind->name, where(wanted));
  }
  return fmt::format("SELECT DISTINCT origin FROM {} WHERE {} ORDER BY origin", wanted.kind->name, where(wanted));
}

}  // namespace acts::history
