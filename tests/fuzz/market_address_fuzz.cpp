// Any bytes as the address and query of a connection, as an envelope, and as a message with times in it.
#include <nlohmann/json.hpp>

#include <string>

#include "acts/base/assert.hpp"

#include "exchange/event_times.hpp"
#include "exchange/market_source.hpp"
#include "exchange/stream_path.hpp"
#include "exchange/url_query.hpp"

namespace {

using namespace acts;
using namespace acts::exchange;

void check_query(std::string_view text) {
  ACTS_ASSERT(percent_decode(text).size() <= text.size());
  if (text.find_first_of("%+") == std::string_view::npos) ACTS_ASSERT(percent_decode(text) == text);
  std::size_t bytes = 0;
  for (const QueryParameter& parameter : parse_query(text)) {
    bytes += parameter.name.size() + parameter.value.size();
    ACTS_ASSERT(find_parameter(parse_query(text), parameter.name) != nullptr);
  }
  ACTS_ASSERT(bytes <= text.size());
}

void check_path(std::string_view path, std::string_view query) {
  for (const Venue venue : {Venue::kBinanceSpot, Venue::kBinanceUsdm}) {
    const std::optional<StreamPath> parsed = parse_stream_path(venue, path, query);
    if (!parsed) continue;
    ACTS_ASSERT((parsed->access == StreamAccess::kAll) == (venue == Venue::kBinanceSpot));
    for (const std::string& name : parsed->streams) {
      ACTS_ASSERT(!name.empty() && name.find('/') == std::string::npos);
      static_cast<void>(has_access(venue, parsed->access, name));
    }
  }
}

void check_envelope(std::string_view text) {
  const std::optional<EnvelopeParts> parts = split_combined(text);
  std::optional<MarketMessage> message = as_combined(std::string(text));
  ACTS_ASSERT(parts.has_value() == message.has_value());
  if (!message) return;
  ACTS_ASSERT(message->stream() == parts->stream && message->payload() == parts->payload);
  ACTS_ASSERT(make_combined(parts->stream, parts->payload).combined == text);
  const bool was_json = nlohmann::json::accept(message->payload());
  move_event_times(*message, [](std::int64_t millis) { return millis + 1; });
  ACTS_ASSERT(message->combined.size() == text.size() && message->stream() == parts->stream);
  ACTS_ASSERT(!was_json || nlohmann::json::accept(message->payload()));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* bytes, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  const std::size_t mark = text.find('?');
  check_query(text);
  check_path(text.substr(0, mark), mark == std::string_view::npos ? std::string_view{} : text.substr(mark + 1));
  check_envelope(text);
  return 0;
}
