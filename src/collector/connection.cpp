#include "collector/connection.hpp"

#include <algorithm>
#include <iterator>
#include <span>
#include <utility>

#include "binance/streams.hpp"
#include "binance/venue_facts.hpp"

namespace acts::collector {
namespace {

using binance::InstrumentIndex;

// Its mean interval is over about so many messages; before as many have come, nobody knows whether it is busy.
constexpr int kMeanMessages = 64;
// So many mean intervals without a message do not happen by chance.
constexpr int kBusyFactor = 20;
constexpr Nanos kRetryAfterError = std::chrono::minutes{1};
constexpr Nanos kPaceWindow = std::chrono::seconds{1};

// One less than the venue takes: answers to its pings count too.
int pace_of(Venue venue) { return std::max(1, binance::limits(venue).control_messages_per_second - 1); }

}  // namespace

Connection::Connection(ConnectionNumber number, std::string url, Venue venue, UnixNanos now)
    : number_(number),
      url_(std::move(url)),
      venue_(venue),
      created_at_(now),
      alive_at_(now),
      pace_(pace_of(venue), kPaceWindow) {}

Connection::Slot& Connection::slot(InstrumentIndex instrument) {
  if (instrument >= slots_.size()) slots_.resize(instrument + 1);
  return slots_[instrument];
}

const Connection::Slot* Connection::find_slot(InstrumentIndex instrument) const {
  return instrument < slots_.size() ? &slots_[instrument] : nullptr;
}

void Connection::subscribed_by_url(const LineMember& member) { by_url_.push_back(member.instrument); }

void Connection::subscribe(const LineMember& member) {
  slot(member.instrument) = Slot{};
  wishes_.push_back({true, member.instrument, member.names});
}

void Connection::unsubscribe(const LineMember& member) {
  slot(member.instrument) = Slot{};
  std::erase(by_url_, member.instrument);
  wishes_.push_back({false, member.instrument, member.names});
}

std::vector<InstrumentIndex> Connection::on_open(UnixNanos now) {
  state_ = State::kOpen;
  opened_at_ = now;
  alive_at_ = now;
  for (const InstrumentIndex instrument : by_url_) slot(instrument).subscribed = true;
  note_ready(now);
  return std::exchange(by_url_, {});
}

void Connection::note_ready(UnixNanos now) {
  if (!ready_at_ && state_ == State::kOpen && wishes_.empty() && awaiting_.empty()) ready_at_ = now;
}

std::vector<InstrumentIndex> Connection::on_reply(std::int64_t id, UnixNanos now) {
  const auto batch = std::ranges::find(awaiting_, id, &Batch::id);
  if (batch == awaiting_.end()) return {};
  std::vector<InstrumentIndex> confirmed;
  for (const Wish& wish : batch->wishes) {
    if (!batch->subscribe) continue;
    slot(wish.instrument).subscribed = true;
    confirmed.push_back(wish.instrument);
  }
  awaiting_.erase(batch);
  note_ready(now);
  return confirmed;
}

bool Connection::on_error_reply(std::int64_t id, UnixNanos now) {
  const auto batch = std::ranges::find(awaiting_, id, &Batch::id);
  if (batch == awaiting_.end()) return false;
  std::ranges::move(batch->wishes, std::back_inserter(wishes_));
  awaiting_.erase(batch);
  retry_at_ = now + kRetryAfterError;
  return true;
}

Connection::Batch Connection::next_batch() {
  const auto most = static_cast<std::size_t>(binance::limits(venue_).names_per_message);
  Batch batch;
  batch.id = next_id_++;
  batch.subscribe = wishes_.front().subscribe;
  std::size_t names = 0;
  while (!wishes_.empty() && wishes_.front().subscribe == batch.subscribe) {
    names += wishes_.front().names.size();
    if (names > most && !batch.wishes.empty()) break;
    batch.wishes.push_back(std::move(wishes_.front()));
    wishes_.pop_front();
  }
  return batch;
}

void Connection::flush(ActionQueue& out, UnixNanos now) {
  if (state_ != State::kOpen || (retry_at_ && now < *retry_at_)) return;
  retry_at_.reset();
  while (!wishes_.empty() && pace_.try_take(now)) {
    Batch batch = next_batch();
    std::vector<std::string> names;
    for (const Wish& wish : batch.wishes) names.insert(names.end(), wish.names.begin(), wish.names.end());
    const auto messages = batch.subscribe ? binance::subscribe_messages(venue_, names, batch.id)
                                          : binance::unsubscribe_messages(venue_, names, batch.id);
    for (const binance::ControlMessage& message : messages) out.emplace_back(SendText{number_, message.text});
    batch.sent = now;
    awaiting_.push_back(std::move(batch));
  }
}

bool Connection::ack_overdue(UnixNanos now, Nanos limit) const {
  return std::ranges::any_of(awaiting_, [&](const Batch& batch) { return now - batch.sent >= limit; });
}

void Connection::on_message(UnixNanos now) {
  if (last_message_) mean_interval_ += (now - *last_message_ - mean_interval_) / kMeanMessages;
  last_message_ = now;
  alive_at_ = now;
  ++messages_;
}

void Connection::on_data(InstrumentIndex instrument, bool is_depth, UnixNanos now) {
  slot(instrument).last_data = now;
  if (is_depth) slot(instrument).last_depth = now;
  has_data_ = true;
}

void Connection::join(InstrumentIndex instrument) { slot(instrument).joined = true; }

bool Connection::hold(InstrumentIndex instrument, std::string_view bytes) {
  // A hole in what is held would be fed as if nothing were missing.
  overflowed_ = overflowed_ || held_bytes_ + bytes.size() > kMaxHeldBytes;
  if (overflowed_) return false;
  held_[instrument].emplace_back(bytes);
  held_bytes_ += bytes.size();
  return true;
}

const std::string* Connection::first_held(InstrumentIndex instrument) const {
  const auto found = held_.find(instrument);
  return found == held_.end() ? nullptr : &found->second.front();
}

std::deque<std::string> Connection::take_held(InstrumentIndex instrument) {
  const auto found = held_.find(instrument);
  if (found == held_.end()) return {};
  std::deque<std::string> messages = std::move(found->second);
  held_.erase(found);
  for (const std::string& message : messages) held_bytes_ -= message.size();
  return messages;
}

void Connection::close(UnixNanos now) {
  state_ = State::kClosing;
  held_.clear();
  held_bytes_ = 0;
  closed_at_ = now;
}

bool Connection::subscribed(InstrumentIndex instrument) const {
  const Slot* found = find_slot(instrument);
  return found != nullptr && found->subscribed;
}

bool Connection::joined(InstrumentIndex instrument) const {
  const Slot* found = find_slot(instrument);
  return found != nullptr && found->joined;
}

std::optional<UnixNanos> Connection::last_data(InstrumentIndex instrument) const {
  const Slot* found = find_slot(instrument);
  if (found == nullptr || found->last_data.value == INT64_MIN) return std::nullopt;
  return found->last_data;
}

std::optional<UnixNanos> Connection::last_depth(InstrumentIndex instrument) const {
  const Slot* found = find_slot(instrument);
  if (found == nullptr || found->last_depth.value == INT64_MIN) return std::nullopt;
  return found->last_depth;
}

Nanos Connection::behind_for(InstrumentIndex instrument, bool behind, UnixNanos now) {
  std::optional<UnixNanos>& since = slot(instrument).behind_since;
  if (!behind) {
    since.reset();
  } else if (!since) {
    since = now;
  }
  return since ? now - *since : Nanos{0};
}

bool Connection::is_dead(UnixNanos now, Nanos silence) const {
  return state_ == State::kOpen && messages_ >= kMeanMessages && mean_interval_ * kBusyFactor <= silence &&
         now - alive_at_ >= silence;
}

bool Connection::is_mute(UnixNanos now, Nanos silence, Nanos first_data) const {
  return ready_at_ && state_ == State::kOpen && now - alive_at_ >= (has_data_ ? silence : first_data);
}

bool Connection::is_newly_stable(UnixNanos now, Nanos stable) {
  if (stable_ || !opened_at_ || now - *opened_at_ < stable) return false;
  stable_ = true;
  return true;
}

void Connection::grant(Nanos longer) {
  alive_at_ = alive_at_ + longer;
  created_at_ = created_at_ + longer;
  for (Batch& batch : awaiting_) batch.sent = batch.sent + longer;
}

}  // namespace acts::collector
