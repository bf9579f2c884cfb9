// What a recording's stream of mark prices says of an instrument, made into what a run needs of it: the funding rates
// that were announced, by our clock; what funding is paid and which mark prices count, by the venue's. Of the catalog
// what funding was paid.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "acts/base/result.hpp"

#include "backtest/instrument_run.hpp"
#include "backtest/lookahead/altered_feed.hpp"
#include "backtest/open_market.hpp"
#include "backtest/settings.hpp"

namespace acts::backtest {

// A mark price that was announced so long before a time of funding is not the one it is paid at.
inline constexpr Nanos kFreshMark = std::chrono::minutes{1};

// How many times of funding the data tells of, where it is left to the data: announced by a recording, or paid as the
// catalog has it.
std::size_t funding_times(const InstrumentSettings& settings, const OpenMarket& market);

// A line for a perpetual of which a run from `begin` to `end` should have paid funding, and of whose data nothing tells
// any; empty: nothing to say.
std::string funding_note(const InstrumentSettings& settings, std::size_t times, UnixNanos begin, UnixNanos end);

// Whether funding is paid as the data tells it: that is asked for, or nothing else is said and it does.
bool pays_announced_funding(const InstrumentSettings& settings, const OpenMarket& market);

// Into the setup: rates, and as settings ask for it funding and marks. A receive clock that went back has what was said
// later known later; a mark price of a later time than that of its receipt is taken for made then. `cut`: what is
// announced behind it is another one. Errors: kBadInput: more than can be kept; kUsage: what is asked for is not in the
// data.
Result<void> take_announcements(InstrumentSetup& setup, const InstrumentSettings& settings, const OpenMarket& market,
                                const std::optional<FutureCut>& cut = {});

}  // namespace acts::backtest
