// What the commands share: what a command is, exit codes, the one line an error is, and results on standard output.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "acts/base/result.hpp"

#include "cli/option.hpp"
#include "live/logging.hpp"

namespace acts::cli {

inline constexpr int kExitDone = 0;
inline constexpr int kExitUsage = 2;
inline constexpr int kExitBadInput = 3;
inline constexpr int kExitNetwork = 4;
inline constexpr int kExitStorage = 5;
inline constexpr int kExitDefect = 70;

int exit_code(ErrorCode code) noexcept;
// Before any file is opened: where standard input, output or error is closed, the next file would get its number, and
// what is printed be written into that. Instead reading and writing it fails.
void keep_standard_descriptors();
// Until all that was logged is written, for a second at most: before anything else is written on standard error, and
// before the process ends. False: it is not. Once that has been in vain, it waits no more until somebody has read.
bool wait_for_log();
// How lines on standard error look from now on, and from which level on those below an error are shown.
void set_complaints(const LogSettings& settings);
// "acts: <message>" on standard error, or a JSON object, control characters made harmless: always one line. What cannot
// be written there is lost, and changes no exit code.
void complain(std::string_view message, LogLevel level = LogLevel::kError);
int complain(const Error& error);
// Text of whole lines for standard error: as it is, or a JSON object a line.
void tell(std::string_view lines);

// Standard output, buffered. Once the reader has gone (head, less) or the output has failed (a full disk) it takes no
// more; finish() tells the two apart.
class Output {
 public:
  Output() = default;
  ~Output();
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;
  // False if it takes no more.
  bool write(std::string_view text);
  bool flush();
  // Writes what is left, and says in one line if anything could not be written: kExitStorage then, else `code`. A
  // reader that has gone wanted no more, which is no failure.
  [[nodiscard]] int finish(int code);

 private:
  static constexpr std::size_t kBufferBytes = std::size_t{64} << 10;
  std::string buffer_;
  int error_ = 0;  // of write(2); 0: none
};

struct Command {
  std::string_view name;
  std::string_view summary;
  std::vector<OptionSpec> options;
  // What stands without a flag; its name is that of the option it is given as, "" if there is none.
  OptionSpec positional = {};
  std::string_view examples;
  std::string more_help = {};  // of --help, before the examples: whole lines
  // Gets the options of the command and those of all commands; returns the exit code.
  std::function<int(const Given& given)> run;
  bool reads_config = false;  // acts.toml
  // Does something at SIGHUP: one that comes before it is ready waits until release_hangups().
  bool takes_hangups = false;
};

// Of every command, before or after its name: config, log_level, log_format.
std::vector<OptionSpec> common_options();

// The strategies that come with acts with their parameters, for Command::more_help.
std::string strategies_help();

// From the start of main() on; threads begun meanwhile hold theirs back for good, which leaves it to the main thread.
void hold_hangups();
void release_hangups();

// A broken invariant, or an exception that nothing catches, on any thread: one line, and kExitDefect.
void install_defect_handlers();

// All there are, as help shows them.
std::vector<Command> all_commands();
Command backtest_command();
Command bars_command();
Command catalog_command();
Command certificate_command();
Command collect_command();
Command demo_command();
Command doctor_command();
Command download_command();
Command exchange_command();
Command export_command();
Command import_command();
Command plot_command();
Command query_command();
Command recording_command();
Command replay_command();
Command report_command();
Command features_command();
Command rows_command();
Command sinks_command();
Command strategies_command();
Command sweep_command();

}  // namespace acts::cli
