// Where the exchange's market comes from: a recording (replay_source.hpp) or a seeded synthetic one
// (synthetic_market.hpp).
//
// A source is a list of symbols and a sequence of steps on its own time line. A step yields messages of market streams,
// each a whole text in the combined envelope, and has changed the true books of the symbols it is about.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"
#include "acts/market/instrument.hpp"
#include "acts/market/venue.hpp"

#include "exchange/true_book.hpp"

namespace acts::exchange {

using SymbolIndex = std::uint32_t;
inline constexpr SymbolIndex kNoSymbol = UINT32_MAX;

struct ListedSymbol {
  Instrument instrument;
  Scales text_decimals;              // of prices and quantities in answers
  std::string depth_stream;          // the differences this source makes: "btcusdt@depth@100ms"
  std::vector<std::string> streams;  // all that it makes, depth_stream among them
  int largest_limit = 0;             // levels a side that a depth answer shows at most
};

// {"stream":"<name>","data":<payload>}
struct MarketMessage {
  std::string combined;
  std::size_t name_begin = 0;
  std::size_t name_size = 0;
  std::size_t payload_begin = 0;  // the payload ends before the last byte of `combined`
  SymbolIndex symbol = kNoSymbol;
  bool is_depth_update = false;  // of depth_stream: the book now holds it
  UpdateId first_update_id;      // U, u, pu and times of a depth update
  UpdateId last_update_id;
  UpdateId previous_last_update_id;
  BookTimes times;

  [[nodiscard]] std::string_view stream() const { return std::string_view(combined).substr(name_begin, name_size); }
  [[nodiscard]] std::string_view payload() const {
    return std::string_view(combined).substr(payload_begin, combined.size() - payload_begin - 1);
  }
};

// Where name and payload are in a text that is exactly of the form above, as the venue writes it.
struct EnvelopeParts {
  std::string_view stream;
  std::string_view payload;
};
std::optional<EnvelopeParts> split_combined(std::string_view text);
// Takes such a text.
std::optional<MarketMessage> as_combined(std::string text);
MarketMessage make_combined(std::string_view stream, std::string_view payload);

class MarketSource {
 public:
  virtual ~MarketSource() = default;

  // Does not change while the source lives.
  [[nodiscard]] virtual std::span<const ListedSymbol> symbols() const = 0;
  // When the next step is, on the source's own time line; never goes back. Nothing at the end.
  [[nodiscard]] virtual std::optional<UnixNanos> next_time() const = 0;
  // Takes that step and appends its messages, possibly none. Not at the end (asserted). Errors: input that was skipped,
  // and counted; go on with the next call.
  virtual Result<void> step(std::vector<MarketMessage>& out) = 0;
  // nullptr: nothing is known of this symbol's book.
  [[nodiscard]] virtual const TrueBook* book(SymbolIndex symbol) const = 0;
  // Books remember the last `updates` changes from now on (TrueBook::keep_history).
  virtual void keep_history(std::size_t updates) = 0;

  // All that comes next comes later by so much: what could not be made in time is left out rather than made up for.
  // A recording keeps its times.
  virtual void skip(Nanos /*span*/) {}

  // Trading in a symbol stops, or goes on: its book rests meanwhile, where a source can do that. A recording goes on as
  // it was.
  virtual void set_trading(SymbolIndex /*symbol*/, bool /*trading*/) {}

  // Prices may have so many decimals from now on, where that is finer and a source can do it: a recording cannot.
  virtual void refine_prices(SymbolIndex /*symbol*/, int /*decimals*/) {}

  // kNoSymbol if it is not listed. Exact, case included.
  [[nodiscard]] SymbolIndex find(std::string_view symbol) const;
};

}  // namespace acts::exchange
