// Bybit, WebSocket API v5, public: orderbook.DEPTH.SYMBOL and publicTrade.SYMBOL. Which market they are of, the URL of
// their connection says. Facts: bybit-exchange.github.io/docs/v5, "Orderbook", "Trade", read 2026-11.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "history/import/capture_decoder.hpp"
#include "history/import/capture_trade_ids.hpp"

namespace acts::history {
namespace {

constexpr std::string_view kBybitBooks = "orderbook.";
constexpr std::string_view kBybitTrades = "publicTrade.";
constexpr std::string_view kBybitOptions = "bybit-options";
constexpr std::string_view kBybitBids = "data.b";
constexpr std::string_view kBybitAsks = "data.a";

// As Tardis calls them. Empty: none that is known, as the markets of the testnet.
std::string_view bybit_venue(std::string_view url) {
  if (url.contains("testnet")) return "";
  const std::string_view market = url.substr(std::min(url.rfind('/') + 1, url.size()));
  if (market == "linear" || market == "inverse") return "bybit";
  if (market == "spot") return "bybit-spot";
  return market == "option" ? kBybitOptions : "";
}

// "orderbook.200.BTCUSDT": where its symbol begins. Nothing: none with a number of levels, as "orderbook.rpi.BTCUSDT",
// whose levels are of another kind.
std::optional<std::size_t> bybit_book_symbol(std::string_view topic) {
  constexpr std::size_t kMostDigits = 6;
  if (!topic.starts_with(kBybitBooks)) return std::nullopt;
  const std::size_t end = std::min(topic.find_first_not_of("0123456789", kBybitBooks.size()), topic.size());
  const std::size_t digits = end - kBybitBooks.size();
  if (digits == 0 || digits > kMostDigits || end == topic.size() || topic[end] != '.') return std::nullopt;
  return end + 1;
}

class BybitDecoder final : public CaptureDecoder {
 private:
  void begin() override {
    for (std::string* field : {&topic_, &type_, &op_, &sent_, &engine_, &symbol_, &update_}) field->clear();
    found_.clear();
    book_symbol_.reset();
    has_bids_ = false;
    has_asks_ = false;
    is_topic_late_ = false;
    clear_element();
  }

  [[nodiscard]] CaptureSubject about(const CaptureConnection& connection, bool /*is_whole*/) const override {
    if (!is_book() && !is_trades()) return {};
    const std::string_view venue = bybit_venue(connection.url);
    return subject(is_book(), venue, told_symbol(venue));
  }

  // In the topic; empty: a topic of options' trades is that of all instruments of an asset.
  [[nodiscard]] std::string_view told_symbol(std::string_view venue) const {
    if (is_trades() && venue == kBybitOptions) return {};
    return std::string_view(topic_).substr(is_book() ? *book_symbol_ : kBybitTrades.size());
  }

  void value(const JsonPlace& place, std::string_view text) override {
    std::string* const field = field_at(place);
    if (field == nullptr) return check_shape(place, Shape::kValue);
    *field = text;
    if (field == &topic_) book_symbol_ = bybit_book_symbol(topic_);
  }
  void null(const JsonPlace& place) override { check_shape(place, Shape::kNull); }

  void check_shape(const JsonPlace& place, Shape shape) {
    if (place.path == "data[]" && shape != Shape::kObject && is_trades()) refuse("its data is no array of trades");
    if (fits_side(place.path, kBybitBids, shape) && fits_side(place.path, kBybitAsks, shape)) return;
    if (is_book()) refuse("its b or a is no array of levels");
  }

  std::string* field_at(const JsonPlace& place) {
    if (place.path == "data.b[][]" || place.path == "data.a[][]") {
      return place.index == 0 ? &price_ : place.index == 1 ? &quantity_ : nullptr;
    }
    if (place.path == "topic") return &topic_;
    if (place.path == "type") return &type_;
    if (place.path == "op") return &op_;
    if (place.path == "ts") return &sent_;
    if (place.path == "cts") return &engine_;
    if (place.path == "data.s") return &symbol_;
    if (place.path == "data.u") return &update_;
    if (place.path == "data[].s") return &symbol_;
    if (place.path == "data[].i") return &id_;
    if (place.path == "data[].T") return &time_;
    if (place.path == "data[].p") return &price_;
    if (place.path == "data[].v") return &quantity_;
    if (place.path == "data[].S") return &side_;
    if (place.path == "data[].seq") return &sequence_;
    if (place.path == "data[].BT") return &is_block_;
    return nullptr;
  }

  void end(const JsonPlace& place) override {
    check_shape(place, shape_of(place));
    has_bids_ = has_bids_ || place.path == kBybitBids;
    has_asks_ = has_asks_ || place.path == kBybitAsks;
    is_topic_late_ = is_topic_late_ || (topic_.empty() && place.path.starts_with("data"));
    if (place.path == "data.b[]" || place.path == "data.a[]") {
      if (is_book()) add_level(place.path == "data.b[]", price_, quantity_);
      clear_element();
    } else if (place.path == "data[]") {
      if (is_trades()) keep_trade();
      clear_element();
    }
  }

