#include "exchange/client_command.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace acts::exchange {
namespace {

using Json = nlohmann::json;
using enum CommandMethod;

constexpr std::array<std::pair<std::string_view, CommandMethod>, 5> kMethods{
    {{"SUBSCRIBE", kSubscribe},
     {"UNSUBSCRIBE", kUnsubscribe},
     {"LIST_SUBSCRIPTIONS", kListSubscriptions},
     {"SET_PROPERTY", kSetProperty},
     {"GET_PROPERTY", kGetProperty}}};
constexpr std::size_t kMaxIdBytes = 36;
// A command nests two deep. Writing a value goes down its nesting by recursion, so no more may come in than the stack
// carries; serde, which the venue's words come from, draws the line there too.
constexpr int kMaxNesting = 127;
constexpr std::size_t kMaxEchoBytes = 64;

ParsedCommand refuse(CommandError error, std::string_view message, std::string_view id = "null") {
  return {std::nullopt, {error, error_reply(error, message, id)}};
}

ParsedCommand invalid(std::string_view message, std::string_view id = "null") {
  return refuse(CommandError::kInvalidRequest, fmt::format("Invalid request: {}", message), id);
}

bool is_id(const Json& id) {
  if (id.is_null() || id.is_number_integer()) return true;
  if (!id.is_string()) return false;
  const auto& text = id.get_ref<const std::string&>();
  return text.size() <= kMaxIdBytes && std::ranges::all_of(text, [](unsigned char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
         });
}

// Discarded if it is no JSON or nests too deep, which is told by `message`.
Json parse_request(std::string_view text, std::string_view& message) {
  bool too_deep = false;
  const auto shallow = [&too_deep](int depth, Json::parse_event_t /*event*/, Json& /*value*/) {
    too_deep |= depth > kMaxNesting;
    return depth <= kMaxNesting;  // what lies deeper is not even built
  };
  Json request = Json::parse(text, shallow, /*allow_exceptions=*/false);
  message = too_deep ? "Invalid JSON: recursion limit exceeded" : "Invalid JSON: expected value at line 1 column 1";
  if (too_deep) request = Json(Json::value_t::discarded);
  return request;
}

// A client's value as it is quoted back to it: short texts as they are, of all else the kind.
std::string echo(const Json& value) {
  if (!value.is_string() || value.get_ref<const std::string&>().size() > kMaxEchoBytes) return value.type_name();
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

ParsedCommand with_streams(ClientCommand command, const Json& request) {
  const auto params = request.find("params");
  if (params == request.end()) return invalid("missing field `params`", command.id);
  if (!params->is_array()) return invalid("params must be a list of stream names", command.id);
  for (const Json& name : *params) {
    if (!name.is_string()) return invalid("stream names must be strings", command.id);
    command.streams.push_back(name.get<std::string>());
  }
  return {std::move(command), {}};
}

ParsedCommand with_property(ClientCommand command, const Json& request) {
  const std::size_t expected = command.method == kSetProperty ? 2 : 1;
  const auto params = request.find("params");
  if (params == request.end()) return invalid("missing field `params`", command.id);
  if (!params->is_array() || params->empty() || !params->front().is_string()) {
    return invalid("property name must be a string", command.id);
  }
  if (params->size() > expected) return invalid("too many parameters", command.id);
  if (params->front() != "combined") return refuse(CommandError::kUnknownProperty, "Unknown property", command.id);
  if (command.method == kSetProperty) {
    if (params->size() < 2 || !(*params)[1].is_boolean()) {
      return refuse(CommandError::kValueNotBoolean, "Invalid value type: expected Boolean", command.id);
    }
    command.combined = (*params)[1].get<bool>();
  }
  return {std::move(command), {}};
}

}  // namespace

std::string result_reply(std::string_view result, std::string_view id) {
  return fmt::format(R"({{"result":{},"id":{}}})", result, id);
}

std::string error_reply(CommandError error, std::string_view message, std::string_view id) {
  const std::string quoted = Json(message).dump(-1, ' ', false, Json::error_handler_t::replace);
  return fmt::format(R"({{"error":{{"code":{},"msg":{}}},"id":{}}})", static_cast<int>(error), quoted, id);
}

std::string json_list(const std::vector<std::string>& texts) {
  return Json(texts).dump(-1, ' ', false, Json::error_handler_t::replace);
}

ParsedCommand parse_command(std::string_view text) {
  std::string_view why_not;
  const Json request = parse_request(text, why_not);
  if (request.is_discarded()) return refuse(CommandError::kInvalidJson, why_not);
  if (!request.is_object()) return invalid("expected an object");
  ClientCommand command;
  if (const auto id = request.find("id"); id != request.end()) {
    if (!is_id(*id)) return invalid("request ID must be an integer, an alphanumeric string, or null");
    command.id = id->dump();
  }
  const auto method = request.find("method");
  if (method == request.end()) return invalid("missing field `method`", command.id);
  const auto known = std::ranges::find_if(kMethods, [&](const auto& entry) {
    return method->is_string() && method->get_ref<const std::string&>() == entry.first;
  });
  if (known == kMethods.end()) {
    return invalid(fmt::format("unknown variant {}, expected one of `SUBSCRIBE`, `UNSUBSCRIBE`, `LIST_SUBSCRIPTIONS`, "
                               "`SET_PROPERTY`, `GET_PROPERTY`",
                               echo(*method)),
                   command.id);
  }
  command.method = known->second;
  switch (command.method) {
    case kSubscribe:
    case kUnsubscribe: return with_streams(std::move(command), request);
    case kSetProperty:
    case kGetProperty: return with_property(std::move(command), request);
    case kListSubscriptions: break;
  }
  return {std::move(command), {}};
}

}  // namespace acts::exchange
