// Coinbase, Advanced Trade WebSocket: l2_data and market_trades. The messages of a connection are counted, over all
// channels: sequence_num is the id of an update, and the one before is that of the book's last, if none was missing in
// between. Facts: docs.cdp.coinbase.com/coinbase-app/advanced-trade-apis/websocket, read 2026-11.
#include <algorithm>
#include <string>

#include "history/import/capture_decoder.hpp"
#include "history/import/time_format.hpp"

namespace acts::history {
namespace {

constexpr std::string_view kCoinbaseVenue = "coinbase";
constexpr std::string_view kCoinbaseBooks = "l2_data";
constexpr std::string_view kCoinbaseTrades = "market_trades";

class CoinbaseDecoder final : public CaptureDecoder {
 private:
  void begin() override {
    channel_.clear();
    sent_.clear();
    sequence_.clear();
    told_product_.clear();
    has_several_products_ = false;
    clear_event();
  }

  // Of a book or trade of several products it is not known whose is refused.
  [[nodiscard]] CaptureSubject about(const CaptureConnection& /*connection*/, bool is_whole) const override {
    if (!is_wanted()) return {};
    return subject(channel_ == kCoinbaseBooks, kCoinbaseVenue,
                   is_whole && !has_several_products_ ? std::string_view(told_product_) : "");
  }

  void value(const JsonPlace& place, std::string_view text) override {
    std::string* const field = field_at(place);
    if (field == nullptr && (is_list(place.path) || is_element(place.path))) refuse_shape();
    if (field == nullptr) return;
    *field = text;
    if (field != &product_) return;
    has_several_products_ = has_several_products_ || (!told_product_.empty() && told_product_ != text);
    told_product_ = text;
  }
  void null(const JsonPlace& place) override {
    if (is_element(place.path)) refuse_shape();
  }

  // Arrays of objects.
  static bool is_list(std::string_view path) { return path == "events[].updates" || path == "events[].trades"; }
  static bool is_element(std::string_view path) { return path == "events[].updates[]" || path == "events[].trades[]"; }
  void refuse_shape() {
    if (is_wanted()) refuse("its updates or trades are no array of objects");
  }

  std::string* field_at(const JsonPlace& place) {
    constexpr std::string_view kUpdates = "events[].updates[].";
    constexpr std::string_view kTrades = "events[].trades[].";
    if (place.path.starts_with(kUpdates)) {
      const std::string_view name = place.path.substr(kUpdates.size());
      if (name == "side") return &side_;
      if (name == "event_time") return &time_;
      if (name == "price_level") return &price_;
      return name == "new_quantity" ? &quantity_ : nullptr;
    }
    if (place.path.starts_with(kTrades)) {
      const std::string_view name = place.path.substr(kTrades.size());
      if (name == "product_id") return &product_;
      if (name == "trade_id") return &id_;
      if (name == "price") return &price_;
      if (name == "size") return &quantity_;
      if (name == "time") return &time_;
      return name == "side" ? &side_ : nullptr;
    }
    if (place.path == "channel") return &channel_;
    if (place.path == "timestamp") return &sent_;
    if (place.path == "sequence_num") return &sequence_;
    if (place.path == "events[].type") return &type_;
    return place.path == "events[].product_id" ? &product_ : nullptr;
  }

  void end(const JsonPlace& place) override {
    if (place.is_array ? is_element(place.path) : is_list(place.path)) refuse_shape();
    if (place.path == "events[].updates[]") {
      if (channel_ == kCoinbaseBooks) end_level();
      clear_element();
    } else if (place.path == "events[].trades[]") {
      if (channel_ == kCoinbaseTrades) end_trade();
      clear_element();
      product_.clear();
    } else if (place.path == "events[]") {
      if (channel_ == kCoinbaseBooks) end_book();
      clear_event();
    }
  }

