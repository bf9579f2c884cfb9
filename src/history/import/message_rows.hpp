// Decoded messages as rows of the catalog. Numbers stay exact. Pure; not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "acts/base/time.hpp"

#include "binance/messages.hpp"
#include "history/import/stream_rows.hpp"
#include "history/table/kind.hpp"

namespace acts::history {

class MessageRows {
 public:
  // `kind`: book_updates, trades, agg_trades or book_ticker (asserted); must outlive it.
  explicit MessageRows(const Kind& kind);

  // The rows of the message, none if it is of another kind. `ts_event`: nothing where the venue tells none. Those of
  // the message before must have been taken (asserted).
  void add(const binance::Message& message, UnixNanos ts_recv, std::optional<UnixNanos> ts_event);
  // The next one; false: none is left.
  bool take(Row& row);

 private:
  enum class Of : std::uint8_t { kBookUpdates, kTrades, kAggTrades, kBookTicker };
  void add_update(const DepthUpdate& update, Row head);
  void add_snapshot(const DepthSnapshot& snapshot, Row head);
  void add_levels(Row head, Scales scales, std::span<const Level> bids, std::span<const Level> asks);
  void add_trade(const Trade& trade, UnixNanos ts_recv);
  void add_ticker(const BookTicker& ticker, UnixNanos ts_recv, std::optional<UnixNanos> ts_event);
  void finish(Row row);

  const Kind* kind_;
  Of of_;
  StreamRows stream_;
  std::vector<Row> rows_;
  std::size_t taken_ = 0;
};

}  // namespace acts::history
