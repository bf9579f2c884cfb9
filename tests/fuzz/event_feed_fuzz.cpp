// Events of any kind, time and amount as a feed: each clock's rows are in order, and one of each event.
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

#include "acts/base/assert.hpp"

#include "backtest/event_feed.hpp"
#include "history/export/mended_times.hpp"

namespace {

using acts::history::HftEvent;

class Given final : public acts::history::HftSource {
 public:
  explicit Given(const std::vector<HftEvent>& events) : events_(&events) {}
  acts::Result<bool> next(HftEvent& event) override {
    if (next_ == events_->size()) return false;
    event = (*events_)[next_++];
    return true;
  }

 private:
  const std::vector<HftEvent>* events_;
  std::size_t next_ = 0;
};

std::size_t rows_in_order(acts::backtest::EventFeed& feed, acts::backtest::FeedClock clock) {
  std::size_t rows = 0;
  std::int64_t last = INT64_MIN;
  for (;;) {
    const auto block = feed.next(clock);
    if (!block || *block == nullptr) return rows;
    for (const acts::sim::MarketRow* row = *block; row->ts != acts::sim::kEndRow.ts; ++row) {
      ACTS_ASSERT(row->ts >= last && row->quantity >= 0);
      last = row->ts;
      ++rows;
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::uint8_t how = data[0];
  // Event, its two times since the first that is one, price and quantity, as they lie in memory.
  constexpr std::uint64_t kFirst{acts::backtest::kFirstFeedTime};
  using Words = std::array<std::uint64_t, 5>;
  std::vector<HftEvent> events;
  for (std::size_t at = 1; at + sizeof(Words) <= size; at += sizeof(Words)) {
    Words words;
    std::memcpy(words.data(), data + at, sizeof(Words));
    events.push_back({.ev = words[0],
                      .exch_ts = std::bit_cast<std::int64_t>(kFirst + words[1]),
                      .local_ts = std::bit_cast<std::int64_t>(kFirst + words[2]),
                      .px = std::bit_cast<double>(words[3]),
                      .qty = std::bit_cast<double>(words[4])});
  }
  const bool are_ordered = (how & 1U) != 0;
  const bool begins_later = (how & 2U) != 0 && !events.empty();
  acts::Instrument info;
  info.tick_size = acts::Decimal{1, 1};
  info.lot_size = acts::Decimal{1, 3};
  const auto open = [&]() -> acts::Result<std::unique_ptr<acts::history::HftSource>> {
    auto source = std::make_unique<Given>(events);
    if (are_ordered) return source;
    return std::make_unique<acts::history::MendedTimes>(std::move(source), nullptr);
  };
  auto feed = acts::backtest::EventFeed::open(
      open, *acts::backtest::backtest_instrument(info), {}, are_ordered, (how & 4U) != 0,
      begins_later ? std::optional(acts::UnixNanos{events.front().local_ts}) : std::nullopt);
  if (!feed) return 0;
  const std::size_t venue = rows_in_order(**feed, acts::backtest::FeedClock::kVenue);
  const std::size_t local = rows_in_order(**feed, acts::backtest::FeedClock::kLocal);
  ACTS_ASSERT(are_ordered || begins_later || venue == local);
  return 0;
}
