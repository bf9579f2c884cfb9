// What a data directory holds of one symbol and a span of time, for a replay: the recording, and the book to begin
// with. Reads while a collector writes. Blocking.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"
#include "acts/market/venue.hpp"

#include "live/book_file.hpp"
#include "live/run_settings.hpp"
#include "recording/recording_reader.hpp"

namespace acts {

struct RangeWish {
  std::string data_dir;
  Venue venue = Venue::kBinanceSpot;
  std::string symbol;  // as the venue spells it
  std::optional<UnixNanos> from = {};
  std::optional<UnixNanos> to = {};
  Nanos before{0};  // so much of what was before `from` is needed too
};

struct RecordedRange {
  // Sealed segments by time, and behind them what open logs hold on the disk for sure, of all symbols.
  std::vector<RecordingInput> inputs;
  // A reader of them begins here.
  std::optional<UnixNanos> from = {};
  // The newest full book or checkpoint from before the wish's beginning whose place the recording holds; none: there is
  // no such book, and the inputs are all there is from the first message on.
  std::optional<BookFile> book = {};
  std::optional<RunSettings> settings = {};  // of the run of the first input, if it tells
  std::vector<std::string> problems = {};    // one line each: books that could not be read
};

// Errors: kUsage if nothing of the symbol is recorded in that span, kStorage.
Result<RecordedRange> recorded_range(const RangeWish& wish);

}  // namespace acts
