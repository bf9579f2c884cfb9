#include "live/logging.hpp"

#include <fmt/format.h>
#include <spdlog/details/log_msg.h>
#include <spdlog/details/os.h>
#include <spdlog/sinks/sink.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "live/log_thread.hpp"
#include "live/log_writer.hpp"

namespace acts {
namespace {

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

LogLevel log_level_of(spdlog::level::level_enum level) {
  switch (level) {
    case spdlog::level::trace: return LogLevel::kTrace;
    case spdlog::level::debug: return LogLevel::kDebug;
    case spdlog::level::info: return LogLevel::kInfo;
    case spdlog::level::warn: return LogLevel::kWarn;
    default: return LogLevel::kError;
  }
}

// Where events go, and the lines of spdlog's default logger.
class EventLog {
 public:
  Result<void> start(const LogSettings& settings, const std::string& data_dir);

  void write(const LogEvent& event) {
    const std::scoped_lock lock(mutex_);
    const LogSettings& settings = setup_->settings;
    if (event.level < settings.level || settings.level == LogLevel::kOff) return;
    if (event.own_file_only && (!settings.per_symbol || event.symbol.empty())) return;
    if (!thread_) {  // a program that embeds us and set up spdlog itself
      spdlog::log(spdlog_level(event.level), "{}", event_text(event));
      return;
    }
    thread_->push({.setup = setup_,
                   .at = spdlog::details::os::now(),
                   .level = event.level,
                   .text = settings.format == LogFormat::kJson ? event_json(event) : event_text(event),
                   .is_event = true,
                   .venue = event.venue,
                   .symbol = std::string(event.symbol),
                   .own_file_only = event.own_file_only});
  }

  void write(const spdlog::details::log_msg& message) {
    const std::scoped_lock lock(mutex_);
    thread_->push({.setup = setup_,
                   .at = message.time,
                   .level = log_level_of(message.level),
                   .text = std::string(message.payload.data(), message.payload.size()),
                   .symbol = {}});
  }

  void show(const std::string& lines) {
    if (LogThread* const thread = started_) thread->show(lines);
  }
  bool flush(Nanos limit) {
    LogThread* const thread = started_;
    return thread == nullptr || thread->flush(limit);
  }
  std::uint64_t lost() {
    const LogThread* const thread = started_;
    return thread == nullptr ? 0 : thread->lost();
  }

 private:
  std::mutex mutex_;
  std::shared_ptr<const LogSetup> setup_ = std::make_shared<LogSetup>();
  std::unique_ptr<LogThread> thread_;
  // It, without the mutex: for a thread that fails while it holds that.
  std::atomic<LogThread*> started_ = nullptr;
};

// Like spdlog's own registry: the process has one standard error. Never destroyed: a thread that hung in a store or on
// a disk is left behind, and may come back and log while the process ends.
EventLog& event_log() {
  static EventLog& log = *new EventLog;
  return log;
}

class ToEventLog final : public spdlog::sinks::sink {
 public:
  void log(const spdlog::details::log_msg& message) override { event_log().write(message); }
  void flush() override {}
  void set_pattern(const std::string& /*pattern*/) override {}
  void set_formatter(std::unique_ptr<spdlog::formatter> /*formatter*/) override {}
};

Result<void> EventLog::start(const LogSettings& settings, const std::string& data_dir) {
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
  auto plain = std::make_shared<spdlog::logger>("acts", std::make_shared<ToEventLog>());
  plain->set_level(spdlog_level(settings.level));
  const std::scoped_lock lock(mutex_);
  if (!thread_) thread_ = std::make_unique<LogThread>(make_log_writer());
  started_ = thread_.get();
  setup_ = std::make_shared<LogSetup>(settings, directory);
  spdlog::set_default_logger(std::move(plain));
  return {};
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

bool flush_log(Nanos limit) { return event_log().flush(limit); }

std::uint64_t log_lines_lost() { return event_log().lost(); }

}  // namespace acts
