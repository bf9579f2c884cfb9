#include "cli/command.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>

namespace acts::cli {

int exit_code(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::kUsage: return kExitUsage;
    case ErrorCode::kBadInput: return kExitBadInput;
    case ErrorCode::kResync:
    case ErrorCode::kRetry:
    case ErrorCode::kRefused: return kExitNetwork;
    case ErrorCode::kStorage: return kExitStorage;
    case ErrorCode::kCancelled: return kExitDone;
  }
  return kExitDefect;
}

void complain(std::string_view message) {
  std::string line(message);
  for (char& c : line) c = static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
  fmt::print(stderr, "acts: {}\n", line);
}

int complain(const Error& error) {
  complain(error.message);
  return exit_code(error.code);
}

Output::~Output() { flush(); }

bool Output::write(std::string_view text) {
  if (gone_) return false;
  buffer_ += text;
  return buffer_.size() < kBufferBytes || flush();
}

bool Output::flush() {
  std::string_view rest = buffer_;
  while (!gone_ && !rest.empty()) {
    const ssize_t written = ::write(STDOUT_FILENO, rest.data(), rest.size());
    if (written >= 0) {
      rest.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      gone_ = true;
    }
  }
  buffer_.clear();
  return !gone_;
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
