// How a line's connection is replaced while it lives: before the venue cuts it, when the venue says that it will, and
// when a symbol on it is silent.

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "binance/venue_facts.hpp"
#include "collector/line_pool.hpp"

namespace acts::collector {
namespace {

// What two connections deliver of one symbol comes no further apart.
constexpr Nanos kOnItsWay = std::chrono::seconds{1};
// Where a second connection is not ready in time, the first is kept unless the venue is about to close it.
constexpr Nanos kBeforeLifetime = std::chrono::minutes{5};
constexpr Nanos kCompareEvery = std::chrono::seconds{1};
// Two lines of the same symbols are renewed at least a quarter of the interval apart.
constexpr int kApart = 4;

}  // namespace

const LinePool::Line* LinePool::twin_of(const Line& line) const {
  const auto twin = std::ranges::find_if(
      lines_, [&line](const auto& other) { return other.get() != &line && other->bundle == line.bundle; });
  return twin == lines_.end() ? nullptr : twin->get();
}

void LinePool::plan_renewal(Line& line, UnixNanos now) {
  // The jitter keeps many lines, and many collectors, from coming back together.
  Backoff jitter(timings_.renew_jitter * 2 + Nanos{1}, timings_.renew_jitter * 2 + Nanos{1},
                 seed_ + line.active->number());
  line.renew_at = now + timings_.renew_after - (jitter.next() - timings_.renew_jitter);
  const Line* twin = twin_of(line);
  if (twin != nullptr && twin->renew_at.value != INT64_MAX &&
      std::chrono::abs(line.renew_at - twin->renew_at) < timings_.renew_after / kApart) {
    line.renew_at = line.renew_at - timings_.renew_after / 2;
  }
  if (line.active->doomed()) line.renew_at = now;
}

// Whatever the older one still delivers, the newer one must have joined and deliver as well.
bool LinePool::delivers_what(const Line& line, const Connection& newer, const Connection& older) {
  const UnixNanos ready = newer.ready_at().value_or(newer.created_at());
  return std::ranges::all_of(line.members, [&](const auto& entry) {
    const std::optional<UnixNanos> old = older.last_data(entry.first);
    if (!old || *old < ready + kOnItsWay) return true;
    const std::optional<UnixNanos> next = newer.last_data(entry.first);
    return newer.joined(entry.first) && next && *next + kOnItsWay >= *old;
  });
}

bool LinePool::may_hand_over(const Line& line, UnixNanos now) const {
  const std::optional<UnixNanos> ready = line.next->ready_at();
  return ready && now - *ready >= timings_.overlap_least && delivers_what(line, *line.next, *line.active);
}

void LinePool::hand_over(Line& line, UnixNanos now) {
  log_.log_always(LogLevel::kInfo, "connection_renewed", {},
                  fmt::format("connection {} has taken over from {}", line.next->number(), line.active->number()));
  const Connection old = *line.active;
  close(line.active, 1000, false, now);
  line.active = std::move(line.next);
  line.next.reset();
  settle(line, *line.active, false, now);
  for (const auto& [instrument, member] : line.members) {
    const bool is_new = line.active->delivers(instrument) && !old.subscribed(instrument);
    if (member.primary && is_new && !delivered_elsewhere(instrument, line)) listener_.on_stream_opened(instrument, now);
  }
  settle_others(line, now);
  line.backoff.reset();
  line.failures = 0;
  ++counters_.renewals;
  plan_renewal(line, now);
}

void LinePool::recycle(InstrumentIndex instrument, std::string_view why, UnixNanos now) {
  for (const auto& line : lines_) {
    const auto member = line->members.find(instrument);
    if (member != line->members.end() && member->second.primary) recycle(*line, why, now);
  }
}

bool LinePool::carries(std::string_view stream) const { return std::ranges::find(streams_, stream) != streams_.end(); }

bool LinePool::is_heard(InstrumentIndex instrument) const {
  return std::ranges::any_of(lines_, [instrument](const auto& line) {
    const auto member = line->members.find(instrument);
    if (member == line->members.end() || !member->second.has_depth) return false;
    return member->second.names.size() == 1 || (line->active && line->active->has_data());
  });
}

void LinePool::replace_stream(std::string_view stream, std::string_view other, std::string_view why, UnixNanos now) {
  std::erase(streams_, stream);
  if (!carries(other)) streams_.emplace_back(other);
  for (const auto& line : lines_) {
    line->streams = 0;
    for (auto& [instrument, member] : line->members) {
      member = make_member(instrument, stream_symbols_.at(instrument), line->route);
      line->streams += member.names.size();
    }
    const bool has_depth = std::ranges::any_of(line->members, [](const auto& entry) { return entry.second.has_depth; });
    if (has_depth) recycle(*line, why, now);
  }
}

void LinePool::recycle(Line& line, std::string_view why, UnixNanos now) {
  if (!line.active || line.next || now < line.recycle_not_before) return;
  if (line.recycled_at && now - *line.recycled_at > 2 * timings_.recycle_cap) line.recycle_backoff.reset();
  line.recycled_at = now;
  line.recycle_not_before = now + line.recycle_backoff.next();
  line.renew_at = now;
  log_.log(LogLevel::kWarning, "connection_recycled", {},
           fmt::format("connection {} is renewed: {}", line.active->number(), why), now);
  tick_renewal(line, now);
}

void LinePool::tick_renewal(Line& line, UnixNanos now) {
  if (!line.next) {
    if (!line.active->opened_at() || now < line.renew_at || now < line.attempt_at) return;
    line.renew_at = {INT64_MAX};
    line.attempt_at = try_open(line, line.next, now);
    if (line.next) {
      begin_joining(*line.next);
    } else {
      line.renew_at = line.attempt_at;
    }
    return;
  }
  if (may_hand_over(line, now)) {
    hand_over(line, now);
    return;
  }
  const std::optional<UnixNanos> ready = line.next->ready_at();
  if (!ready || now - *ready < timings_.overlap_most) return;
  const Nanos age = now - *line.active->opened_at();
  if (line.active->doomed() || age >= binance::limits(venue_).connection_lifetime - kBeforeLifetime) {
    hand_over(line, now);
    return;
  }
  log_.log(LogLevel::kWarning, "renewal_failed", {},
           fmt::format("connection {} does not deliver what {} does: the older one is kept", line.next->number(),
                       line.active->number()),
           now);
  line.renew_at = now + line.recycle_backoff.next();
  close(line.next, 1000, false, now);
}

// A symbol that one line brings and the other does not is frozen there: no silence by itself tells that, nor does the
// watchdog of the symbol, whose book lives.
void LinePool::compare_lines(UnixNanos now) {
  if (copies_ == 1 || now < compare_at_) return;
  compare_at_ = now + kCompareEvery;
  for (const auto& line : lines_) {
    const Line* twin = twin_of(*line);
    if (twin == nullptr || !line->active || line->next || !line->active->ready_at() || !twin->active) continue;
    const InstrumentIndex silent = find_silent(*line, *line->active, *twin->active, now);
    if (silent == kNoInstrument) continue;
    recycle(*line,
            fmt::format("{} is silent on it and comes on connection {}",
                        binance::to_venue_symbol(stream_symbols_[silent]), twin->active->number()),
            now);
  }
}

// The other brought something of it long after this one last did, and this one has not followed for a while.
InstrumentIndex LinePool::find_silent(const Line& line, Connection& connection, const Connection& other,
                                      UnixNanos now) const {
  InstrumentIndex found = kNoInstrument;
  for (const auto& [instrument, member] : line.members) {
    const auto last = [&](const Connection& one) {
      return member.has_depth ? one.last_depth(instrument) : one.last_data(instrument);
    };
    const UnixNanos ours = std::max(last(connection).value_or(UnixNanos{INT64_MIN}), *connection.ready_at());
    const std::optional<UnixNanos> theirs = last(other);
    const bool behind = theirs && *theirs > ours && *theirs - ours >= timings_.connection_silence;
    if (connection.behind_for(instrument, behind, now) >= timings_.first_data) found = instrument;
  }
  return found;
}

}  // namespace acts::collector
