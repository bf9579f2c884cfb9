#include "history/export/message_csv.hpp"

#include <fmt/format.h>

#include <array>
#include <iterator>
#include <span>
#include <variant>

namespace acts::history {
namespace {

struct NamedKind {
  std::string_view name;
  std::string_view header;
};
// In the order of RecordedKind.
constexpr std::array<NamedKind, 4> kKinds{{
    {"book_updates", "exchange,symbol,timestamp,local_timestamp,is_snapshot,side,price,amount\n"},
    {"trades", "exchange,symbol,timestamp,local_timestamp,id,side,price,amount\n"},
    {"agg_trades",
     "agg_trade_id,ts_event,price,quantity,first_trade_id,last_trade_id,is_buyer_maker,is_best_match,ts_recv_ns\n"},
    {"book_ticker", "update_id,ts_event,bid_price,bid_quantity,ask_price,ask_quantity,ts_recv_ns\n"},
}};

std::int64_t to_micros(UnixNanos ts) { return ts.value / 1000 - static_cast<int>(ts.value % 1000 < 0); }

std::string_view side_of(AggressorSide side) { return side == AggressorSide::kBuy ? "buy" : "sell"; }

std::string price_text(Price price, Scales scales) { return to_string(to_decimal(price, scales)); }
std::string quantity_text(Quantity quantity, Scales scales) { return to_string(to_decimal(quantity, scales)); }

}  // namespace

std::string_view to_string(RecordedKind kind) noexcept { return kKinds[static_cast<std::size_t>(kind)].name; }

Result<RecordedKind> parse_recorded_kind(std::string_view name) {
  for (std::size_t i = 0; i < kKinds.size(); ++i) {
    if (kKinds[i].name == name) return static_cast<RecordedKind>(i);
  }
  return fail(ErrorCode::kUsage,
              fmt::format("recordings hold no {}: book_updates, trades, agg_trades, book_ticker", name));
}

std::string_view tardis_exchange(Venue venue) noexcept {
  return venue == Venue::kBinanceSpot ? "binance" : "binance-futures";
}

MessageCsv::MessageCsv(RecordedKind kind, Venue venue, std::string_view symbol)
    : kind_(kind), front_(fmt::format("{},{}", tardis_exchange(venue), symbol)) {}

std::string_view MessageCsv::header() const { return kKinds[static_cast<std::size_t>(kind_)].header; }

std::uint64_t MessageCsv::append(const binance::Message& message, UnixNanos ts_recv, std::optional<UnixNanos> ts_event,
                                 std::string& out) const {
  const std::string times = fmt::format("{},{}", to_micros(ts_event.value_or(ts_recv)), to_micros(ts_recv));
  if (kind_ == RecordedKind::kBookUpdates) return append_levels(message, times, out);
  const std::string event = ts_event ? fmt::format("{}", to_micros(*ts_event)) : "";
  const auto end = std::back_inserter(out);
  if (const auto* ticker = std::get_if<BookTicker>(&message.body)) {
    if (kind_ != RecordedKind::kBookTicker) return 0;
    const Scales scales = ticker->scales;
    fmt::format_to(end, "{},{},{},{},{},{},{}\n", ticker->update_id.value(), event,
                   price_text(ticker->bid.price, scales), quantity_text(ticker->bid.quantity, scales),
                   price_text(ticker->ask.price, scales), quantity_text(ticker->ask.quantity, scales), ts_recv.value);
    return 1;
  }
  const auto* trade = std::get_if<Trade>(&message.body);
  const bool is_wanted = kind_ == RecordedKind::kTrades || kind_ == RecordedKind::kAggTrades;
  if (trade == nullptr || !is_wanted || trade->aggregate != (kind_ == RecordedKind::kAggTrades)) return 0;
  const std::string price = price_text(trade->price, trade->scales);
  const std::string quantity = quantity_text(trade->quantity, trade->scales);
  if (trade->aggregate) {
    fmt::format_to(end, "{},{},{},{},{},{},{},,{}\n", trade->trade_id, event, price, quantity, trade->first_trade_id,
                   trade->last_trade_id, trade->aggressor == AggressorSide::kSell, ts_recv.value);
  } else {
    fmt::format_to(end, "{},{},{},{},{},{}\n", front_, times, trade->trade_id, side_of(trade->aggressor), price,
                   quantity);
  }
  return 1;
}

std::uint64_t MessageCsv::append_levels(const binance::Message& message, std::string_view times,
                                        std::string& out) const {
  const auto add = [&](const auto& book, std::string_view is_snapshot) -> std::uint64_t {
    for (const Side side : {Side::kBid, Side::kAsk}) {
      const std::span<const Level> levels = side == Side::kBid ? book.bids : book.asks;
      for (const Level& level : levels) {
        fmt::format_to(std::back_inserter(out), "{},{},{},{},{},{}\n", front_, times, is_snapshot,
                       side == Side::kBid ? "bid" : "ask", price_text(level.price, book.scales),
                       quantity_text(level.quantity, book.scales));
      }
    }
    return book.bids.size() + book.asks.size();
  };
  if (const auto* update = std::get_if<DepthUpdate>(&message.body)) return add(*update, "false");
  if (const auto* snapshot = std::get_if<DepthSnapshot>(&message.body)) return add(*snapshot, "true");
  return 0;
}

}  // namespace acts::history
