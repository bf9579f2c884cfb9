#include "collector/line_pool.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "acts/base/assert.hpp"

#include "binance/rest.hpp"
#include "binance/venue_facts.hpp"

namespace acts::collector {
namespace {

using binance::StreamRoute;

constexpr std::array kRoutes{StreamRoute::kPublic, StreamRoute::kMarket};
// What the two deliver of one symbol comes no further apart.
constexpr Nanos kOnItsWay = std::chrono::seconds{1};

bool is_depth(Venue venue, std::string_view suffix) {
  const Result<binance::StreamType> type = binance::parse_stream_type(venue, suffix);
  return type && type->kind == binance::StreamKind::kDepth;
}

// Mark prices come every second, or every third, of every contract; whatever else there is comes when something
// happens.
bool is_steady(Venue venue, std::string_view suffix) {
  const Result<binance::StreamType> type = binance::parse_stream_type(venue, suffix);
  return type && type->kind == binance::StreamKind::kMarkPrice;
}

std::string name_of(std::string_view symbol, std::string_view suffix) {
  return fmt::format("{}@{}", binance::to_stream_symbol(symbol), suffix);
}

std::string_view without_query(std::string_view url) { return url.substr(0, url.find('?')); }

}  // namespace

LinePool::LinePool(const CollectorOptions& options, std::vector<std::string> streams, ActionQueue& out,
                   LogThrottle& log, RunLog& run_log, LineListener& listener)
    : venue_(options.venue),
      timings_(options.timings),
      seed_(options.seed),
      least_lines_(std::max<std::size_t>(options.connections, 1)),
      streams_(std::move(streams)),
      out_(out),
      log_(log),
      run_log_(run_log),
      listener_(listener),
      hosts_(hosts_or(options.stream_url, binance::endpoints(options.venue).streams),
             options.timings.failures_per_host),
      budget_(options.venue) {}

LineMember LinePool::make_member(InstrumentIndex instrument, std::string_view symbol, StreamRoute route) const {
  LineMember member;
  member.instrument = instrument;
  bool depth_elsewhere = false;
  for (const std::string& suffix : streams_) {
    std::string name = name_of(symbol, suffix);
    const bool here = binance::route_of(venue_, binance::parse_stream_name(venue_, name)) == route;
    const bool depth = is_depth(venue_, suffix);
    if (here) member.names.push_back(std::move(name));
    member.has_depth = member.has_depth || (here && depth);
    member.is_steady = member.is_steady || (here && is_steady(venue_, suffix));
    depth_elsewhere = depth_elsewhere || (!here && depth);
  }
  member.primary = member.has_depth || (!depth_elsewhere && route == StreamRoute::kPublic);
  return member;
}

void LinePool::expect(std::size_t symbols) {
  const auto most = static_cast<std::size_t>(binance::limits(venue_).streams_per_connection);
  std::size_t largest = 0;
  for (const StreamRoute route : kRoutes) largest = std::max(largest, make_member(0, "X", route).names.size());
  if (largest == 0) return;
  const std::size_t symbols_a_line = std::max<std::size_t>(most / largest, 1);
  lines_wanted_ = std::max(least_lines_, (symbols + symbols_a_line - 1) / symbols_a_line);
}

LinePool::Line& LinePool::line_for(StreamRoute route, std::size_t streams) {
  const auto most = static_cast<std::size_t>(binance::limits(venue_).streams_per_connection);
  Line* best = nullptr;
  std::size_t count = 0;
  for (const auto& line : lines_) {
    if (line->route != route) continue;
    ++count;
    if (line->streams + streams <= most && (best == nullptr || line->streams < best->streams)) best = line.get();
  }
  if (best != nullptr && count >= lines_wanted_) return *best;
  const std::uint64_t id = next_line_++;
  lines_.push_back(std::make_unique<Line>(timings_, seed_ + id));
  lines_.back()->id = id;
  lines_.back()->route = route;
  return *lines_.back();
}

void LinePool::add(InstrumentIndex instrument, std::string_view symbol) {
  std::string spelled = binance::to_stream_symbol(symbol);
  by_stream_symbol_[spelled] = instrument;
  stream_symbols_[instrument] = std::move(spelled);
  for (const StreamRoute route : kRoutes) {
    LineMember member = make_member(instrument, symbol, route);
    if (member.names.empty()) continue;
    Line& line = line_for(route, member.names.size());
    line.streams += member.names.size();
    if (line.active) line.active->subscribe(member);
    if (line.next) line.next->subscribe(member);
    line.members.insert_or_assign(instrument, std::move(member));
  }
}

void LinePool::remove(InstrumentIndex instrument) {
  gap_hold_.forget(instrument);
  for (const auto& line : lines_) {
    const auto found = line->members.find(instrument);
    if (found == line->members.end()) continue;
    line->streams -= found->second.names.size();
    if (line->active) line->active->unsubscribe(found->second);
    if (line->next) line->next->unsubscribe(found->second);
    line->members.erase(found);
  }
  if (const auto spelled = stream_symbols_.find(instrument); spelled != stream_symbols_.end()) {
    by_stream_symbol_.erase(spelled->second);
    stream_symbols_.erase(spelled);
  }
}

Connection* LinePool::find(ConnectionNumber number) {
  for (const auto& line : lines_) {
    if (line->active && line->active->number() == number) return &*line->active;
    if (line->next && line->next->number() == number) return &*line->next;
  }
  const auto closing = std::ranges::find(closing_, number, &Connection::number);
  return closing == closing_.end() ? nullptr : &*closing;
}

LinePool::Line* LinePool::line_of(ConnectionNumber number) {
  for (const auto& line : lines_) {
    if ((line->active && line->active->number() == number) || (line->next && line->next->number() == number)) {
      return line.get();
    }
  }
  return nullptr;
}

void LinePool::open(Line& line, std::optional<Connection>& slot, UnixNanos now) {
  std::vector<std::string> names;
  for (const auto& [instrument, member] : line.members) {
    names.insert(names.end(), member.names.begin(), member.names.end());
  }
  const Result<std::string> named = binance::stream_url(hosts_.current(), venue_, line.route, names);
  const Result<std::string> bare = binance::stream_url(hosts_.current(), venue_, line.route, {});
  ACTS_ASSERT(bare);
  const std::string& url = named ? *named : *bare;
  slot.emplace(next_number_++, url, venue_, now);
  for (const auto& [instrument, member] : line.members) {
    if (named) {
      slot->subscribed_by_url(member);
    } else {
      slot->subscribe(member);
    }
  }
  ++counters_.connects;
  // One ping may come late, and the network hesitate.
  const Nanos idle = 2 * binance::limits(venue_).ping_interval + timings_.connection_silence;
  out_.emplace_back(OpenConnection{slot->number(), url, idle});
}

UnixNanos LinePool::try_open(Line& line, std::optional<Connection>& slot, UnixNanos now) {
  if (const binance::Taken taken = budget_.try_take(now); !taken) {
    log_.log(LogLevel::kWarning, "connect_limit", {},
             fmt::format("as many connection attempts as the venue takes were made; the next one at {}",
                         to_iso8601(taken.error())),
             now);
    return taken.error();
  }
  open(line, slot, now);
  return now;
}

void LinePool::close(std::optional<Connection>& slot, std::uint16_t code, bool abort, UnixNanos now) {
  if (!slot) return;
  out_.emplace_back(CloseConnection{slot->number(), code, abort});
  end_taking_over(*slot);
  slot->close(now);
  closing_.push_back(std::move(*slot));
  slot.reset();
}

void LinePool::confirm(Line& line, Connection& connection, const std::vector<InstrumentIndex>& confirmed,
                       UnixNanos now) {
  if (!line.active || &*line.active != &connection) return;
  for (const InstrumentIndex instrument : confirmed) {
    const auto member = line.members.find(instrument);
    if (member != line.members.end() && member->second.primary) listener_.on_stream_opened(instrument, now);
  }
}

void LinePool::on_open(ConnectionNumber number, UnixNanos now) {
  Line* line = line_of(number);
  Connection* connection = find(number);
  if (connection == nullptr) return;
  run_log_.connection_opened(number, connection->url(), now);
  if (line == nullptr) return;  // closed by us meanwhile
  log_.log_always(
      LogLevel::kInfo, "connection_open", {},
      fmt::format("connection {} open: {}, {} streams", number, without_query(connection->url()), line->streams));
  confirm(*line, *connection, connection->on_open(now), now);
  if (line->active && &*line->active == connection) plan_renewal(*line, now);
  connection->flush(out_, now);
}

void LinePool::plan_renewal(Line& line, UnixNanos now) {
  // The jitter keeps many lines, and many collectors, from coming back together.
  Backoff jitter(timings_.renew_jitter * 2 + Nanos{1}, timings_.renew_jitter * 2 + Nanos{1},
                 seed_ + line.active->number());
  line.renew_at = now + timings_.renew_after - (jitter.next() - timings_.renew_jitter);
  if (line.active->doomed()) line.renew_at = now;
}

void LinePool::on_reply(Connection& connection, std::int64_t id, UnixNanos now) {
  const std::vector<InstrumentIndex> confirmed = connection.on_reply(id, now);
  if (Line* line = line_of(connection.number())) confirm(*line, connection, confirmed, now);
}

void LinePool::on_error_reply(Connection& connection, std::int64_t id, std::string_view problem, UnixNanos now) {
  if (!connection.on_error_reply(id, now)) return;
  log_.log(LogLevel::kError, "subscription_refused", {},
           fmt::format("connection {}: a subscription was refused and is repeated in a minute: {}", connection.number(),
                       problem),
           now);
}

void LinePool::on_shutdown_notice(Connection& connection, UnixNanos now) {
  connection.doom();
  log_.log(LogLevel::kInfo, "server_shutdown", {},
           fmt::format("connection {}: the venue will close it; another one takes over", connection.number()), now);
  Line* line = line_of(connection.number());
  if (line == nullptr || &*line->active != &connection) return;  // one that takes over is renewed once it has
  line->renew_at = now;
  tick_renewal(*line, now);
}

bool LinePool::holds_back(Connection& connection, std::string_view bytes, UnixNanos now) {
  if (renewing_ == 0 && gap_hold_.empty()) return false;
  const Line* line = line_of(connection.number());
  const std::optional<StreamPeek> peek = peek_stream(bytes);
  const InstrumentIndex instrument = peek ? instrument_of(*peek) : kNoInstrument;
  if (line == nullptr || instrument == kNoInstrument) return false;
  const auto member = line->members.find(instrument);
  if (member == line->members.end()) return false;
  if (connection.taking_over() && !connection.joined(instrument)) {
    return waits_to_join(member->second, connection, *peek, bytes);
  }
  return peek->first_update_id && waits_for_other(*line, connection, instrument, *peek, bytes, now);
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

// Of a symbol that two connections deliver.
bool LinePool::waits_for_other(const Line& line, const Connection& connection, InstrumentIndex instrument,
                               const StreamPeek& peek, std::string_view bytes, UnixNanos now) {
  const bool queues = gap_hold_.keeps_of(instrument, connection.number());
  if (!queues && listener_.continues(instrument, peek)) return false;
  if (!queues && gap_hold_.first(instrument) != nullptr) {
    // Neither has it: a gap. The earlier one of the two comes first.
    const std::optional<StreamPeek> other = peek_stream(gap_hold_.first(instrument)->bytes);
    if (other && other->first_update_id <= peek.first_update_id) feed_gaps({instrument}, now);
    return false;
  }
  const bool has_other = line.next && line.next->taking_over() && line.next->joined(instrument) && line.active &&
                         line.active->state() == Connection::State::kOpen;
  if (!queues && !has_other) return false;
  if (gap_hold_.keep(instrument, connection.number(), bytes, now)) return true;
  feed_gaps({instrument}, now);
  return false;
}

void LinePool::feed_first(InstrumentIndex instrument, UnixNanos now) {
  const GapHold::Kept kept = gap_hold_.take_first(instrument);
  Connection* connection = find(kept.connection);
  ACTS_ASSERT(connection != nullptr);  // on_closed() feeds what is left of one that goes
  listener_.feed(*connection, kept.bytes, now);
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

InstrumentIndex LinePool::instrument_of(std::string_view bytes) const {
  const std::optional<StreamPeek> peek = peek_stream(bytes);
  return peek ? instrument_of(*peek) : kNoInstrument;
}

InstrumentIndex LinePool::instrument_of(const StreamPeek& peek) const {
  const auto known = by_stream_symbol_.find(std::string(peek.stream.substr(0, peek.stream.find('@'))));
  return known == by_stream_symbol_.end() ? kNoInstrument : known->second;
}

void LinePool::release(InstrumentIndex instrument, UnixNanos now) {
  for (const auto& line : lines_) {
    const std::string* first = line->next ? line->next->first_held(instrument) : nullptr;
    if (first == nullptr || line->next->overflowed()) continue;
    const std::optional<StreamPeek> peek = peek_stream(*first);
    if (!peek || !listener_.continues(instrument, *peek)) continue;
    Connection& next = *line->next;
    next.join(instrument);
    for (const std::string& message : next.take_held(instrument)) listener_.feed(next, message, now);
  }
}

// There is nothing left to wait for.
void LinePool::release_all(Connection& connection, UnixNanos now) {
  for (const InstrumentIndex instrument : connection.held_instruments()) {
    connection.join(instrument);
    for (const std::string& message : connection.take_held(instrument)) listener_.feed(connection, message, now);
  }
}

void LinePool::begin_taking_over(Line& line) {
  line.next->set_taking_over(true);
  ++renewing_;
}

void LinePool::end_taking_over(Connection& connection) {
  if (connection.taking_over()) --renewing_;
  connection.set_taking_over(false);
}

bool LinePool::may_hand_over(const Line& line, UnixNanos now) const {
  const std::optional<UnixNanos> ready = line.next->ready_at();
  if (!ready || now - *ready < timings_.overlap_least) return false;
  // Whatever the old one still delivers, the new one must have joined and deliver as well.
  return std::ranges::all_of(line.members, [&](const auto& entry) {
    const std::optional<UnixNanos> old = line.active->last_data(entry.first);
    if (!old || *old < *ready + kOnItsWay) return true;
    const std::optional<UnixNanos> next = line.next->last_data(entry.first);
    return line.next->joined(entry.first) && next && *next + kOnItsWay >= *old;
  });
}

void LinePool::hand_over(Line& line, UnixNanos now) {
  log_.log_always(LogLevel::kInfo, "connection_renewed", {},
                  fmt::format("connection {} has taken over from {}", line.next->number(), line.active->number()));
  const Connection old = *line.active;
  close(line.active, 1000, false, now);
  line.active = std::move(line.next);
  line.next.reset();
  end_taking_over(*line.active);
  release_all(*line.active, now);
  for (const auto& [instrument, member] : line.members) {
    const bool is_new = line.active->subscribed(instrument) && !old.subscribed(instrument);
    if (member.primary && is_new) listener_.on_stream_opened(instrument, now);
  }
  line.backoff.reset();
  line.failures = 0;
  ++counters_.renewals;
  plan_renewal(line, now);
}

void LinePool::recycle(InstrumentIndex instrument, std::string_view why, UnixNanos now) {
  for (const auto& line : lines_) {
    const auto member = line->members.find(instrument);
    if (member == line->members.end() || !member->second.primary) continue;
    if (!line->active || line->next || now < line->recycle_not_before) return;
    if (line->recycled_at && now - *line->recycled_at > 2 * timings_.recycle_cap) line->recycle_backoff.reset();
    line->recycled_at = now;
    line->recycle_not_before = now + line->recycle_backoff.next();
    line->renew_at = now;
    log_.log(LogLevel::kWarning, "connection_recycled", {},
             fmt::format("connection {} is renewed: {}", line->active->number(), why), now);
    tick_renewal(*line, now);
    return;
  }
}

}  // namespace acts::collector
