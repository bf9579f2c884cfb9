#include "backtest/lookahead/altered_feed.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "acts/base/split_mix.hpp"

namespace acts::backtest {
namespace {

constexpr std::uint64_t kMostTicksMoved = 64;  // that prices move
// Time passes so many sixteenths as fast: it can only become less, so that no time leaves its range.
constexpr std::uint64_t kSixteenths = 16;
constexpr std::uint64_t kFewestSixteenths = 8;
constexpr std::int64_t kMostAlteredQuantity = (std::int64_t{1} << 62) - 1;

std::uint64_t mixed(std::uint64_t value) { return SplitMix(value).next(); }

std::int64_t ticks_moved(std::uint64_t seed) { return static_cast<std::int64_t>(1 + mixed(seed) % kMostTicksMoved); }

UnixNanos other_time(UnixNanos time, const FutureCut& cut) {
  const std::uint64_t pace = kFewestSixteenths + mixed(cut.seed + 1) % (kSixteenths - kFewestSixteenths);
  const int128 since = int128{time.value} - cut.at.value;
  return {static_cast<std::int64_t>(cut.at.value +
                                    since * static_cast<std::int64_t>(pace) / static_cast<std::int64_t>(kSixteenths))};
}

// From 1 to twice as much; nothing stays nothing.
std::int64_t other_quantity(std::int64_t quantity, std::uint64_t chance) {
  if (quantity <= 0) return quantity;
  const std::uint64_t most = 2 * static_cast<std::uint64_t>(quantity);
  return std::min(static_cast<std::int64_t>(1 + chance % most), kMostAlteredQuantity);
}

}  // namespace

sim::MarketRow AlteredFeed::altered(sim::MarketRow row) const {
  const std::uint64_t chance = mixed(cut_.seed ^ mixed(static_cast<std::uint64_t>(row.quantity)) ^
                                     mixed((static_cast<std::uint64_t>(static_cast<std::uint32_t>(row.rank)) << 8U) |
                                           static_cast<std::uint64_t>(row.side)));
  row.ts = other_time({row.ts}, cut_).value;
  row.quantity = other_quantity(row.quantity, chance);
  const std::int64_t ticks = sim::ticks_of(row.side, row.rank) + ticks_moved(cut_.seed);
  const sim::Rank rank = sim::rank_of(row.side, ticks);
  if (rank > INT32_MIN && rank < INT32_MAX) row.rank = static_cast<std::int32_t>(rank);
  return row;
}

Result<const sim::MarketRow*> AlteredFeed::next(FeedClock clock) {
  Result<const sim::MarketRow*> rows = feed_->next(clock);
  if (!rows || *rows == nullptr) return rows;
  Stream& stream = streams_[static_cast<std::size_t>(clock)];
  stream.block.clear();
  const sim::MarketRow* row = *rows;
  for (; row->ts < cut_.at.value; ++row) stream.block.push_back(*row);
  for (; row->ts != sim::kEndRow.ts; ++row) {
    const sim::MarketRow other = altered(*row);
    if (!std::exchange(stream.is_altered, true)) {
      stream.block.push_back({.ts = other.ts, .kind = sim::RowKind::kClearBoth});
    }
    stream.block.push_back(other);
  }
  stream.block.push_back(sim::kEndRow);
  return stream.block.data();
}

Result<bool> AlteredBars::next(Bar& bar) {
  Result<bool> there = bars_->next(bar);
  if (there && *there && bar.close_time >= cut_.at) alter(bar);
  return there;
}

void AlteredBars::alter(Bar& bar) const {
  const std::uint64_t chance = mixed(cut_.seed ^ mixed(static_cast<std::uint64_t>(bar.open_time.value)));
  const std::int64_t moved = ticks_moved(cut_.seed) * tick_;
  constexpr std::int64_t kMostUnits = std::numeric_limits<std::int64_t>::max() / 4;
  if (bar.high.units() > kMostUnits || moved > kMostUnits) return;
  const bool is_whole = bar.open_time >= cut_.at;
  const std::int64_t low = bar.low.units() + (is_whole ? moved : 0);
  const std::int64_t high = bar.high.units() + 2 * moved;
  if (is_whole) bar.open = Price{bar.open.units() + moved};
  const auto steps = static_cast<std::uint64_t>((high - low) / tick_);
  bar.low = Price{low};
  bar.high = Price{high};
  bar.close = Price{low + static_cast<std::int64_t>(chance % (steps + 1)) * tick_};
  bar.volume = Quantity{other_quantity(bar.volume.units(), mixed(chance))};
}

}  // namespace acts::backtest
