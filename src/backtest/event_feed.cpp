#include "backtest/event_feed.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

#include "history/export/hft_order.hpp"

namespace acts::backtest {
namespace {

namespace hft = history::hft;
using history::HftEvent;
using sim::MarketRow;
using sim::RowKind;

// Events that are read before their rows are put in order.
constexpr std::size_t kBlock = std::size_t{1} << 15U;
// Ranks are 32 bits; doubles hold whole numbers below 2^53 exactly.
constexpr double kMostTicks = 2e9;
constexpr double kMostQuantity = 9e15;

Result<Nanos> shift_of(const history::HftMeasure& measure, ClockShift shift) {
  const Nanos needed = measure.shift(Nanos{0});
  switch (shift.kind) {
    case ClockShift::Kind::kAuto: return needed;
    case ClockShift::Kind::kFixed: break;
    case ClockShift::Kind::kNone: shift.by = Nanos{0}; break;
  }
  if (shift.by >= needed) return shift.by;
  return fail(ErrorCode::kBadInput,
              fmt::format("messages were received up to {} before the venue made them: clock_shift = \"auto\" or "
                          "\"{}\" mends it",
                          to_string(needed), to_string(needed)));
}

// So that what is added to a time is still one.
constexpr std::int64_t kFirstFeedTime = 0;
constexpr std::int64_t kLastFeedTime = 7'258'118'400'000'000'000;  // 2200-01-01
constexpr bool is_feed_time(std::int64_t ts) { return ts >= kFirstFeedTime && ts <= kLastFeedTime; }

// What there is to know of events before their rows can be made.
class Survey {
 public:
  // `number`: from 1. Errors: kBadInput.
  Result<void> add(const HftEvent& event, std::uint64_t number) {
    for (const std::int64_t ts : {event.exch_ts, event.local_ts}) {
      if (is_feed_time(ts)) continue;
      return fail(ErrorCode::kBadInput,
                  fmt::format("event {}: its time of {} ns since 1970 is not between 1970 and 2200", number, ts));
    }
    measure.add(event);
    clocks_ |= event.ev & (hft::kExchange | hft::kLocal);
    first_local_ = std::min(first_local_, event.local_ts);
    last_local_ = std::max(last_local_, event.local_ts);
    return {};
  }
  // With the shift of local times. Errors: kBadInput.
  [[nodiscard]] Result<void> check(Nanos shift, bool are_ordered) const {
    if (are_ordered && clocks_ != (hft::kExchange | hft::kLocal)) {
      return fail(ErrorCode::kBadInput,
                  fmt::format("no event has the flag of {}: was it made for a backtest?",
                              (clocks_ & hft::kExchange) == 0 ? "the exchange's clock" : "the local clock"));
    }
    if (shift.count() <= kLastFeedTime - last_local_ && shift.count() >= kFirstFeedTime - first_local_) return {};
    return fail(ErrorCode::kBadInput,
                fmt::format("local times shifted by {} are not between 1970 and 2200", to_string(shift)));
  }

  history::HftMeasure measure;

