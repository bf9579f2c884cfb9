// Bybit, WebSocket API v5, public: orderbook.DEPTH.SYMBOL and publicTrade.SYMBOL. Which market they are of, the URL of
// their connection says. Facts: bybit-exchange.github.io/docs/v5, "Orderbook", "Trade", read 2026-11.
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "history/import/capture_decoder.hpp"

namespace acts::history {
namespace {

constexpr std::string_view kBybitBooks = "orderbook.";
constexpr std::string_view kBybitTrades = "publicTrade.";
// Trades of one seq. Ids made of it stay below 2^63 up to a seq of 2 * 10^15.
constexpr std::int64_t kBybitIdsASeq = 4096;

// As Tardis calls them. Empty: none that is known.
std::string_view bybit_venue(std::string_view url) {
  const std::string_view market = url.substr(std::min(url.rfind('/') + 1, url.size()));
  if (market == "linear" || market == "inverse") return "bybit";
  if (market == "spot") return "bybit-spot";
  return market == "option" ? "bybit-options" : "";
}

class BybitDecoder final : public CaptureDecoder {
 private:
  void begin() override {
    for (std::string* field : {&topic_, &type_, &op_, &sent_, &engine_, &symbol_, &update_}) field->clear();
    found_.clear();
    clear_element();
  }

  void value(const JsonPlace& place, std::string_view text) override {
    std::string* const field = field_at(place);
    if (field != nullptr) *field = text;
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
    if (place.path == "data.b[]" || place.path == "data.a[]") {
      if (is_book()) add_level(place.path == "data.b[]", price_, quantity_);
      clear_element();
    } else if (place.path == "data[]") {
      if (is_trades()) keep_trade();
      clear_element();
    }
  }

  void finish(CaptureConnection& connection) override {
    is_of(topic_.empty() ? std::string_view(op_) : std::string_view(topic_).substr(0, topic_.find('.')));
    if (!is_book() && !is_trades()) return;
    const std::string_view venue = bybit_venue(connection.url);
    if (venue.empty()) return refuse("the URL of its connection is of no market that is known");
    if (is_book()) return end_book(venue);
    if (found_.empty()) return refuse("it has no data behind its topic");
    for (const Trade& trade : found_) end_trade(venue, trade);
  }

  [[nodiscard]] bool is_book() const { return topic_.starts_with(kBybitBooks); }
  [[nodiscard]] bool is_trades() const { return topic_.starts_with(kBybitTrades); }

  // "orderbook.200.BTCUSDT". Every update of a symbol has the u behind that of the one before.
  void end_book(std::string_view venue) {
    const std::size_t dot = topic_.find('.', kBybitBooks.size());
    if (dot == std::string::npos || topic_.substr(dot + 1) != symbol_) {
      return refuse("its topic is not of the symbol in it");
    }
    const bool is_snapshot = type_ == "snapshot";
    if (!is_snapshot && type_ != "delta") return refuse("its type is neither snapshot nor delta");
    const std::optional<std::int64_t> id = whole(update_);
    if (!id) return refuse("its u is no id");
    const std::optional<std::int64_t> sent = millis(sent_);
    add_book({.venue = std::string(venue),
              .symbol = symbol_,
              .channel = topic_.substr(0, dot),
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

  // Its side is the taker's. A block trade does not happen on the book.
  void end_trade(std::string_view venue, const Trade& trade) {
    if (is_refused()) return;
    const std::optional<bool> is_taker_buy = is_buy(trade.side);
    if (!is_taker_buy) return refuse("a trade's side is neither Buy nor Sell");
    const std::optional<std::int64_t> id = id_of(venue, trade);
    if (!id) return;
    const std::string id_text = fmt::format("{}", *id);
    add_trade({venue, trade.symbol, "publicTrade"},
              {.id = id_text,
               .is_taker_buy = *is_taker_buy,
               .price = trade.price,
               .quantity = trade.quantity,
               .ts_event = millis(trade.time),
               .is_market = trade.is_block.empty() ? std::nullopt : std::optional(trade.is_block != "true")});
  }

  // Of spot it is a number. Others have a UUID, which nothing can be ordered by: in its place stands the number of the
  // event in the engine, with that of the trade in it.
  std::optional<std::int64_t> id_of(std::string_view venue, const Trade& trade) {
    if (const std::optional<std::int64_t> id = whole(trade.id)) return id;
    const std::optional<std::int64_t> sequence = whole(trade.sequence);
    if (!sequence || *sequence >= INT64_MAX / kBybitIdsASeq) {
      refuse("a trade's i is no whole number, and it has no seq to number it by");
      return std::nullopt;
    }
    const std::string key = fmt::format("{} {}", venue, trade.symbol);
    const auto known = last_.find(key);
    if (known == last_.end() && last_.size() == kMostInstruments) {
      refuse(fmt::format("more than {} instruments have trades", kMostInstruments));
      return std::nullopt;
    }
    Last& last = last_[key];
    last = {*sequence, last.sequence == *sequence ? last.count + 1 : 0};
    if (last.count < kBybitIdsASeq) return *sequence * kBybitIdsASeq + last.count;
    refuse(fmt::format("more than {} trades have one seq", kBybitIdsASeq));
    return std::nullopt;
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
  struct Last {
    std::int64_t sequence = -1;
    std::int64_t count = 0;
  };
  std::map<std::string, Last> last_;
};

}  // namespace

std::unique_ptr<CaptureDecoder> bybit_decoder() { return std::make_unique<BybitDecoder>(); }

}  // namespace acts::history
