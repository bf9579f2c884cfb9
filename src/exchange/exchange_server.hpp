// The offline Binance as a server: REST and market streams of one or both venues, each on a port of its own, plain or
// TLS, over a recording or a synthetic market. What it does is decided in venue_core.hpp; this carries bytes and time.
//
// On the event loop's thread only. The venue's time is the Clock's, so an accelerated clock makes everything faster
// together: the market, pings, weight windows and the time that REST tells. A client whose queue is full, for it reads
// more slowly than the market goes, is cut off with 1008; with Pace::as_fast_as_read the market waits for the slowest
// client instead. A synthetic market that this machine does not carry at its pace leaves out what is late.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "acts/base/clock.hpp"
#include "acts/base/result.hpp"
#include "acts/market/venue.hpp"

#include "exchange/venue_core.hpp"
#include "net/event_loop.hpp"

namespace acts::exchange {

struct ExchangeOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;  // of the first venue, the next one's is one higher; 0: any free ones
  bool tls = false;
  std::string tls_directory;  // where certificate and key are written; "": a new temporary one, removed at the end

  // Either recordings, each shown by the venue that its updates tell (or the one in `venues`, if that is one), ...
  std::vector<std::string> replay_files;
  // ... or a synthetic market.
  std::uint64_t synthetic_seed = 1;
  std::size_t symbol_count = 3;  // if `symbols` is empty
  std::size_t levels = 20'000;   // a side
  Nanos update_interval = std::chrono::milliseconds{100};
  std::size_t changes_per_update = 24;
  std::int64_t drift_ticks_per_second = 40;

  std::vector<Venue> venues;         // empty: those of the recordings; spot for a synthetic market
  std::vector<std::string> symbols;  // of a recording: only these; empty: all
  // Recordings wait for their first subscriber, a synthetic market does not, unless this says otherwise.
  std::optional<std::size_t> wait_for_streams;
  double speed = 1;              // times as fast as the clock, kMinSpeed to kMaxSpeed
  bool as_fast_as_read = false;  // instead of `speed`

  // Times that messages and depth answers tell ("E", "T") stay as recorded. Else they are put on the clock that REST's
  // "time" tells, each as far from its message's own time as it was recorded. With `as_fast_as_read` they always stay.
  bool original_times = false;

  FaultPlan faults;  // its times count from start()

  // Sessions older than this are closed; the venue's 24 h if not given.
  std::optional<Nanos> connection_lifetime;
  std::optional<Nanos> pong_timeout;                // the venue's if not given
  std::optional<int> weight_limit;                  // a minute and address; the venue's if not given
  std::size_t max_queued_bytes = 16 * 1024 * 1024;  // a session
  std::size_t history_updates = 0;                  // changes of a book that book_at() can go back over
};

struct ExchangeEndpoint {
  Venue venue = Venue::kBinanceSpot;
  std::uint16_t port = 0;
  std::string rest_url;    // "http://127.0.0.1:9000"
  std::string stream_url;  // "ws://127.0.0.1:9000"
};

class Exchange {
 public:
  // `loop` and `clock` outlive the object.
  Exchange(EventLoop& loop, Clock& clock, ExchangeOptions options);
  ~Exchange();
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  // Once: reads the recordings, or fills the books, and listens. Takes as long as that takes. Errors: kUsage (address,
  // port, files, options that contradict each other, a plan of faults with a symbol that is not served), kBadInput (a
  // recording that tells no venue), kStorage (certificate files).
  Result<std::vector<ExchangeEndpoint>> start();
  // Drops all connections.
  void stop();

  // What a client gives as its CA file; "" without TLS or before start().
  [[nodiscard]] const std::string& ca_file() const;
  // Called once, in the loop, when every recording has come to its end and all of it is handed to the connections.
  void on_finished(std::function<void()> callback);
  [[nodiscard]] bool finished() const;

  // What goes wrong at a venue, for tests and plans of faults; in the loop's thread. nullptr: not that venue.
  [[nodiscard]] Faults* faults(Venue venue);
  // Ends all sessions of a venue with that code; 0: by a reset, without a close frame.
  void close_sessions(Venue venue, std::uint16_t code, std::string_view reason = {});

  // nullptr: not that venue.
  [[nodiscard]] const VenueCore* core(Venue venue) const;
  // nullptr: no such symbol.
  [[nodiscard]] const TrueBook* book(Venue venue, std::string_view symbol) const;
  // The book after its last change with an id not above `id`; nothing if that is not remembered
  // (ExchangeOptions::history_updates).
  [[nodiscard]] std::optional<TrueBook> book_at(Venue venue, std::string_view symbol, UpdateId id) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace acts::exchange
