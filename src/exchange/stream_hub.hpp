// The exchange's market streams: who is connected, who wants what, who must be pinged or cut off. Pure.
//
// It is handed connections, frames of clients, market messages and time, and collects what is to be sent. Rules: spot
// "Web Socket Streams", read 2026-07-21, and USD-M "Connect", read 2026-05-28; the numbers are those of
// binance::limits(). A stream that nobody makes is acknowledged and stays silent, as at the venue. Close codes that the
// pages do not name are those seen there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "acts/base/time.hpp"
#include "acts/market/venue.hpp"

#include "binance/rate_budget.hpp"
#include "binance/venue_facts.hpp"
#include "exchange/client_command.hpp"
#include "exchange/market_source.hpp"
#include "exchange/outgoing.hpp"
#include "exchange/stream_path.hpp"

namespace acts::exchange {

struct HubStats {
  std::uint64_t messages_published = 0;  // by the market
  std::uint64_t messages_sent = 0;       // copies to sessions
  std::uint64_t commands = 0;
  std::uint64_t refused_commands = 0;
  std::uint64_t closed_too_many_requests = 0;
  std::uint64_t closed_too_many_streams = 0;
  std::uint64_t closed_pong_timeout = 0;
  std::uint64_t closed_lifetime = 0;
  std::uint64_t closed_slow = 0;
};

class Faults;

class StreamHub {
 public:
  // `source` outlives the object, and so does `faults`, which is asked at each subscription (nullptr: none).
  StreamHub(Venue venue, const MarketSource& source, Faults* faults = nullptr);

  // Of all sessions; the venue's own if never called.
  void set_connection_lifetime(Nanos lifetime) { connection_lifetime_ = lifetime; }
  void set_pong_timeout(Nanos timeout) { pong_timeout_ = timeout; }

  SessionId open(const StreamPath& path, UnixNanos now);
  // Frames of a session that is unknown or being closed are ignored.
  void on_text(SessionId session, std::string_view text, UnixNanos now);
  void on_ping(SessionId session, UnixNanos now);
  void on_pong(SessionId session, std::string_view payload, UnixNanos now);
  // The session's queue is full: it is cut off.
  void on_slow(SessionId session);
  void on_closed(SessionId session);
  // Code 0: by a reset, without a close frame.
  void close_all(std::uint16_t code, std::string_view reason);
  void close(SessionId session, std::uint16_t code, std::string_view reason);
  // One message from outside the market to one session.
  void tell(SessionId session, std::string text);
  // In the order in which they were opened.
  [[nodiscard]] std::vector<SessionId> session_ids() const;
  [[nodiscard]] bool is_combined(SessionId session) const;

  void publish(const MarketMessage& message);
  // Call it at or after next_deadline(): pings, missing pongs, ends of life.
  void on_time(UnixNanos now);
  [[nodiscard]] UnixNanos next_deadline() const { return next_deadline_; }

  // What is to be sent, in order; empty afterwards.
  std::vector<Outgoing> take_outgoing() { return std::exchange(outgoing_, {}); }

  [[nodiscard]] std::size_t session_count() const { return sessions_.size(); }
  // Streams of the source that have at least one subscriber.
  [[nodiscard]] std::size_t fed_streams() const { return fed_streams_; }
  [[nodiscard]] const HubStats& stats() const { return stats_; }

 private:
  struct Ping {
    std::string payload;
    UnixNanos sent;
  };
  struct Session {
    StreamAccess access;
    bool combined;
    std::vector<std::string> streams;  // in the order of subscription
    binance::SlidingBudget messages;
    UnixNanos opened;
    UnixNanos next_ping;
    std::deque<Ping> unanswered;
  };
  enum class Form : std::uint8_t { kAsItIs, kRenamed, kTopOfBook };
  // One subscription of one session to what a stream of the source feeds.
  struct Delivery {
    SessionId session;
    std::string name;  // as the client calls it
    Form form;
    std::size_t levels = 0;  // with kTopOfBook
    binance::StreamKind kind = binance::StreamKind::kOther;
  };
  struct Feed {
    std::string stream;
    Form form = Form::kAsItIs;
    std::size_t levels = 0;
  };
  struct Texts;

  Session* find(SessionId id);
  bool count_message(SessionId id, Session& session, UnixNanos now);
  void execute(SessionId id, Session& session, const ClientCommand& command, UnixNanos now);
  void execute_subscribe(SessionId id, Session& session, const ClientCommand& command, UnixNanos now);
  // `fed`: false: in the list of the session, and nothing comes of it.
  void subscribe(SessionId id, Session& session, const std::vector<std::string>& names, bool fed);
  void unsubscribe(SessionId id, Session& session, const std::string& name);
  [[nodiscard]] Feed feed_of(std::string_view name) const;
  void remove_delivery(SessionId id, const std::string& name);
  void recount_feeds();
  void reply(SessionId id, std::string text);
  void cut_off(SessionId id, std::uint16_t code, std::string_view reason);
  void check(SessionId id, Session& session, UnixNanos now, std::vector<SessionId>& late, std::vector<SessionId>& old);

  Venue venue_;
  const MarketSource& source_;
  Faults* faults_;
  const binance::VenueLimits& limits_;
  Nanos connection_lifetime_;
  Nanos pong_timeout_;
  std::map<std::string, SymbolIndex, std::less<>> symbol_of_prefix_;  // "btcusdt"
  std::set<std::string, std::less<>> source_streams_;
  std::map<SessionId, Session> sessions_;
  std::map<std::string, std::vector<Delivery>, std::less<>> deliveries_;  // by the stream that feeds them
  std::vector<Outgoing> outgoing_;
  SessionId last_session_ = 0;
  std::size_t fed_streams_ = 0;
  UnixNanos next_deadline_{binance::kNever};
  HubStats stats_;
};

}  // namespace acts::exchange
