#include "collector/log_throttle.hpp"

#include <utility>

namespace acts::collector {

void LogThrottle::log(LogLevel level, std::string_view key, std::string_view symbol, std::string text, UnixNanos now,
                      std::string_view kind) {
  const bool has_room = entries_.size() < kMaxKeys;
  Key name{std::string(key), std::string(has_room ? symbol : ""), std::string(has_room ? kind : "")};
  const auto [at, is_new] = entries_.try_emplace(std::move(name));
  Entry& entry = at->second;
  entry.level = level;
  if (!is_new && now - entry.said < kInterval) {
    ++entry.held;
    entry.text = std::move(text);
    return;
  }
  entry.said = now;
  out_.emplace_back(Log{level, std::string(key), std::string(symbol), std::move(text), std::exchange(entry.held, 0)});
}

void LogThrottle::log_always(LogLevel level, std::string_view key, std::string_view symbol, std::string text) {
  out_.emplace_back(Log{level, std::string(key), std::string(symbol), std::move(text), 0});
}

void LogThrottle::say(const Key& key, Entry& entry) {
  // The line stands for the last one held back; `repeats` are the others.
  out_.emplace_back(Log{entry.level, key.key, key.symbol, std::move(entry.text), entry.held - 1});
  entry.held = 0;
}

void LogThrottle::flush(UnixNanos now) {
  for (auto at = entries_.begin(); at != entries_.end();) {
    Entry& entry = at->second;
    if (now - entry.said < kInterval) {
      ++at;
    } else if (entry.held == 0) {
      at = entries_.erase(at);
    } else {
      say(at->first, entry);
      entry.said = now;
      ++at;
    }
  }
}

void LogThrottle::flush_all() {
  for (auto& [key, entry] : entries_) {
    if (entry.held > 0) say(key, entry);
  }
  entries_.clear();
}

}  // namespace acts::collector