  void finish(CaptureConnection& connection) override {
    const std::size_t dot = topic_.find('.', topic_.starts_with(kBybitBooks) ? kBybitBooks.size() : 0);
    is_of(topic_.empty() ? std::string_view(op_) : std::string_view(topic_).substr(0, dot));
    if (!is_book() && !is_trades()) return;
    const std::string_view venue = bybit_venue(connection.url);
    if (venue.empty()) return refuse("the URL of its connection is of no market that is known");
    if (is_topic_late_) return refuse("it has data in front of its topic");
    if (is_book()) return end_book(venue);
    if (found_.empty()) return refuse("it has no data behind its topic");
    end_trades(venue);
  }

  [[nodiscard]] bool is_book() const { return book_symbol_.has_value(); }
  [[nodiscard]] bool is_trades() const { return topic_.starts_with(kBybitTrades); }

  // Every update of a symbol has the u behind that of the one before.
  void end_book(std::string_view venue) {
    if (told_symbol(venue) != symbol_) return refuse("its topic is not of the symbol in it");
    if (!has_bids_ || !has_asks_) return refuse("it lacks its b or its a");
    const bool is_snapshot = type_ == "snapshot";
    if (!is_snapshot && type_ != "delta") return refuse("its type is neither snapshot nor delta");
    const std::optional<std::int64_t> id = whole(update_);
    if (!id) return refuse("its u is no id");
    const std::optional<std::int64_t> sent = millis(sent_);
    add_book({.venue = std::string(venue),
              .symbol = symbol_,
              .channel = topic_.substr(0, *book_symbol_ - 1),
              .is_snapshot = is_snapshot,
              .ts_event = engine_.empty() ? sent : millis(engine_),
              .ts_sent = sent,
              .first_id = is_snapshot ? std::nullopt : id,
              .id = id});
  }

  struct Trade {
    std::string symbol, id, time, price, quantity, side, sequence, is_block;
  };
  void keep_trade() {
    if (found_.size() == kMostRows) return refuse(fmt::format("it has more than {} trades", kMostRows));
    found_.push_back({std::exchange(symbol_, {}), std::exchange(id_, {}), std::exchange(time_, {}),
                      std::exchange(price_, {}), std::exchange(quantity_, {}), std::exchange(side_, {}),
                      std::exchange(sequence_, {}), std::exchange(is_block_, {})});
  }

  void end_trades(std::string_view venue) {
    std::map<std::pair<std::string_view, std::string_view>, std::int64_t> places;  // by symbol and sequence
    for (const Trade& trade : found_) end_trade(venue, trade, places[{trade.symbol, trade.sequence}]++);
  }

  // Its side is the taker's. A block trade does not happen on the book.
  void end_trade(std::string_view venue, const Trade& trade, std::int64_t place) {
    const std::string_view told = told_symbol(venue);
    const TradeHead head{venue, told.empty() ? std::string_view(trade.symbol) : told, "publicTrade"};
    if (head.symbol != trade.symbol) return refuse_trade(head, "its topic is not of the symbol in it", trade.id);
    const std::optional<bool> is_taker_buy = is_buy(trade.side);
    if (!is_taker_buy) return refuse_trade(head, "a trade's side is neither Buy nor Sell", trade.id);
    const Result<std::int64_t> id = id_of(head, trade, place);
    if (!id) return refuse_trade(head, id.error().message, trade.id);
    const std::string id_text = fmt::format("{}", *id);
    add_trade(head, {.id = id_text,
                     .is_taker_buy = *is_taker_buy,
                     .price = trade.price,
                     .quantity = trade.quantity,
                     .ts_event = millis(trade.time),
                     .is_market = trade.is_block.empty() ? std::nullopt : std::optional(trade.is_block != "true")});
  }

  // Of spot it is a number, others have a UUID.
  Result<std::int64_t> id_of(const TradeHead& head, const Trade& trade, std::int64_t place) {
    if (const std::optional<std::int64_t> id = whole(trade.id)) return *id;
    const std::optional<std::int64_t> sequence = whole(trade.sequence);
    if (sequence) return ids_.number(fmt::format("{} {}", head.venue, head.symbol), trade.id, *sequence, place);
    return fail(ErrorCode::kBadInput, "a trade's i is no whole number, and it has no seq to number it by");
  }

  void clear_element() {
    for (std::string* field : {&id_, &time_, &price_, &quantity_, &side_, &sequence_, &is_block_}) field->clear();
  }

  std::string topic_;
  std::string type_;
  std::string op_;
  std::string sent_;
  std::string engine_;
  std::string symbol_;
  std::string update_;
  // Of the level or trade that is being read.
  std::string id_;
  std::string time_;
  std::string price_;
  std::string quantity_;
  std::string side_;
  std::string sequence_;
  std::string is_block_;
  std::vector<Trade> found_;
  std::optional<std::size_t> book_symbol_;  // where it begins in topic_
  bool has_bids_ = false;
  bool has_asks_ = false;
  bool is_topic_late_ = false;
  CaptureTradeIds ids_;
};

}  // namespace

std::unique_ptr<CaptureDecoder> bybit_decoder() { return std::make_unique<BybitDecoder>(); }

}  // namespace acts::history
