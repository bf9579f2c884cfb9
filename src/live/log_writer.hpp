// Where lines of the log end: standard error, and the files of symbols. Waits for both, hence of LogThread.
#pragma once

#include <spdlog/formatter.h>

#include <memory>
#include <string>
#include <string_view>

#include "live/log_thread.hpp"

namespace acts {

spdlog::level::level_enum spdlog_level(LogLevel level);
std::string json_text(std::string_view text);
// Whatever a peer said stays on its line.
void append_on_one_line(std::string& line, std::string_view text);

// A line with its newline. Of spdlog's loggers, kEventLogger has the inside of a JSON object for a payload.
inline constexpr const char* kEventLogger = "event";
class LineFormatter final : public spdlog::formatter {
 public:
  explicit LineFormatter(LogFormat format) : format_(format) {}
  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) override;
  [[nodiscard]] std::unique_ptr<formatter> clone() const override { return std::make_unique<LineFormatter>(format_); }

 private:
  LogFormat format_;
};

// The process has one standard error, hence one of these.
std::unique_ptr<LogWriter> make_log_writer();

}  // namespace acts
