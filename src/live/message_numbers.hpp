// Tells merge_recordings() the number of a message in its stream: update ids of depth and tickers, trade ids. Not
// thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

#include "acts/market/venue.hpp"

#include "binance/decoder.hpp"

namespace acts {

class MessageNumbers {
 public:
  explicit MessageNumbers(Venue venue) : decoder_(venue) {}

  // Nothing: a message without one, or one that cannot be read.
  std::optional<std::int64_t> number_of(std::string_view json) {
    const binance::Decoded message = decoder_.decode(json);
    if (!message) return std::nullopt;
    if (const auto* depth = std::get_if<DepthUpdate>(&message->body)) return depth->last_update_id.value();
    if (const auto* trade = std::get_if<Trade>(&message->body)) return trade->trade_id;
    if (const auto* ticker = std::get_if<BookTicker>(&message->body)) return ticker->update_id.value();
    return std::nullopt;
  }

 private:
  binance::Decoder decoder_;
};

}  // namespace acts
