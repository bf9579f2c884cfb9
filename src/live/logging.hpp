// Logs of the process: text or JSON lines on standard error, optionally one file a symbol beside them. Text:
// "2024-08-08T23:55:00.123Z warn binance-spot BTCUSDT: gap of 12 updates (3 more like it)"; JSON: one object a line
// with time, level, message and, where they are known, venue, symbol, event and repeats. Times are UTC.
//
// spdlog's default logger is set up the same way, for lines of no venue. Safe from every thread, and never waits: a
// thread of its own writes (log_thread.hpp). It ends with the process, which waits for it by flush_log() alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"
#include "acts/market/venue.hpp"

namespace acts {

enum class LogLevel : std::uint8_t { kTrace, kDebug, kInfo, kWarn, kError, kOff };
enum class LogFormat : std::uint8_t { kText, kJson };

struct LogSettings {
  LogLevel level = LogLevel::kInfo;
  LogFormat format = LogFormat::kText;
  bool per_symbol = false;                             // also DIR/log/VENUE/data-BTCUSDT.log
  std::size_t max_file_bytes = std::size_t{10} << 20;  // then the file is rotated
  std::size_t kept_files = 5;                          // rotated ones, a symbol

  friend bool operator==(const LogSettings&, const LogSettings&) = default;
};

struct LogEvent {
  LogLevel level = LogLevel::kInfo;
  Venue venue = Venue::kBinanceSpot;
  std::string_view symbol = {};  // empty: of none
  std::string_view event = {};   // "connection_lost", ...: for programs
  std::string_view text = {};    // one line without a final full stop
  std::uint64_t repeats = 0;     // how many of the kind were held back since the last line
  bool own_file_only = false;    // for the symbol's file; nothing where there is none
};

// Files of so many symbols are open at once; events of further ones go to standard error alone, which is said once.
inline constexpr std::size_t kMaxSymbolLogs = 2000;

// May be called again: later lines go the new way. Errors: kStorage, if the directory for the files cannot be made.
Result<void> start_logging(const LogSettings& settings, const std::string& data_dir);
void log_event(const LogEvent& event);

// A line as the log has it, with its newline, for a program that has no log (yet). Text: without a time.
std::string log_line(LogFormat format, LogLevel level, std::string_view message);

// On a terminal: lines (display_text()) that stay below the log, redrawn in place; each log line goes above them.
// "" removes them. Does nothing before start_logging().
void show_below_log(const std::string& lines);

// Waits until all that was logged is written, for at most so long of real time: before the process ends, or writes on
// standard error by itself. False: something is not.
bool flush_log(Nanos limit);
// Lines left out because more came than could be written.
std::uint64_t log_lines_lost();

}  // namespace acts
