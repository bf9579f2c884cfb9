// The command line: picks the command, turns every failure into one line and an exit code.
#include <fmt/format.h>

#include <csignal>
#include <exception>

#include "cli/command_line.hpp"
#include "cli/demo_command.hpp"

namespace acts::cli {
namespace {

int run(int argc, char** argv) {
  const std::vector<Command> commands{demo_command(),     collect_command(),  replay_command(),
                                      exchange_command(), features_command(), doctor_command()};
  const Result<CommandLine> line = parse_command_line(commands, argc, argv);
  if (!line) return complain(line.error());
  if (line->command == nullptr) {
    Output().write(line->text);
    return kExitDone;
  }
  return line->command->run(line->given);
}

}  // namespace
}  // namespace acts::cli

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // a reader that goes away is an error of write()
  try {
    return acts::cli::run(argc, argv);
  } catch (const std::exception& error) {
    acts::cli::complain(fmt::format("a defect of acts: {}; please report it with the command line", error.what()));
    return acts::cli::kExitDefect;
  }
}
