#include "net/net_error.hpp"

#include <utility>

namespace acts {

std::string_view to_string(NetFault fault) noexcept {
  switch (fault) {
    case NetFault::kNone: return "none";
    case NetFault::kUrl: return "url";
    case NetFault::kResolve: return "resolve";
    case NetFault::kConnect: return "connect";
    case NetFault::kProxy: return "proxy";
    case NetFault::kTls: return "tls";
    case NetFault::kCertificate: return "certificate";
    case NetFault::kTimeout: return "timeout";
    case NetFault::kTruncated: return "truncated";
    case NetFault::kTooLarge: return "too_large";
    case NetFault::kMalformed: return "malformed";
    case NetFault::kRefused: return "refused";
    case NetFault::kDisconnected: return "disconnected";
    case NetFault::kClosed: return "closed";
    case NetFault::kBusy: return "busy";
    case NetFault::kCancelled: return "cancelled";
  }
  return "unknown";
}

std::string_view to_string(NetStage stage) noexcept {
  switch (stage) {
    case NetStage::kStart: return "start";
    case NetStage::kResolve: return "resolve";
    case NetStage::kConnect: return "connect";
    case NetStage::kProxy: return "proxy";
    case NetStage::kTls: return "tls";
    case NetStage::kHandshake: return "handshake";
    case NetStage::kWrite: return "write";
    case NetStage::kHeader: return "header";
    case NetStage::kBody: return "body";
    case NetStage::kOpen: return "open";
    case NetStage::kClosing: return "closing";
  }
  return "unknown";
}

ErrorCode code_of(NetFault fault) noexcept {
  switch (fault) {
    case NetFault::kUrl: return ErrorCode::kUsage;
    case NetFault::kTls:
    case NetFault::kCertificate:
    case NetFault::kRefused: return ErrorCode::kRefused;
    case NetFault::kTooLarge:
    case NetFault::kMalformed: return ErrorCode::kBadInput;
    case NetFault::kCancelled: return ErrorCode::kCancelled;
    default: return ErrorCode::kRetry;
  }
}

NetError net_error(NetFault fault, NetStage stage, std::string message) {
  return NetError{Error{code_of(fault), std::move(message)}, fault, stage};
}

}  // namespace acts
