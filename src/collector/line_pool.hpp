// The lines of a shard: each carries the streams of some symbols over one connection, and over two while one takes over
// from the other. Opens, renews, gives up and reopens connections for ever, within the venue's limits.
//
// Taking over without a gap: the second connection may be ahead of the first. Its depth updates of a symbol wait until
// the first of them continues what the book has; then the symbol has joined. Its other messages of symbols that have
// not joined are left out: the first connection delivers the same. Once every symbol that is not silent has joined, the
// first connection is closed. What came twice in between is told by its update id. An update that would be a gap waits
// for a moment as long as both deliver the symbol: the other connection may bring what is missing (gap_hold.hpp).
//
// With CollectorOptions::lines == 2 lines come in bundles of two that carry the same symbols. The second joins as one
// that takes over does, and both stay: as long as one delivers a symbol, the loss of the other is nothing that its book
// hears of. They are opened and renewed at different times, and a symbol that falls silent on one of them only has that
// one renewed.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "acts/base/backoff.hpp"
#include "acts/base/time.hpp"

#include "binance/rate_budget.hpp"
#include "binance/streams.hpp"
#include "collector/actions.hpp"
#include "collector/collector.hpp"
#include "collector/connection.hpp"
#include "collector/cooldown.hpp"
#include "collector/gap_hold.hpp"
#include "collector/health.hpp"
#include "collector/host_ring.hpp"
#include "collector/log_throttle.hpp"
#include "collector/options.hpp"
#include "collector/run_log.hpp"
#include "collector/stream_peek.hpp"

namespace acts::collector {

// Told by the pool what happens to a symbol's primary streams.
class LineListener {
 public:
  virtual ~LineListener() = default;
  // Subscribed: silence is quiet from now on.
  virtual void on_stream_opened(InstrumentIndex instrument, UnixNanos now) = 0;
  virtual void on_stream_lost(InstrumentIndex instrument, std::string_view reason, UnixNanos now) = 0;
  // True: the depth update that begins there continues the symbol's book, or there is nothing yet to continue.
  [[nodiscard]] virtual bool continues(InstrumentIndex instrument, const StreamPeek& peek) const = 0;
  // A message that waited: its turn has come.
  virtual void feed(ConnectionNumber connection, std::string_view bytes, UnixNanos now) = 0;
};

struct LineCounters {
  std::uint64_t connects = 0;
  std::uint64_t lost = 0;
  std::uint64_t renewals = 0;
  std::uint64_t watchdog_closes = 0;
  std::uint64_t held_dropped = 0;  // messages of a connection that was to take over, beyond what is kept of it
};

class LinePool {
 public:
  // `streams`: names of a symbol's streams without the symbol, as parse_stream_type() takes them. The references
  // outlive the object.
  LinePool(const CollectorOptions& options, std::vector<std::string> streams, ActionQueue& out, LogThrottle& log,
           RunLog& run_log, LineListener& listener);

  // So many symbols in all will be added: lines are made for an even load.
  void expect(std::size_t symbols);
  void add(InstrumentIndex instrument, std::string_view symbol);
  void remove(InstrumentIndex instrument);
  // Opens the symbol's line anew beside the present connection, if it is not too soon after the last time.
  void recycle(InstrumentIndex instrument, std::string_view why, UnixNanos now);
  // Whether each symbol's streams have this one.
  [[nodiscard]] bool carries(std::string_view stream) const;
  // The connection that carries the symbol's depth has brought something, or there is nothing else that it could bring:
  // it is no sign of a dead connection that the depth is silent.
  [[nodiscard]] bool is_heard(InstrumentIndex instrument) const;
  // From now on `other` is subscribed instead: lines that carry the one are opened anew beside their connections.
  void replace_stream(std::string_view stream, std::string_view other, std::string_view why, UnixNanos now);

