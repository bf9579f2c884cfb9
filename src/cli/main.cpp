// The command line: picks the command, turns every failure into one line and an exit code.
#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <exception>
#include <string_view>

#include "backtest/isolate/strategy_host.hpp"
#include "cli/command_line.hpp"
#include "cli/load_settings.hpp"

namespace acts::cli {
namespace {

// Of the commands that take nothing from it: who names a file that is not there is mistaken all the same.
Result<void> check_config(const Command& command, const Given& given) {
  const auto config = std::ranges::find(given, "config", &GivenOption::name);
  if (command.reads_config || config == given.end()) return {};
  const Result<std::string> text = read_text_file(config->values[0], kMaxConfigBytes);
  return text ? Result<void>() : std::unexpected(text.error());
}

int run(int argc, char** argv) {
  const std::vector<Command> commands = all_commands();
  const Result<CommandLine> line = parse_command_line(commands, argc, argv);
  if (!line) return complain(line.error());
  if (line->command == nullptr) {
    Output out;
    out.write(line->text);
    return out.finish(kExitDone);
  }
  const Result<LogSettings> log = log_settings(line->given);
  if (!log) return complain(log.error());
  set_complaints(*log);
  if (!line->command->takes_hangups) release_hangups();
  if (const Result<void> checked = check_config(*line->command, line->given); !checked)
    return complain(checked.error());
  return line->command->run(line->given);
}

}  // namespace
}  // namespace acts::cli

int main(int argc, char** argv) {
  acts::cli::keep_standard_descriptors();
  // By --isolate, never by people.
  if (argc == 2 && std::string_view(argv[1]) == acts::backtest::kStrategyHostArgument) {
    return acts::backtest::strategy_host(acts::backtest::kStrategyHostFd, true);
  }
  acts::cli::hold_hangups();
  std::signal(SIGPIPE, SIG_IGN);  // a reader that goes away is an error of write()
  acts::cli::install_defect_handlers();
  int code = acts::cli::kExitDefect;
  try {
    code = acts::cli::run(argc, argv);
  } catch (const std::exception& error) {
    acts::cli::complain(fmt::format("a defect of acts: {}; please report it with the command line", error.what()));
  }
  acts::cli::wait_for_log();
  return code;
}
