// When the collector asks for its books to be kept: one at a time, so that nothing waits for a thousand of them.

#include <algorithm>

#include "collector/collector_impl.hpp"

namespace acts::collector {
namespace {

constexpr Nanos kDay = std::chrono::hours{24};
constexpr Nanos kPatience = std::chrono::minutes{1};  // with a full book that is not at rest

}  // namespace

void Collector::set_can_save(bool can_save) { impl_->can_save = can_save; }

void Collector::set_can_save_full_books(bool can_save) { impl_->can_save_full_books = can_save; }

void Collector::set_can_checkpoint(bool can_checkpoint) { impl_->can_checkpoint = can_checkpoint; }

UnixNanos Collector::Impl::next_full_book(UnixNanos after) const {
  UnixNanos next{INT64_MAX};
  const UnixNanos day = floor_to(after, kDay);
  for (const Nanos time : options.full_book_at) {
    const UnixNanos today = day + time;
    next = std::min(next, today > after ? today : today + kDay);
  }
  return next;
}

// The first checkpoint comes at once, and the others by turns: at each turn of the round the one that waits longest.
void Collector::Impl::plan_saves(Symbol& symbol, UnixNanos now) const {
  if (options.checkpoint_interval) symbol.checkpoint_at = now;
  symbol.full_book_due = next_full_book(now);
}

void Collector::Impl::save_books(UnixNanos now) {
  if (!can_save) return;
  for (InstrumentIndex tried = 0; tried < symbols.size(); ++tried) {
    const auto index = static_cast<InstrumentIndex>((next_save + tried) % symbols.size());
    if (!is_collected(index) || !pipeline.builder(index).book().has_snapshot()) continue;
    if (!save_full_book(index, now) && !save_checkpoint(index, now)) continue;
    next_save = index + 1;
    return;
  }
}

// A book that is not at rest waits a little: it could not be gone on from.
bool Collector::Impl::save_full_book(InstrumentIndex index, UnixNanos now) {
  Symbol& symbol = symbols[index];
  const bool at_rest = pipeline.builder(index).is_at_rest();
  if (!can_save_full_books || now < symbol.full_book_due || (!at_rest && now - symbol.full_book_due < kPatience))
    return false;
  symbol.full_book_due = next_full_book(now);
  save(SaveBook::Kind::kFullBook, index, at_rest && !paused_at, now);
  return true;
}

// One that is not at rest waits until it is: more is known of it than can be kept. While the recording takes no more,
// its place there would come too late to be gone on from.
bool Collector::Impl::save_checkpoint(InstrumentIndex index, UnixNanos now) {
  Symbol& symbol = symbols[index];
  if (!can_checkpoint || paused_at || now < symbol.checkpoint_at || !pipeline.builder(index).is_at_rest()) return false;
  symbol.checkpoint_at = now + *options.checkpoint_interval;
  save(SaveBook::Kind::kCheckpoint, index, true, now);
  return true;
}

void Collector::Impl::save(SaveBook::Kind kind, InstrumentIndex index, bool is_marked, UnixNanos now) {
  auto feed = std::make_shared<const SavedFeed>(pipeline.save(index));
  if (is_marked) {
    run_log.book_saved(pipeline.symbol(index), *feed, now);
    pipeline.forget_past(index);
  }
  actions.emplace_back(SaveBook{kind, std::string(pipeline.symbol(index)), now, std::move(feed), is_marked});
}

}  // namespace acts::collector
