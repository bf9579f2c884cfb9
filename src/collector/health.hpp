// The collector's state as a value: what /health, /metrics and the terminal show. Names in comments are the metrics'.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "acts/base/decimal.hpp"
#include "acts/base/time.hpp"
#include "acts/features/quality.hpp"
#include "acts/market/book_audit.hpp"
#include "acts/market/book_state.hpp"
#include "acts/market/venue.hpp"

#include "collector/actions.hpp"
#include "collector/symbol_status.hpp"

namespace acts::collector {

enum class Overall : std::uint8_t { kOk, kDegraded, kFailed };
// "ok", "degraded", "failed".
std::string_view to_string(Overall overall) noexcept;

// Comparisons of a book with fresh snapshots, since the start.
struct AuditHealth {
  std::uint64_t matched = 0;  // acts_audits_total{result="match"}
  std::uint64_t differed = 0;
  std::uint64_t skipped = 0;  // nothing could be compared
  std::uint64_t failed = 0;   // no answer
  // Levels of all of them: acts_audit_levels_total{result}.
  std::uint64_t match = 0;
  std::uint64_t drift = 0;
  std::uint64_t ghost = 0;
  std::uint64_t missed = 0;
  std::optional<BookAudit> last;  // in which something was compared
  std::optional<Nanos> age;       // since then
};

struct SymbolHealth {
  std::string symbol;
  SymbolStatus status = SymbolStatus::kUnknown;
  RowState state = RowState::kSyncing;  // acts_book_state: as the next row would say
  Reason reason = Reason::kStarting;
  std::optional<Nanos> data_age;     // since its last message
  std::optional<Nanos> update_age;   // since its last depth update
  std::optional<Nanos> receive_lag;  // acts_receive_lag_seconds: of its last depth update, receive minus event time
  std::optional<Decimal> bid;
  std::optional<Decimal> ask;
  std::size_t bid_levels = 0;  // acts_book_levels{side}
  std::size_t ask_levels = 0;
  std::size_t suspect_levels = 0;
  double updates_per_second = 0;  // over the last seconds
  std::uint64_t updates = 0;      // applied since the start
  std::uint64_t gaps = 0;         // acts_gaps_total
  std::uint64_t snapshots = 0;    // acts_snapshots_total: merged
  std::uint64_t ghosts = 0;
  std::uint64_t reconnects = 0;  // acts_reconnects_total
  std::uint64_t epoch = 0;
  std::int64_t last_update_id = -1;
  AuditHealth audit;
  bool snapshot_waiting = false;            // asked for, or in the queue
  std::vector<std::string> silent_streams;  // subscribed, and nothing has come of them yet
};

struct ConnectionHealth {
  ConnectionNumber connection = 0;  // 0: none now, an attempt is due
  std::string state;                // "waiting", "connecting", "subscribing", "open", "closing"
  std::string url;                  // origin and path
  std::size_t streams = 0;
  std::optional<Nanos> age;          // since it opened
  std::optional<Nanos> message_age;  // since its last message
  std::uint64_t messages = 0;
  std::uint64_t failures = 0;  // attempts in a row that failed
  bool renewing = false;       // takes over from another one
};

struct RestHealth {
  std::string url;
  int weight_used = 0;  // acts_rate_limit_weight_used
  int weight_limit = 0;
  std::size_t in_flight = 0;
  std::size_t queued = 0;
  std::optional<UnixNanos> banned_until;
  std::optional<UnixNanos> paused_until;
};

struct ClockHealth {
  std::optional<Nanos> offset;  // acts_clock_offset_seconds: the venue's clock minus ours
  Nanos uncertainty{0};         // half the round trip
  std::optional<Nanos> age;     // since it was measured
};

struct CollectorCounters {
  std::uint64_t messages = 0;                    // acts_messages_total
  std::map<std::string, std::uint64_t> refused;  // acts_messages_refused_total{reason}
  std::uint64_t ignored = 0;                     // of a second connection, before it took over
  std::uint64_t rows = 0;                        // acts_rows_total
  std::uint64_t skipped_minutes = 0;
  std::uint64_t trades = 0;
  std::uint64_t tickers = 0;
  std::uint64_t gaps = 0;
  std::uint64_t reconnects = 0;                    // acts_reconnects_total: lines lost
  std::uint64_t connects = 0;                      // attempts
  std::uint64_t renewals = 0;                      // handed over
  std::uint64_t watchdog_closes = 0;               // connections given up as dead
  std::uint64_t frozen_streams = 0;                // proven by REST
  std::map<std::string, std::uint64_t> snapshots;  // acts_snapshot_failures_total{reason}
  std::map<std::string, std::uint64_t> requests;   // acts_rest_requests_total{reason}: kind
};

struct Health {
  Venue venue = Venue::kBinanceSpot;
  Overall overall = Overall::kDegraded;
  std::vector<std::string> problems;  // one line each: why it is not ok; at most kMaxProblems
  UnixNanos at;
  std::vector<SymbolHealth> symbols;         // in the order in which they were added
  std::vector<std::string> unknown_symbols;  // with the remedy
  std::vector<ConnectionHealth> connections;
  RestHealth rest;
  ClockHealth clock;
  CollectorCounters counters;
};
inline constexpr std::size_t kMaxProblems = 20;

}  // namespace acts::collector
