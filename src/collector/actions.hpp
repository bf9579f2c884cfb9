// What the collector asks its shell to do. The shell carries each out in order and reports what came of it; it decides
// nothing.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "acts/base/time.hpp"

#include "collector/cooldown.hpp"
#include "collector/saved_feed.hpp"

namespace acts::collector {

// Numbers the connections of a run from 1, never used again; in a recording's index it is the ConnectionId.
using ConnectionNumber = std::uint64_t;
// Numbers the requests of a run from 1, never used again.
using RequestNumber = std::uint64_t;

// Answered by on_ws_open() or on_ws_closed(), and after an opening by exactly one on_ws_closed().
struct OpenConnection {
  ConnectionNumber connection = 0;
  std::string url;  // ws or wss
  // Without a byte for so long, the venue's pings included, it is dead; 0: for ever.
  Nanos idle{0};
  friend bool operator==(const OpenConnection&, const OpenConnection&) = default;
};

// Also ends an attempt that has not opened. on_ws_closed() still comes; messages may come until then.
struct CloseConnection {
  ConnectionNumber connection = 0;
  std::uint16_t code = 1000;
  // True: the peer is believed dead; end it without waiting for its closing handshake.
  bool abort = false;
  friend bool operator==(const CloseConnection&, const CloseConnection&) = default;
};

// Paced already; to be sent at once.
struct SendText {
  ConnectionNumber connection = 0;
  std::string text;
  friend bool operator==(const SendText&, const SendText&) = default;
};

enum class RequestKind : std::uint8_t { kExchangeInfo, kTime, kDepth, kProbe, kAudit };
// "exchange_info", "time", "depth", "probe", "audit": as the index of a recording and metric labels hold it.
std::string_view to_string(RequestKind kind) noexcept;

// Answered by exactly one of on_http_answer() and on_http_failed().
struct HttpGet {
  RequestNumber request = 0;
  std::string url;
  RequestKind kind = RequestKind::kTime;
  Nanos timeout{0};
  friend bool operator==(const HttpGet&, const HttpGet&) = default;
};

enum class LogLevel : std::uint8_t { kDebug, kInfo, kWarning, kError };

// One line for the log; repeated ones are held back here already (log_throttle.hpp).
struct Log {
  LogLevel level = LogLevel::kInfo;
  std::string key;     // names the kind of event: "message_refused", "connection_lost", ...; a closed list in code
  std::string symbol;  // empty: of none
  std::string text;    // without a final full stop
  std::uint64_t repeats = 0;  // how many of this key and symbol were held back since the last line
  friend bool operator==(const Log&, const Log&) = default;
};

// Keep this book. kCheckpoint: to begin with after a restart; kFullBook: for the user.
struct SaveBook {
  enum class Kind : std::uint8_t { kCheckpoint, kFullBook };
  Kind kind = Kind::kCheckpoint;
  std::string symbol;
  UnixNanos at;  // receive time: of all messages before
  std::shared_ptr<const SavedFeed> feed;
  bool is_marked = false;  // the RunLog was told of it: what follows can be gone on with
  friend bool operator==(const SaveBook&, const SaveBook&) = default;
};

// To be on the disk before anything that follows is carried out: the next run begins with it
// (CollectorOptions::earlier_cooldowns). Of a scope the last one holds.
struct KeepCooldown {
  Cooldown cooldown;
  friend bool operator==(const KeepCooldown&, const KeepCooldown&) = default;
};

using Action = std::variant<OpenConnection, CloseConnection, SendText, HttpGet, Log, SaveBook, KeepCooldown>;
// Holds what one input asked for; the shell empties it after each.
using ActionQueue = std::deque<Action>;

}  // namespace acts::collector
