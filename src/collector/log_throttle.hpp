// Says a repeated thing once a minute, with how often it happened. Pure; bounded by kMaxKeys.
#pragma once

#include <compare>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include "acts/base/time.hpp"

#include "collector/actions.hpp"

namespace acts::collector {

class LogThrottle {
 public:
  static constexpr Nanos kInterval = std::chrono::minutes{1};
  static constexpr std::size_t kMaxKeys = 2048;  // beyond, symbols and kinds are not told apart

  // Lines go to the end of `out`, which outlives the object.
  explicit LogThrottle(ActionQueue& out) : out_(out) {}

  // At once if it is the first of its key, symbol and kind within kInterval; else it is counted.
  // `kind` tells apart what shares a key and symbol; it is not in the line.
  void log(LogLevel level, std::string_view key, std::string_view symbol, std::string text, UnixNanos now,
           std::string_view kind = {});
  // For what cannot repeat quickly.
  void log_always(LogLevel level, std::string_view key, std::string_view symbol, std::string text);
  // Says what was held back for kInterval, and forgets what has not come again.
  void flush(UnixNanos now);
  // The same without waiting: at the end of a run.
  void flush_all();

 private:
  struct Entry {
    UnixNanos said;
    std::uint64_t held = 0;
    LogLevel level = LogLevel::kInfo;
    std::string text;  // of the last one held back
  };
  struct Key {
    std::string key;
    std::string symbol;
    std::string kind;
    friend auto operator<=>(const Key&, const Key&) = default;
  };

  void say(const Key& key, Entry& entry);

  ActionQueue& out_;
  std::map<Key, Entry> entries_;
};

}  // namespace acts::collector
