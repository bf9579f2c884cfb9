// Any bytes as what a client says on a market stream: a command, or a refusal that is JSON and not much longer.
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

#include "acts/base/assert.hpp"

#include "exchange/client_command.hpp"

namespace {

using namespace acts;
using namespace acts::exchange;

void check_reply(const std::string& reply) { ACTS_ASSERT(nlohmann::json::accept(reply)); }

// A command that was taken is one that can be said again and means the same.
void check_again(const ClientCommand& command) {
  constexpr std::array<const char*, 5> kNames{"SUBSCRIBE", "UNSUBSCRIBE", "LIST_SUBSCRIPTIONS", "SET_PROPERTY",
                                              "GET_PROPERTY"};
  const bool names_streams =
      command.method == CommandMethod::kSubscribe || command.method == CommandMethod::kUnsubscribe;
  const std::string params = names_streams ? json_list(command.streams)
                             : command.method == CommandMethod::kSetProperty
                                 ? command.combined ? R"(["combined",true])" : R"(["combined",false])"
                                 : R"(["combined"])";
  const std::string text = std::string(R"({"method":")") + kNames.at(static_cast<std::size_t>(command.method)) +
                           R"(","params":)" + params + R"(,"id":)" + command.id + "}";
  const ParsedCommand again = parse_command(text);
  ACTS_ASSERT(again.command && again.command->method == command.method && again.command->id == command.id);
  ACTS_ASSERT(again.command->streams == command.streams && again.command->combined == command.combined);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* bytes, std::size_t size) {
  constexpr std::size_t kLongestRefusal = 1024;
  const ParsedCommand parsed = parse_command({reinterpret_cast<const char*>(bytes), size});
  if (!parsed.command) {
    check_reply(parsed.refusal.reply);
    ACTS_ASSERT(parsed.refusal.reply.size() <= kLongestRefusal);
    return 0;
  }
  check_reply(result_reply(json_list(parsed.command->streams), parsed.command->id));
  check_again(*parsed.command);
  return 0;
}
