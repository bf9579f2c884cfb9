// Logs: text or JSON lines on standard error, optionally one file a symbol beside them; a repeated error once a minute
// with its count.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "acts/base/time.hpp"

namespace acts {

enum class LogLevel : std::uint8_t { kTrace, kDebug, kInfo, kWarn, kError, kOff };
enum class LogFormat : std::uint8_t { kText, kJson };

struct LogSettings {
  LogLevel level = LogLevel::kInfo;
  LogFormat format = LogFormat::kText;
  bool per_symbol = false;                             // also DIR/log/data-BTCUSDT.log
  std::size_t max_file_bytes = std::size_t{10} << 20;  // then the file is rotated
  std::size_t kept_files = 5;                          // rotated ones, a symbol

  friend bool operator==(const LogSettings&, const LogSettings&) = default;
};

}  // namespace acts
