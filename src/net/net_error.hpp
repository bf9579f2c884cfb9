// What can go wrong between us and a peer, precisely enough to count by and to act on.
#pragma once

#include <cstdint>
#include <expected>
#include <string_view>

#include "acts/base/result.hpp"

namespace acts {

// Where an attempt was when it ended.
enum class NetStage : std::uint8_t {
  kStart,
  kResolve,
  kConnect,
  kProxy,
  kTls,
  kHandshake,
  kWrite,
  kHeader,
  kBody,
  kOpen,
  kClosing
};

enum class NetFault : std::uint8_t {
  kNone,
  kUrl,           // the address cannot be used
  kResolve,       // the name has no address
  kConnect,       // no address answered, or the connection was refused
  kProxy,         // the proxy refused or did not understand the CONNECT
  kTls,           // handshake or CA file; not the certificate
  kCertificate,   // the certificate is not to be trusted, or not this host's
  kTimeout,       // the deadline passed; NetError::stage says where
  kTruncated,     // the peer ended the connection in the middle of an answer
  kTooLarge,      // more than the named limit
  kMalformed,     // not HTTP, or not WebSocket
  kRefused,       // an HTTP status other than 101 to a WebSocket handshake
  kDisconnected,  // reset, or closed without a closing handshake
  kClosed,        // closed by a closing handshake
  kBusy,          // a limit of ours: too much in flight already
  kCancelled,     // by us
};

// As acts::Error, which it turns into where that is asked for.
struct NetError : Error {
  NetFault fault = NetFault::kNone;
  NetStage stage = NetStage::kStart;
};

template <typename T>
using NetResult = std::expected<T, NetError>;

// "certificate", "body", ...: for logs and metric labels.
std::string_view to_string(NetFault fault) noexcept;
std::string_view to_string(NetStage stage) noexcept;

// What the caller should do about it: kRetry for the network's moods, kRefused where the same attempt fails again.
ErrorCode code_of(NetFault fault) noexcept;

[[nodiscard]] NetError net_error(NetFault fault, NetStage stage, std::string message);

}  // namespace acts
