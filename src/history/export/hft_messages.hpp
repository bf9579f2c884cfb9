// The messages of a recording as events of hftbacktest: depth, snapshots and trades of the public book, in the order of
// receipt; where there are no single trades, aggregated ones. A trade outside the market is none, and best bid and ask
// are in the book already. Where a message has no time of the venue's (spot's snapshots), the latest that was seen is
// taken. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "history/export/hft_event.hpp"
#include "history/import/recorded_messages.hpp"

namespace acts::history {

class HftMessages final : public HftSource {
 public:
  enum class Trades : std::uint8_t { kSingle, kAggregated };
  // `on_problem` is told of messages that cannot be read; may be empty.
  HftMessages(RecordedMessages messages, Trades trades, std::function<void(std::string_view)> on_problem)
      : messages_(std::move(messages)), trades_(trades), on_problem_(std::move(on_problem)) {}

  // Errors: as RecordedMessages::next().
  Result<bool> next(HftEvent& event) override;

 private:
  void take_message();
  void add(std::uint64_t ev, double px, double qty);
  void add_levels(std::uint64_t ev, Scales scales, std::span<const Level> levels);
  void add_side(std::uint64_t side, Scales scales, std::span<const Level> levels);

  RecordedMessages messages_;
  Trades trades_;
  std::function<void(std::string_view)> on_problem_;
  std::vector<HftEvent> events_;  // of one message,
  std::size_t taken_ = 0;         // and how many of them have gone out
  std::optional<UnixNanos> ts_event_;
};

}  // namespace acts::history
