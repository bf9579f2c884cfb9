// The collector's inside, shared by its two sources. See collector.hpp.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "acts/base/backoff.hpp"

#include "binance/exchange_info.hpp"
#include "binance/symbols.hpp"
#include "collector/clock_offset.hpp"
#include "collector/collector.hpp"
#include "collector/line_pool.hpp"
#include "collector/log_throttle.hpp"
#include "collector/rest_desk.hpp"
#include "collector/update_rate.hpp"
#include "collector/watchdog.hpp"

namespace acts::collector {

// Each different one once. Errors: kUsage.
Result<std::vector<binance::SymbolWish>> read_wishes(std::span<const std::string> typed, Venue venue);

struct Collector::Impl final : LineListener {
  Impl(CollectorOptions given, std::vector<std::string> streams, std::vector<binance::SymbolWish> symbols, RowSink rows,
       RunLog& log);

  // What belongs to one symbol besides its place in the pipeline.
  static constexpr std::string_view kNoDepth =
      "the streams hold no depth, without which there are no books: rows say syncing; add depth to --streams";

  struct Symbol {
    SymbolStatus status = SymbolStatus::kUnknown;
    // The venue says that our requests for it are wrong: none before refused_until, or until its list is read again.
    std::uint32_t refusals = 0;  // in a row
    UnixNanos refused_until{INT64_MIN};
    bool was_lost = false;  // its stream, since its last update
    SymbolWatch watch;
    std::optional<UnixNanos> stream_since;
    unsigned seen = 0;  // DataKinds that came since then
    std::uint64_t reconnects = 0;
    UnixNanos refresh_at{INT64_MAX};
    UnixNanos checkpoint_at{INT64_MAX};
    UnixNanos full_book_due{INT64_MAX};  // since then
    UnixNanos audit_at{INT64_MAX};
    binance::AuditCounts audits;  // as they were when they were last looked at
    AuditHealth audit;            // failures and levels only
    std::optional<UnixNanos> audited_at;
    UnixNanos deepen_at{INT64_MIN};
    UpdateRate rate;
  };

  UnixNanos at(UnixNanos now);

  // Symbols.
  void begin(UnixNanos now);
  void apply_wishes(UnixNanos now);
  void add_symbol(const std::string& symbol, SymbolStatus status, UnixNanos now);
  void set_status(InstrumentIndex index, SymbolStatus status, UnixNanos now);
  void tell_status(std::string_view symbol, SymbolStatus status, UnixNanos now);
  void remove_symbol(InstrumentIndex index, UnixNanos now);
  // Symbol and status of a wish; a symbol that the venue does not know keeps its text.
  [[nodiscard]] std::pair<std::string, SymbolStatus> resolve(const binance::SymbolWish& wish,
                                                             std::string* problem) const;
  [[nodiscard]] bool is_collected(InstrumentIndex index) const { return pipeline.is_active(index); }

  // Streams.
  void on_stream_opened(InstrumentIndex instrument, UnixNanos now) override;
  void on_stream_lost(InstrumentIndex instrument, std::string_view reason, UnixNanos now) override;
  [[nodiscard]] bool continues(InstrumentIndex instrument, const StreamPeek& peek) const override;
  void feed(ConnectionNumber connection, std::string_view bytes, UnixNanos now) override;
  // connection: nullptr if it has ended since.
  void take(Connection* connection, std::string_view bytes, UnixNanos now);
  void on_message(ConnectionNumber number, std::string_view bytes, UnixNanos now);
  void on_outcome(Connection* connection, const MessageOutcome& outcome, std::string_view bytes, UnixNanos now);
  void on_problem(const MessageOutcome& outcome, std::string_view bytes, UnixNanos now);
  void note_gap(InstrumentIndex index, UnixNanos now);
  void say_gaps(UnixNanos now);
  void on_data(InstrumentIndex index, const MessageOutcome& outcome, UnixNanos now);

  // REST.
  void resume_cooldowns(UnixNanos now);
  void resume(const Cooldown& left, bool is_kept, UnixNanos now);
  void ask_info();
  void note_refused(InstrumentIndex index, UnixNanos now);
  void poll_snapshot(InstrumentIndex index, UnixNanos now);
  void poll_snapshots(UnixNanos now);
  void ask_snapshot(RequestKind kind, Urgency urgency, InstrumentIndex index, int limit);
  [[nodiscard]] bool is_hopeless(const Symbol& symbol, UnixNanos now) const;