  void on_open(ConnectionNumber number, UnixNanos now);
  void on_closed(ConnectionNumber number, const ClosedInfo& info, UnixNanos now);
  // nullptr: not a connection of ours. Valid until the next call that is not const.
  [[nodiscard]] Connection* find(ConnectionNumber number);
  // True: not to be fed now, see above; fed later, or left out.
  bool holds_back(Connection& connection, std::string_view bytes, UnixNanos now);
  // A message of this symbol has been fed: what waited for it follows.
  void on_fed(InstrumentIndex instrument, UnixNanos now) {
    if (joining_ > 0) release(instrument, now);
    if (!gap_hold_.empty()) release_continued(instrument, now);
  }
  void on_reply(Connection& connection, std::int64_t id, UnixNanos now);
  void on_error_reply(Connection& connection, std::int64_t id, std::string_view problem, UnixNanos now);
  void on_shutdown_notice(Connection& connection, UnixNanos now);
  // Deadlines, attempts that are due, messages that may be sent. `watch`: false while we cannot know who was silent.
  void on_tick(UnixNanos now, bool watch);
  // We have slept for so long.
  void grant(Nanos longer);
  // Feeds what would be a gap and is one now.
  void feed_gaps(const std::vector<InstrumentIndex>& instruments, UnixNanos now);
  [[nodiscard]] const GapHold& gap_hold() const { return gap_hold_; }
  void stop(UnixNanos now);
  // What an earlier run was told, by left_of(): no attempt to connect is made before it is over.
  void resume(const Cooldown& left);

  // Of whose stream a message says it is; kNoInstrument if it does not say so, or of none of ours.
  [[nodiscard]] InstrumentIndex instrument_of(std::string_view bytes) const;
  [[nodiscard]] bool empty() const;  // no connection left
  [[nodiscard]] std::size_t open_connections() const;
  [[nodiscard]] std::vector<ConnectionHealth> health(UnixNanos now) const;
  [[nodiscard]] const LineCounters& counters() const { return counters_; }
  [[nodiscard]] const std::vector<std::string>& streams() const { return streams_; }

 private:
  struct Line {
    explicit Line(const Timings& timings, std::uint64_t seed)
        : backoff(timings.backoff_first, timings.backoff_cap, seed),
          recycle_backoff(timings.recycle_first, timings.recycle_cap, ~seed) {}
    std::uint64_t bundle = 0;  // lines of one carry the same symbols
    std::size_t copy = 0;      // the first of its bundle is 0
    binance::StreamRoute route = binance::StreamRoute::kPublic;
    std::map<InstrumentIndex, LineMember> members;
    std::size_t streams = 0;
    std::optional<Connection> active;
    std::optional<Connection> next;  // takes over from active
    Backoff backoff;
    std::uint64_t failures = 0;
    UnixNanos attempt_at{INT64_MIN};
    UnixNanos renew_at{INT64_MAX};
    Backoff recycle_backoff;
    std::optional<UnixNanos> recycled_at;
    UnixNanos recycle_not_before{INT64_MIN};
    int mutes = 0;  // connections given up in a row that should have spoken and never did
  };

  struct Refusal;
  // Found by a view: with two lines every message is looked at.
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };

