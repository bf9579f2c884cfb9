// What a run of the collector is told: by flags, by acts.toml, or by a program that embeds it. Values only.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"
#include "acts/features/bands.hpp"
#include "acts/market/venue.hpp"

#include "live/book_retention.hpp"
#include "live/logging.hpp"
#include "recording/retention.hpp"
#include "store/row_retention.hpp"
#include "store/sinks/sink_settings.hpp"

namespace acts {

// Origins without a path, such as "https://api.binance.com". "": the venue's own hosts, each tried in its turn.
struct VenueAddresses {
  std::string rest_url;    // https; http to a loopback address
  std::string stream_url;  // wss; ws to a loopback address

  friend bool operator==(const VenueAddresses&, const VenueAddresses&) = default;
};

// Where /metrics and /health are served.
struct ListenAddress {
  std::string host = "127.0.0.1";  // a name or an address, IPv6 without brackets
  std::uint16_t port = 0;          // 0: any free one

  friend bool operator==(const ListenAddress&, const ListenAddress&) = default;
};

// What needs a person is said there. Empty: it is not.
struct AlertSettings {
  std::string webhook;  // https, or http to a loopback address
  std::string command;  // run by /bin/sh
  Nanos no_data_after = std::chrono::seconds{60};
  Nanos gap_after = std::chrono::minutes{5};
  Nanos repeat_interval = std::chrono::hours{1};  // what lasts is said again

  friend bool operator==(const AlertSettings&, const AlertSettings&) = default;
};

struct CollectSettings {
  static constexpr std::size_t kMaxSymbols = 10'000;
  static constexpr int kMaxConnections = 64;
  static constexpr int kMaxLines = 2;

  // As typed: "BTCUSDT", "binance-usdm:BTCUSDT", an asset ("BTC"); each has the form of a symbol
  // (binance::parse_symbol_wish takes it), "@FILE" is expanded. Whether the venue has it, its exchangeInfo says.
  std::vector<std::string> symbols;
  Venue venue = Venue::kBinanceSpot;  // of symbols without one

  std::string data_dir = "./acts-data";
  BandList bands = BandList::defaults();
  int limit = 0;  // levels a side of a snapshot; 0: the venue's largest; above it: the largest
  Nanos update_interval = std::chrono::milliseconds{100};  // of depth streams; one each configured venue has
  Nanos refresh_interval{0};                               // a fresh snapshot is merged so often; 0: never
  Nanos audit_interval = std::chrono::minutes{30};  // a book is compared with a fresh snapshot so often; 0: never
  // As binance::parse_stream_type() reads them; empty: depth, trade, bookTicker, on USD-M markPrice too.
  std::vector<std::string> streams;
  bool record = true;                                    // every message to DIR/raw
  Nanos checkpoint_interval = std::chrono::minutes{10};  // of each book, to DIR/checkpoints; 0: never
  // Times of the UTC day at which every whole book goes to DIR/books.
  std::vector<Nanos> full_book_at = {Nanos{0}, std::chrono::hours{12}};

  RecordingLimits keep_recordings;  // what is older, or beyond, is removed; none: all is kept
  RowLimits keep_rows;
  BookLimits keep_books;  // of full books

  std::array<VenueAddresses, 2> addresses;  // by Venue; see addresses_of()
  std::string ca_file;                      // PEM; "": the system's certificate authorities
  bool serve_metrics = false;
  ListenAddress metrics;

  AlertSettings alerts;
  std::vector<SinkSettings> sinks;  // remote databases that rows go to; each name once

  Nanos duration{0};                             // 0: until a signal
  Nanos stale_after = std::chrono::seconds{60};  // without a depth event for so long a row is stale
  int connections = 2;                           // a venue; symbols are spread over them
  int lines = 1;                                 // so many connections carry each symbol: 1 or 2
  LogSettings log;

  // One line each about what was given and has no effect.
  std::vector<std::string> notices;

  // Reads command line and files anew, for SIGHUP: settings as wanted now, or why they cannot be had (the run goes on
  // as it was). Empty: there is nothing to read.
  std::function<Result<CollectSettings>()> reload;

  [[nodiscard]] const VenueAddresses& addresses_of(Venue v) const { return addresses[static_cast<std::size_t>(v)]; }
  [[nodiscard]] VenueAddresses& addresses_of(Venue v) { return addresses[static_cast<std::size_t>(v)]; }
};

// What holds for one of several venues: `limit` up to the venue's largest, and those of `streams` that it has (empty:
// its defaults). Errors: kUsage, if streams are named and it has none of them.
int limit_of(const CollectSettings& settings, Venue venue);
Result<std::vector<std::string>> streams_of(const CollectSettings& settings, Venue venue);

// Keys of acts.toml whose values differ and that a run cannot take over; addresses of `venues` only, where the run is
// already. Symbols, their venue and what concerns logs can change in a run.
std::vector<std::string> keys_that_need_a_restart(const CollectSettings& running, const CollectSettings& wanted,
                                                  std::span<const Venue> venues);

}  // namespace acts