  // Which snapshots are wanted, how large and how urgent; see collector_schedule.cpp.
  [[nodiscard]] bool waits_for_snapshot(InstrumentIndex index) const;
  [[nodiscard]] bool is_deep_gap(InstrumentIndex index, UnixNanos now) const;
  [[nodiscard]] int snapshot_limit(Urgency urgency) const;
  [[nodiscard]] int audit_limit() const;
  void plan_snapshots(InstrumentIndex index, UnixNanos now);
  void plan_refresh(InstrumentIndex index, UnixNanos now);
  void plan_deepening(InstrumentIndex index, UnixNanos now);
  void plan_audit(InstrumentIndex index, UnixNanos now);
  [[nodiscard]] bool is_due(UnixNanos& at, InstrumentIndex index, Nanos interval, UnixNanos now) const;
  void note_audits(InstrumentIndex index, UnixNanos now);
  void pump(UnixNanos now);
  void on_done(const RestDone& done, std::string_view body, UnixNanos now);
  void on_depth_done(const RestDone& done, std::string_view body, UnixNanos now);
  void on_audit_done(const RestDone& done, std::string_view body, UnixNanos now);
  void on_probe_done(const RestDone& done, std::string_view body, UnixNanos now);
  void on_info_done(const RestDone& done, std::string_view body, UnixNanos now);
  void on_time_done(const RestDone& done, std::string_view body, UnixNanos now);
  [[nodiscard]] bool is_recorded(RequestKind kind) const;
  void record_answer(const RestDone& done, std::string_view body, UnixNanos now);
  [[nodiscard]] RequestInfo request_info(const RestDone& done) const;

  // Time.
  void on_tick(UnixNanos now);
  void on_second(UnixNanos now);
  void watch_symbols(UnixNanos now);
  void on_frozen(InstrumentIndex index, UnixNanos now);
  bool fall_back(InstrumentIndex silent, UnixNanos now);
  void note_stall(UnixNanos now);
  void note_down(UnixNanos now);
  void forgive(Nanos silence, UnixNanos now);
  void fire_pipeline(UnixNanos now);
  void note_deadlines(UnixNanos now);

  // Books to keep.
  void plan_saves(Symbol& symbol, UnixNanos now) const;
  void save_books(UnixNanos now);
  bool save_full_book(InstrumentIndex index, UnixNanos now);
  bool save_checkpoint(InstrumentIndex index, UnixNanos now);
  void save(SaveBook::Kind kind, InstrumentIndex index, bool is_marked, UnixNanos now);
  [[nodiscard]] UnixNanos next_full_book(UnixNanos after) const;

  [[nodiscard]] Health health(UnixNanos now) const;
  [[nodiscard]] AuditHealth audit_health(InstrumentIndex index, UnixNanos now) const;
  [[nodiscard]] SymbolHealth symbol_health(InstrumentIndex index, UnixNanos now) const;
  void add_problems(Health& health, UnixNanos now) const;

  CollectorOptions options;
  RunLog& run_log;
  ActionQueue actions;
  LogThrottle log{actions};
  MarketPipeline pipeline;
  std::vector<binance::SymbolWish> wishes;
  std::vector<std::string> stream_types;
  unsigned expected_kinds = 0;
  bool has_depth = false;
  LinePool pool;
  RestDesk desk;
  ClockOffset clock;
  std::vector<Symbol> symbols;  // by instrument
  InstrumentIndex next_save = 0;
  bool can_save = true;
  bool can_save_full_books = true;
  bool can_checkpoint = true;
  std::optional<binance::ExchangeInfo> info;
  std::map<std::string, std::string> unknown_symbols;  // with the remedy
  Backoff info_backoff;

  bool started = false;
  bool ended = false;
  UnixNanos latest{INT64_MIN};  // time we were told of
  UnixNanos started_at;
  bool wishes_applied = false;  // with or without the venue's list
  UnixNanos info_at{INT64_MAX};
  UnixNanos time_at{INT64_MAX};
  UnixNanos next_tick{INT64_MAX};
  UnixNanos next_second{INT64_MAX};
  UnixNanos last_tick;
  UnixNanos watch_from{INT64_MIN};     // watchdogs do not act before: we may have unread messages
  std::optional<UnixNanos> paused_at;  // nothing is read, as the recording takes no more
  UnixNanos down_since;                // no connection open; meaningful while down
  bool down = true;
  std::map<std::string, std::uint64_t> refused;
  std::map<std::string, std::uint64_t> snapshots;
  std::uint64_t ignored = 0;
  std::uint64_t frozen = 0;
  bool depth_has_come = false;       // an update of any symbol
  std::uint64_t gaps_of_losses = 0;  // found as lost streams came back, and not said yet
  UnixNanos gaps_said_at{INT64_MIN};
};

}  // namespace acts::collector
