#include "history/import/capture_decoder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "acts/base/decimal.hpp"

#include "history/import/source_name.hpp"
#include "history/import/time_format.hpp"

namespace acts::history {
namespace {

constexpr int kMilliDecimals = 6;

Layout captured_levels(const Kind& kind) {
  return {.columns = {column_index(kind, "is_bid"), column_index(kind, "price"), column_index(kind, "quantity")},
          .readings = {Reading::kSide, Reading::kValue, Reading::kValue}};
}

Layout captured_trades(const Kind& kind) {
  return {.columns = {column_index(kind, "trade_id"), column_index(kind, "is_buyer_maker"), column_index(kind, "price"),
                      column_index(kind, "quantity")},
          .readings = {Reading::kValue, Reading::kTaker, Reading::kValue, Reading::kValue}};
}

void set_captured_time(Row& row, const Kind& kind, std::string_view column, std::optional<std::int64_t> nanos) {
  if (nanos) set_time(row, column_index(kind, column), *nanos);
}

void set_captured_id(Row& row, const Kind& kind, std::string_view column, std::optional<std::int64_t> id) {
  if (id) set_value(row, column_index(kind, column), *id);
}

void add_known(Row& row, const Row& known, std::size_t columns) {
  for (std::size_t i = 0; i < columns; ++i) {
    if (!known.is_null(i)) set_value(row, i, known.values[i]);
  }
}

}  // namespace

bool CapturePart::is_snapshot() const { return rows.front().values[column_index(*kind, "is_snapshot")] != 0; }

std::optional<std::int64_t> CapturePart::update_id() const {
  const std::size_t column = column_index(*kind, "update_id");
  return rows.front().is_null(column) ? std::nullopt : std::optional(rows.front().integer(column));
}

bool CapturePart::continues(std::int64_t update_id) const {
  if (!has_shared_ids || is_snapshot()) return false;
  const Row& row = rows.front();
  const std::size_t previous = column_index(*kind, "prev_update_id");
  if (!row.is_null(previous)) return row.integer(previous) == update_id;
  const std::size_t first = column_index(*kind, "first_update_id");
  return !row.is_null(first) && row.integer(first) - 1 == update_id;
}

std::unique_ptr<CaptureDecoder> CaptureDecoder::of_exchange(std::string_view exchange) {
  if (exchange == "OKX") return okx_decoder();
  if (exchange == "BYBIT") return bybit_decoder();
  if (exchange == "COINBASE") return coinbase_decoder();
  return nullptr;
}

CaptureDecoder::CaptureDecoder()
    : books_(find_kind("book_updates")),
      trades_(find_kind("trades")),
      levels_parser_(*books_, captured_levels(*books_)),
      trades_parser_(*trades_, captured_trades(*trades_)) {}

Result<void> CaptureDecoder::decode(std::string_view json, CaptureConnection& connection, std::int64_t ts_recv) {
  parts_.clear();
  bad_trades_.clear();
  levels_.clear();
  rows_ = 0;
  what_.clear();
  reason_.clear();
  ts_recv_ = ts_recv;
  begin();
  const bool is_whole = walk_json(json, *this);
  if (is_whole) finish(connection);
  if (is_whole && !is_refused()) return {};
  parts_.clear();
  bad_trades_.clear();
  refused_ = about(connection, is_whole);
  if (!is_whole) reason_ = fmt::format("its message is no JSON, or nests deeper than {}", kMostJsonDepth);
  return fail(ErrorCode::kBadInput, reason_);
}

CaptureSubject CaptureDecoder::subject(bool is_book, std::string_view venue, std::string_view symbol) const {
  return {.kind = is_book ? books_ : trades_, .venue = std::string(venue), .symbol = std::string(symbol)};
}

bool CaptureDecoder::fits_side(std::string_view path, std::string_view side, Shape shape) {
  if (!path.starts_with(side)) return true;
  const std::string_view within = path.substr(side.size());
  if (within == "[][]") return shape == Shape::kValue;
  if (within.empty() || within == "[]") return shape == Shape::kArray;
  return within.front() != '[' && within.front() != '.';
}

void CaptureDecoder::refuse(std::string reason) {
  if (reason_.empty()) reason_ = std::move(reason);
}

bool CaptureDecoder::has_room() {
  if (++rows_ > kMostRows) refuse(fmt::format("it has more than {} levels or trades", kMostRows));
  return !is_refused();
}

void CaptureDecoder::add_level(bool is_bid, std::string_view price, std::string_view quantity) {
  if (!has_room()) return;
  // Empty texts would be columns that nobody knows.
  if (price.empty() || quantity.empty()) return refuse("a level lacks its price or quantity");
  line_.assign(is_bid ? "bid," : "ask,").append(price).append(",").append(quantity);
  if (const Result<void> parsed = levels_parser_.parse(line_, levels_.emplace_back()); !parsed) {
    refuse(parsed.error().message);
  }
}

void CaptureDecoder::add_book(BookHead head) {
  if (is_refused()) return;
  if (!is_folder_value(head.symbol)) {
    return refuse(fmt::format("'{}' is no symbol that a folder can be called", shown_text(head.symbol)));
  }
  if (!head.ts_event) return refuse("it tells no time of its own");
  // That a message has no level is told too, by a row.
  if (levels_.empty() && !has_room()) return;
  if (levels_.empty()) levels_.push_back(unknown_row(*books_, DecimalForm::kNarrow));
  Row message = unknown_row(*books_, DecimalForm::kNarrow);
  set_captured_id(message, *books_, "ts_recv_ns", ts_recv_);
  set_captured_time(message, *books_, "ts_event", head.ts_event);
  if (head.ts_sent != head.ts_event) set_captured_time(message, *books_, "ts_sent", head.ts_sent);
  set_captured_id(message, *books_, "first_update_id", head.first_id);
  set_captured_id(message, *books_, "update_id", head.id);
  set_captured_id(message, *books_, "prev_update_id", head.prev_id);
  set_captured_id(message, *books_, "is_snapshot", static_cast<std::int64_t>(head.is_snapshot));
  for (Row& row : levels_) add_known(row, message, books_->columns.size());
  parts_.push_back({books_, std::move(head.venue), std::move(head.symbol), std::move(head.channel), std::move(levels_),
                    head.checksum});
  levels_.clear();
}

void CaptureDecoder::set_book_ids(std::int64_t id, const CaptureConnection& connection) {
  for (CapturePart& part : parts_) {
    if (part.kind != books_) continue;
    part.has_shared_ids = false;
    const auto last = connection.last_updates.find(part.symbol);
    std::optional<std::int64_t> before;
    if (!part.is_snapshot() && last != connection.last_updates.end()) {
      before = std::max(last->second, connection.whole_from - 1);
    }
    Row ids = unknown_row(*books_, DecimalForm::kNarrow);
    set_captured_id(ids, *books_, "update_id", id);
    set_captured_id(ids, *books_, "prev_update_id", before);
    for (Row& row : part.rows) add_known(row, ids, books_->columns.size());
  }
}

void CaptureDecoder::add_trade(const TradeHead& head, const TradeText& trade) {
  line_.assign(trade.id).append(trade.is_taker_buy ? ",buy," : ",sell,").append(trade.price);
  line_.append(",").append(trade.quantity);
  if (!is_folder_value(head.symbol)) {
    const std::string reason = fmt::format("'{}' is no symbol that a folder can be called", shown_text(head.symbol));
    return refuse_trade(head, reason, line_);
  }
  if (!trade.ts_event) return refuse_trade(head, "a trade tells no time", line_);
  Row row;
  if (const Result<void> parsed = trades_parser_.parse(line_, row); !parsed) {
    return refuse_trade(head, parsed.error().message, line_);
  }
  if (!has_room()) return;
  set_captured_time(row, *trades_, "ts_event", trade.ts_event);
  set_captured_id(row, *trades_, "ts_recv_ns", ts_recv_);
  if (trade.is_market) set_captured_id(row, *trades_, "is_market", static_cast<std::int64_t>(*trade.is_market));
  const bool continues = !parts_.empty() && parts_.back().kind == trades_ && parts_.back().symbol == head.symbol;
  if (!continues) {
    parts_.push_back({trades_, std::string(head.venue), std::string(head.symbol), std::string(head.channel)});
  }
  parts_.back().rows.push_back(row);
}

void CaptureDecoder::refuse_trade(const TradeHead& head, std::string reason, std::string_view text) {
  constexpr std::size_t kMostText = 256;
  if (!has_room()) return;
  bad_trades_.push_back({std::move(reason),
                         std::string(text.substr(0, kMostText)),
                         {.kind = trades_, .venue = std::string(head.venue), .symbol = std::string(head.symbol)}});
}

std::optional<std::int64_t> CaptureDecoder::whole(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool is_whole = error == std::errc{} && end == text.data() + text.size() && value >= 0;
  return is_whole ? std::optional(value) : std::nullopt;
}

std::optional<std::int64_t> CaptureDecoder::millis(std::string_view text) {
  const ScaledInteger nanos = parse_scaled(text, kMilliDecimals);
  const bool is_time = nanos.status == DecimalStatus::kOk && is_likely_time(nanos.units);
  return is_time ? std::optional(nanos.units) : std::nullopt;
}

std::optional<bool> CaptureDecoder::is_buy(std::string_view side) {
  if (side == "buy" || side == "Buy" || side == "BUY") return true;
  if (side == "sell" || side == "Sell" || side == "SELL") return false;
  return std::nullopt;
}

}  // namespace acts::history
