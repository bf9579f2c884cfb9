// What is read of a message without decoding it: of a depth update and of a snapshot in the form the venue writes them,
// the same stream and ids as the decoder reads; of anything else, nothing beyond its bytes.
#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "acts/base/assert.hpp"

#include "binance/decoder.hpp"
#include "binance/depth_scanner.hpp"
#include "collector/stream_peek.hpp"

namespace {

using namespace acts;

// Bytes of its own, so that a read beyond them is found.
std::unique_ptr<char[]> copy_of(std::string_view text) {
  auto bytes = std::make_unique<char[]>(text.size());
  std::ranges::copy(text, bytes.get());
  return bytes;
}

void check_update(std::string_view json, const collector::StreamPeek& peek) {
  std::string padded(json);
  padded.resize(json.size() + binance::kScannerPadding);
  const std::string_view text = std::string_view(padded).substr(0, json.size());
  binance::DepthScanner scanner;
  binance::ScannedDepth head;
  if (!scanner.head(text, head) || head.stream.empty()) return;
  ACTS_ASSERT(peek.stream == head.stream);
  ACTS_ASSERT(peek.first_update_id && peek.first_update_id->value() == head.first_update_id);
  ACTS_ASSERT(peek.previous_last_update_id.has_value() == head.has_previous);
  ACTS_ASSERT(!head.has_previous || peek.previous_last_update_id->value() == head.previous_last_update_id);
}

void check_snapshot(std::string_view json, UpdateId peeked, Venue venue) {
  if (!json.starts_with(R"({"lastUpdateId":)")) return;
  binance::Decoder decoder(venue);
  decoder.add("BTCUSDT", {});
  const Result<binance::Message> message = decoder.decode(json, 0);
  if (!message) return;
  if (const auto* snapshot = std::get_if<DepthSnapshot>(&message->body)) {
    ACTS_ASSERT(snapshot->last_update_id == peeked);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* bytes, std::size_t size) {
  if (size < 1) return 0;
  const Venue venue = (bytes[0] & 1U) != 0 ? Venue::kBinanceUsdm : Venue::kBinanceSpot;
  const std::string_view given(reinterpret_cast<const char*>(bytes) + 1, size - 1);
  const auto own = copy_of(given);
  const std::string_view json(own.get(), given.size());
  const auto peek = collector::peek_stream(json);
  if (peek) {
    ACTS_ASSERT(peek->stream.data() >= json.data() &&
                peek->stream.data() + peek->stream.size() <= json.data() + json.size());
    ACTS_ASSERT(!peek->first_update_id || peek->first_update_id->value() >= 0);
    check_update(json, *peek);
  }
  if (const auto id = collector::peek_last_update_id(json)) {
    ACTS_ASSERT(id->value() >= 0);
    check_snapshot(json, *id, venue);
  }
  return 0;
}
