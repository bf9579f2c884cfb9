// Which of several connections that deliver a symbol the book hears: whatever continues it, whoever brings it first.

#include <algorithm>
#include <utility>

#include "collector/line_pool.hpp"

namespace acts::collector {

bool LinePool::delivers(const std::optional<Connection>& slot, InstrumentIndex instrument, ConnectionNumber but) {
  return slot && slot->number() != but && slot->delivers(instrument);
}

// The same streams of it: a symbol's others may come on a line of another route.
bool LinePool::delivered_by_other(InstrumentIndex instrument, ConnectionNumber number) const {
  const Line* own = line_of(number);
  const auto is_primary = [instrument](const Line& line) {
    const auto member = line.members.find(instrument);
    return member != line.members.end() && member->second.primary;
  };
  const bool primary = own == nullptr || is_primary(*own);
  return std::ranges::any_of(lines_, [&](const auto& line) {
    return line->members.contains(instrument) && is_primary(*line) == primary &&
           (delivers(line->active, instrument, number) || delivers(line->next, instrument, number));
  });
}

bool LinePool::delivered_elsewhere(InstrumentIndex instrument, const Line& line) const {
  return std::ranges::any_of(lines_, [&](const auto& other) {
    return other.get() != &line && other->bundle == line.bundle &&
           (delivers(other->active, instrument, 0) || delivers(other->next, instrument, 0));
  });
}

bool LinePool::holds_back(Connection& connection, std::string_view bytes, UnixNanos now) {
  if (copies_ == 1 && joining_ == 0 && gap_hold_.empty() && !connection.joining()) return false;
  const std::optional<StreamPeek> peek = peek_stream(bytes);
  const InstrumentIndex instrument = peek ? instrument_of(*peek) : kNoInstrument;
  if (instrument == kNoInstrument) return false;
  const Line* line = line_of(connection.number());
  if (connection.joining() && !connection.joined(instrument)) {
    if (line == nullptr) return true;  // closed before it had joined: what it says may be ahead of the book
    const auto member = line->members.find(instrument);
    return member != line->members.end() && waits_to_join(member->second, connection, *peek, bytes);
  }
  return peek->first_update_id && waits_for_other(connection, instrument, *peek, bytes, now);
}

bool LinePool::waits_to_join(const LineMember& member, Connection& connection, const StreamPeek& peek,
                             std::string_view bytes) {
  if (!member.has_depth) {
    connection.join(member.instrument);
    return false;
  }
  if (!peek.first_update_id) return true;
  if (connection.first_held(member.instrument) == nullptr && listener_.continues(member.instrument, peek)) {
    connection.join(member.instrument);
    return false;
  }
  if (!connection.hold(member.instrument, bytes)) ++counters_.held_dropped;
  return true;
}

// Of a symbol that several connections deliver.
bool LinePool::waits_for_other(const Connection& connection, InstrumentIndex instrument, const StreamPeek& peek,
                               std::string_view bytes, UnixNanos now) {
  const bool queues = gap_hold_.keeps_of(instrument, connection.number());
  if (!queues && listener_.continues(instrument, peek)) return false;
  if (!queues && gap_hold_.first(instrument) != nullptr) {
    // Neither has it: a gap. The earlier one of the two comes first.
    const std::optional<StreamPeek> other = peek_stream(gap_hold_.first(instrument)->bytes);
    if (other && other->first_update_id <= peek.first_update_id) feed_gaps({instrument}, now);
    return false;
  }
  if (!queues && !delivered_by_other(instrument, connection.number())) return false;
  if (gap_hold_.keep(instrument, connection.number(), bytes, now)) return true;
  feed_gaps({instrument}, now);
  return false;
}

// Its connection may be gone by now: the other one may still bring what was missing.
void LinePool::feed_first(InstrumentIndex instrument, UnixNanos now) {
  const GapHold::Kept kept = gap_hold_.take_first(instrument);
  listener_.feed(kept.connection, kept.bytes, now);
}

void LinePool::release_continued(InstrumentIndex instrument, UnixNanos now) {
  if (releasing_) return;
  releasing_ = true;
  while (const GapHold::Kept* kept = gap_hold_.first(instrument)) {
    const std::optional<StreamPeek> peek = peek_stream(kept->bytes);
    if (!peek || !listener_.continues(instrument, *peek)) break;
    feed_first(instrument, now);
  }
  releasing_ = false;
}

void LinePool::feed_gaps(const std::vector<InstrumentIndex>& instruments, UnixNanos now) {
  const bool was_releasing = std::exchange(releasing_, true);
  for (const InstrumentIndex instrument : instruments) {
    while (gap_hold_.first(instrument) != nullptr) feed_first(instrument, now);
  }
  releasing_ = was_releasing;
}

// That connection has ended: what it brought still waits where another one may bring what is missing before it.
void LinePool::feed_gaps_of(ConnectionNumber number, UnixNanos now) {
  std::vector<InstrumentIndex> gaps = gap_hold_.all_of(number);
  std::erase_if(gaps, [&](InstrumentIndex instrument) { return delivered_by_other(instrument, number); });
  feed_gaps(gaps, now);
}

void LinePool::release(InstrumentIndex instrument, UnixNanos now) {
  for (const auto& line : lines_) {
    for (std::optional<Connection>* slot : {&line->active, &line->next}) {
      if (*slot && (*slot)->joining()) release(**slot, instrument, now);
    }
  }
}

void LinePool::release(Connection& connection, InstrumentIndex instrument, UnixNanos now) {
  const std::string* first = connection.first_held(instrument);
  if (first == nullptr || connection.overflowed()) return;
  const std::optional<StreamPeek> peek = peek_stream(*first);
  if (!peek || !listener_.continues(instrument, *peek)) return;
  join(connection, instrument, now);
}

// And all that it has held.
void LinePool::join(Connection& connection, InstrumentIndex instrument, UnixNanos now) {
  connection.join(instrument);
  const ConnectionNumber number = connection.number();
  for (const std::string& message : connection.take_held(instrument)) listener_.feed(number, message, now);
}

void LinePool::begin_joining(Connection& connection) {
  if (!connection.joining()) ++joining_;
  connection.set_joining(true);
}

void LinePool::end_joining(Connection& connection) {
  if (connection.joining()) --joining_;
  connection.set_joining(false);
}

// Joins what nobody else delivers: there is nothing to wait for. `announce`: those streams were lost, and open again.
void LinePool::settle(const Line& line, Connection& connection, bool announce, UnixNanos now) {
  if (!connection.joining()) return;
  bool all = true;
  for (const auto& [instrument, member] : line.members) {
    if (connection.joined(instrument)) continue;
    if (delivered_by_other(instrument, connection.number())) {
      all = false;
      continue;
    }
    if (announce && member.primary && connection.subscribed(instrument)) listener_.on_stream_opened(instrument, now);
    join(connection, instrument, now);
  }
  if (all) end_joining(connection);
}

void LinePool::settle_others(const Line& line, UnixNanos now) {
  for (const auto& other : lines_) {
    if (other.get() == &line || other->bundle != line.bundle) continue;
    for (std::optional<Connection>* slot : {&other->active, &other->next}) {
      if (*slot) settle(*other, **slot, true, now);
    }
  }
}

// The second line of a bundle joins as one that takes over does, but for that nothing is closed then.
void LinePool::tick_joining(Line& line, UnixNanos now) {
  if (!line.active || !line.active->joining()) return;
  const std::optional<UnixNanos> ready = line.active->ready_at();
  if (!ready || now - *ready < timings_.overlap_least) return;
  const Line* twin = twin_of(line);
  const bool keeps_up = twin == nullptr || !twin->active || delivers_what(line, *line.active, *twin->active);
  if (!keeps_up && now - *ready < timings_.overlap_most) return;
  for (const auto& [instrument, member] : line.members) {
    if (!line.active->joined(instrument)) join(*line.active, instrument, now);
  }
  end_joining(*line.active);
}

}  // namespace acts::collector
