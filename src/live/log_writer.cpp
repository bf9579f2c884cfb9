#include "live/log_writer.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <spdlog/details/log_msg.h>
#include <spdlog/details/os.h>
#include <spdlog/sinks/rotating_file_sink.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <system_error>
#include <utility>

#include "acts/base/time.hpp"

#include "live/display.hpp"
#include "live/write_whole.hpp"

namespace acts {
namespace {

const char* level_name(spdlog::level::level_enum level) {
  switch (level) {
    case spdlog::level::trace: return "trace";
    case spdlog::level::debug: return "debug";
    case spdlog::level::info: return "info";
    case spdlog::level::warn: return "warn";
    default: return "error";
  }
}

// ECMA-48.
constexpr std::string_view kPlain = "\x1b[m";
std::string_view color_of(spdlog::level::level_enum level) {
  switch (level) {
    case spdlog::level::trace: return "\x1b[37m";
    case spdlog::level::debug: return "\x1b[36m";
    case spdlog::level::info: return "\x1b[32m";
    case spdlog::level::warn: return "\x1b[33m\x1b[1m";
    default: return "\x1b[31m\x1b[1m";
  }
}

std::string time_text(spdlog::log_clock::time_point time) {
  const auto since_epoch = std::chrono::duration_cast<Nanos>(time.time_since_epoch());
  return to_iso8601(UnixNanos{since_epoch.count()});
}

// What cannot be written is lost: there is nowhere else to say so.
void print(std::string_view text) { static_cast<void>(write_whole(STDERR_FILENO, text)); }

bool wants_colors() {
  const char* const none = std::getenv("NO_COLOR");
  return (none == nullptr || *none == '\0') && spdlog::details::os::in_terminal(stderr) &&
         spdlog::details::os::is_color_terminal();
}

// Standard error, with lines that stay below the log. Each call is one write(): nobody else's text comes in between.
class Console {
 public:
  void show(const std::string& lines) { print(display_.redraw(lines)); }

  void write(LogFormat format, const spdlog::details::log_msg& message) {
    spdlog::memory_buf_t buffer;
    LineFormatter(format).format(message, buffer);
    const std::string_view line(buffer.data(), buffer.size());
    std::string text = display_.erase();
    if (has_colors_ && message.color_range_end > message.color_range_start) {
      text += line.substr(0, message.color_range_start);
      text += color_of(message.level);
      text += line.substr(message.color_range_start, message.color_range_end - message.color_range_start);
      text += kPlain;
      text += line.substr(message.color_range_end);
    } else {
      text += line;
    }
    print(text + display_.draw());
  }

 private:
  bool has_colors_ = wants_colors();
  Display display_;
};

class Writer final : public LogWriter {
 public:
  void write(const LogLine& line) override {
    take_over(line.setup);
    const spdlog::details::log_msg message(line.at, {}, line.is_event ? kEventLogger : "acts", spdlog_level(line.level),
                                           line.text);
    if (!line.own_file_only) console_.write(setup_->settings.format, message);
    if (!setup_->settings.per_symbol || line.symbol.empty()) return;
    if (File* const file = file_of(line)) put_in_file(*file, message);
  }

  void show(const std::string& lines) override { console_.show(lines); }

  void say_left_out(std::uint64_t lines) override {
    say(spdlog::level::err,
        fmt::format("{} lines of the log are missing here: more came than could be written", lines));
    // Whose they were is not known any more, and those of files alone are on no console either.
    const std::string text =
        fmt::format("{} lines of the log are missing, perhaps some here: more came than could be written", lines);
    for (auto& [owner, file] : files_) put_in_file(file, {"acts", spdlog::level::err, text});
  }

 private:
  using FileSink = spdlog::sinks::rotating_file_sink_st;

  struct File {
    std::filesystem::path path;
    std::unique_ptr<FileSink> sink;  // none: not made yet, or failed
    std::uint64_t lost_lines = 0;    // since it failed
    spdlog::log_clock::time_point failed_at;
    bool failure_was_said = false;
  };

  void take_over(const std::shared_ptr<const LogSetup>& setup) {
    if (setup == setup_) return;
    setup_ = setup;
    files_.clear();
  }

  void say(spdlog::level::level_enum level, const std::string& text) {
    console_.write(setup_ ? setup_->settings.format : LogFormat::kText, {"acts", level, text});
  }

