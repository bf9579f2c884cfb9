// What a venue of the exchange has to say to its sessions: carried out by the server, in order.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <variant>

#include "binance/streams.hpp"
#include "exchange/market_source.hpp"

namespace acts::exchange {

using SessionId = std::uint64_t;  // from 1, never used again

struct SendText {
  std::shared_ptr<const std::string> text;  // one message to many sessions is shared
  bool market_data = false;                 // else a reply
  SymbolIndex symbol = kNoSymbol;           // of market data; kNoSymbol: of none, or of all
  binance::StreamKind kind = binance::StreamKind::kOther;
};
struct SendPing {
  std::string payload;
};
struct CloseSession {
  std::uint16_t code = 1000;  // 0: a reset, without a close frame
  std::string reason;
};
// From now on the session is half open: nothing is read from it nor written to it, but its socket stays.
struct StallSession {};
struct Outgoing {
  SessionId session = 0;
  std::variant<SendText, SendPing, CloseSession, StallSession> what;
};

}  // namespace acts::exchange
