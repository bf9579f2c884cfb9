// What must be known of a recording before it can be replayed as a venue: its symbols, their decimals and tick sizes,
// and the snapshots that its books start from.
//
// A book starts from the recorded snapshot although that line stands behind the first updates: until the stream has
// reached it, clients get a snapshot that is ahead of their stream, which the documented procedure allows, and never
// one that lacks what they need. After a break in the recorded updates it starts again from the first later snapshot
// that heals the break. Snapshots in between teach nothing: the book is already exact.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "acts/base/result.hpp"
#include "acts/market/events.hpp"
#include "acts/market/venue.hpp"

#include "binance/decoder.hpp"
#include "exchange/market_source.hpp"
#include "exchange/true_book.hpp"

namespace acts::exchange {

// Lines of a recording that are looked at in advance, all files together. In what is behind them breaks are not healed.
inline constexpr std::uint64_t kMaxPreviewLines = 20'000'000;

// A state of a book from which a run of unbroken updates goes on.
struct BookStart {
  UpdateId first_update_id;  // U of the first update of the run
  TrueBook book;             // as the snapshot says, at RecordedSymbol::scales
};

struct RecordedSymbol {
  ListedSymbol listed;
  Scales scales;                  // that hold all its values
  std::vector<BookStart> starts;  // in order
  UpdateId before_first;          // the id that the first update continues
  bool is_unhealed = false;       // a break, or the beginning, that no snapshot heals
};

struct RecordingPreview {
  std::vector<RecordedSymbol> symbols;   // in order of appearance
  std::vector<std::size_t> sole_symbol;  // of each file: position in `symbols`, or kManySymbols
  UnixNanos first;                       // receive times
  UnixNanos last;
  std::uint64_t lines = 0;
  std::uint64_t unread = 0;           // pieces that could not be read
  std::vector<std::string> problems;  // the first kMaxProblems of them, and breaks that nothing heals
  static constexpr std::size_t kMaxProblems = 16;
  static constexpr std::size_t kManySymbols = SIZE_MAX;
};

// Reads the files twice. `only`: the symbols to be listed; empty: all. Errors: kUsage (a file cannot be read, no symbol
// is left).
Result<RecordingPreview> preview_recordings(Venue venue, const std::vector<std::string>& paths,
                                            const std::vector<std::string>& only);

// Tells by its depth updates, which have "pu" on USD-M alone. Errors: kUsage, kBadInput if there is none in the first
// 10,000 lines.
Result<Venue> venue_of_recording(const std::string& path);

// The name of the stream that carries this message, for lines without an envelope; "" if it is not one that is known.
std::string stream_of_payload(binance::Decoder& decoder, std::string_view json);

// "T" of a depth update or a depth answer, which the decoder does not deliver; zero where there is none.
std::int64_t transaction_time(std::string_view json);

}  // namespace acts::exchange