  void finish(CaptureConnection& connection) override {
    is_of(channel_);
    const std::optional<std::int64_t> sequence = whole(sequence_);
    if (!sequence) {
      if (is_wanted()) refuse("its sequence_num is no number");
      return;
    }
    // The same again is in a file that has each line twice.
    const bool is_again = connection.sequence && *sequence == *connection.sequence;
    const bool is_next = connection.sequence && *sequence > 0 && *sequence - 1 == *connection.sequence;
    if (!is_next && !is_again) connection.whole_from = *sequence;
    connection.sequence = sequence;
    if (!is_wanted()) return;
    if (!is_refused() && has_nothing()) refuse("it has no event behind its channel");
    if (!is_refused() && channel_ == kCoinbaseBooks) follow_books(connection, *sequence);
    // What it said is missing in its books, as if it had not come.
    if (is_refused() && channel_ == kCoinbaseBooks) connection.whole_from = std::min(*sequence, INT64_MAX - 1) + 1;
  }

  [[nodiscard]] bool is_wanted() const { return channel_ == kCoinbaseBooks || channel_ == kCoinbaseTrades; }

  void follow_books(CaptureConnection& connection, std::int64_t sequence) {
    set_book_ids(sequence, connection);
    for (const CapturePart& part : parts()) {
      const auto known = connection.last_updates.find(part.symbol);
      if (known != connection.last_updates.end()) {
        known->second = sequence;
      } else if (connection.books_left > 0) {
        connection.last_updates.emplace(part.symbol, sequence);
        --connection.books_left;
      } else {
        return refuse("more books have updates, over all connections, than are followed");
      }
    }
  }

  void end_level() {
    const bool is_bid = side_ == "bid";
    if (!is_bid && side_ != "offer") return refuse("a level's side is neither bid nor offer");
    const std::optional<std::int64_t> time = read_iso_time(time_);
    if (!time) return refuse("a level's event_time is no time");
    // The venue's pages show snapshots whose levels are of 1970: none that it knows.
    if (is_likely_time(*time)) latest_ = std::max(latest_.value_or(*time), *time);
    add_level(is_bid, price_, quantity_);
  }

  void end_book() {
    const bool is_snapshot = type_ == "snapshot";
    if (!is_snapshot && type_ != "update") return refuse("its type is neither snapshot nor update");
    const std::optional<std::int64_t> sent = likely_time(sent_);
    add_book({.venue = std::string(kCoinbaseVenue),
              .symbol = product_,
              .channel = channel_,
              .is_snapshot = is_snapshot,
              .ts_event = latest_ ? latest_ : sent,
              .ts_sent = sent});
  }

  // Its side is the maker's: a trade at the best ask is a SELL.
  void end_trade() {
    const TradeHead head{kCoinbaseVenue, product_, channel_};
    const std::optional<bool> is_maker_buy = is_buy(side_);
    if (!is_maker_buy) return refuse_trade(head, "a trade's side is neither BUY nor SELL", id_);
    add_trade(head, {.id = id_,
                     .is_taker_buy = !*is_maker_buy,
                     .price = price_,
                     .quantity = quantity_,
                     .ts_event = likely_time(time_)});
  }

  static std::optional<std::int64_t> likely_time(std::string_view text) {
    const std::optional<std::int64_t> time = read_iso_time(text);
    return time && is_likely_time(*time) ? time : std::nullopt;
  }

  void clear_element() {
    for (std::string* field : {&id_, &time_, &price_, &quantity_, &side_}) field->clear();
  }
  void clear_event() {
    type_.clear();
    product_.clear();
    latest_.reset();
    clear_element();
  }

  std::string channel_;
  std::string sent_;
  std::string sequence_;
  std::string told_product_;  // the last one
  bool has_several_products_ = false;
  // Of the event that is being read,
  std::string type_;
  std::string product_;
  std::optional<std::int64_t> latest_;  // time in it
  // and of the level or trade in it.
  std::string id_;
  std::string time_;
  std::string price_;
  std::string quantity_;
  std::string side_;
};

}  // namespace

std::unique_ptr<CaptureDecoder> coinbase_decoder() { return std::make_unique<CoinbaseDecoder>(); }

}  // namespace acts::history
