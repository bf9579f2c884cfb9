#include "cli/command.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <exception>

#include "acts/base/assertion_end.hpp"

#include "live/write_whole.hpp"

namespace acts::cli {

namespace {

LogSettings& complaints() {
  static LogSettings settings;
  return settings;
}

// For what is logged to be written before it.
constexpr Nanos kLogLimit = std::chrono::seconds{1};

bool takes_text(int descriptor) {
  pollfd ready{.fd = descriptor, .events = POLLOUT, .revents = 0};
  return ::poll(&ready, 1, 0) == 1;
}

// Where nobody reads it or it cannot be written, there is nobody to tell: the exit code stays what it is. Where the log
// has waited in vain already, this does not.
void write_error(std::string_view text) {
  if (wait_for_log() || takes_text(STDERR_FILENO)) write_whole(STDERR_FILENO, text);
}

// In place of std::terminate(): what is on the stack is lost either way, the exit code need not be.
[[noreturn]] void end_by_exception() {
  std::string what = "std::terminate() without an exception";
  try {
    if (const std::exception_ptr current = std::current_exception()) std::rethrow_exception(current);
  } catch (const std::exception& error) {
    what = error.what();
  } catch (...) {
    what = "an exception of an unknown kind";
  }
  complain(fmt::format("a defect of acts: {}; please report it with the command line", what));
  std::_Exit(kExitDefect);
}

void mask_hangups(int how) {
  sigset_t hangup;
  sigemptyset(&hangup);
  sigaddset(&hangup, SIGHUP);
  ::pthread_sigmask(how, &hangup, nullptr);
}

}  // namespace

void keep_standard_descriptors() {
  // The lowest that is free is what open() gives.
  for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(descriptor, F_GETFD) != -1) continue;
    ::open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY);
  }
}

void hold_hangups() { mask_hangups(SIG_BLOCK); }
void release_hangups() { mask_hangups(SIG_UNBLOCK); }

int exit_code(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::kUsage: return kExitUsage;
    case ErrorCode::kBadInput: return kExitBadInput;
    case ErrorCode::kRetry:
    case ErrorCode::kRefused: return kExitNetwork;
    case ErrorCode::kStorage: return kExitStorage;
    case ErrorCode::kCancelled: return kExitDone;
  }
  return kExitDefect;
}

bool wait_for_log() {
  static std::atomic<bool> was_in_vain = false;
  const bool is_written = flush_log(was_in_vain ? Nanos{0} : kLogLimit);
  was_in_vain = !is_written;
  return is_written;
}

void set_complaints(const LogSettings& settings) { complaints() = settings; }

void complain(std::string_view message, LogLevel level) {
  if (level < LogLevel::kError && level < complaints().level) return;
  write_error(log_line(complaints().format, level, message));
}

void tell(std::string_view lines) {
  if (complaints().format == LogFormat::kText) {
    write_error(lines);
    return;
  }
  while (!lines.empty()) {
    const std::string_view line = lines.substr(0, lines.find('\n'));
    lines.remove_prefix(std::min(line.size() + 1, lines.size()));
    write_error(log_line(complaints().format, LogLevel::kInfo, line));
  }
}

void install_defect_handlers() {
  set_assertion_end([] {
    wait_for_log();
    std::_Exit(kExitDefect);
  });
  std::set_terminate(end_by_exception);
}

std::vector<Command> all_commands() {
  return {demo_command(),      collect_command(), replay_command(),   recording_command(), exchange_command(),
          features_command(),  rows_command(),    sinks_command(),    doctor_command(),    certificate_command(),
          download_command(),  import_command(),  export_command(),   catalog_command(),   query_command(),
          bars_command(),      plot_command(),    backtest_command(), sweep_command(),     report_command(),
          strategies_command()};
}

int complain(const Error& error) {
  complain(error.message);
  return exit_code(error.code);
}

Output::~Output() { flush(); }

bool Output::write(std::string_view text) {
  if (error_ != 0) return false;
  buffer_ += text;
  return buffer_.size() < kBufferBytes || flush();
}

bool Output::flush() {
  if (error_ == 0) error_ = write_whole(STDOUT_FILENO, buffer_);
  buffer_.clear();
  return error_ == 0;
}

int Output::finish(int code) {
  if (flush() || error_ == EPIPE) return code;
  complain(
      fmt::format("standard output cannot be written: {}: what was printed is not complete", std::strerror(error_)));
  return kExitStorage;
}

std::vector<OptionSpec> common_options() {
  return {
      {.name = "config",
       .placeholder = "FILE",
       .kind = OptionKind::kText,
       .help = "settings; acts.toml of this directory if there is one"},
      {.name = "log_level",
       .placeholder = "",
       .kind = OptionKind::kChoice,
       .help = "the least that is logged",
       .default_text = "info",
       .choices = {"trace", "debug", "info", "warn", "error", "off"}},
      {.name = "log_format",
       .placeholder = "",
       .kind = OptionKind::kChoice,
       .help = "form of log lines",
       .default_text = "text",
       .choices = {"text", "json"}},
  };
}

}  // namespace acts::cli
