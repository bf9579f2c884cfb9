// OKX, WebSocket API v5: the order book channels that begin with a snapshot, and trades. Prices are those of the
// instrument, quantities of swaps and futures count contracts. Facts: okx.com/docs-v5, "Order book channel", "Trades
// channel", read 2026-11.
#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "history/import/capture_decoder.hpp"

namespace acts::history {
namespace {

constexpr std::string_view kOkxAsks = "data[].asks";
constexpr std::string_view kOkxBids = "data[].bids";

// As Tardis calls them; by how an instrument is spelled: "BTC-USDT", "BTC-USD-SWAP", "BTC-USD-220527",
// "BTC-USD-220527-30000-C". Empty: otherwise.
std::string_view okx_venue(std::string_view instrument) {
  if (instrument.ends_with("-SWAP")) return "okex-swap";
  switch (std::ranges::count(instrument, '-')) {
    case 1: return "okex";
    case 2: return "okex-futures";
    case 4: return "okex-options";
    default: return "";
  }
}

class OkxDecoder final : public CaptureDecoder {
 private:
  void begin() override {
    channel_.clear();
    instrument_.clear();
    action_.clear();
    event_.clear();
    has_nothing_new_ = false;
    clear_element();
  }

  [[nodiscard]] CaptureSubject about(const CaptureConnection& /*connection*/, bool /*is_whole*/) const override {
    if (!is_book() && !is_trades()) return {};
    return subject(is_book(), okx_venue(instrument_), instrument_);
  }

  void value(const JsonPlace& place, std::string_view text) override {
    std::string* const field = field_at(place);
    if (field == nullptr) return check_shape(place, Shape::kValue);
    *field = text;
  }
  void null(const JsonPlace& place) override { check_shape(place, Shape::kNull); }

  void check_shape(const JsonPlace& place, Shape shape) {
    if (place.path == "data[]" && shape != Shape::kObject && (is_book() || is_trades())) {
      refuse("its data is no array of objects");
    }
    if (fits_side(place.path, kOkxAsks, shape) && fits_side(place.path, kOkxBids, shape)) return;
    if (is_book()) refuse("its asks or bids are no array of levels");
  }

  std::string* field_at(const JsonPlace& place) {
    if (place.path == "data[].asks[][]" || place.path == "data[].bids[][]") {
      return place.index == 0 ? &price_ : place.index == 1 ? &quantity_ : nullptr;
    }
    if (place.path == "arg.channel") return &channel_;
    if (place.path == "arg.instId") return &instrument_;
    if (place.path == "action") return &action_;
    if (place.path == "event") return &event_;
    if (place.path == "data[].ts") return &time_;
    if (place.path == "data[].seqId") return &id_;
    if (place.path == "data[].prevSeqId") return &prev_id_;
    if (place.path == "data[].checksum") return &checksum_;
    if (place.path == "data[].instId") return &told_instrument_;
    if (place.path == "data[].tradeId") return &trade_id_;
    if (place.path == "data[].px") return &price_;
    if (place.path == "data[].sz") return &quantity_;
    if (place.path == "data[].side") return &side_;
    return nullptr;
  }

  void end(const JsonPlace& place) override {
    check_shape(place, shape_of(place));
    has_asks_ = has_asks_ || place.path == kOkxAsks;
    has_bids_ = has_bids_ || place.path == kOkxBids;
    if (place.path == "data[].asks[]" || place.path == "data[].bids[]") {
      if (is_book()) add_level(place.path == "data[].bids[]", price_, quantity_);
      has_level_ = true;
      price_.clear();
      quantity_.clear();
    } else if (place.path == "data[]") {
      if (is_book()) end_book();
      if (is_trades()) end_trade();
      clear_element();
    }
  }

  void finish(CaptureConnection& /*connection*/) override {
    is_of(event_.empty() ? std::string_view(channel_) : std::string_view(event_));
    if (event_.empty() && (is_book() || is_trades()) && has_nothing() && !has_nothing_new_) {
      refuse("it has no data behind its channel");
    }
  }

  // Others tell each time a few levels alone.
  [[nodiscard]] bool is_book() const {
    return channel_ == "books" || channel_ == "books-l2-tbt" || channel_ == "books50-l2-tbt";
  }
  [[nodiscard]] bool is_trades() const { return channel_ == "trades" || channel_ == "trades-all"; }

  void end_book() {
    const bool is_snapshot = action_ == "snapshot";
    if (!is_snapshot && action_ != "update") return refuse("its action is neither snapshot nor update");
    if (!has_asks_ || !has_bids_) return refuse("it lacks its asks or its bids");
    // Sent when nothing has changed for a while.
    if (!is_snapshot && !has_level_ && !id_.empty() && id_ == prev_id_) {
      has_nothing_new_ = true;
      return;
    }
    // Of captures before 2023 there are no ids; of a snapshot prevSeqId is -1.
    if (!id_.empty() && !whole(id_)) return refuse("its seqId is no id");
    const std::string_view venue = okx_venue(instrument_);
    if (venue.empty()) return refuse("its instId is of no market that is known");
    add_book({.venue = std::string(venue),
              .symbol = instrument_,
              .channel = channel_,
              .is_snapshot = is_snapshot,
              .ts_event = millis(time_),
              .id = whole(id_),
              .prev_id = is_snapshot ? std::nullopt : whole(prev_id_),
              .checksum = id_.empty() ? checksum() : std::nullopt});
  }

  // 0 where the venue makes none.
  [[nodiscard]] std::optional<std::int64_t> checksum() const {
    const std::optional<std::int64_t> size =
        whole(std::string_view(checksum_).substr(checksum_.starts_with('-') ? 1 : 0));
    if (!size || *size == 0) return std::nullopt;
    return checksum_.starts_with('-') ? -*size : *size;
  }

  // Its side is the taker's.
  void end_trade() {
    const std::string_view venue = okx_venue(instrument_);
    if (venue.empty()) return refuse("its instId is of no market that is known");
    const TradeHead head{venue, instrument_, channel_};
    if (!told_instrument_.empty() && told_instrument_ != instrument_) {
      return refuse_trade(head, "a trade's instId is not that of its channel", trade_id_);
    }
    const std::optional<bool> is_taker_buy = is_buy(side_);
    if (!is_taker_buy) return refuse_trade(head, "a trade's side is neither buy nor sell", trade_id_);
    add_trade(head, {.id = trade_id_,
                     .is_taker_buy = *is_taker_buy,
                     .price = price_,
                     .quantity = quantity_,
                     .ts_event = millis(time_)});
  }

  void clear_element() {
    for (std::string* field :
         {&time_, &id_, &prev_id_, &checksum_, &told_instrument_, &trade_id_, &price_, &quantity_, &side_}) {
      field->clear();
    }
    has_level_ = false;
    has_asks_ = false;
    has_bids_ = false;
  }

  std::string channel_;
  std::string instrument_;
  std::string action_;
  std::string event_;
  // Of the element of data that is being read.
  std::string time_;
  std::string id_;
  std::string prev_id_;
  std::string checksum_;
  std::string told_instrument_;
  std::string trade_id_;
  std::string price_;
  std::string quantity_;
  std::string side_;
  bool has_level_ = false;
  bool has_asks_ = false;
  bool has_bids_ = false;
  bool has_nothing_new_ = false;
};

}  // namespace

std::unique_ptr<CaptureDecoder> okx_decoder() { return std::make_unique<OkxDecoder>(); }

}  // namespace acts::history
