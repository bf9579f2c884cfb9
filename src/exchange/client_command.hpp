// What a client says on a market stream, and the exchange's replies. Pure.
//
// Rules: "Live subscribing/unsubscribing to streams" of the spot and USD-M stream pages, read 2026-07-21 and
// 2026-05-28. Errors are written as the venue has been seen to write them: {"error":{"code":2,"msg":"..."},"id":1}.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace acts::exchange {

enum class CommandMethod : std::uint8_t { kSubscribe, kUnsubscribe, kListSubscriptions, kSetProperty, kGetProperty };

enum class CommandError : std::uint8_t {
  kUnknownProperty = 0,
  kValueNotBoolean = 1,
  kInvalidRequest = 2,
  kInvalidJson = 3,
  kTooManySubscriptions = 4,
};

struct ClientCommand {
  CommandMethod method = CommandMethod::kListSubscriptions;
  std::string id = "null";           // as JSON: 1, "a1", null
  std::vector<std::string> streams;  // of (UN)SUBSCRIBE
  bool combined = false;             // of SET_PROPERTY
};

// What could not be done, ready to be sent.
struct CommandRefusal {
  CommandError error = CommandError::kInvalidRequest;
  std::string reply;
};

struct ParsedCommand {
  std::optional<ClientCommand> command;  // or else
  CommandRefusal refusal;
};

// Any bytes. JSON that nests deeper than 127 is refused as kInvalidJson.
ParsedCommand parse_command(std::string_view text);

// {"result":null,"id":1}; `result` and `id` are JSON.
std::string result_reply(std::string_view result, std::string_view id);
std::string error_reply(CommandError error, std::string_view message, std::string_view id);
// ["a","b"]
std::string json_list(const std::vector<std::string>& texts);

}  // namespace acts::exchange
