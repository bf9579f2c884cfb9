#include "history/import/update_gaps.hpp"

#include <algorithm>
#include <variant>

namespace acts::history {
namespace {

// Of any two times.
bool is_longer(UnixNanos from, UnixNanos to, Nanos most) {
  const std::uint64_t length = static_cast<std::uint64_t>(to.value) - static_cast<std::uint64_t>(from.value);
  return to > from && length > static_cast<std::uint64_t>(most.count());
}

}  // namespace

void UpdateGaps::take(const SeenMessage& seen) {
  const auto& body = seen.message.body;
  if (const auto* snapshot = std::get_if<DepthSnapshot>(&body)) {
    if (seen.symbol == symbol_) return take(snapshot->last_update_id, seen.line.ts_recv);
    if (!seen.symbol.empty() || snapshots_.size() == kMostSnapshots) return;
    snapshots_.push_back({.at = seen.line.ts_recv,
                          .id = snapshot->last_update_id,
                          .file = std::string(seen.line.file),
                          .line = seen.line.line_number});
    return;
  }
  if (seen.symbol != symbol_) return;
  if (const auto* update = std::get_if<DepthUpdate>(&body)) return take(*update, seen.line.ts_recv);
  if (std::holds_alternative<Trade>(body) || std::holds_alternative<BookTicker>(body)) take_other(seen.line.ts_recv);
}

void UpdateGaps::take(const DepthUpdate& update, UnixNanos ts_recv) {
  on_message(ts_recv);
  if (known_.is_new(update.last_update_id.value())) take_update(update, ts_recv);
  on_depth(ts_recv);
}

void UpdateGaps::take(UpdateId snapshot, UnixNanos ts_recv) {
  on_message(ts_recv);
  on_depth(ts_recv);
  if (snapshots_.size() < kMostSnapshots) snapshots_.push_back({.at = ts_recv, .id = snapshot});
}

void UpdateGaps::take_other(UnixNanos ts_recv) {
  on_message(ts_recv);
  if (!first_other_) first_other_ = ts_recv;
  last_other_ = ts_recv;
}

void UpdateGaps::on_message(UnixNanos ts) {
  if (!begin_) begin_ = ts;
}

void UpdateGaps::on_depth(UnixNanos ts) {
  depth_at_ = ts;
  first_other_.reset();
}

bool UpdateGaps::is_silent(UnixNanos since) const {
  return first_other_ && is_longer(std::max(*first_other_, since), last_other_, kLongestSilence);
}

// The venues' pages: USD-M tells the id before ("pu"), spot counts on by one.
void UpdateGaps::take_update(const DepthUpdate& update, UnixNanos ts) {
  const UpdateId before =
      venue_ == Venue::kBinanceUsdm ? update.previous_last_update_id : update.first_update_id.previous();
  // What is older than the last one came late over another connection.
  if (last_ && update.last_update_id < *last_) return;
  if (!first_) first_ = {.before = before, .first = update.first_update_id, .at = ts};
  if (last_ && before > *last_) {
    add({.from = last_at_, .at = ts, .last_before = last_, .first_after = update.first_update_id});
  } else if (depth_at_ && is_silent(*depth_at_)) {
    add({.from = *depth_at_,
         .at = ts,
         .last_before = last_,
         .first_after = update.first_update_id,
         .healed_at = ts,
         .cause = GapCause::kNoUpdates});
  }
  last_ = update.last_update_id;
  last_at_ = ts;
}

void UpdateGaps::add(const UpdateGap& gap) {
  ++count_;
  if (gaps_.size() < kMostGaps) gaps_.push_back(gap);
}

void UpdateGaps::finish(const RecordingContents& contents) {
  const auto is_ours = [&](const Snapshot& snapshot) {
    if (snapshot.file.empty()) return true;
    const auto told = contents.answers.find({snapshot.file, snapshot.line});
    return told != contents.answers.end() && told->second == symbol_;
  };
  std::erase_if(snapshots_, [&](const Snapshot& snapshot) { return !is_ours(snapshot); });
  for (UpdateGap& gap : gaps_) {
    if (gap.cause == GapCause::kLostUpdates) heal(gap);
  }
  shorten_silences();
  if (!begin_) return;
  finish_start();
  finish_end();
}

void UpdateGaps::heal(UpdateGap& gap) const {
  const auto healing = std::ranges::find_if(snapshots_, [&gap](const Snapshot& snapshot) {
    return snapshot.at >= gap.from && snapshot.id >= gap.first_after->previous();
  });
  if (healing != snapshots_.end()) gap.healed_at = std::max(healing->at, gap.at);
}

// Of the updates that a book begins with, the first must join the snapshot, whichever of the two comes first.
void UpdateGaps::finish_start() {
  const auto is_before = [this](const Snapshot& of) { return !first_ || of.at <= first_->at; };
  const auto joins = [this](const Snapshot& of) { return !first_ || of.id >= first_->before; };
  const auto known = std::ranges::find_if(snapshots_, [&](const Snapshot& of) { return is_before(of) || joins(of); });
  std::vector<UpdateGap> start;
  if (known == snapshots_.end() || is_longer(*begin_, known->at, kLongestStart)) {
    start.push_back({.from = *begin_, .at = first_ ? first_->at : std::max(*begin_, last_other_)});
    if (first_) start.back().first_after = first_->first;
    if (known != snapshots_.end()) start.back().healed_at = known->at;
    start.back().cause = GapCause::kNoSnapshot;
  }
  if (known != snapshots_.end() && is_before(*known) && first_) {
    const auto end = std::ranges::find_if_not(snapshots_, is_before);
    const auto newest = std::ranges::max_element(known, end, {}, &Snapshot::id);
    if (!joins(*newest)) {
      start.push_back({.from = newest->at, .at = first_->at, .last_before = newest->id, .first_after = first_->first});
      const auto healing = std::find_if(end, snapshots_.end(), joins);
      if (healing != snapshots_.end()) start.back().healed_at = healing->at;
    }
  }
  count_ += start.size();
  const std::size_t room = std::min(start.size(), kMostGaps - gaps_.size());
  gaps_.insert(gaps_.begin(), start.begin(), start.begin() + static_cast<std::ptrdiff_t>(room));
}

// Whose they are was not known of all snapshots when the silence ended.
void UpdateGaps::shorten_silences() {
  const auto is_none = [this](UpdateGap& gap) {
    if (gap.cause != GapCause::kNoUpdates) return false;
    for (const Snapshot& snapshot : snapshots_) {
      if (snapshot.at > gap.from && snapshot.at < gap.at) gap.from = snapshot.at;
    }
    return !is_longer(gap.from, gap.at, kLongestSilence);
  };
  count_ -= std::erase_if(gaps_, is_none);
}

void UpdateGaps::finish_end() {
  std::optional<UnixNanos> since = depth_at_;
  if (!snapshots_.empty()) since = std::max(since.value_or(snapshots_.back().at), snapshots_.back().at);
  if (!since || !is_silent(*since)) return;
  add({.from = *since, .at = last_other_, .last_before = last_, .cause = GapCause::kNoUpdates});
}

}  // namespace acts::history
