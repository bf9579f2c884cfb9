#include "backtest/books/book_recorder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "acts/base/assert.hpp"

#include "backtest/run_text.hpp"

namespace acts::backtest {
namespace {

bool is_fill_event(OrderEvent event) { return event == OrderEvent::kFilled || event == OrderEvent::kPartiallyFilled; }

void append_levels(std::string& line, const sim::Ladder& book, sim::SideIndex side,
                   const BacktestInstrument& instrument) {
  const sim::LadderSide& levels = book.sides[side];
  sim::Rank rank = levels.best();
  for (std::size_t i = 0; i < BookRecorder::kLevels; ++i) {
    line += ',';
    if (rank != sim::kNoRank) append_to(line, instrument.price_at(sim::ticks_of(side, rank)));
    line += ',';
    if (rank == sim::kNoRank) continue;
    append_to(line, instrument.quantity_of(levels.quantity_at(rank)));
    rank = levels.next_below(rank);
  }
}

void append_number(std::string& line, std::uint64_t number) {
  if (number != 0) line += fmt::format("{}", number);
  line += ',';
}

}  // namespace

std::string books_header() {
  std::string header = "order_line,fill_number,book,time,instrument";
  for (const std::string_view side : {"bid", "ask"}) {
    for (std::size_t i = 1; i <= BookRecorder::kLevels; ++i) {
      header += fmt::format(",{0}_price_{1},{0}_quantity_{1}", side, i);
    }
  }
  return header + '\n';
}

BookRecorder::BookRecorder(const std::vector<BacktestInstrument>& instruments, Write write, const Limits& limits)
    : instruments_(&instruments), write_(std::move(write)), limits_(limits) {}

MarketFeed& BookRecorder::watch(InstrumentId id, MarketFeed& feed, bool as_hftbacktest) {
  const auto show_book = [this](std::uint64_t number, const sim::Ladder& book) { show(number, book); };
  const auto [made, is_new] = feeds_.emplace(id, std::make_unique<BookFeed>(feed, as_hftbacktest, show_book));
  ACTS_ASSERT(is_new);
  return *made->second;
}

void BookRecorder::on_fill(const Fill& fill) {
  ++fills_;
  filled_order_ = fill.id;
  is_last_fill_shown_ = is_within(fill.ts_event) && shown_fills_ < limits_.fills;
  has_later_fill_ = has_later_fill_ || shown_fills_ == limits_.fills;
  if (is_last_fill_shown_) {
    ++shown_fills_;
    want({.fill = fills_, .clock = FeedClock::kVenue, .at = fill.ts_event, .id = fill.instrument});
    // Of a fill that is of no order nothing more is told.
    if (fill.id == ClientOrderId{}) want({.fill = fills_, .at = fill.ts_recv, .id = fill.instrument});
  }
  close_if_full();
}

void BookRecorder::on_order(const OrderUpdate& update) {
  ++order_events_;
  const bool is_of_fill = is_fill_event(update.event) && update.id == filled_order_ && is_last_fill_shown_;
  const bool is_shown = is_within(update.ts_recv) && shown_order_events_ < limits_.order_events;
  if (is_shown || is_of_fill) {
    want({.order_line = order_events_, .fill = is_of_fill ? fills_ : 0, .at = update.ts_recv, .id = update.instrument});
  }
  if (is_shown) ++shown_order_events_;
  close_if_full();
}

void BookRecorder::want(const Wanted& wanted) {
  lines_.emplace(++asked_, Line{.wanted = wanted});
  feeds_.at(wanted.id)->ask(wanted.clock, wanted.at, asked_);
}

// The event of the last fill comes behind it.
void BookRecorder::close_if_full() {
  if (shown_order_events_ < limits_.order_events || !has_later_fill_) return;
  for (const auto& [id, feed] : feeds_) feed->close();
}

void BookRecorder::show(std::uint64_t number, const sim::Ladder& book) {
  Line& line = lines_.at(number);
  line.text = line_of(line.wanted, book);
  for (auto first = lines_.begin(); first != lines_.end() && !first->second.text.empty(); first = lines_.erase(first)) {
    write_(first->second.text);
  }
}

std::string BookRecorder::line_of(const Wanted& wanted, const sim::Ladder& book) const {
  const BacktestInstrument& instrument = instruments_->at(wanted.id.value());
  std::string line;
  append_number(line, wanted.order_line);
  append_number(line, wanted.fill);
  line += fmt::format("{},{},{}", wanted.clock == FeedClock::kVenue ? "venue" : "local", to_iso8601_nanos(wanted.at),
                      csv_text(instrument.name));
  append_levels(line, book, sim::kBidSide, instrument);
  append_levels(line, book, sim::kAskSide, instrument);
  return line + '\n';
}

BooksLeftOut BookRecorder::finish() {
  for (const auto& [id, feed] : feeds_) feed->end();
  ACTS_ASSERT(lines_.empty());
  return {.order_events = order_events_ - shown_order_events_, .fills = fills_ - shown_fills_};
}

}  // namespace acts::backtest
