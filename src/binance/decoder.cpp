#include "binance/decoder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <optional>

#include "binance/depth_scanner.hpp"
#include "binance/event_scanner.hpp"
#include "binance/message_parser.hpp"
#include "binance/symbol_table.hpp"
#include "binance/wire.hpp"

namespace acts::binance {
namespace {

// A depth update's keys before its levels take less than half of it; a trade or a book ticker fits whole.
constexpr std::size_t kMaxHeadBytes = kLongestScannedEvent;

// The start of a message for an error line: printable, short.
std::string excerpt(std::string_view message) {
  constexpr std::size_t kLength = 80;
  std::string text(message.substr(0, kLength));
  std::ranges::replace_if(text, [](char c) { return c < ' ' || c > '~'; }, '?');
  return message.size() > kLength ? text + "..." : text;
}

// What the updates of one instrument have been like of late.
struct Usual {
  UsualForms forms;
  std::string stream;  // known to carry them
};

}  // namespace

struct Decoder::Impl {
  explicit Impl(Venue of) : venue(of), parser(of) {}

  Venue venue;
  SymbolTable symbols;
  MessageParser parser;
  LevelBuffers levels;
  LevelList bids;  // scanned ones
  LevelList asks;
  ScannedEvent event;        // here, so that it need not be made anew for each message
  std::vector<Usual> usual;  // by instrument; the last one is for unknown ones
  std::vector<char> buffer;
  std::size_t scanned = 0;
  std::size_t parsed = 0;
  bool scanner_enabled = true;

