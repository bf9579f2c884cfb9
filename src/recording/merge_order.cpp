#include "recording/merge_order.hpp"

#include <algorithm>
#include <functional>
#include <utility>

#include "recording/crc32.hpp"

namespace acts {
namespace {

std::uint64_t hash_of(std::string_view text) { return std::hash<std::string_view>{}(text); }

}  // namespace

MessageKey key_of(std::string_view json, bool is_answer) {
  const std::uint64_t crc = crc32_of(json);
  return {hash_of(json), crc << 32 | (json.size() & 0x7fffffff) << 1 | static_cast<std::uint64_t>(is_answer)};
}

std::uint32_t MergeOrder::id_of(const MessageKey& key) {
  const auto [at, is_new] = now_.ids.try_emplace(key, static_cast<std::uint32_t>(now_.messages.size()));
  if (!is_new) return at->second;
  MergedMessage& message = now_.messages.emplace_back();
  const auto known = before_.ids.find(key);
  if (known != before_.ids.end() && before_.messages[known->second].is_written) {
    message = before_.messages[known->second];
    message.place = {-1, -1};
  }
  return at->second;
}

void MergeOrder::add(std::size_t source, std::string_view json, bool is_answer, UnixNanos ts, LineUse use,
                     std::optional<std::int64_t> number) {
  const std::uint32_t id = id_of(key_of(json, is_answer));
  MergedMessage& message = now_.messages[id];
  message.received[source] = std::min(message.received[source], ts);
  if (!message.is_written && ts < message.first) {
    message.first = ts;
    message.source = static_cast<std::uint8_t>(source);
  }
  if (use == LineUse::kHeld || message.place[source] >= 0) return;
  message.is_taken = true;
  if (is_answer) return;  // of no stream
  Sequence& sequence = streams_[hash_of(json.substr(0, json.find(',')))].sequences[source];
  message.place[source] = static_cast<std::int32_t>(sequence.size());
  message.number = number;
  sequence.push_back(id);
}

void MergeOrder::settle() {
  for (MergedMessage& message : now_.messages) {
    if (!message.is_written) message.fed = message.first;
  }
  settled_.assign(now_.messages.size(), false);
  for (auto& [hash, stream] : streams_) settle(stream);
}

// Whose message at `at` comes next. `skew`: by how much source 1 has received later than source 0 of late.
std::size_t MergeOrder::next_source(const Stream& stream, const std::array<std::size_t, 2>& at, Nanos skew) const {
  const MergedMessage& first = now_.messages[stream.sequences[0][at[0]]];
  const MergedMessage& second = now_.messages[stream.sequences[1][at[1]]];
  const bool first_waits = first.place[1] >= static_cast<std::int32_t>(at[1]);
  const bool second_waits = second.place[0] >= static_cast<std::int32_t>(at[0]);
  if (first_waits != second_waits) return first_waits ? 1 : 0;
  // Neither says anything of the other, or they contradict each other.
  const Nanos apart = first.received[0] - (second.received[1] - skew);
  const bool has_numbers = first.number && second.number && *first.number != *second.number;
  if (has_numbers && apart < kNumbersHold && apart > -kNumbersHold) return *first.number < *second.number ? 0 : 1;
  return apart <= Nanos{0} ? 0 : 1;
}

void MergeOrder::settle(Stream& stream) {
  std::array<std::size_t, 2> at{};
  Nanos skew{0};
  UnixNanos fed = stream.fed;
  const MergedMessage* before = nullptr;
  const auto skip_settled = [&](std::size_t source) {
    const Sequence& sequence = stream.sequences[source];
    while (at[source] < sequence.size() && settled_[sequence[at[source]]]) ++at[source];
    return at[source] < sequence.size();
  };
  for (;;) {
    const bool has_first = skip_settled(0);
    const bool has_second = skip_settled(1);
    if (!has_first && !has_second) return;
    const std::size_t source = has_first && has_second ? next_source(stream, at, skew) : has_first ? 0 : 1;
    const std::uint32_t id = stream.sequences[source][at[source]];
    settled_[id] = true;
    MergedMessage& message = now_.messages[id];
    if (message.place[0] >= 0 && message.place[1] >= 0) skew = message.received[1] - message.received[0];
    if (!message.is_written) {
      // Of one time, the lines of one recording are written in its order; others are not said to be.
      const bool is_behind = before == nullptr || (!before->waits && before->source == message.source);
      message.waits = message.first < fed || (message.first == fed && !is_behind);
      message.fed = std::max(message.first, fed);
      message.rank = ++rank_;
    }
    fed = std::max(fed, message.fed);
    before = &message;
  }
}

MergedMessage* MergeOrder::find(std::string_view json, bool is_answer) {
  const auto found = now_.ids.find(key_of(json, is_answer));
  return found == now_.ids.end() ? nullptr : &now_.messages[found->second];
}

void MergeOrder::count(const MergedMessage& message) {
  if (!message.is_written) return;
  const bool first = message.received[0] != MergedMessage::kNever;
  const bool second = message.received[1] != MergedMessage::kNever;
  if (first && second) {
    ++both_;
  } else {
    ++only_[first ? 0 : 1];
  }
}

void MergeOrder::next_window() {
  for (const auto& [key, id] : before_.ids) {
    if (!now_.ids.contains(key)) count(before_.messages[id]);
  }
  // Of messages that name no stream each may be one of its own.
  std::erase_if(streams_, [](const auto& stream) {
    return stream.second.sequences[0].empty() && stream.second.sequences[1].empty();
  });
  for (auto& [hash, stream] : streams_) {
    for (Sequence& sequence : stream.sequences) {
      for (const std::uint32_t id : sequence) {
        if (now_.messages[id].is_written) stream.fed = std::max(stream.fed, now_.messages[id].fed);
      }
      sequence.clear();
    }
  }
  before_ = std::exchange(now_, {});
}

void MergeOrder::finish() {
  next_window();
  next_window();
}

}  // namespace acts
