// Times in which an exchange is known to have stopped trading: what is missing then is not our hole. Pure.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace acts::history {

// Of a whole venue. Microseconds since 1970 UTC: from the first minute without a trade, as far as it is known (the
// first five minutes, the first hour), to the one in which trading went on.
struct Outage {
  std::string_view venue;
  std::int64_t from = 0;
  std::int64_t to = 0;
  std::string_view source;  // where it is known from
};

std::span<const Outage> known_outages();

// The outage that explains whatever is odd or missing in all that begins at or behind `first` and ends before `end`;
// nullptr: none. What reaches over the outage's ends by less than `step` counts too: a candle of which a part is cut.
const Outage* outage_of(std::string_view venue, std::int64_t first, std::int64_t end, std::int64_t step);

}  // namespace acts::history
