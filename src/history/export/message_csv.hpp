// Messages of a recording as lines of CSV. Books and trades have the columns of Tardis' data sets
// (docs.tardis.dev/downloadable-csv-files, read 2026-11): times in microseconds since 1970 UTC, one line a level,
// quantity 0 for a level that is gone. Aggregated trades and best bid and ask have the catalog's columns, times as
// there, in microseconds, and ts_recv_ns. Numbers are exact. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"
#include "acts/market/venue.hpp"

#include "binance/messages.hpp"

namespace acts::history {

enum class RecordedKind : std::uint8_t { kBookUpdates, kTrades, kAggTrades, kBookTicker };
// As the catalog calls it: "book_updates", …
std::string_view to_string(RecordedKind kind) noexcept;
// Errors: kUsage, naming those there are.
Result<RecordedKind> parse_recorded_kind(std::string_view name);

// Tardis' name of it: "binance", "binance-futures".
std::string_view tardis_exchange(Venue venue) noexcept;

class MessageCsv {
 public:
  MessageCsv(RecordedKind kind, Venue venue, std::string_view symbol);

  // With its newline.
  [[nodiscard]] std::string_view header() const;
  // Appends the lines of the message, if it is of the kind. `ts_event`: nothing stands as the receive time where Tardis
  // wants one, else as an empty cell. How many lines.
  std::uint64_t append(const binance::Message& message, UnixNanos ts_recv, std::optional<UnixNanos> ts_event,
                       std::string& out) const;

 private:
  std::uint64_t append_levels(const binance::Message& message, std::string_view times, std::string& out) const;

  RecordedKind kind_;
  std::string front_;  // of each of Tardis' lines: exchange and symbol
};

}  // namespace acts::history
