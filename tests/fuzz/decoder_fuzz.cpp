// Messages of a stream, one a line, and REST answers: the scanner made for depth updates and the general parser say the
// same of each, whatever came before it; what is decoded keeps the promises of the headers. By choice the scales rise
// with what an update needs, as its book's do.
#include <algorithm>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "acts/base/assert.hpp"

#include "binance/decoder.hpp"
#include "support/message_text.hpp"

namespace {

using namespace acts;
using namespace acts::binance;

void check_levels(std::span<const Level> levels, bool deletions) {
  for (const Level& level : levels) {
    ACTS_ASSERT(level.price.units() > 0 && level.quantity.units() >= (deletions ? 0 : 1));
  }
}

void check(const Message& message, Scales scales) {
  if (const auto* update = std::get_if<DepthUpdate>(&message.body)) {
    ACTS_ASSERT(!message.symbol.empty() && update->first_update_id <= update->last_update_id);
    check_levels(update->bids, true);
    check_levels(update->asks, true);
    ACTS_ASSERT(message.instrument == kNoInstrument || update->scales.covers(scales));
  } else if (const auto* snapshot = std::get_if<DepthSnapshot>(&message.body)) {
    check_levels(snapshot->bids, false);
    check_levels(snapshot->asks, false);
  } else if (const auto* partial = std::get_if<PartialDepth>(&message.body)) {
    check_levels(partial->top.bids, false);
    check_levels(partial->top.asks, false);
  } else if (const auto* trade = std::get_if<Trade>(&message.body)) {
    ACTS_ASSERT(trade->first_trade_id >= 0 && trade->first_trade_id <= trade->last_trade_id);
  }
}

struct Decoders {
  explicit Decoders(Venue venue, Scales scales) : scanning(venue), parsing(venue) {
    scanning.add("BTCUSDT", scales);
    parsing.add("BTCUSDT", scales);
    parsing.disable_scanner();
  }

  void decode(std::string_view json, InstrumentIndex asked) {
    // Bytes of its own, so that a read beyond them is found.
    const auto bytes = std::make_unique<char[]>(json.size());
    std::ranges::copy(json, bytes.get());
    const std::string_view text(bytes.get(), json.size());
    const Result<Message> parsed = parsing.decode(text, asked);
    const std::string expected = test::message_text(parsed);
    const Result<Message> scanned = scanning.decode(text, asked);
    ACTS_ASSERT(test::message_text(scanned) == expected);
    ACTS_ASSERT(scanned.has_value() || scanned.error().message.find('\n') == std::string::npos);
    if (!scanned) return;
    check(*scanned, scanning.scales(0));
    if (is_raised) raise(*scanned);
  }

  void raise(const Message& message) {
    const auto* update = std::get_if<DepthUpdate>(&message.body);
    if (update == nullptr || message.instrument == kNoInstrument) return;
    const Scales scales = update->scales;  // the message's views end with the next call
    scanning.set_scales(0, scales);
    parsing.set_scales(0, scales);
  }

  Decoder scanning;
  Decoder parsing;
  bool is_raised = false;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* bytes, std::size_t size) {
  if (size < 2) return 0;
  const unsigned how = bytes[0];
  std::string_view rest(reinterpret_cast<const char*>(bytes) + 2, size - 2);
  const auto decimals = [&](unsigned wish) { return static_cast<std::uint8_t>(wish % (kMaxWireDecimals + 1)); };
  Decoders decoders((how & 1) != 0 ? Venue::kBinanceUsdm : Venue::kBinanceSpot,
                    {decimals(bytes[1] & 15U), decimals(bytes[1] >> 4U)});
  decoders.is_raised = (how & 64) != 0;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view json = rest.substr(0, end);
    decoders.decode(json, (how & 128) != 0 ? 0 : kNoInstrument);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return 0;
}
