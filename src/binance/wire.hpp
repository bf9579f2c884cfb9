// Small facts of the wire form that both parsers of depth share.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "acts/base/time.hpp"

namespace acts::binance {

// Ids of updates and of trades are read below this (events.hpp).
inline constexpr std::int64_t kIdEnd = std::int64_t{1} << 62;

// An aggregate is what an order took at one price, on USD-M what all did within 100 ms: thousands of trades, as so many
// orders wait there. A longer one is none, and would be counted as all the trades that its ids leap over.
inline constexpr std::int64_t kMostTradesOfAggregate = 1'000'000;

// The venue stamps in milliseconds, or in microseconds where it was asked to (timeUnit=MICROSECOND): told apart by
// size. Nothing for a stamp outside 1970 ... 2262.
constexpr std::optional<UnixNanos> wire_time(std::int64_t stamp) {
  constexpr std::int64_t kMillisEnd = INT64_MAX / 1'000'000;
  constexpr std::int64_t kMicrosBegin = 100'000'000'000'000;
  constexpr std::int64_t kMicrosEnd = INT64_MAX / 1'000;
  if (stamp >= 0 && stamp < kMillisEnd) return UnixNanos{stamp * 1'000'000};
  if (stamp >= kMicrosBegin && stamp < kMicrosEnd) return UnixNanos{stamp * 1'000};
  return std::nullopt;
}

// "btcusdt@depth@100ms" -> "btcusdt".
constexpr std::string_view stream_symbol(std::string_view stream) { return stream.substr(0, stream.find('@')); }

// 5, 10, 20 for "btcusdt@depth20@100ms" and its like, else 0.
constexpr int partial_depth_limit(std::string_view stream) {
  const std::size_t at = stream.find('@');
  if (at == std::string_view::npos || stream.substr(at, 6) != "@depth") return 0;
  const std::string_view rest = stream.substr(at + 6);
  const std::string_view digits = rest.substr(0, rest.find('@'));
  return digits == "5" ? 5 : digits == "10" ? 10 : digits == "20" ? 20 : 0;
}

// True if a stream of `stream_name` may carry an event of `symbol`: stream names have ASCII letters in lower case.
constexpr bool stream_carries(std::string_view stream_name, std::string_view symbol) {
  const std::string_view prefix = stream_symbol(stream_name);
  if (prefix.size() != symbol.size()) return false;
  for (std::size_t i = 0; i < symbol.size(); ++i) {
    const char c = symbol[i];
    if (prefix[i] != (c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c)) return false;
  }
  return true;
}

}  // namespace acts::binance