 private:
  std::uint64_t clocks_ = 0;
  std::int64_t first_local_ = kLastFeedTime;
  std::int64_t last_local_ = kFirstFeedTime;
};

}  // namespace

Result<std::unique_ptr<EventFeed>> EventFeed::open(history::OpenEvents open, const BacktestInstrument& instrument,
                                                   ClockShift shift, bool are_ordered, bool as_hftbacktest) {
  auto source = open();
  if (!source) return std::unexpected(source.error());
  Survey survey;
  const history::HftMeasure& measure = survey.measure;
  std::vector<HftEvent> kept;
  bool keeps = true;
  HftEvent event;
  for (;;) {
    const Result<bool> there = (*source)->next(event);
    if (!there) return std::unexpected(there.error());
    if (!*there) break;
    if (Result<void> added = survey.add(event, measure.events() + 1); !added) return std::unexpected(added.error());
    keeps = keeps && kept.size() < kMostKept;
    if (keeps) kept.push_back(event);
  }
  if (measure.events() == 0) return fail(ErrorCode::kBadInput, "there is no depth and no trade in it");
  const Result<Nanos> by = shift_of(measure, shift);
  if (!by) return std::unexpected(by.error());
  if (Result<void> usable = survey.check(*by, are_ordered); !usable) return std::unexpected(usable.error());
  std::unique_ptr<EventFeed> feed(new EventFeed(std::move(open), instrument, *by, are_ordered,
                                                measure.exchange_lateness(), measure.local_lateness()));
  feed->as_hftbacktest_ = as_hftbacktest;
  if (keeps) feed->kept_ = std::move(kept);
  return feed;
}

Result<const MarketRow*> EventFeed::next(FeedClock clock) {
  Stream& stream = clock == FeedClock::kVenue ? venue_ : local_;
  while (stream.blocks.empty() && !has_ended_) {
    if (const Result<void> made = make_more(); !made) return std::unexpected(made.error());
  }
  if (stream.blocks.empty()) return nullptr;
  stream.taken = std::move(stream.blocks.front());
  stream.blocks.pop_front();
  return stream.taken.data();
}

Result<bool> EventFeed::next_event(HftEvent& event) {
  if (!kept_.empty()) {
    if (next_kept_ == kept_.size()) return false;
    event = kept_[next_kept_++];
    return true;
  }
  if (source_ == nullptr) {
    auto source = open_();
    if (!source) return std::unexpected(source.error());
    source_ = *std::move(source);
  }
  return source_->next(event);
}

Result<void> EventFeed::make_more() {
  HftEvent event;
  for (std::size_t i = 0; i < kBlock && !has_ended_; ++i) {
    const Result<bool> there = next_event(event);
    if (!there) return std::unexpected(there.error());
    if (*there) {
      take(event);
    } else {
      has_ended_ = true;
    }
  }
  if (has_ended_ && facts_.out_of_range == facts_.events) {
    return fail(ErrorCode::kBadInput, fmt::format("none of its {} events can be used: are tick_size and lot_size those "
                                                  "of the data?",
                                                  facts_.events));
  }
  if (Result<void> settled = settle(venue_, has_ended_); !settled) return settled;
  if (Result<void> settled = settle(local_, has_ended_); !settled) return settled;
  if (!are_ordered_) count_rows();
  return {};
}

void EventFeed::take(const HftEvent& event) {
  const bool is_for_venue = !are_ordered_ || (event.ev & hft::kExchange) != 0;
  const bool is_for_local = !are_ordered_ || (event.ev & hft::kLocal) != 0;
  const std::uint64_t number = facts_.events++;
  if (are_ordered_) {
    ++facts_.rows;
    if (!is_for_local) ++facts_.only_exchange;
    if (!is_for_venue) ++facts_.only_local;
  }
  std::optional<MarketRow> row = row_of(event);
  if (!row) {
    ++facts_.out_of_range;
    row = MarketRow{.kind = RowKind::kNothing};
  }
  const std::int64_t local = event.local_ts + facts_.shift.count();
  if (is_for_venue) {
    row->ts = event.exch_ts;
    venue_.order.add({*row, number, local});
  }
  if (is_for_local) {
    row->ts = local;
    local_.order.add({*row, number, event.exch_ts});
  }
}

std::optional<MarketRow> EventFeed::row_of(const HftEvent& event) {
  MarketRow row;
  const std::uint64_t what = event.ev & hft::kWhat;
  const bool is_sell = (event.ev & hft::kSell) != 0;
  if (!is_sell && (event.ev & hft::kBuy) == 0) {
    if (what != hft::kClear) return std::nullopt;
    row.kind = RowKind::kClearBoth;
    return row;
  }
  row.side = is_sell ? sim::kAskSide : sim::kBidSide;
  switch (what) {
    case hft::kDepth:
    case hft::kSnapshot: row.kind = RowKind::kLevel; break;
    case hft::kTrade: row.kind = RowKind::kTrade; break;
    case hft::kClear: row.kind = RowKind::kClear; break;
    default: return std::nullopt;
  }
  // As hftbacktest finds the tick of a price: exact, as the double is the nearest to a multiple of the tick.
  const double ticks = std::round(event.px / instrument_.tick_value());
  const double one = static_cast<double>(power_of_ten(instrument_.scales.quantity));
  const double units = std::round(event.qty * one);
  const bool is_usable =
      std::abs(ticks) < kMostTicks && units >= 0 && units < kMostQuantity;  // not of what is no number
  if (!is_usable) return std::nullopt;
  const bool is_something = (row.kind == RowKind::kClear || ticks > 0) && (row.kind != RowKind::kTrade || units > 0);
  if (!is_something && !as_hftbacktest_) return std::nullopt;
  if (std::abs(event.px - ticks * instrument_.tick_value()) > instrument_.tick_value() * 1e-6) ++facts_.off_tick;
  if (units / one != event.qty) ++facts_.off_scale;
  row.rank = static_cast<std::int32_t>(sim::rank_of(row.side, static_cast<std::int64_t>(ticks)));
  row.quantity = static_cast<std::int64_t>(units);
  // Less than half of a lot is no level, as in hftbacktest.
  if (row.kind == RowKind::kLevel && 2 * row.quantity < instrument_.lot) row.quantity = 0;
  return row;
}

Result<void> EventFeed::settle(Stream& stream, bool is_end) {
  settled_.clear();
  if (Result<void> settled = stream.order.settle(is_end, settled_); !settled) return settled;
  if (settled_.empty()) return {};
  Block block;
  block.reserve(settled_.size() + 1);
  for (const RowOrder::Placed& placed : settled_) {
    block.push_back(placed.row);
    if (!are_ordered_) stream.stamps.push_back({placed.number, placed.row.ts, placed.other_ts});
  }
  block.push_back(sim::kEndRow);
  stream.blocks.push_back(std::move(block));
  return {};
}

// As HftOrder: the two orders are one as long as they agree; where they do not, an event is a row of each.
void EventFeed::count_rows() {
  std::deque<Stamp>& venue = venue_.stamps;
  std::deque<Stamp>& local = local_.stamps;
  while (!venue.empty() && !local.empty()) {
    ++facts_.rows;
    if (venue.front().number == local.front().number) {
      venue.pop_front();
      local.pop_front();
    } else if (std::tuple(local.front().other_ts, local.front().own_ts) <
               std::tuple(venue.front().own_ts, venue.front().other_ts)) {
      ++facts_.only_local;
      local.pop_front();
    } else {
      ++facts_.only_exchange;
      venue.pop_front();
    }
  }
  if (!has_ended_) return;
  facts_.rows += venue.size() + local.size();
  facts_.only_exchange += venue.size();
  facts_.only_local += local.size();
  venue.clear();
  local.clear();
}

}  // namespace acts::backtest