  std::string_view pad(std::string_view json);
  Usual& usual_of(InstrumentIndex instrument);
  bool scan(std::string_view json, InstrumentIndex asked, Message& message);
  bool scan_update(std::string_view json, std::string_view padded_head, Message& message);
  bool scan_event(std::string_view padded, Message& message);
  bool scan_snapshot(std::string_view json, InstrumentIndex asked, Message& message);
};

// A copy with zeros behind it: both parsers read words beyond the end, and what they return must outlive the caller's
// bytes.
std::string_view Decoder::Impl::pad(std::string_view json) {
  if (buffer.size() < json.size() + kScannerPadding) buffer.resize((json.size() + kScannerPadding) * 2);
  if (!json.empty()) std::memcpy(buffer.data(), json.data(), json.size());
  std::memset(buffer.data() + json.size(), 0, kScannerPadding);
  return {buffer.data(), json.size()};
}

Usual& Decoder::Impl::usual_of(InstrumentIndex instrument) {
  if (usual.size() <= symbols.size()) usual.resize(symbols.size() + 1);
  return instrument == kNoInstrument ? usual.back() : usual[instrument];
}

bool Decoder::Impl::scan(std::string_view json, InstrumentIndex asked, Message& message) {
  if (json.starts_with("{\"lastUpdateId\"")) return scan_snapshot(json, asked, message);
  const std::string_view head = pad(json.substr(0, kMaxHeadBytes));
  return scan_update(json, head, message) || (head.size() == json.size() && scan_event(head, message));
}

bool Decoder::Impl::scan_update(std::string_view json, std::string_view padded_head, Message& message) {
  DepthScanner scanner;
  ScannedDepth head;
  if (!scanner.head(padded_head, head) || head.symbol.empty()) return false;
  const InstrumentIndex instrument = symbols.find(head.symbol);
  const Scales scales = symbols.scales(instrument);
  Usual& known = usual_of(instrument);
  const std::optional<UnixNanos> ts_event = wire_time(head.ts_event);
  // Only USD-M has pu, and there its absence is an error.
  if (head.has_previous != (venue == Venue::kBinanceUsdm)) return false;
  if (!ts_event || head.first_update_id > head.last_update_id || head.previous_last_update_id > head.last_update_id ||
      scales.price > kMaxWireDecimals || scales.quantity > kMaxWireDecimals ||
      !scanner.levels(json, scales, known.forms, bids, asks)) {
    return false;
  }
  if (!head.stream.empty() && head.stream != known.stream) {
    if (partial_depth_limit(head.stream) > 0 || !stream_carries(head.stream, head.symbol)) return false;
    if (instrument != kNoInstrument) known.stream = head.stream;
  }
  message.symbol = head.symbol;
  message.stream = head.stream;
  message.instrument = instrument;
  message.body = DepthUpdate{UpdateId{head.first_update_id},
                             UpdateId{head.last_update_id},
                             UpdateId{head.previous_last_update_id},
                             *ts_event,
                             scales,
                             bids.levels(),
                             asks.levels()};
  return true;
}

bool Decoder::Impl::scan_event(std::string_view padded, Message& message) {
  if (!binance::scan_event(padded, event) || event.symbol.empty()) return false;
  if (!event.stream.empty() && !stream_carries(event.stream, event.symbol)) return false;
  const InstrumentIndex instrument = symbols.find(event.symbol);
  const Scales scales = symbols.scales(instrument);
  const std::optional<UnixNanos> ts_event = wire_time(event.ts_event);
  if (!ts_event || scales.price > kMaxWireDecimals || scales.quantity > kMaxWireDecimals) return false;
  const auto level = [scales](std::string_view price, std::string_view quantity, Level& out) {
    std::int64_t price_units = 0;
    std::int64_t quantity_units = 0;
    if (!scan_units(price, scales.price, price_units) || !scan_units(quantity, scales.quantity, quantity_units)) {
      return false;
    }
    out = {Price{price_units}, Quantity{quantity_units}};
    return true;
  };
  Level first;
  Level ask;
  if (!level(event.price, event.quantity, first)) return false;
  if (event.kind == ScannedEvent::Kind::kBookTicker) {
    if (!level(event.ask_price, event.ask_quantity, ask)) return false;
    message.body = BookTicker{UpdateId{event.id}, event.has_ts_event ? *ts_event : UnixNanos{}, scales, first, ask};
  } else {
    message.body = Trade{.trade_id = event.id,
                         .first_trade_id = event.id,
                         .last_trade_id = event.id,
                         .aggregate = false,
                         .market = event.is_market && first.price.units() != 0 && !first.quantity.is_zero(),
                         .aggressor = event.buyer_is_maker ? AggressorSide::kSell : AggressorSide::kBuy,
                         .ts_event = *ts_event,
                         .scales = scales,
                         .price = first.price,
                         .quantity = first.quantity};
  }
  message.symbol = event.symbol;
  message.stream = event.stream;
  message.instrument = instrument;
  return true;
}

// Of a symbol that was asked for: scales and forms are kept by symbol.
bool Decoder::Impl::scan_snapshot(std::string_view json, InstrumentIndex asked, Message& message) {
  DepthScanner scanner;
  ScannedDepth head;
  if (asked == kNoInstrument || !scanner.snapshot_head(pad(json.substr(0, kMaxHeadBytes)), head)) return false;
  const Scales scales = symbols.scales(asked);
  const std::optional<UnixNanos> ts_event = wire_time(head.ts_event);
  if (!ts_event || scales.price > kMaxWireDecimals || scales.quantity > kMaxWireDecimals ||
      !scanner.levels(json, scales, usual_of(asked).forms, bids, asks) ||
      !why_no_book(bids.levels(), asks.levels()).empty()) {  // the general parser says it
    return false;
  }
  message.symbol = symbols.name(asked);
  message.instrument = asked;
  message.body = DepthSnapshot{UpdateId{head.last_update_id}, *ts_event, 0, scales, bids.levels(), asks.levels()};
  return true;
}

Decoder::Decoder(Venue venue) : impl_(std::make_unique<Impl>(venue)) {}
Decoder::~Decoder() = default;
Decoder::Decoder(Decoder&&) noexcept = default;
Decoder& Decoder::operator=(Decoder&&) noexcept = default;

InstrumentIndex Decoder::add(std::string_view symbol, Scales scales) { return impl_->symbols.add(symbol, scales); }
InstrumentIndex Decoder::find(std::string_view symbol) const { return impl_->symbols.find(symbol); }
std::string_view Decoder::symbol(InstrumentIndex index) const { return impl_->symbols.name(index); }
Scales Decoder::scales(InstrumentIndex index) const { return impl_->symbols.scales(index); }
void Decoder::set_scales(InstrumentIndex index, Scales scales) { impl_->symbols.set_scales(index, scales); }

void Decoder::refuse_coarser() { impl_->symbols.refuse_coarser(); }

void Decoder::remember_scales(InstrumentIndex index, const Message& message) {
  const std::optional<Scales> needed = scales_of(message);
  const Scales known = scales(index);
  if (!needed || known.covers(*needed)) return;
  set_scales(index, {std::max(known.price, needed->price), std::max(known.quantity, needed->quantity)});
}

std::size_t Decoder::size() const { return impl_->symbols.size(); }
std::size_t Decoder::scanned() const { return impl_->scanned; }
std::size_t Decoder::parsed() const { return impl_->parsed; }
void Decoder::disable_scanner() { impl_->scanner_enabled = false; }

Decoded Decoder::decode(std::string_view json, InstrumentIndex asked) {
  if (json.size() > kMaxMessageBytes) {
    return std::unexpected(Refusal{{ErrorCode::kBadInput, fmt::format("a message of {} bytes; at most {} are read: {}",
                                                                      json.size(), kMaxMessageBytes, excerpt(json))}});
  }
  Message message;
  if (impl_->scanner_enabled && impl_->scan(json, asked, message)) {
    ++impl_->scanned;
    return message;
  }
  ++impl_->parsed;
  Decoded result = impl_->parser.parse(impl_->pad(json), impl_->symbols, asked, impl_->levels);
  if (!result) result.error().message += ": " + excerpt(json);
  return result;
}

}  // namespace acts::binance
