// From arguments to the command that is meant, or to one line that says why there is none.
#pragma once

#include <span>

#include "cli/command.hpp"

namespace acts::cli {

struct CommandLine {
  const Command* command = nullptr;  // nullptr: `text` is all there is to do (--help, --version)
  Given given = {};
  std::string text = {};
};

// Errors: kUsage, with the nearest name there is.
Result<CommandLine> parse_command_line(std::span<const Command> commands, int argc, const char* const* argv);

}  // namespace acts::cli
