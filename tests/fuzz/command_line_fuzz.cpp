// The words of a command line, each ended by a NUL: a command with its options, or one line that says why not. No
// command is run.
#include <string>
#include <vector>

#include "acts/base/assert.hpp"

#include "cli/command.hpp"
#include "cli/command_line.hpp"
#include "cli/load_settings.hpp"
#include "cli/values.hpp"

namespace {

using namespace acts;
using namespace acts::cli;

void check_words(const std::string& word) {
  if (const Result<int> number = parse_integer(word, -5, 70'000)) ACTS_ASSERT(*number >= -5 && *number <= 70'000);
  if (const Result<ListenAddress> address = parse_listen_address(word)) {
    ACTS_ASSERT(!address->host.empty());
    const bool is_ipv6 = address->host.find(':') != std::string::npos;
    const std::string host = is_ipv6 ? "[" + address->host + "]" : address->host;
    const Result<ListenAddress> again = parse_listen_address(host + ":" + std::to_string(address->port));
    ACTS_ASSERT(again && again->host == address->host && again->port == address->port);
  }
  if (const Result<Nanos> duration = parse_positive_duration(word)) ACTS_ASSERT(duration->count() > 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* bytes, std::size_t size) {
  static const std::vector<Command> commands = all_commands();
  std::vector<std::string> words{"acts"};
  std::string word;
  for (const unsigned char byte : std::basic_string_view(bytes, size)) {
    word += static_cast<char>(byte);
    if (byte != 0) continue;
    word.pop_back();
    words.push_back(std::exchange(word, {}));
  }
  std::vector<const char*> argv;
  for (const std::string& one : words) {
    check_words(one);
    argv.push_back(one.c_str());
  }
  const Result<CommandLine> line = parse_command_line(commands, static_cast<int>(argv.size()), argv.data());
  if (!line) {
    ACTS_ASSERT(line.error().code == ErrorCode::kUsage);
    return 0;
  }
  ACTS_ASSERT((line->command == nullptr) == !line->text.empty());
  if (line->command == nullptr || line->command->name != "collect") return 0;
  SettingsLoader loader;
  if (!loader.apply(line->given)) return 0;
  static_cast<void>(loader.finish([](const std::string&) -> Result<std::string> { return std::string("BTCUSDT\n"); }));
  return 0;
}
