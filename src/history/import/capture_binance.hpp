// Captures of cryptofeed in JSON lines (capture_lines.hpp) of Binance's spot and USD-M: the same as their older form
// (cryptofeed_capture.hpp) has in several files, and read as that.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "acts/base/result.hpp"
#include "acts/market/venue.hpp"

#include "history/import/cryptofeed_lines.hpp"
#include "history/import/source_format.hpp"
#include "history/import/source_name.hpp"

namespace acts::history {

// Of the exchange that a capture's header names, if it is one of these: "BINANCE", "BINANCE_FUTURES".
std::optional<Venue> venue_of_capture(std::string_view exchange);

// `venue`: the header's. Books, trades and best bid and ask of every symbol, as open_cryptofeed_source() has them.
// Looks through it first: the REST answers in it, 64 MiB at most, go where they were received. Errors: kUsage: a
// connection to another market, or to the testnet; another venue in the hints; kBadInput: more answers, an answer
// without a time, a header of another exchange; as open_recording_source(); what its bytes fail with.
Result<std::unique_ptr<OpenedSource>> open_binance_lines(CaptureFile file, Venue venue, const SourceHints& hints);

}  // namespace acts::history
