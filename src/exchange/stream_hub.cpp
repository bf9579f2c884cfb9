#include "exchange/stream_hub.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "binance/streams.hpp"
#include "exchange/faults.hpp"

namespace acts::exchange {
namespace {

constexpr std::uint16_t kGoingAway = 1001;
constexpr std::uint16_t kPolicyViolation = 1008;

// The payload of a partial depth stream: the best `levels` of both sides.
std::string top_of_book(Venue venue, const ListedSymbol& symbol, const TrueBook& book, const MarketMessage& update,
                        std::size_t levels) {
  const bool spot = venue == Venue::kBinanceSpot;
  std::string text =
      spot ? fmt::format(R"({{"lastUpdateId":{},"bids":)", book.last_update_id().value())
           : fmt::format(R"({{"e":"depthUpdate","E":{},"T":{},"s":"{}","U":{},"u":{},"pu":{},"b":)", update.times.event,
                         update.times.transaction, symbol.instrument.symbol, update.first_update_id.value(),
                         update.last_update_id.value(), update.previous_last_update_id.value());
  append_levels(text, book, Side::kBid, levels, symbol.text_decimals);
  text += spot ? R"(,"asks":)" : R"(,"a":)";
  append_levels(text, book, Side::kAsk, levels, symbol.text_decimals);
  text += '}';
  return text;
}

}  // namespace

// The texts that one market message becomes, each made once however many sessions take it.
struct StreamHub::Texts {
  using Text = std::shared_ptr<const std::string>;
  const StreamHub& hub;
  const MarketMessage& message;
  Text combined;
  Text payload;
  std::map<std::pair<std::string, bool>, Text> others;

  const Text& whole() {
    if (!combined) combined = std::make_shared<const std::string>(message.combined);
    return combined;
  }
  const Text& inner() {
    if (!payload) payload = std::make_shared<const std::string>(message.payload());
    return payload;
  }
  // nullptr if nothing is to be sent.
  Text of(const Delivery& delivery, bool in_envelope) {
    if (delivery.form == Form::kAsItIs) return in_envelope ? whole() : inner();
    if (delivery.form == Form::kRenamed && !in_envelope) return inner();
    const auto [entry, is_new] = others.try_emplace({delivery.name, in_envelope});
    if (is_new) entry->second = make(delivery, in_envelope);
    return entry->second;
  }

