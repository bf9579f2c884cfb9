// Supervision of one shard, as a pure state machine: one venue, any number of symbols, as many connections as they
// take. It is handed what arrived and when, feeds the MarketPipeline and mirrors that in the RunLog, and asks for what
// is to be done as actions. It opens no socket, reads no clock and writes no log line.
//
// After each call the shell carries out and removes all of actions(), in order, and sets its timer to next_deadline().
// `now` is the receive time of what is reported; one that steps back is taken as the latest seen. Not thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"

#include "binance/rest.hpp"
#include "collector/actions.hpp"
#include "collector/health.hpp"
#include "collector/market_pipeline.hpp"
#include "collector/options.hpp"
#include "collector/run_log.hpp"

namespace acts::collector {

// How a connection, or the attempt at one, ended.
struct ClosedInfo {
  std::uint16_t code = 1006;           // RFC 6455 section 7.4
  ErrorCode kind = ErrorCode::kRetry;  // kRefused: the same attempt will fail again
  int http_status = 0;                 // of a refused handshake; else 0
  std::optional<Nanos> retry_after;    // told with it
  std::string_view reason;             // one line
};

class Collector {
 public:
  using RowSink = MarketPipeline::RowSink;

  // `log` outlives the object. Errors: kUsage for options that cannot work, naming the remedy.
  static Result<std::unique_ptr<Collector>> make(CollectorOptions options, RowSink rows, RunLog& log);
  ~Collector();
  Collector(const Collector&) = delete;
  Collector& operator=(const Collector&) = delete;

  // Once, before all others.
  void start(UnixNanos now);
  void on_ws_open(ConnectionNumber connection, UnixNanos now);
  void on_ws_message(ConnectionNumber connection, std::string_view bytes, UnixNanos now);
  // A message of so many bytes came and could not be kept: whatever it said is lost.
  void on_ws_too_long(ConnectionNumber connection, std::uint64_t bytes, UnixNanos now);
  void on_ws_closed(ConnectionNumber connection, const ClosedInfo& info, UnixNanos now);
  // Any status. A Retry-After that is a date is to be handed on in seconds.
  void on_http_answer(RequestNumber request, const binance::RestAnswer& answer, UnixNanos now);
  void on_http_failed(RequestNumber request, std::string_view reason, UnixNanos now);
  // At or after next_deadline(); at any other time it does no harm.
  void on_timer(UnixNanos now);
  // The shell reads no socket in between (its disk is slower than the market): silence is then no sign of anything.
  // Nor is anything asked for but the venue's time, which is not recorded then; what else is wanted is asked for
  // afterwards. The RunLog is told of each minute's end, of what was under way (connections, and
  // Timings::rest_in_flight answers at most) and of what the shell does, and of nothing else. No checkpoint is asked
  // for, and no full book has its place in the recording.
  void on_reading_paused(UnixNanos now);
  void on_reading_resumed(UnixNanos now);
  // False: the shell has as many SaveBook as it can hold, and wants no more until it says so. True at the beginning.
  void set_can_save(bool can_save);
  // The same of those that are full books.
  void set_can_save_full_books(bool can_save);
  // False: the shell's store is behind, and would lack rows that a checkpoint of now cannot give. True at the
  // beginning.
  void set_can_checkpoint(bool can_checkpoint);
  // The whole list, as typed; those that stay are not touched. Errors: kUsage, and nothing has changed.
  Result<void> set_symbols(std::span<const std::string> symbols, UnixNanos now);
  // Ends the run: makes the rows that are due and asks for the end of every connection. What comes after is ignored.
  void stop(std::string_view reason, UnixNanos now);
  // stop() was called and every connection has ended.
  [[nodiscard]] bool stopped() const;

  [[nodiscard]] ActionQueue& actions();
  // None before start() and after stop().
  [[nodiscard]] std::optional<UnixNanos> next_deadline() const;
  // Looks at every symbol: for every second, not for every message.
  [[nodiscard]] Health health(UnixNanos now) const;
  [[nodiscard]] const MarketPipeline& pipeline() const;

 private:
  struct Impl;
  explicit Collector(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace acts::collector