  // A full disk must not end the program that says so. A sink that failed is not used again: after a rotation that
  // failed spdlog 1.10 writes the next line into a file that it has closed, which ends the program.
  void put_in_file(File& file, const spdlog::details::log_msg& message) {
    // By the lines' time; a clock that was set back since must not hold it up.
    if (file.lost_lines > 0 && std::chrono::abs(message.time - file.failed_at) < kMinute) {
      ++file.lost_lines;
      return;
    }
    try {
      if (!file.sink) file.sink = open(file.path);
      if (file.lost_lines > 0) tell_lost(file, message.time);
      file.sink->log(message);
      file.sink->flush();
      file.lost_lines = 0;
      file.failure_was_said = false;
      none_since_said_ = false;
    } catch (const std::exception& error) {
      file.sink.reset();
      ++file.lost_lines;
      file.failed_at = message.time;
      // Of a disk that is full the first file tells, not each.
      if (file.failure_was_said || std::exchange(none_since_said_, true)) return;
      file.failure_was_said = true;
      say(spdlog::level::err, fmt::format("{}: cannot be written ({}): lines are missing there until it can",
                                          file.path.string(), error.what()));
    }
  }

  static void tell_lost(File& file, spdlog::log_clock::time_point time) {
    const std::string text = fmt::format("{} lines are missing here: the file could not be written", file.lost_lines);
    file.sink->log({time, {}, "acts", spdlog::level::err, text});
  }

  [[nodiscard]] std::unique_ptr<FileSink> open(const std::filesystem::path& path) const {
    std::filesystem::create_directories(path.parent_path());
    // spdlog tries five times, with pauses: all lines of the log would wait for each file of a folder that is gone.
    if (!std::ofstream(path, std::ios::app)) throw std::system_error(errno, std::generic_category(), "open");
    auto sink = std::make_unique<FileSink>(path.string(), setup_->settings.max_file_bytes, setup_->settings.kept_files);
    sink->set_formatter(std::make_unique<LineFormatter>(setup_->settings.format));
    return sink;
  }

  File* file_of(const LogLine& line) {
    std::pair<Venue, std::string> key{line.venue, line.symbol};
    if (const auto known = files_.find(key); known != files_.end()) return &known->second;
    if (files_.size() >= kMaxSymbolLogs) {
      if (!std::exchange(said_full_, true)) {
        say(spdlog::level::warn,
            fmt::format("log files for {} symbols are open: those of further ones are left out", kMaxSymbolLogs));
      }
      return nullptr;
    }
    File file;
    file.path = setup_->directory / std::string(to_string(line.venue)) / fmt::format("data-{}.log", line.symbol);
    return &files_.emplace(std::move(key), std::move(file)).first->second;
  }

  Console console_;
  std::shared_ptr<const LogSetup> setup_;
  std::map<std::pair<Venue, std::string>, File> files_;
  bool none_since_said_ = false;  // no file could be written since one was said not to be
  bool said_full_ = false;
};

}  // namespace

spdlog::level::level_enum spdlog_level(LogLevel level) {
  switch (level) {
    case LogLevel::kTrace: return spdlog::level::trace;
    case LogLevel::kDebug: return spdlog::level::debug;
    case LogLevel::kInfo: return spdlog::level::info;
    case LogLevel::kWarn: return spdlog::level::warn;
    case LogLevel::kError: return spdlog::level::err;
    case LogLevel::kOff: break;
  }
  return spdlog::level::off;
}

std::string json_text(std::string_view text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

void append_on_one_line(std::string& line, std::string_view text) {
  for (const char c : text) line += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
}

void LineFormatter::format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) {
  const std::string_view payload(message.payload.data(), message.payload.size());
  const std::string time = time_text(message.time);
  std::string line;
  if (format_ == LogFormat::kJson) {
    const bool is_event = std::string_view(message.logger_name.data(), message.logger_name.size()) == kEventLogger;
    line = fmt::format("{{\"time\":\"{}\",\"level\":\"{}\",{}}}\n", time, level_name(message.level),
                       is_event ? std::string(payload) : "\"message\":" + json_text(payload));
  } else {
    line = time + " ";
    message.color_range_start = line.size();
    line += level_name(message.level);
    message.color_range_end = line.size();
    line += ' ';
    append_on_one_line(line, payload);
    line += '\n';
  }
  out.append(line.data(), line.data() + line.size());
}

std::unique_ptr<LogWriter> make_log_writer() { return std::make_unique<Writer>(); }

}  // namespace acts