  LineMember make_member(InstrumentIndex instrument, std::string_view symbol, binance::StreamRoute route) const;
  Line& line_for(binance::StreamRoute route, std::size_t streams);
  void open(Line& line, std::optional<Connection>& slot, UnixNanos now);
  // When the next attempt may be made.
  UnixNanos try_open(Line& line, std::optional<Connection>& slot, UnixNanos now);
  void close(std::optional<Connection>& slot, std::uint16_t code, bool abort, UnixNanos now);
  void confirm(Line& line, Connection& connection, const std::vector<InstrumentIndex>& confirmed, UnixNanos now);
  void lose_active(Line& line, std::string_view reason, UnixNanos now);
  void fail_next(Line& line, const ClosedInfo& info, std::string_view reason, UnixNanos now);
  void kill(Line& line, bool is_next, std::string_view reason, UnixNanos now);
  void hand_over(Line& line, UnixNanos now);
  bool waits_to_join(const LineMember& member, Connection& connection, const StreamPeek& peek, std::string_view bytes);
  bool waits_for_other(const Connection& connection, InstrumentIndex instrument, const StreamPeek& peek,
                       std::string_view bytes, UnixNanos now);
  static bool delivers(const std::optional<Connection>& slot, InstrumentIndex instrument, ConnectionNumber but);
  [[nodiscard]] bool delivered_by_other(InstrumentIndex instrument, ConnectionNumber number) const;
  [[nodiscard]] bool delivered_elsewhere(InstrumentIndex instrument, const Line& line) const;
  void feed_gaps_of(ConnectionNumber number, UnixNanos now);
  void release(InstrumentIndex instrument, UnixNanos now);
  void release(Connection& connection, InstrumentIndex instrument, UnixNanos now);
  void join(Connection& connection, InstrumentIndex instrument, UnixNanos now);
  void settle(const Line& line, Connection& connection, bool announce, UnixNanos now);
  void settle_others(const Line& line, UnixNanos now);
  void tick_joining(Line& line, UnixNanos now);
  void leave(Connection connection, std::uint16_t code, bool abort, UnixNanos now);
  void recycle(Line& line, std::string_view why, UnixNanos now);
  [[nodiscard]] const Line* twin_of(const Line& line) const;
  static bool delivers_what(const Line& line, const Connection& newer, const Connection& older);
  void compare_lines(UnixNanos now);
  [[nodiscard]] InstrumentIndex find_silent(const Line& line, Connection& connection, const Connection& other,
                                            UnixNanos now) const;
  void release_continued(InstrumentIndex instrument, UnixNanos now);
  void feed_first(InstrumentIndex instrument, UnixNanos now);
  void begin_joining(Connection& connection);
  void end_joining(Connection& connection);
  // When the line may try again.
  UnixNanos after_failure(Line& line, const Connection& failed, const ClosedInfo& info, UnixNanos now);
  static std::optional<Refusal> refusal_of(const ClosedInfo& info);
  UnixNanos obey(const Refusal& refusal, const Connection& refused, const ClosedInfo& info, UnixNanos again,
                 UnixNanos now);
  void note_stable(Line& line, UnixNanos now);
  void plan_renewal(Line& line, UnixNanos now);
  void tick_line(Line& line, UnixNanos now, bool watch);
  void tick_renewal(Line& line, UnixNanos now);
  [[nodiscard]] std::string_view find_trouble(const Line& line, const Connection& connection, UnixNanos now,
                                              bool watch) const;
  [[nodiscard]] bool should_speak(const Line& line, UnixNanos now) const;
  [[nodiscard]] bool may_hand_over(const Line& line, UnixNanos now) const;
  void say_lost(const Connection& connection, std::string_view reason, UnixNanos next, UnixNanos now);
  Line* line_of(ConnectionNumber number);
  [[nodiscard]] const Line* line_of(ConnectionNumber number) const;
  [[nodiscard]] InstrumentIndex instrument_of(const StreamPeek& peek) const;

  Venue venue_;
  Timings timings_;
  std::uint64_t seed_;
  std::size_t least_lines_;
  std::size_t copies_;  // lines a bundle
  std::vector<std::string> streams_;
  ActionQueue& out_;
  LogThrottle& log_;
  RunLog& run_log_;
  LineListener& listener_;
  HostRing hosts_;
  binance::ConnectBudget budget_;
  CooldownMemory cooldowns_{Cooldown::Scope::kStreams};
  UnixNanos refused_until_{INT64_MIN};  // no attempt before
  std::vector<std::unique_ptr<Line>> lines_;
  std::vector<Connection> closing_;
  std::unordered_map<std::string, InstrumentIndex, TextHash, std::equal_to<>> by_stream_symbol_;
  std::map<InstrumentIndex, std::string> stream_symbols_;
  ConnectionNumber next_number_ = 1;
  std::uint64_t next_line_ = 1;
  std::uint64_t next_bundle_ = 1;
  UnixNanos compare_at_{INT64_MIN};
  std::size_t lines_wanted_ = 1;
  std::size_t joining_ = 0;  // connections of lines_ that are joining
  GapHold gap_hold_;
  bool releasing_ = false;
  bool stopped_ = false;
  LineCounters counters_;
};

}  // namespace acts::collector
