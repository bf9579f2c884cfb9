// What goes wrong on a line, and the deadlines by which it is noticed.

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "binance/rest.hpp"
#include "binance/venue_facts.hpp"
#include "collector/line_pool.hpp"

namespace acts::collector {
namespace {

// A venue that never sends them (a recording that has none) is asked ever more rarely.
constexpr std::string_view kMute = "streams that always send are silent";
constexpr int kMostMutes = 6;

std::string_view name_of(Connection::State state, bool ready) {
  switch (state) {
    case Connection::State::kConnecting: return "connecting";
    case Connection::State::kOpen: return ready ? "open" : "subscribing";
    case Connection::State::kClosing: return "closing";
  }
  return "unknown";
}

}  // namespace

// What a refused handshake means, and how long it will be so.
struct LinePool::Refusal {
  bool host_only = false;  // another host may take us
  Nanos wait{0};
  std::string_view key;
  std::string_view remedy;
};

std::optional<LinePool::Refusal> LinePool::refusal_of(const ClosedInfo& info) {
  switch (info.http_status) {
    case 403:
      return Refusal{true, binance::kBlockedWait, "stream_blocked",
                     "the venue's firewall refuses this address: fewer connections, another network, or --stream-url"};
    case 451:
      return Refusal{true, binance::kBlockedWait, "stream_restricted",
                     "not served to this location: public spot data is at wss://data-stream.binance.vision, or run it "
                     "elsewhere"};
    case 418: return Refusal{false, binance::kDefaultBanWait, "stream_banned", "this IP address is banned for a while"};
    case 429:
      return Refusal{false, binance::kDefaultRateLimitWait, "stream_limited", "too many connections from this address"};
    default: return std::nullopt;
  }
}

// A loss is said at once, as the opening before it was: it cannot come more often. Attempts that fail are said once a
// minute, maybe late, in words that are still true then.
void LinePool::say_lost(const Connection& connection, std::string_view reason, UnixNanos next, UnixNanos now) {
  const std::string who = fmt::format("connection {} to {} ended", connection.number(), connection.url_without_query());
  if (!connection.opened_at()) {
    log_.log(LogLevel::kWarning, "connection_failed", {},
             fmt::format("{} before it opened: {}; attempts go on", who, reason), now);
    return;
  }
  log_.log_always(LogLevel::kWarning, "connection_lost", {},
                  fmt::format("{} after {} s: {}; next attempt in {} ms", who,
                              (now - *connection.opened_at()) / std::chrono::seconds{1}, reason,
                              std::max(next - now, Nanos{0}) / std::chrono::milliseconds{1}));
}

// A host that opens and then ends every connection is as useless as one that opens none.
UnixNanos LinePool::after_failure(Line& line, const Connection& failed, const ClosedInfo& info, UnixNanos now) {
  const bool was_stable = failed.opened_at() && now - *failed.opened_at() >= timings_.stable;
  if (was_stable) {
    line.backoff.reset();
    line.failures = 0;
  }
  ++line.failures;
  UnixNanos again = now + line.backoff.next();
  if (const std::optional<Refusal> refusal = refusal_of(info)) {
    again = obey(*refusal, failed, info, again, now);
  } else if (!was_stable && hosts_.on_failure(failed.url(), now)) {
    log_.log(LogLevel::kWarning, "stream_host", {}, "next host for streams: " + hosts_.current(), now);
  }
  return again;
}

UnixNanos LinePool::obey(const Refusal& refusal, const Connection& refused, const ClosedInfo& info, UnixNanos again,
                         UnixNanos now) {
  const Nanos wait = std::max(info.retry_after.value_or(refusal.wait), Nanos{0});
  if (refusal.host_only) {
    if (!hosts_.on_blocked(refused.url(), now + wait, now)) again = std::max(again, hosts_.free_at());
  } else {
    refused_until_ = std::max(refused_until_, now + wait);
    again = std::max(again, refused_until_);
    constexpr int kBanned = 418;
    if (auto told = cooldowns_.on_told(refused_until_, info.http_status == kBanned, now)) {
      out_.emplace_back(KeepCooldown{*told});
    }
  }
  log_.log(
      LogLevel::kError, refusal.key, {},
      fmt::format("{}: answer {} to a connection attempt: {}; next attempt at {} in {} s", refused.url_without_query(),
                  info.http_status, refusal.remedy, hosts_.current(), (again - now) / std::chrono::seconds{1}),
      now);
  return again;
}

void LinePool::resume(const Cooldown& left) {
  refused_until_ = left.until;
  cooldowns_.resume(left);
}

void LinePool::note_stable(Line& line, UnixNanos now) {
  for (std::optional<Connection>* slot : {&line.active, &line.next}) {
    if (!*slot || !(*slot)->is_newly_stable(now, timings_.stable)) continue;
    hosts_.on_success((*slot)->url());
  }
}

void LinePool::on_closed(ConnectionNumber number, const ClosedInfo& info, UnixNanos now) {
  const std::string reason = fmt::format("code {} {}", info.code, info.reason);
  feed_gaps_of(number, now);
  if (Connection* connection = find(number); connection != nullptr && connection->opened_at()) {
    run_log_.connection_closed(number, reason, now);
  }
  if (std::erase_if(closing_, [number](const Connection& c) { return c.number() == number; }) != 0) return;
  Line* line = line_of(number);
  if (line == nullptr) return;
  if (line->next && line->next->number() == number) {
    fail_next(*line, info, reason, now);
    return;
  }
  line->attempt_at = after_failure(*line, *line->active, info, now);
  say_lost(*line->active, reason, line->attempt_at, now);
  lose_active(*line, reason, now);
}

void LinePool::fail_next(Line& line, const ClosedInfo& info, std::string_view reason, UnixNanos now) {
  line.renew_at = after_failure(line, *line.next, info, now);
  say_lost(*line.next, reason, line.renew_at, now);
  end_joining(*line.next);
  line.next.reset();
  settle_others(line, now);
}

// line.active is gone or about to be; whoever was to take over does.
void LinePool::lose_active(Line& line, std::string_view reason, UnixNanos now) {
  Connection lost = std::move(*line.active);
  line.active = std::move(line.next);
  line.next.reset();
  line.renew_at = {INT64_MAX};
  if (lost.opened_at()) ++counters_.lost;
  for (const auto& [instrument, member] : line.members) {
    const bool was_last = lost.delivers(instrument) && !delivered_elsewhere(instrument, line);
    if (member.primary && was_last) listener_.on_stream_lost(instrument, reason, now);
  }
  end_joining(lost);
  if (line.active) {
    for (const auto& [instrument, member] : line.members) {
      const bool is_back = line.active->subscribed(instrument) && !delivered_elsewhere(instrument, line);
      if (member.primary && is_back) listener_.on_stream_opened(instrument, now);
    }
    if (line.active->opened_at()) plan_renewal(line, now);
    settle(line, *line.active, false, now);
  }
  settle_others(line, now);
}

void LinePool::kill(Line& line, bool is_next, std::string_view reason, UnixNanos now) {
  Connection copy = is_next ? *line.next : *line.active;
  if (is_next) {
    fail_next(line, ClosedInfo{}, reason, now);
  } else {
    line.attempt_at = after_failure(line, *line.active, ClosedInfo{}, now);
    say_lost(*line.active, reason, line.attempt_at, now);
    lose_active(line, reason, now);
  }
  leave(std::move(copy), 1000, true, now);
  ++counters_.watchdog_closes;
}

// Of a line with a steady stream: one of its symbols is alive on another line, or there is no other to ask. A market
// that is closed keeps every line quiet.
bool LinePool::should_speak(const Line& line, UnixNanos now) const {
  bool steady = false;
  bool elsewhere = false;
  for (const auto& [instrument, member] : line.members) {
    steady = steady || member.is_steady;
    for (const auto& other : lines_) {
      if (other.get() == &line || !other->members.contains(instrument)) continue;
      elsewhere = true;
      const auto last = other->active ? other->active->last_data(instrument) : std::nullopt;
      if (member.is_steady && last && now - *last < timings_.first_data) return true;
    }
  }
  return steady && !elsewhere;
}

std::string_view LinePool::find_trouble(const Line& line, const Connection& connection, UnixNanos now,
                                        bool watch) const {
  if (!watch) return {};
  if (connection.state() == Connection::State::kConnecting && now - connection.created_at() >= timings_.connect_timeout)
    return "neither opened nor refused in time";
  if (connection.ack_overdue(now, timings_.ack_timeout)) return "a subscription was not acknowledged";
  if (connection.joining() && connection.overflowed())
    return "it was too far ahead of the connection beside which it was opened";
  if (connection.is_dead(now, timings_.connection_silence)) return "busy streams have fallen silent";
  const Nanos first_data = std::min(timings_.first_data * (1 << line.mutes), timings_.silence_most);
  if (connection.is_mute(now, timings_.connection_silence, first_data) && should_speak(line, now)) return kMute;
  return {};
}

void LinePool::on_tick(UnixNanos now, bool watch) {
  feed_gaps(gap_hold_.overdue(now), now);
  std::erase_if(closing_, [&](const Connection& c) { return now - c.closed_at() >= timings_.close_timeout; });
  if (stopped_) return;
  for (const auto& line : lines_) tick_line(*line, now, watch);
  if (watch) compare_lines(now);
  std::erase_if(lines_, [&](const auto& line) {
    if (!line->members.empty()) return false;
    close(line->active, 1000, false, now);
    close(line->next, 1000, false, now);
    return true;
  });
}

void LinePool::tick_line(Line& line, UnixNanos now, bool watch) {
  if (line.members.empty()) return;
  note_stable(line, now);
  if (line.next) {
    if (const std::string_view why = find_trouble(line, *line.next, now, watch); !why.empty())
      kill(line, true, why, now);
  }
  if (line.active) {
    if (line.active->has_data()) line.mutes = 0;
    if (const std::string_view why = find_trouble(line, *line.active, now, watch); !why.empty()) {
      if (why == kMute) line.mutes = std::min(line.mutes + 1, kMostMutes);
      kill(line, false, why, now);
    }
  }
  if (line.copy > 0 && line.attempt_at.value == INT64_MIN) line.attempt_at = now + timings_.line_stagger;
  if (!line.active && now >= line.attempt_at) line.attempt_at = try_open(line, line.active, now);
  if (line.active) line.active->flush(out_, now);
  if (line.next) line.next->flush(out_, now);
  tick_joining(line, now);
  // What is not read yet of the older one would be lost with it, and it only seems silent.
  if (line.active && watch) tick_renewal(line, now);
}

void LinePool::grant(Nanos longer) {
  for (const auto& line : lines_) {
    if (line->active) line->active->grant(longer);
    if (line->next) line->next->grant(longer);
  }
}

void LinePool::stop(UnixNanos now) {
  stopped_ = true;
  for (const auto& line : lines_) {
    close(line->active, 1000, false, now);
    close(line->next, 1000, false, now);
  }
  lines_.clear();
}

bool LinePool::empty() const {
  return closing_.empty() && std::ranges::none_of(lines_, [](const auto& line) { return line->active || line->next; });
}

std::size_t LinePool::open_connections() const {
  return static_cast<std::size_t>(std::ranges::count_if(
      lines_, [](const auto& line) { return line->active && line->active->state() == Connection::State::kOpen; }));
}

std::vector<ConnectionHealth> LinePool::health(UnixNanos now) const {
  std::vector<ConnectionHealth> all;
  const auto add = [&](const Connection& connection, const Line* line, bool renewing) {
    ConnectionHealth health;
    health.connection = connection.number();
    health.state = name_of(connection.state(), connection.ready_at().has_value());
    health.url = connection.url_without_query();
    health.streams = line == nullptr ? 0 : line->streams;
    if (connection.opened_at()) health.age = now - *connection.opened_at();
    if (connection.last_message()) health.message_age = now - *connection.last_message();
    health.messages = connection.messages();
    health.failures = line == nullptr ? 0 : line->failures;
    health.renewing = renewing;
    all.push_back(std::move(health));
  };
  for (const auto& line : lines_) {
    if (line->active) add(*line->active, line.get(), false);
    if (line->next) add(*line->next, line.get(), true);
    if (line->active) continue;
    ConnectionHealth waiting;
    waiting.state = "waiting";
    waiting.url = hosts_.current();
    waiting.streams = line->streams;
    waiting.failures = line->failures;
    all.push_back(std::move(waiting));
  }
  for (const Connection& connection : closing_) add(connection, nullptr, false);
  return all;
}

}  // namespace acts::collector
