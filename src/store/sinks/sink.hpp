// A remote database that minute rows go to, or the levels of full books, which are rows of other columns and another
// key: the port, and what makes one. What is sent when is decided by Delivery; a sink translates rows and waits for the
// server, never without a limit.
//
// Used by one thread at a time. No call throws. Every call may take up to the limits below, and returns soon after
// `cancelled` says true. Errors: kBadInput, where a call says so; kRefused, the server said no (login, rights, a name):
// a person must do something; kRetry, anything else. The message is one line without secrets. After any error but
// kBadInput, open() comes next.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"
#include "acts/features/row.hpp"

#include "store/delivery.hpp"
#include "store/sinks/sink_settings.hpp"

namespace acts {

struct SinkLimits {
  Nanos connect = std::chrono::seconds{5};
  Nanos answer = std::chrono::seconds{10};  // of a request, from its first byte to the last one of the answer
  // A clock that does not go back, from any beginning. Must be set (asserted).
  std::function<Nanos()> now = nullptr;
  // Called from the sink's thread, several times a second while it waits. Empty: never.
  std::function<bool()> cancelled = nullptr;
};

class Sink {
 public:
  virtual ~Sink() = default;

  // A new connection; makes what is missing (table, collection, index, columns), drops and changes nothing that is
  // there. Rows have these columns until the next open(). Returns what it made, one line each.
  virtual Result<std::vector<std::string>> open(const RowSchema& schema) = 0;
  // Stores the rows, durably as far as the server promises it; a row that is there already (its key: the first columns,
  // SinkLayout::key_columns of them) takes these values. The keys of `rows` differ. Returns the rows that this database
  // cannot hold or refuses, all others being stored; kBadInput: at least one would be refused again, the others may be
  // stored or not.
  virtual Result<std::vector<Refusal>> write(std::span<const MinuteRow> rows) = 0;
  // The stored rows of a venue and symbol, empty: of every one, in the columns of open(), ordered by time. All in
  // memory: for checks and tests.
  virtual Result<std::vector<MinuteRow>> read(const std::string& venue, const std::string& symbol) = 0;
  // Removes the rows of one venue and symbol: for `acts sinks check`.
  virtual Result<void> remove(const std::string& venue, const std::string& symbol) = 0;

  // Where the rows go, without secrets: "postgresql://acts@db:5432/acts, table minute_rows".
  [[nodiscard]] virtual std::string target() const = 0;
};

// Does not connect yet. Errors: kUsage, as check(settings).
Result<std::unique_ptr<Sink>> make_sink(const SinkSettings& settings, SinkContent content, SinkLimits limits);

// Each in a file of its own; settings that check() takes.
std::unique_ptr<Sink> make_postgres_sink(const SinkSettings& settings, SinkContent content, SinkLimits limits);
std::unique_ptr<Sink> make_mongo_sink(const SinkSettings& settings, SinkContent content, SinkLimits limits);
std::unique_ptr<Sink> make_clickhouse_sink(const SinkSettings& settings, SinkContent content, SinkLimits limits);
std::unique_ptr<Sink> make_influx_sink(const SinkSettings& settings, SinkContent content, SinkLimits limits);

}  // namespace acts
