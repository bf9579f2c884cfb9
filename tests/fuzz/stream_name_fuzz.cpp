// Stream names from the wire and symbols from a user: taken apart and put together again they are the same.
#include <fmt/format.h>

#include "acts/base/assert.hpp"

#include "binance/streams.hpp"
#include "binance/symbols.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* bytes, std::size_t size) {
  using namespace acts;
  using namespace acts::binance;
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  const std::vector<std::string> names{std::string{text}};
  for (const Venue venue : {Venue::kBinanceSpot, Venue::kBinanceUsdm}) {
    const StreamName parts = parse_stream_name(venue, text);
    const std::string joined =
        parts.symbol.empty() ? std::string{parts.suffix} : fmt::format("{}@{}", parts.symbol, parts.suffix);
    ACTS_ASSERT(joined == text);
    if (parts.type.kind != StreamKind::kOther) {
      const std::string name = stream_name(venue, parts.symbol, parts.type).value();
      ACTS_ASSERT(parse_stream_name(venue, name).type == parts.type);
    }
    const Result<std::string> url = stream_url("wss://host", venue, route_of(venue, parts), names);
    ACTS_ASSERT(!url || url->size() <= kMaxStreamUrlBytes);
    ACTS_ASSERT(subscribe_messages(venue, names, 1).size() == 1);
    static_cast<void>(parse_stream_type(venue, text));
    if (const Result<SymbolWish> wish = parse_symbol_wish(text, venue)) {
      ACTS_ASSERT(parse_symbol_wish(wish->text, wish->venue).value() == *wish);
    }
  }
  return 0;
}
