#include "backtest/event_feed.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

#include "acts/base/assert.hpp"

#include "history/export/time_survey.hpp"

namespace acts::backtest {
namespace {

using history::TimeSurvey;
using sim::MarketRow;

// Events that are read before their rows are put in order.
constexpr std::size_t kBlock = std::size_t{1} << 15U;

// `needed`: that none was received before it was made.
Result<Nanos> shift_of(Nanos needed, ClockShift shift) {
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

std::unexpected<Error> shifted_too_far(Nanos shift) {
  return fail(ErrorCode::kBadInput,
              fmt::format("local times shifted by {} are not between 1973 and 2200", to_string(shift)));
}

// The times can be shifted by so much, and there are some for each clock.
Result<void> check_times(const TimeSurvey& survey, Nanos shift) {
  if (!survey.has_venue() || !survey.has_local()) {
    return fail(ErrorCode::kBadInput, fmt::format("no event has the flag of {}: was it made for a backtest?",
                                                  survey.has_venue() ? "the local clock" : "the exchange's clock"));
  }
  if (shift.count() <= kLastFeedTime - survey.last_local().value &&
      shift.count() >= kFirstFeedTime - survey.first_local().value) {
    return {};
  }
  return shifted_too_far(shift);
}

}  // namespace

Result<std::unique_ptr<EventFeed>> EventFeed::open(history::OpenEvents open, const BacktestInstrument& instrument,
                                                   ClockShift shift, bool are_ordered, bool as_hftbacktest,
                                                   std::optional<UnixNanos> from) {
  std::unique_ptr<EventFeed> feed(new EventFeed(std::move(open), instrument, are_ordered, as_hftbacktest, from,
                                                shift.kind == ClockShift::Kind::kFixed ? shift.by : Nanos{0}));
  TimeSurvey survey;
  if (Result<void> read = feed->read_through(survey); !read) return std::unexpected(read.error());
  if (Result<void> settled = feed->settle_times(survey, shift); !settled) return std::unexpected(settled.error());
  return feed;
}

Result<void> EventFeed::open_reader() {
  auto source = open_();
  if (!source) return std::unexpected(source.error());
  reader_.emplace(*std::move(source), rows_, as_hftbacktest_, from_, said_shift_);
  return {};
}

Result<void> EventFeed::read_through(TimeSurvey& survey) {
  if (Result<void> opened = open_reader(); !opened) return opened;
  EventRow row;
  for (;;) {
    const Result<bool> there = reader_->next(row);
    if (!there) return std::unexpected(there.error());
    if (!*there) break;
    survey.add({.exch_ts = row.exch_ts,
                .local_ts = row.local_ts,
                .is_for_venue = row.is_for_venue,
                .is_for_local = row.is_for_local});
    if (!is_kept_) continue;
    is_kept_ = kept_.size() < kMostKept;
    if (is_kept_) {
      kept_.push_back(row);
    } else {
      kept_ = {};
    }
  }
  if (survey.measure().events() == 0) {
    return fail(ErrorCode::kBadInput,
                "the data has no depth and no trade in this period: look at files, from and to in [data]");
  }
  return {};
}

// Of few messages with wrong times all the others would be late. hftbacktest shifts them for those, too, and an .npz
// says itself in which order its rows are.
Result<void> EventFeed::settle_times(const TimeSurvey& survey, ClockShift shift) {
  const TimeSurvey::Shifts shifts = survey.shifts();
  mends_early_ = shift.kind == ClockShift::Kind::kAuto && shifts.few > 0 && !are_ordered_ && !as_hftbacktest_;
  const Result<Nanos> by = shift_of(mends_early_ ? shifts.without_few : shifts.all, shift);
  if (!by) return std::unexpected(by.error());
  if (Result<void> usable = check_times(survey, *by); !usable) return usable;
  facts_.shift = *by;
  facts_.own_shift = *by;
  facts_.first_local = survey.first_local() + *by;
  facts_.last_local = survey.last_local() + *by;
  facts_.messages = survey.messages();
  facts_.early_messages = shifts.few;
  facts_.early_by = shifts.few > 0 ? shifts.all : Nanos{0};
  facts_.early_are_mended = mends_early_;
  facts_.venue_steps = survey.venue_steps();
  facts_.local_steps = survey.local_steps();
  const history::HftMeasure& measure = survey.measure();
  venue_.order = RowOrder(measure.exchange_lateness());
  // A time that is mended is the venue's, and steps back as far as those do.
  local_.order = RowOrder(mends_early_ ? std::max(measure.local_lateness(), measure.exchange_lateness())
                                       : measure.local_lateness());
  return is_kept_ ? Result<void>() : open_reader();
}

Result<const MarketRow*> EventFeed::next(FeedClock clock) {
  Stream& stream = clock == FeedClock::kVenue ? venue_ : local_;
  while (stream.blocks.empty() && !has_ended_) {
    if (const Result<void> made = make_more(); !made) return std::unexpected(made.error());
  }
  if (stream.blocks.empty()) return nullptr;
  stream.spare = std::move(stream.taken);
  stream.taken = std::move(stream.blocks.front());
  stream.blocks.pop_front();
  stream.waiting -= stream.taken.size();
  return stream.taken.data();
}

Result<bool> EventFeed::next_row(EventRow& row) {
  if (!is_kept_) return reader_->next(row);
  if (next_kept_ == kept_.size()) return false;
  row = kept_[next_kept_++];
  return true;
}

Result<void> EventFeed::make_more() {
  EventRow row;
  for (std::size_t i = 0; i < kBlock && !has_ended_; ++i) {
    const Result<bool> there = next_row(row);
    if (!there) return std::unexpected(there.error());
    if (*there) {
      take(row);
    } else {
      has_ended_ = true;
      crossed_.end();
    }
  }
  facts_.book_updates = crossed_.updates();
  facts_.crossed_updates = crossed_.crossed();
  const FeedFacts& read = reader_->facts();
  facts_.off_tick = read.off_tick;
  facts_.off_scale = read.off_scale;
  facts_.out_of_range = read.out_of_range;
  facts_.outdated = read.outdated;
  facts_.trades = read.trades;
  if (has_ended_ && facts_.out_of_range == facts_.events) {
    return fail(ErrorCode::kBadInput, fmt::format("none of its {} events can be used: are tick_size and lot_size those "
                                                  "of the data?",
                                                  facts_.events));
  }
  if (Result<void> settled = settle(venue_, has_ended_); !settled) return settled;
  if (Result<void> settled = settle(local_, has_ended_); !settled) return settled;
  if (!are_ordered_) count_rows();
  return check_waiting();
}

Result<void> EventFeed::delay(Nanos more) {
  ACTS_ASSERT(more >= Nanos{0} && facts_.events == 0);
  if (more.count() > kLastFeedTime - facts_.last_local.value) return shifted_too_far(facts_.shift + more);
  facts_.shift = facts_.shift + more;
  facts_.first_local = facts_.first_local + more;
  facts_.last_local = facts_.last_local + more;
  return {};
}

void EventFeed::take(const EventRow& row) {
  const std::uint64_t number = facts_.events++;
  if (are_ordered_) {
    ++facts_.rows;
    if (!row.is_for_local) ++facts_.only_exchange;
    if (!row.is_for_venue) ++facts_.only_local;
  }
  crossed_.take(row);
  std::int64_t local_ts = row.local_ts + facts_.shift.count();
  if (mends_early_) local_ts = std::max(local_ts, row.exch_ts);
  if (row.is_for_venue) venue_.order.add({row.row(row.exch_ts), number, local_ts});
  if (row.is_for_local) local_.order.add({row.row(local_ts), number, row.exch_ts});
}

Result<void> EventFeed::settle(Stream& stream, bool is_end) {
  settled_.clear();
  if (Result<void> settled = stream.order.settle(is_end, settled_); !settled) return settled;
  if (settled_.empty()) return {};
  Block block = std::move(stream.spare);
  block.clear();
  block.reserve(settled_.size() + 1);
  for (const RowOrder::Placed& placed : settled_) {
    block.push_back(placed.row);
    if (!are_ordered_) stream.stamps.push_back({placed.number, placed.row.ts, placed.other_ts});
  }
  block.push_back(sim::kEndRow);
  stream.waiting += block.size();
  stream.blocks.push_back(std::move(block));
  return {};
}

Result<void> EventFeed::check_waiting() const {
  const std::size_t most = std::max(venue_.waiting, local_.waiting);
  if (most <= kMostWaiting) return {};
  return fail(ErrorCode::kBadInput,
              fmt::format("{} rows of {} wait for the other: times of receipt and the venue's lie too far apart, look "
                          "at clock_shift",
                          most, venue_.waiting == most ? "the venue's clock" : "our clock"));
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