 private:
  [[nodiscard]] Text make(const Delivery& delivery, bool in_envelope) const {
    std::string text(message.payload());
    if (delivery.form == Form::kTopOfBook) {
      const TrueBook* book = hub.source_.book(message.symbol);
      // A replayed book can be ahead of its stream until the stream has reached the recorded snapshot.
      if (book == nullptr || book->last_update_id() != message.last_update_id) return nullptr;
      text = top_of_book(hub.venue_, hub.source_.symbols()[message.symbol], *book, message, delivery.levels);
    }
    if (in_envelope) text = make_combined(delivery.name, text).combined;
    return std::make_shared<const std::string>(std::move(text));
  }
};

StreamHub::StreamHub(Venue venue, const MarketSource& source, Faults* faults)
    : venue_(venue),
      source_(source),
      faults_(faults),
      limits_(binance::limits(venue)),
      connection_lifetime_(limits_.connection_lifetime),
      pong_timeout_(limits_.pong_timeout) {
  for (std::size_t i = 0; i < source.symbols().size(); ++i) {
    const ListedSymbol& symbol = source.symbols()[i];
    symbol_of_prefix_.emplace(binance::to_stream_symbol(symbol.instrument.symbol), static_cast<SymbolIndex>(i));
    source_streams_.insert(symbol.streams.begin(), symbol.streams.end());
  }
}

StreamHub::Session* StreamHub::find(SessionId id) {
  const auto found = sessions_.find(id);
  return found == sessions_.end() ? nullptr : &found->second;
}

SessionId StreamHub::open(const StreamPath& path, UnixNanos now) {
  const SessionId id = ++last_session_;
  const Session fresh{path.access, path.combined,
                      {},          binance::SlidingBudget(limits_.control_messages_per_second, std::chrono::seconds{1}),
                      now,         now + limits_.ping_interval,
                      {}};
  Session& session = sessions_.emplace(id, fresh).first->second;
  next_deadline_ = std::min({next_deadline_, session.next_ping, now + connection_lifetime_});
  if (path.streams.size() > static_cast<std::size_t>(limits_.streams_per_connection)) {
    ++stats_.closed_too_many_streams;
    reply(id, error_reply(CommandError::kTooManySubscriptions, "Too many subscriptions", "null"));
    cut_off(id, kPolicyViolation, "Too many subscriptions");
    return id;
  }
  const bool fed = faults_ == nullptr || path.streams.empty() || !faults_->on_subscribe(id, now).silent;
  subscribe(id, session, path.streams, fed);
  return id;
}

bool StreamHub::count_message(SessionId id, Session& session, UnixNanos now) {
  if (session.messages.try_take(now)) return true;
  ++stats_.closed_too_many_requests;
  cut_off(id, kPolicyViolation, "Too many requests");
  return false;
}

void StreamHub::on_text(SessionId id, std::string_view text, UnixNanos now) {
  Session* session = find(id);
  if (session == nullptr || !count_message(id, *session, now)) return;
  ++stats_.commands;
  const ParsedCommand parsed = parse_command(text);
  if (parsed.command) {
    execute(id, *session, *parsed.command, now);
  } else {
    ++stats_.refused_commands;
    reply(id, parsed.refusal.reply);
  }
}

void StreamHub::execute_subscribe(SessionId id, Session& session, const ClientCommand& command, UnixNanos now) {
  std::size_t added = 0;
  for (const std::string& name : command.streams) {
    if (std::ranges::count(session.streams, name) == 0) ++added;
  }
  if (session.streams.size() + added > static_cast<std::size_t>(limits_.streams_per_connection)) {
    ++stats_.closed_too_many_streams;
    reply(id, error_reply(CommandError::kTooManySubscriptions, "Too many subscriptions", command.id));
    cut_off(id, kPolicyViolation, "Too many subscriptions");
    return;
  }
  const SubscriptionFate fate = faults_ == nullptr ? SubscriptionFate{} : faults_->on_subscribe(id, now);
  if (!fate.unanswered) reply(id, result_reply("null", command.id));
  subscribe(id, session, command.streams, !fate.silent);
}

void StreamHub::execute(SessionId id, Session& session, const ClientCommand& command, UnixNanos now) {
  switch (command.method) {
    case CommandMethod::kSubscribe: execute_subscribe(id, session, command, now); return;
    case CommandMethod::kUnsubscribe:
      for (const std::string& name : command.streams) unsubscribe(id, session, name);
      recount_feeds();
      reply(id, result_reply("null", command.id));
      return;
    case CommandMethod::kListSubscriptions: reply(id, result_reply(json_list(session.streams), command.id)); return;
    case CommandMethod::kSetProperty:
      session.combined = command.combined;
      reply(id, result_reply("null", command.id));
      return;
    case CommandMethod::kGetProperty: reply(id, result_reply(session.combined ? "true" : "false", command.id)); return;
  }
}

StreamHub::Feed StreamHub::feed_of(std::string_view name) const {
  if (source_streams_.contains(name)) return {std::string(name)};
  const binance::StreamName parts = binance::parse_stream_name(venue_, name);
  const auto symbol = symbol_of_prefix_.find(parts.symbol);
  if (symbol == symbol_of_prefix_.end()) return {std::string(name)};
  const std::string& depth = source_.symbols()[symbol->second].depth_stream;
  if (depth.empty()) return {std::string(name)};
  if (parts.type.kind == binance::StreamKind::kDepth) return {depth, Form::kRenamed};
  if (parts.type.kind == binance::StreamKind::kPartialDepth) {
    return {depth, Form::kTopOfBook, static_cast<std::size_t>(parts.type.levels)};
  }
  return {std::string(name)};
}

void StreamHub::subscribe(SessionId id, Session& session, const std::vector<std::string>& names, bool fed) {
  for (const std::string& name : names) {
    if (std::ranges::count(session.streams, name) > 0) continue;
    session.streams.push_back(name);
    if (!fed || !has_access(venue_, session.access, name)) continue;
    const Feed feed = feed_of(name);
    const binance::StreamKind kind = binance::parse_stream_name(venue_, name).type.kind;
    deliveries_[feed.stream].push_back({id, name, feed.form, feed.levels, kind});
  }
  recount_feeds();
}

void StreamHub::unsubscribe(SessionId id, Session& session, const std::string& name) {
  if (std::erase(session.streams, name) > 0) remove_delivery(id, name);
}

void StreamHub::remove_delivery(SessionId id, const std::string& name) {
  const auto entry = deliveries_.find(feed_of(name).stream);
  if (entry == deliveries_.end()) return;
  std::erase_if(entry->second, [&](const Delivery& d) { return d.session == id && d.name == name; });
  if (entry->second.empty()) deliveries_.erase(entry);
}

void StreamHub::recount_feeds() {
  fed_streams_ = static_cast<std::size_t>(
      std::ranges::count_if(deliveries_, [this](const auto& entry) { return source_streams_.contains(entry.first); }));
}

void StreamHub::on_ping(SessionId id, UnixNanos now) {
  if (Session* session = find(id)) count_message(id, *session, now);
}

void StreamHub::on_pong(SessionId id, std::string_view payload, UnixNanos now) {
  Session* session = find(id);
  if (session == nullptr || !count_message(id, *session, now)) return;
  const auto answered = std::ranges::find(session->unanswered, payload, &Ping::payload);
  if (answered != session->unanswered.end()) session->unanswered.erase(session->unanswered.begin(), answered + 1);
}

void StreamHub::on_slow(SessionId id) {
  if (find(id) == nullptr) return;
  ++stats_.closed_slow;
  cut_off(id, kPolicyViolation, "Slow consumer");
}

void StreamHub::on_closed(SessionId id) {
  const Session* session = find(id);
  if (session == nullptr) return;
  for (const std::string& name : session->streams) remove_delivery(id, name);
  sessions_.erase(id);
  recount_feeds();
}

void StreamHub::close_all(std::uint16_t code, std::string_view reason) {
  while (!sessions_.empty()) cut_off(sessions_.begin()->first, code, reason);
}

void StreamHub::close(SessionId id, std::uint16_t code, std::string_view reason) {
  if (find(id) != nullptr) cut_off(id, code, reason);
}

void StreamHub::tell(SessionId id, std::string text) {
  if (find(id) != nullptr) reply(id, std::move(text));
}

std::vector<SessionId> StreamHub::session_ids() const {
  std::vector<SessionId> ids;
  ids.reserve(sessions_.size());
  for (const auto& [id, session] : sessions_) ids.push_back(id);
  return ids;
}

bool StreamHub::is_combined(SessionId id) const {
  const auto found = sessions_.find(id);
  return found != sessions_.end() && found->second.combined;
}

void StreamHub::cut_off(SessionId id, std::uint16_t code, std::string_view reason) {
  outgoing_.push_back({id, CloseSession{code, std::string(reason)}});
  on_closed(id);
}

void StreamHub::reply(SessionId id, std::string text) {
  outgoing_.push_back({id, SendText{std::make_shared<const std::string>(std::move(text))}});
}

void StreamHub::publish(const MarketMessage& message) {
  ++stats_.messages_published;
  const auto entry = deliveries_.find(message.stream());
  if (entry == deliveries_.end()) return;
  Texts texts{*this, message, {}, {}, {}};
  for (const Delivery& delivery : entry->second) {
    std::shared_ptr<const std::string> text = texts.of(delivery, sessions_.at(delivery.session).combined);
    if (!text) continue;
    ++stats_.messages_sent;
    outgoing_.push_back({delivery.session, SendText{std::move(text), true, message.symbol, delivery.kind}});
  }
}

void StreamHub::check(SessionId id, Session& session, UnixNanos now, std::vector<SessionId>& late,
                      std::vector<SessionId>& old) {
  const UnixNanos end_of_life = session.opened + connection_lifetime_;
  if (now >= end_of_life) {
    old.push_back(id);
    return;
  }
  if (!session.unanswered.empty() && now >= session.unanswered.front().sent + pong_timeout_) {
    late.push_back(id);
    return;
  }
  if (now >= session.next_ping) {
    std::string payload = fmt::format("{}", to_unix_millis(now));
    outgoing_.push_back({id, SendPing{payload}});
    session.unanswered.push_back({std::move(payload), now});
    session.next_ping = now + limits_.ping_interval;
  }
  next_deadline_ = std::min({next_deadline_, end_of_life, session.next_ping});
  if (!session.unanswered.empty()) {
    next_deadline_ = std::min(next_deadline_, session.unanswered.front().sent + pong_timeout_);
  }
}

void StreamHub::on_time(UnixNanos now) {
  if (now < next_deadline_) return;
  next_deadline_ = binance::kNever;
  std::vector<SessionId> late;
  std::vector<SessionId> old;
  for (auto& [id, session] : sessions_) check(id, session, now, late, old);
  for (const SessionId id : late) {
    ++stats_.closed_pong_timeout;
    cut_off(id, kPolicyViolation, "Pong timeout");
  }
  for (const SessionId id : old) {
    ++stats_.closed_lifetime;
    cut_off(id, kGoingAway, "");
  }
}

}  // namespace acts::exchange
