// Books and trades of the catalog as a recording: lines <recv_ns> <json> as the venue would have sent them, for
// whatever replays recordings. Numbers are exact; T is the row's ts_event and E its ts_sent, or ts_event
// too, in milliseconds. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"
#include "acts/market/venue.hpp"

#include "history/engine/select.hpp"
#include "recording/byte_source.hpp"

namespace acts::history {

struct LinesWanted {
  Venue venue = Venue::kBinanceSpot;
  std::string symbol = {};
  std::string origin = {};             // of both books and trades
  std::optional<UnixNanos> from = {};  // received then or later,
  std::optional<UnixNanos> to = {};    // and before
};
// The SELECT whose rows CatalogLines reads, in the order of receipt: updates and snapshots, single trades, and where
// there are none of these the aggregated ones. A trade without a time of receipt counts as received at its time.
std::string lines_select(const LinesWanted& wanted);

class CatalogLines final : public ByteSource {
 public:
  CatalogLines(SelectRows rows, Venue venue, std::string symbol)
      : rows_(std::move(rows)), venue_(venue), symbol_(std::move(symbol)) {}

  // Errors: as SelectRows::next().
  Result<std::size_t> read(std::span<char> out) override;

 private:
  using Cells = std::vector<std::optional<std::string>>;
  Result<bool> next_row();
  Result<bool> next_line();
  void append_trade();
  Result<void> append_message();
  void begin_message();
  [[nodiscard]] bool is_same_message(const Cells& first) const;

  SelectRows rows_;
  Venue venue_;
  std::string symbol_;
  Cells cells_;           // of the row last read
  bool has_row_ = false;  // that it waits
  bool has_ended_ = false;
  // Where a source tells no ids, each update follows the one before, and a snapshot in front of all updates lies ahead
  // of the snapshot before: what happened in between nobody knows.
  std::int64_t last_id_ = 1;
  enum class Alone : std::uint8_t { kNothing, kSnapshots, kNo };
  Alone alone_ = Alone::kNothing;  // of the book's messages up to here
  std::string text_;
  std::size_t at_ = 0;
};

}  // namespace acts::history
