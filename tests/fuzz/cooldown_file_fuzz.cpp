// A cooldown's file is any text. It is refused in one line, or it is written again as the same, and what is left of it
// at any time lies within the longest that there is.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "acts/base/assert.hpp"

#include "live/cooldown_file.hpp"

using namespace acts;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const Result<collector::Cooldown> read = parse_cooldown_text(text, Venue::kBinanceSpot);
  if (!read) {
    ACTS_ASSERT(!read.error().message.empty() && !read.error().message.contains('\n'));
    return 0;
  }
  const auto again = parse_cooldown_text(cooldown_text(Venue::kBinanceSpot, *read), Venue::kBinanceSpot);
  ACTS_ASSERT(again && *again == *read);
  for (const UnixNanos now : {UnixNanos{0}, read->told, read->until, UnixNanos{1'767'225'650'000'000'000}}) {
    const auto left = collector::left_of(*read, now);
    ACTS_ASSERT(!left || (left->until > now && left->until - now <= collector::kLongestCooldown));
    ACTS_ASSERT(!left || (left->told <= now && left->scope == read->scope && left->banned == read->banned));
  }
  return 0;
}
