#include "support/message_text.hpp"

#include <fmt/format.h>

#include <span>
#include <variant>

namespace acts::test {
namespace {

using namespace acts::binance;

std::string levels_text(std::span<const Level> levels) {
  std::string text;
  for (const Level& level : levels) {
    fmt::format_to(std::back_inserter(text), " {}x{}", level.price.units(), level.quantity.units());
  }
  return text;
}

std::string scales_text(Scales scales) { return fmt::format("scales {}/{}", scales.price, scales.quantity); }

struct BodyText {
  std::string operator()(const OtherMessage&) const { return "other"; }
  std::string operator()(const DepthUpdate& update) const {
    return fmt::format("depth U {} u {} pu {} E {} {} bids{} asks{}", update.first_update_id.value(),
                       update.last_update_id.value(), update.previous_last_update_id.value(), update.ts_event.value,
                       scales_text(update.scales), levels_text(update.bids), levels_text(update.asks));
  }
  std::string operator()(const DepthSnapshot& snapshot) const {
    return fmt::format("snapshot {} E {} limit {} {} bids{} asks{}", snapshot.last_update_id.value(),
                       snapshot.ts_event.value, snapshot.limit, scales_text(snapshot.scales),
                       levels_text(snapshot.bids), levels_text(snapshot.asks));
  }
  std::string operator()(const PartialDepth& partial) const { return "partial " + (*this)(partial.top); }
  std::string operator()(const BookTicker& ticker) const {
    const Level sides[] = {ticker.bid, ticker.ask};
    return fmt::format("bookTicker u {} E {} {}{}", ticker.update_id.value(), ticker.ts_event.value,
                       scales_text(ticker.scales), levels_text(sides));
  }
  std::string operator()(const Trade& trade) const {
    return fmt::format("{} {} of {}-{} T {} {} {}x{} {}{}", trade.aggregate ? "aggTrade" : "trade", trade.trade_id,
                       trade.first_trade_id, trade.last_trade_id, trade.ts_event.value, scales_text(trade.scales),
                       trade.price.units(), trade.quantity.units(),
                       trade.aggressor == AggressorSide::kBuy ? "buy" : "sell", trade.market ? "" : " off the book");
  }
  std::string operator()(const ServerShutdown& shutdown) const {
    return fmt::format("serverShutdown E {}", shutdown.ts_event.value);
  }
  std::string operator()(const ControlReply& reply) const { return fmt::format("reply {}", reply.id); }
  std::string operator()(const VenueError& error) const {
    return fmt::format("error {} '{}' id {}", error.code, error.message, error.id);
  }
};

}  // namespace

std::string message_text(const Result<Message>& message) {
  if (!message) return "refused";
  const std::string instrument = message->instrument == kNoInstrument ? "-" : std::to_string(message->instrument);
  return fmt::format("[{}|{}|{}] {}", message->symbol, message->stream, instrument,
                     std::visit(BodyText{}, message->body));
}

}  // namespace acts::test
