#include "binance/event_scanner.hpp"

#include "binance/scan_text.hpp"

namespace acts::binance {
namespace {

using scan::integer;
using scan::literal;
using scan::word;

bool boolean(const char*& p, bool& out) {
  out = literal(p, "true");
  return out || literal(p, "false");
}

// Behind {"e":"trade". Spot: E s t p q T m M; USD-M: E T s t p q X m. E is not looked at but for its form.
bool trade(const char*& p, ScannedEvent& out) {
  std::int64_t sent = 0;
  if (!literal(p, ",\"E\":") || !integer(p, sent)) return false;
  const bool time_first = literal(p, ",\"T\":");
  if (time_first && !integer(p, out.ts_event)) return false;
  if (!literal(p, ",\"s\":\"") || !word(p, out.symbol) || !literal(p, ",\"t\":") || !integer(p, out.id) ||
      !literal(p, ",\"p\":\"") || !word(p, out.price) || !literal(p, ",\"q\":\"") || !word(p, out.quantity)) {
    return false;
  }
  if (!time_first && (!literal(p, ",\"T\":") || !integer(p, out.ts_event))) return false;
  if (literal(p, ",\"X\":\"")) {
    std::string_view kind;
    if (!word(p, kind)) return false;
    out.is_market = kind == "MARKET";
  }
  if (!literal(p, ",\"m\":") || !boolean(p, out.buyer_is_maker)) return false;
  bool ignored = false;
  if (literal(p, ",\"M\":") && !boolean(p, ignored)) return false;
  out.kind = ScannedEvent::Kind::kTrade;
  out.has_ts_event = true;
  return true;
}

// Behind {, or behind {"e":"bookTicker", of USD-M, where T and E follow.
bool book_ticker(const char*& p, ScannedEvent& out) {
  if (!literal(p, "\"u\":") || !integer(p, out.id) || !literal(p, ",\"s\":\"") || !word(p, out.symbol) ||
      !literal(p, ",\"b\":\"") || !word(p, out.price) || !literal(p, ",\"B\":\"") || !word(p, out.quantity) ||
      !literal(p, ",\"a\":\"") || !word(p, out.ask_price) || !literal(p, ",\"A\":\"") || !word(p, out.ask_quantity)) {
    return false;
  }
  std::int64_t engine_time = 0;
  if (literal(p, ",\"T\":")) {
    if (!integer(p, engine_time) || !literal(p, ",\"E\":") || !integer(p, out.ts_event)) return false;
    out.has_ts_event = true;
  }
  out.kind = ScannedEvent::Kind::kBookTicker;
  return true;
}

// Since 2026-06-30 USD-M adds the pair and the segment (1 = USD-M, 2 = COIN-M).
bool pair_and_segment(const char*& p) {
  if (!literal(p, ",\"ps\":\"")) return true;
  std::string_view pair;
  std::int64_t segment = 0;
  return word(p, pair) && literal(p, ",\"st\":") && integer(p, segment);
}

}  // namespace

bool scan_event(std::string_view text, ScannedEvent& out) {
  const char* p = text.data();
  out.stream = {};
  out.ts_event = 0;
  out.has_ts_event = false;
  out.is_market = true;
  const bool combined = literal(p, "{\"stream\":\"");
  if (combined && (!word(p, out.stream) || !literal(p, ",\"data\":"))) return false;
  if (!literal(p, "{")) return false;
  const bool is_trade = literal(p, "\"e\":\"trade\"");
  if (!is_trade) static_cast<void>(literal(p, "\"e\":\"bookTicker\","));  // spot's has no such key
  if (!(is_trade ? trade(p, out) : book_ticker(p, out)) || !pair_and_segment(p)) return false;
  return (combined ? literal(p, "}}") : literal(p, "}")) && p == text.data() + text.size();
}

}  // namespace acts::binance
