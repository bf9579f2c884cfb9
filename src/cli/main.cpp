// The command line: picks the command, turns every failure into one line and an exit code.
#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <csignal>
#include <exception>

#include "cli/command.hpp"

namespace acts::cli {
namespace {

// CLI11 explains over several lines; a user of scripts wants one.
int usage_error(const CLI::App& app, const CLI::ParseError& error) {
  const CLI::App* command = &app;
  while (!command->get_subcommands().empty()) command = command->get_subcommands().front();
  std::string message = error.what();
  for (char& c : message) c = c == '\n' ? ' ' : c;
  complain(fmt::format("{}; see '{} --help'", message, command == &app ? "acts" : "acts " + command->get_name()));
  return kExitUsage;
}

int run(int argc, char** argv) {
  CLI::App app("acts: collects order books of crypto exchanges, keeps them true, and turns them into minute rows",
               "acts");
  app.set_version_flag("--version", "acts " ACTS_VERSION);
  app.require_subcommand(1);
  app.footer(
      "Examples:\n"
      "  acts replay recording.gz --rows csv\n"
      "  acts features\n\n"
      "acts COMMAND --help shows the options of a command.");
  Common common;
  app.add_option("--config", common.config_file, "acts.toml");
  app.add_option("--log-level", common.log_level, "what to log")
      ->check(CLI::IsMember({"trace", "debug", "info", "warn", "error", "off"}))
      ->capture_default_str();
  app.add_option("--log-format", common.log_format, "how to log")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  int exit_code = kExitDone;
  add_replay(app, common, exit_code);
  add_features(app, common, exit_code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {  // --help, --version
    return app.exit(success);
  } catch (const CLI::ParseError& error) {
    return usage_error(app, error);
  }
  return exit_code;
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
