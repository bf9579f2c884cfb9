// The events of one symbol that are kept while a recording is looked through, so that it need not be read and decoded
// once more: those that HftMessages would make of it afterwards. Only once the whole recording has been seen is known
// which trades count and whose the REST answers are. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "acts/base/time.hpp"

#include "history/export/hft_messages.hpp"

namespace acts::history {

class HftSpool {
 public:
  // More events than these, 24 bytes each and 40 a message, are not kept: then nothing is.
  static constexpr std::size_t kMostEvents = 500'000;

  explicit HftSpool(MessageFilter filter) : filter_(std::move(filter)), event_times_(filter_.venue) {}

  void take(const SeenMessage& seen);
  // All of what was seen is there.
  [[nodiscard]] bool is_whole() const { return is_whole_; }
  // `contents`: of the recording that was looked through. Spool and contents outlive what is returned. Only of a whole
  // one (asserted).
  [[nodiscard]] std::unique_ptr<HftSource> events(const RecordingContents& contents, HftMessages::Trades trades) const;

 private:
  class Events;
  enum class Use : std::uint8_t { kAlways, kSingleTrades, kAggregatedTrades, kAnswer };
  struct Head {
    std::int64_t local_ts = 0;
    std::optional<std::int64_t> exch_ts = {};
    std::uint32_t levels = 0;
    Use use = Use::kAlways;
  };

  static Use use_of(const SeenMessage& seen);

  MessageFilter filter_;
  EventTimes event_times_;
  MessagesOnce once_;
  std::vector<HftLevel> made_;   // of the last message
  std::deque<HftLevel> levels_;  // blocks: growing doubles no memory
  std::deque<Head> heads_;
  std::vector<std::pair<std::string, std::uint64_t>> answers_;  // file and line of each kAnswer
  bool is_whole_ = true;
};

}  // namespace acts::history
