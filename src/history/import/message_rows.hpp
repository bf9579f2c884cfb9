// Decoded messages as rows of the catalog. Numbers stay exact. Pure; not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "acts/base/result.hpp"
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
  // the message before must have been taken (asserted). Errors: kBadInput: a number with more decimals than the
  // catalog has; none of its rows is there then.
  Result<void> add(const binance::Message& message, UnixNanos ts_recv, std::optional<UnixNanos> ts_event);
  // The next one; false: none is left.
  bool take(Row& row);

 private:
  enum class Of : std::uint8_t { kBookUpdates, kTrades, kAggTrades, kBookTicker };
  // False: a number has too many decimals.
  bool add_message(const binance::Message& message, UnixNanos ts_recv, std::optional<UnixNanos> ts_event);
  bool add_update(const DepthUpdate& update, Row head);
  bool add_snapshot(const DepthSnapshot& snapshot, Row head);
  bool add_levels(Row head, Scales scales, std::span<const Level> bids, std::span<const Level> asks);
  bool add_trade(const Trade& trade, UnixNanos ts_recv);
  bool add_ticker(const BookTicker& ticker, UnixNanos ts_recv, std::optional<UnixNanos> ts_event);
  void finish(Row row);

  const Kind* kind_;
  Of of_;
  StreamRows stream_;
  std::vector<Row> rows_;
  std::size_t taken_ = 0;
};

}  // namespace acts::history
