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

}  // namespace

LinePool::LinePool(const CollectorOptions& options, std::vector<std::string> streams, ActionQueue& out,
                   LogThrottle& log, RunLog& run_log, LineListener& listener)
    : venue_(options.venue),
      timings_(options.timings),
      seed_(options.seed),
      least_lines_(std::max<std::size_t>(options.connections, 1)),
      copies_(std::max<std::size_t>(options.lines, 1)),
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
    if (line->route != route || line->copy != 0) continue;
    ++count;
    if (line->streams + streams <= most && (best == nullptr || line->streams < best->streams)) best = line.get();
  }
  if (best != nullptr && count >= lines_wanted_) return *best;
  const std::uint64_t bundle = next_bundle_++;
  for (std::size_t copy = 0; copy < copies_; ++copy) {
    lines_.push_back(std::make_unique<Line>(timings_, seed_ + next_line_++));
    lines_.back()->bundle = bundle;
    lines_.back()->copy = copy;
    lines_.back()->route = route;
  }
  return *lines_[lines_.size() - copies_];
}

void LinePool::add(InstrumentIndex instrument, std::string_view symbol) {
  std::string spelled = binance::to_stream_symbol(symbol);
  by_stream_symbol_[spelled] = instrument;
  stream_symbols_[instrument] = std::move(spelled);
  for (const StreamRoute route : kRoutes) {
    LineMember member = make_member(instrument, symbol, route);
    if (member.names.empty()) continue;
    const std::uint64_t bundle = line_for(route, member.names.size()).bundle;
    for (const auto& line : lines_) {
      if (line->bundle != bundle) continue;
      line->streams += member.names.size();
      if (line->active) line->active->subscribe(member);
      if (line->next) line->next->subscribe(member);
      line->members.insert_or_assign(instrument, member);
    }
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
  return const_cast<Line*>(std::as_const(*this).line_of(number));  // NOLINT(cppcoreguidelines-pro-type-const-cast)
}

const LinePool::Line* LinePool::line_of(ConnectionNumber number) const {
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
  if (now < refused_until_) return refused_until_;
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
  if (slot->joining()) --joining_;
  leave(std::move(*slot), code, abort, now);
  slot.reset();
}

// What it says until its end is told by whether it had joined.
void LinePool::leave(Connection connection, std::uint16_t code, bool abort, UnixNanos now) {
  out_.emplace_back(CloseConnection{connection.number(), code, abort});
  connection.close(now);
  closing_.push_back(std::move(connection));
}

void LinePool::confirm(Line& line, Connection& connection, const std::vector<InstrumentIndex>& confirmed,
                       UnixNanos now) {
  if (!line.active || &*line.active != &connection) return;
  for (const InstrumentIndex instrument : confirmed) {
    const auto member = line.members.find(instrument);
    if (member == line.members.end() || delivered_by_other(instrument, connection.number())) continue;
    if (member->second.primary) listener_.on_stream_opened(instrument, now);
    join(connection, instrument, now);
  }
}

void LinePool::on_open(ConnectionNumber number, UnixNanos now) {
  Line* line = line_of(number);
  Connection* connection = find(number);
  if (connection == nullptr) return;
  run_log_.connection_opened(number, connection->url(), now);
  if (line == nullptr) return;  // closed by us meanwhile
  log_.log_always(LogLevel::kInfo, "connection_open", {},
                  fmt::format("connection {} open: {}, {} stream{}", number, connection->url_without_query(),
                              line->streams, line->streams == 1 ? "" : "s"));
  const std::vector<InstrumentIndex> confirmed = connection->on_open(now);
  const bool delivered = std::ranges::any_of(
      line->members, [&](const auto& entry) { return delivered_by_other(entry.first, connection->number()); });
  if (delivered) begin_joining(*connection);
  confirm(*line, *connection, confirmed, now);
  if (line->active && &*line->active == connection) plan_renewal(*line, now);
  connection->flush(out_, now);
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

InstrumentIndex LinePool::instrument_of(std::string_view bytes) const {
  const std::optional<StreamPeek> peek = peek_stream(bytes);
  return peek ? instrument_of(*peek) : kNoInstrument;
}

InstrumentIndex LinePool::instrument_of(const StreamPeek& peek) const {
  const auto known = by_stream_symbol_.find(peek.stream.substr(0, peek.stream.find('@')));
  return known == by_stream_symbol_.end() ? kNoInstrument : known->second;
}

}  // namespace acts::collector
