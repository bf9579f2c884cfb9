// What a collector is told: what to collect, from where, and how patient to be.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "acts/base/time.hpp"
#include "acts/features/bands.hpp"
#include "acts/features/sampler.hpp"
#include "acts/market/venue.hpp"

#include "binance/book_builder.hpp"
#include "collector/cooldown.hpp"

namespace acts::collector {

// All on the collector's clock: one that runs 30 times as fast needs some of them 30 times as long.
struct Timings {
  Nanos tick = std::chrono::milliseconds{100};  // how often deadlines are looked at; minute boundaries are exact

  // The venue's list of symbols.
  Nanos info_grace = std::chrono::seconds{5};  // connections wait for the first answer no longer than this
  Nanos info_refresh = std::chrono::minutes{10};
  Nanos time_interval = std::chrono::minutes{1};  // between two measurements of the clock's offset
  Nanos clock_warning = std::chrono::seconds{1};

  // Connections.
  Nanos connect_timeout = std::chrono::seconds{30};  // neither opened nor refused: given up
  Nanos close_timeout = std::chrono::seconds{10};    // closed by us, and not reported closed: forgotten
  Nanos ack_timeout = std::chrono::seconds{10};      // of a SUBSCRIBE
  Nanos backoff_first = std::chrono::seconds{1};     // doubled at each failure in a row, with jitter
  Nanos backoff_cap = std::chrono::minutes{1};
  Nanos stable = std::chrono::minutes{1};  // a connection that held so long ends the row of failures
  Nanos renew_after = std::chrono::hours{23};
  Nanos renew_jitter = std::chrono::minutes{30};  // up to so much earlier
  Nanos overlap_least = std::chrono::seconds{3};  // both connections are kept at least so long, and at most
  Nanos overlap_most = std::chrono::minutes{1};
  // Of two lines of the same symbols the second is opened so much later than the first; it is renewed half of
  // renew_after away from it.
  Nanos line_stagger = std::chrono::seconds{10};
  int failures_per_host = 3;  // in a row, before the next of the venue's hosts is tried

  // Watchdogs.
  Nanos connection_silence = std::chrono::seconds{30};  // of a busy connection: it is dead
  Nanos first_data = std::chrono::seconds{10};          // a subscription that is silent for so long is checked by REST
  int silence_factor = 20;                              // so many mean intervals without an update: checked by REST
  Nanos silence_least = std::chrono::seconds{10};
  Nanos silence_most = std::chrono::minutes{10};
  Nanos probe_grace = std::chrono::seconds{5};     // the stream may be so far behind REST
  Nanos recycle_first = std::chrono::seconds{30};  // between two renewals of a line for frozen symbols; doubled
  Nanos recycle_cap = std::chrono::minutes{10};
  Nanos stall = std::chrono::seconds{5};  // no tick for so long: it is we who slept; watchdogs give everyone this long

  // REST.
  Nanos depth_timeout = std::chrono::seconds{30};
  Nanos info_timeout = std::chrono::minutes{1};
  Nanos time_timeout = std::chrono::seconds{10};
  std::size_t rest_in_flight = 5;

  // Health.
  Nanos failed_after = std::chrono::minutes{1};  // no connection for so long: failed

  // By a clock that runs `factor` times as fast: what waits for machines, ours and that at the other end, takes as long
  // in real time as before.
  void stretch_answers(int factor);
  // And what waits for the market to say something, which comes as late as those machines are slow.
  void stretch(int factor);
};

// "depth", "trade", ...: what is asked for where the options name none.
std::vector<std::string> default_streams(Venue venue);

struct CollectorOptions {
  Venue venue = Venue::kBinanceSpot;
  std::vector<std::string> symbols;      // as typed: "BTCUSDT", or an asset
  std::vector<std::string> streams;      // empty: depth, trade, bookTicker; USD-M: markPrice too
  std::optional<Nanos> update_interval;  // of "depth"; 100 ms if not given
  int limit = 0;                         // levels a snapshot; 0: the venue's largest
  std::optional<Nanos> refresh_interval;
  // So often, at the lowest priority, each book is compared with a fresh snapshot, which is then merged; spread over
  // the symbols. Rarer where the request weight does not suffice.
  std::optional<Nanos> audit_interval = std::chrono::minutes{30};
  BandList bands = BandList::defaults();
  Nanos stale_after = MinuteSampler::kDefaultStaleAfter;
  // Origins given by the user; empty: the venue's, and its other hosts when one fails.
  std::string rest_url;
  std::string stream_url;
  std::size_t connections = 1;  // at least so many a route, as long as there are symbols for them
  std::size_t lines = 1;        // connections that carry each symbol: 2, and one may be lost without a gap
  std::uint64_t seed = 1;       // of the jitter
  // Between two checkpoints of a symbol, which are spread over it. None: no checkpoints.
  std::optional<Nanos> checkpoint_interval;
  std::vector<Nanos> full_book_at;  // times of the UTC day at which every whole book is saved
  // The book that a symbol begins with, asked for once a symbol: what an earlier run has left of it, or nothing.
  std::function<std::shared_ptr<const binance::SavedBook>(std::string_view symbol)> earlier_book;
  // What earlier runs were told to wait for, in any order; what of it is over is left out.
  std::vector<Cooldown> earlier_cooldowns;
  // Called once: the symbols are known, and rows of the boundaries after `now` follow. The run's log begins here.
  std::function<void(UnixNanos now)> on_begin;
  binance::BookBuilderOptions book;
  Timings timings;
};

}  // namespace acts::collector
