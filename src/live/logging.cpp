#include "live/logging.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "acts/base/time.hpp"

#include "live/display.hpp"

namespace acts {
namespace {

// The payload of this logger is the inside of a JSON object already.
constexpr const char* kEventLogger = "event";

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

const char* level_name(spdlog::level::level_enum level) {
  switch (level) {
    case spdlog::level::trace: return "trace";
    case spdlog::level::debug: return "debug";
    case spdlog::level::info: return "info";
    case spdlog::level::warn: return "warn";
    default: return "error";
  }
}

std::string json_text(std::string_view text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string time_text(spdlog::log_clock::time_point time) {
  const auto since_epoch = std::chrono::duration_cast<Nanos>(time.time_since_epoch());
  return to_iso8601(UnixNanos{since_epoch.count()});
}

// Whatever a peer said stays on its line.
void append_on_one_line(std::string& line, std::string_view text) {
  for (const char c : text) line += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
}

class LineFormatter final : public spdlog::formatter {
 public:
  explicit LineFormatter(LogFormat format) : format_(format) {}

  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) override {
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

  [[nodiscard]] std::unique_ptr<formatter> clone() const override { return std::make_unique<LineFormatter>(format_); }

 private:
  LogFormat format_;
};

std::string event_text(const LogEvent& event) {
  std::string line(to_string(event.venue));
  if (!event.symbol.empty()) line += fmt::format(" {}", event.symbol);
  line += fmt::format(": {}", event.text);
  if (event.repeats > 0) line += fmt::format(" ({} more like it)", event.repeats);
  return line;
}

std::string event_json(const LogEvent& event) {
  std::string fields = fmt::format("\"message\":{},\"venue\":\"{}\"", json_text(event.text), to_string(event.venue));
  if (!event.symbol.empty()) fields += fmt::format(",\"symbol\":{}", json_text(event.symbol));
  if (!event.event.empty()) fields += fmt::format(",\"event\":{}", json_text(event.event));
  if (event.repeats > 0) fields += fmt::format(",\"repeats\":{}", event.repeats);
  return fields;
}

// Standard error, with lines that stay below the log.
class Console final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  Console() {
    if (const char* const none = std::getenv("NO_COLOR"); none != nullptr && *none != '\0') {
      lines_.set_color_mode(spdlog::color_mode::never);
    }
  }

  void show(const std::string& lines) {
    const std::scoped_lock lock(mutex_);
    print(display_.redraw(lines));
  }

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    print(display_.erase());
    lines_.log(message);
    print(display_.draw());
  }
  void flush_() override { lines_.flush(); }
  void set_formatter_(std::unique_ptr<spdlog::formatter> formatter) override {
    lines_.set_formatter(std::move(formatter));
  }

 private:
  static void print(const std::string& text) {
    if (!text.empty()) std::fwrite(text.data(), 1, text.size(), stderr);
  }

  spdlog::sinks::stderr_color_sink_st lines_;
  Display display_;
};

// Where events go.
class EventLog {
 public:
  Result<void> start(const LogSettings& settings, const std::string& data_dir) {
    const std::filesystem::path directory = std::filesystem::path(data_dir) / "log";
    if (settings.per_symbol) {
      std::error_code error;
      std::filesystem::create_directories(directory, error);
      if (error) {
        return fail(ErrorCode::kStorage,
                    fmt::format("{}: cannot be made for log files: {}: let this user write there, or give another "
                                "directory with --data-dir",
                                directory.string(), error.message()));
      }
    }
    const std::scoped_lock lock(mutex_);
    if (!console_) console_ = std::make_shared<Console>();
    console_->set_formatter(std::make_unique<LineFormatter>(settings.format));
    auto plain = std::make_shared<spdlog::logger>("acts", console_);
    plain->set_level(spdlog_level(settings.level));
    settings_ = settings;
    directory_ = directory;
    files_.clear();
    spdlog::set_default_logger(std::move(plain));
    return {};
  }

  void write(const LogEvent& event) {
    const std::scoped_lock lock(mutex_);
    if (event.level < settings_.level || settings_.level == LogLevel::kOff) return;
    if (event.own_file_only && (!settings_.per_symbol || event.symbol.empty())) return;
    if (!console_) {  // a program that embeds us and set up spdlog itself
      spdlog::log(spdlog_level(event.level), "{}", event_text(event));
      return;
    }
    const std::string line = settings_.format == LogFormat::kJson ? event_json(event) : event_text(event);
    const spdlog::details::log_msg message(kEventLogger, spdlog_level(event.level), line);
    if (!event.own_file_only) put(*console_, message);
    if (!settings_.per_symbol || event.symbol.empty()) return;
    if (FileSink* const file = file_of(event)) put_in_file(*file, message);
  }

  void show(const std::string& lines) {
    const std::scoped_lock lock(mutex_);
    if (console_) console_->show(lines);
  }

 private:
  using FileSink = spdlog::sinks::rotating_file_sink_st;

  // A full disk must not end the program that says so.
  static bool put(spdlog::sinks::sink& sink, const spdlog::details::log_msg& message) {
    try {
      sink.log(message);
      sink.flush();
      return true;
    } catch (const std::exception&) {
      return false;
    }
  }

  void put_in_file(FileSink& file, const spdlog::details::log_msg& message) {
    if (put(file, message)) {
      lost_lines_ = 0;
    } else if (lost_lines_++ == 0) {
      spdlog::error("{}: cannot be written: lines are missing there until it can", file.filename());
    }
  }

  FileSink* file_of(const LogEvent& event) {
    std::pair<Venue, std::string> key{event.venue, event.symbol};
    if (const auto known = files_.find(key); known != files_.end()) return known->second.get();
    if (files_.size() >= kMaxSymbolLogs) {
      if (!std::exchange(said_full_, true)) {
        spdlog::warn("log files for {} symbols are open: those of further ones are left out", kMaxSymbolLogs);
      }
      return nullptr;
    }
    const std::filesystem::path path =
        directory_ / std::string(to_string(event.venue)) / fmt::format("data-{}.log", event.symbol);
    std::unique_ptr<FileSink> file;
    try {
      file = std::make_unique<FileSink>(path.string(), settings_.max_file_bytes, settings_.kept_files);
      file->set_formatter(std::make_unique<LineFormatter>(settings_.format));
    } catch (const std::exception& error) {
      spdlog::error("{}: log file left out: {}", path.string(), error.what());
    }
    return files_.emplace(std::move(key), std::move(file)).first->second.get();
  }

  std::uint64_t lost_lines_ = 0;  // in files, since one could be written
  std::mutex mutex_;
  LogSettings settings_;
  std::filesystem::path directory_;
  std::shared_ptr<Console> console_;
  std::map<std::pair<Venue, std::string>, std::unique_ptr<FileSink>> files_;
  bool said_full_ = false;
};

// Like spdlog's own registry: the process has one standard error.
EventLog& event_log() {
  static EventLog log;
  return log;
}

}  // namespace

Result<void> start_logging(const LogSettings& settings, const std::string& data_dir) {
  return event_log().start(settings, data_dir);
}

void log_event(const LogEvent& event) { event_log().write(event); }

std::string log_line(LogFormat format, LogLevel level, std::string_view message) {
  if (format == LogFormat::kText) {
    std::string line = "acts: ";
    append_on_one_line(line, message);
    return line + '\n';
  }
  spdlog::memory_buf_t buffer;
  LineFormatter(format).format(spdlog::details::log_msg("acts", spdlog_level(level), message), buffer);
  return {buffer.data(), buffer.size()};
}

void show_below_log(const std::string& lines) { event_log().show(lines); }

}  // namespace acts
