#include "collector/fake_venue.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>
#include <utility>

#include "acts/features/feature.hpp"

#include "binance/streams.hpp"
#include "collector/stream_peek.hpp"

namespace acts::test {

using collector::Action;
using collector::CloseConnection;
using collector::ConnectionNumber;
using collector::HttpGet;
using collector::Log;
using collector::MarketPipeline;
using collector::OpenConnection;
using collector::RequestInfo;
using collector::SendText;
using collector::SymbolStatus;

namespace {

constexpr Nanos kMarkPriceInterval = 3s;

// Every text in double quotes.
std::vector<std::string> quoted_texts(std::string_view text) {
  std::vector<std::string> all;
  for (std::size_t at = text.find('"'); at != std::string_view::npos; at = text.find('"', at)) {
    const std::size_t end = text.find('"', at + 1);
    if (end == std::string_view::npos) break;
    all.emplace_back(text.substr(at + 1, end - at - 1));
    at = end + 1;
  }
  return all;
}

std::string parameter(std::string_view url, std::string_view name) {
  const std::size_t at = url.find(fmt::format("{}=", name));
  if (at == std::string_view::npos) return {};
  const std::string_view rest = url.substr(at + name.size() + 1);
  return std::string(rest.substr(0, rest.find('&')));
}

}  // namespace

void ReplayableLog::message(ConnectionNumber connection, std::string_view bytes, UnixNanos now) {
  ++messages;
  held_message(connection, bytes, now);
}

void ReplayableLog::message_held(ConnectionNumber, std::string_view, UnixNanos) {
  EXPECT_FALSE(ended_);
  ++messages;
  ++held;
}

void ReplayableLog::add(std::string_view symbol, UnixNanos at, std::function<void(Replaying&)> take,
                        std::shared_ptr<const collector::SavedFeed> saved) {
  if (keep) steps_.push_back({std::string(symbol), at, std::move(take), std::move(saved)});
}

void ReplayableLog::held_message(ConnectionNumber, std::string_view bytes, UnixNanos now) {
  EXPECT_FALSE(ended_);
  const auto peek = collector::peek_stream(bytes);
  const std::string symbol = peek ? binance::to_venue_symbol(peek->stream.substr(0, peek->stream.find('@'))) : "_none";
  add(symbol, now, [text = std::string(bytes), now](Replaying& r) { r.pipeline.on_message(text, now); });
}

void ReplayableLog::run_started(UnixNanos now) {
  ended_ = false;
  add({}, now, [now](Replaying& r) {
    if (r.pipeline.next_boundary()) r.pipeline.end_run();
    r.pipeline.on_timer(now);
  });
}

void ReplayableLog::run_ended(std::string_view, UnixNanos now) {
  timer({}, now, now);
  ended_ = true;
}

void ReplayableLog::symbol_added(std::string_view symbol, SymbolStatus status, UnixNanos now) {
  events.push_back(fmt::format("added {} {}", symbol, to_string(status)));
  add(symbol, now, [name = std::string(symbol), status, now](Replaying& r) {
    MarketPipeline& p = r.pipeline;
    const auto known = p.find(name);
    if (known != collector::kNoInstrument && !p.is_active(known) && p.builder(known).book().has_snapshot()) {
      r.left.insert_or_assign(name, p.save(known).book);
    }
    Instrument instrument;
    instrument.symbol = name;
    p.set_status(p.add(instrument, now), status);
  });
}

void ReplayableLog::book_restored(std::string_view symbol, const binance::SavedBook& book, UnixNanos now) {
  events.push_back(fmt::format("restored {}", symbol));
  add(symbol, now, [name = std::string(symbol), book, now](Replaying& r) {
    const auto left = r.left.find(name);
    if (left != r.left.end()) {
      EXPECT_TRUE(left->second == book) << name << ": begins with another book than the run before has left";
    }
    r.pipeline.resume_after_pause(r.pipeline.find(name), book, now);
  });
}

void ReplayableLog::book_saved(std::string_view symbol, const collector::SavedFeed& feed, UnixNanos now) {
  ++saves;
  const auto saved = std::make_shared<const collector::SavedFeed>(feed);
  add(
      symbol, now,
      [name = std::string(symbol), saved](Replaying& r) {
        EXPECT_TRUE(r.pipeline.save(r.pipeline.find(name)) == *saved) << name << ": another state than was kept";
        r.pipeline.forget_past(r.pipeline.find(name));
      },
      saved);
}

void ReplayableLog::symbol_removed(std::string_view symbol, UnixNanos now) {
  events.push_back(fmt::format("removed {}", symbol));
  add(symbol, now, [name = std::string(symbol)](Replaying& r) { r.pipeline.remove(r.pipeline.find(name)); });
}

void ReplayableLog::stream_opened(std::string_view symbol, UnixNanos now) {
  events.push_back(fmt::format("opened {}", symbol));
  add(symbol, now,
      [name = std::string(symbol), now](Replaying& r) { r.pipeline.on_stream_open(r.pipeline.find(name), now); });
}

void ReplayableLog::stream_lost(std::string_view symbol, std::string_view, UnixNanos now) {
  events.push_back(fmt::format("lost {}", symbol));
  add(symbol, now,
      [name = std::string(symbol), now](Replaying& r) { r.pipeline.on_connection_lost(r.pipeline.find(name), now); });
}

void ReplayableLog::rest_answer(const RequestInfo& request, int, std::string_view body, UnixNanos now) {
  const bool audit = request.kind == collector::RequestKind::kAudit;
  if (!audit && request.kind != collector::RequestKind::kDepth) return;
  add(request.symbol, now,
      [name = std::string(request.symbol), audit, limit = request.limit, text = std::string(body), now](Replaying& r) {
        MarketPipeline& p = r.pipeline;
        (void)(audit ? p.on_audit_answer(p.find(name), text, limit, now)
                     : p.on_depth_answer(p.find(name), text, limit, now));
      });
}

void ReplayableLog::rest_failed(const RequestInfo& request, int, std::string_view, UnixNanos now) {
  if (request.kind != collector::RequestKind::kDepth) return;
  add(request.symbol, now, [name = std::string(request.symbol), now](Replaying& r) {
    r.pipeline.on_depth_failed(r.pipeline.find(name), now);
  });
}

void ReplayableLog::audited(std::string_view symbol, const BookAudit& audit, UnixNanos now) {
  audits.emplace_back(symbol, audit);
  add(symbol, now, [name = std::string(symbol), audit](Replaying& r) {
    EXPECT_EQ(r.pipeline.builder(r.pipeline.find(name)).last_audit(), std::optional(audit)) << name;
  });
}

void ReplayableLog::timer(std::string_view symbol, UnixNanos, UnixNanos now) {
  ++timers;
  add(symbol, now, [now](Replaying& r) { r.pipeline.on_timer(now); });
}

namespace {

collector::PipelineOptions replay_options(Venue venue) {
  collector::PipelineOptions options;
  options.venue = venue;
  options.bands = BandList::defaults();
  return options;
}

}  // namespace

std::string ReplayableLog::replay(Venue venue, std::string_view symbol) const {
  std::string rows;
  const RowSchema schema = make_schema(BandList::defaults());
  Replaying replaying{MarketPipeline(replay_options(venue), [&](MinuteRow&& row) { append_csv(rows, schema, row); }),
                      {}};
  for (const Step& step : steps_) {
    if (!symbol.empty() && !step.symbol.empty() && step.symbol != symbol) continue;
    step.take(replaying);
    MarketPipeline& pipeline = replaying.pipeline;
    if (step.saved && !symbol.empty()) pipeline.resume(pipeline.find(symbol), *step.saved, step.at);
  }
  return rows;
}

FakeVenue::FakeVenue(collector::CollectorOptions options) : venue_(options.venue) {
  if (!options.checkpoint_interval) options.checkpoint_interval = 7s;
  const RowSchema schema = make_schema(bands_);
  auto made = collector::Collector::make(
      std::move(options),
      [this, schema](MinuteRow&& row) {
        ++row_count;
        if (log.keep) append_csv(rows, schema, row);
      },
      log);
  EXPECT_TRUE(made.has_value()) << (made ? "" : made.error().message);
  collector_ = std::move(*made);
}

void FakeVenue::expect_replays() const {
  EXPECT_EQ(log.replay(venue_), rows);
  for (const auto& [symbol, market] : markets_) {
    std::string own;
    std::istringstream lines(rows);
    for (std::string line; std::getline(lines, line);) {
      if (line.contains(fmt::format(",{},", symbol))) own += line + '\n';
    }
    EXPECT_EQ(log.replay(venue_, symbol), own) << symbol;
  }
}

FakeVenue::Market& FakeVenue::add_market(const std::string& symbol, Nanos interval) {
  Market& market = markets_[symbol];
  market.interval = interval;
  at(now + interval, [this, symbol] { tick_market(symbol); });
  if (is_usdm()) at(now + kMarkPriceInterval, [this, symbol] { tick_mark_price(symbol); });
  return market;
}

void FakeVenue::start() {
  collector_->start(now);
  carry_out();
}

void FakeVenue::carry_out() {
  while (!collector_->actions().empty()) {
    const Action action = std::move(collector_->actions().front());
    collector_->actions().pop_front();
    on_action(action);
  }
}

void FakeVenue::run_for(Nanos span) {
  const UnixNanos end = now + span;
  while (true) {
    const std::optional<UnixNanos> deadline = collector_->next_deadline();
    const bool event_first = !events_.empty() && (!deadline || events_.begin()->first <= *deadline);
    const std::optional<UnixNanos> next = event_first ? std::optional(events_.begin()->first) : deadline;
    if (!next || *next > end) break;
    now = std::max(now, *next);
    if (event_first) {
      const Event event = std::move(events_.begin()->second);
      events_.erase(events_.begin());
      event();
    } else {
      collector_->on_timer(now);
    }
    carry_out();
  }
  now = end;
}

void FakeVenue::on_action(const Action& action) {
  if (const auto* a = std::get_if<OpenConnection>(&action)) {
    opened.emplace_back(now, *a);
    open(*a);
  } else if (const auto* b = std::get_if<CloseConnection>(&action)) {
    closed.emplace_back(now, *b);
    close(*b);
  } else if (const auto* c = std::get_if<SendText>(&action)) {
    sent.emplace_back(now, *c);
    control(*c);
  } else if (const auto* d = std::get_if<HttpGet>(&action)) {
    requests.emplace_back(now, *d);
    get(*d);
  } else if (const auto* e = std::get_if<collector::SaveBook>(&action)) {
    if (e->kind == collector::SaveBook::Kind::kFullBook) {
      full_books.emplace_back(e->symbol, e->at);
    } else {
      checkpoints.insert_or_assign(e->symbol, *e);
    }
  } else if (const auto* f = std::get_if<collector::KeepCooldown>(&action)) {
    cooldowns.push_back(f->cooldown);
  } else {
    logs.push_back(std::get<Log>(action));
  }
}

void FakeVenue::open(const OpenConnection& action) {
  int status = refuse_status;
  for (const auto& [host, refused] : refuse_host) {
    if (action.url.starts_with(host)) status = refused;
  }
  Session& session = sessions_[action.connection];
  session.number = action.connection;
  session.url = action.url;
  const std::string streams = parameter(action.url, "streams");
  for (std::size_t from = 0; from < streams.size();) {
    const std::size_t end = std::min(streams.find('/', from), streams.size());
    session.names.insert(streams.substr(from, end - from));
    from = end + 1;
  }
  if (status < 0) return;
  at(now + latency, [this, number = action.connection, status] {
    Session& s = sessions_.at(number);
    if (status != 0) {
      sessions_.erase(number);
      collector_->on_ws_closed(number,
                               {1006, ErrorCode::kRetry, status == 1 ? 0 : status, refuse_retry_after, "refused"}, now);
      return;
    }
    s.open = true;
    s.opened_at = now;
    collector_->on_ws_open(number, now);
    for (const auto& [host, life] : dies_after) {
      if (!s.url.starts_with(host)) continue;
      at(now + life, [this, number] {
        if (sessions_.contains(number)) drop(number);
      });
    }
  });
}

void FakeVenue::close(const CloseConnection& action) {
  const auto found = sessions_.find(action.connection);
  if (found == sessions_.end()) return;
  found->second.open = false;
  at(now + latency, [this, number = action.connection] {
    sessions_.erase(number);
    collector_->on_ws_closed(number, {1000, ErrorCode::kCancelled, 0, std::nullopt, "closed by us"}, now);
  });
}

void FakeVenue::pause_reading() {
  paused_at_ = now;
  collector_->on_reading_paused(now);
  carry_out();
}

void FakeVenue::resume_reading() {
  const bool is_over = gave_up_waiting();
  paused_at_.reset();
  collector_->on_reading_resumed(now);
  carry_out();
  for (auto& [number, text] : std::exchange(unread_, {})) deliver(number, std::move(text));
  if (is_over) drop_all();
}

void FakeVenue::deliver(ConnectionNumber number, std::string text) {
  if (paused_at_) {
    unread_.emplace_back(number, std::move(text));
    return;
  }
  collector_->on_ws_message(number, text, now);
  carry_out();
}

void FakeVenue::drop(ConnectionNumber number, std::uint16_t code) {
  sessions_.erase(number);
  collector_->on_ws_closed(number, {code, ErrorCode::kRetry, 0, std::nullopt, "dropped"}, now);
  carry_out();
}

void FakeVenue::drop_all() {
  for (const Session* session : open_sessions()) drop(session->number);
}

void FakeVenue::send(ConnectionNumber number, std::string text) {
  at(now, [this, number, text = std::move(text)] { deliver(number, text); });
}

void FakeVenue::control(const SendText& action) {
  std::vector<std::string> words = quoted_texts(action.text);
  const std::size_t at_id = action.text.rfind(':');
  const std::string id = action.text.substr(at_id + 1, action.text.size() - at_id - 2);
  Session& session = sessions_.at(action.connection);
  const bool subscribe = std::ranges::find(words, "SUBSCRIBE") != words.end();
  std::erase_if(words, [](const std::string& word) { return word.find('@') == std::string::npos; });
  if (!acknowledges) return;
  if (!refuse_subscriptions.empty()) {
    send(action.connection, fmt::format(R"({{"error":{},"id":{}}})", refuse_subscriptions, id));
    return;
  }
  for (const std::string& name : words) {
    if (subscribe) {
      session.names.insert(name);
    } else {
      session.names.erase(name);
    }
  }
  at(now + latency, [this, number = action.connection, id] {
    if (sessions_.contains(number)) deliver(number, fmt::format(R"({{"result":null,"id":{}}})", id));
  });
}

void FakeVenue::get(const HttpGet& action) {
  if (rest_swallowed) return;
  std::string taken = depth(parameter(action.url, "symbol"));  // the state of now, or of a little before
  at(now + rest_latency, [this, action, taken = std::move(taken)] {
    if (rest_dead) {
      collector_->on_http_failed(action.request, "connection refused", now);
      return;
    }
    std::string body = taken;
    const binance::RestAnswer got = answer(action, body);
    collector_->on_http_answer(action.request, got, now);
  });
}

binance::RestAnswer FakeVenue::answer(const HttpGet& action, std::string& body) {
  if (rest_status != 0) {
    body = rest_body;
    return {rest_status, body, used_weight, rest_retry_after};
  }
  switch (action.kind) {
    case collector::RequestKind::kExchangeInfo: body = exchange_info(); break;
    case collector::RequestKind::kTime:
      body = fmt::format(R"({{"serverTime":{}}})", to_unix_millis(now - rest_latency / 2 + clock_ahead));
      break;
    case collector::RequestKind::kDepth: ++markets_[parameter(action.url, "symbol")].snapshots; break;
    case collector::RequestKind::kAudit: ++markets_[parameter(action.url, "symbol")].audits; break;
    case collector::RequestKind::kProbe: ++markets_[parameter(action.url, "symbol")].probes; break;
  }
  if (action.kind == collector::RequestKind::kDepth && refuse_depths > 0) {
    --refuse_depths;
    body.clear();
  }
  if (body.empty()) {
    body = R"({"code":-1121,"msg":"Invalid symbol."})";
    return {400, body, used_weight, {}};
  }
  return {200, body, used_weight, {}};
}

std::string FakeVenue::depth(const std::string& symbol) const {
  const auto found = markets_.find(symbol);
  if (found == markets_.end() || !found->second.listed) return {};
  const std::int64_t id = found->second.id;
  return fmt::format(
      R"({{"lastUpdateId":{},"bids":[["100.00","{}"],["99.50","{}"]],"asks":[["101.00","{}"],["102.00","1"]]}})", id,
      id, wrong_bid.empty() ? "1" : wrong_bid, id);
}

std::string FakeVenue::exchange_info() const {
  std::string entries;
  for (const auto& [symbol, market] : markets_) {
    if (!market.listed) continue;
    entries += fmt::format(
        R"({}{{"symbol":"{}","status":"{}","contractStatus":"{}","baseAsset":"{}","quoteAsset":"USDT",)"
        R"("filters":[]}})",
        entries.empty() ? "" : ",", symbol, market.status, market.status, symbol.substr(0, symbol.size() - 4));
  }
  return fmt::format(
      R"({{"serverTime":1,"rateLimits":[{{"rateLimitType":"REQUEST_WEIGHT","interval":"MINUTE","intervalNum":1,)"
      R"("limit":6000}}],"symbols":[{}]}})",
      entries);
}

void FakeVenue::tick_market(const std::string& symbol) {
  Market& market = markets_.at(symbol);
  at(now + market.interval, [this, symbol] { tick_market(symbol); });
  if (!market.moving) return;
  const std::int64_t previous = market.id;
  market.id += 2;
  if (!market.delivering || gave_up_waiting()) return;
  const std::string prefix = binance::to_stream_symbol(symbol) + "@depth";
  std::vector<std::pair<ConnectionNumber, std::string>> due;
  for (auto& [number, session] : sessions_) {
    if (!session.open || session.mute) continue;
    const auto name = session.names.lower_bound(prefix);
    if (name == session.names.end() || !name->starts_with(prefix) || session.frozen.contains(symbol)) continue;
    if (!no_such_stream.empty() && name->ends_with(no_such_stream)) continue;
    if (session.skip > 0) {
      --session.skip;
      continue;
    }
    due.emplace_back(number, *name);
  }
  const std::string pu = is_usdm() ? fmt::format(R"("pu":{},)", previous) : "";
  const std::string transaction = is_usdm() ? fmt::format(R"("T":{},)", to_unix_millis(now)) : "";
  for (const auto& [number, name] : due) {
    std::string text = fmt::format(
        R"({{"stream":"{}","data":{{"e":"depthUpdate","E":{},{}"s":"{}","U":{},"u":{},{}"b":[["100.00","{}"]],)"
        R"("a":[["101.00","{}"]]}}}})",
        name, to_unix_millis(now), transaction, symbol, previous + 1, market.id, pu, market.id, market.id);
    text.append(padding, ' ');
    const auto session = sessions_.find(number);
    if (session != sessions_.end() && session->second.lag > Nanos{0}) {
      at(now + session->second.lag, [this, number, text = std::move(text)] {
        if (sessions_.contains(number)) deliver(number, text);
      });
      continue;
    }
    deliver(number, std::move(text));
  }
}

// Whether or not the market moves.
void FakeVenue::tick_mark_price(const std::string& symbol) {
  at(now + kMarkPriceInterval, [this, symbol] { tick_mark_price(symbol); });
  if (!has_mark_prices || gave_up_waiting()) return;
  const std::string name = binance::to_stream_symbol(symbol) + "@markPrice";
  for (const Session* session : open_sessions()) {
    if (session->mute || !session->names.contains(name)) continue;
    send(session->number,
         fmt::format(R"({{"stream":"{}","data":{{"e":"markPriceUpdate","E":{},"s":"{}","p":"100.5","i":"100.5",)"
                     R"("P":"100.5","r":"0.0001","T":1}}}})",
                     name, to_unix_millis(now), symbol));
  }
}

std::vector<FakeVenue::Session*> FakeVenue::open_sessions() {
  std::vector<Session*> all;
  for (auto& [number, session] : sessions_) {
    if (session.open) all.push_back(&session);
  }
  return all;
}

collector::SymbolHealth FakeVenue::health_of(const std::string& symbol) const {
  for (collector::SymbolHealth& health : collector_->health(now).symbols) {
    if (health.symbol == symbol) return health;
  }
  ADD_FAILURE() << symbol << " is not collected";
  return {};
}

std::size_t FakeVenue::count_logs(std::string_view key) const {
  return static_cast<std::size_t>(std::ranges::count(logs, key, &Log::key));
}

std::string FakeVenue::all_logs() const {
  std::string text;
  for (const Log& entry : logs)
    text += fmt::format("{} {} {} (+{})\n", entry.key, entry.symbol, entry.text, entry.repeats);
  return text;
}

bool FakeVenue::in_step(const std::string& symbol) const {
  const collector::SymbolHealth health = health_of(symbol);
  return health.state == RowState::kLive && health.last_update_id == markets_.at(symbol).id && health.bid_levels == 2 &&
         health.ask_levels == 2 && health.bid && to_string(*health.bid) == "100";
}

collector::CollectorOptions spot_options(std::vector<std::string> symbols) {
  collector::CollectorOptions options;
  options.symbols = std::move(symbols);
  options.streams = {"depth"};
  return options;
}

std::unique_ptr<FakeVenue> two_symbols(collector::CollectorOptions options) {
  auto venue = std::make_unique<FakeVenue>(std::move(options));
  venue->add_market("BTCUSDT");
  venue->add_market("ETHUSDT");
  venue->start();
  venue->run_for(70s);
  EXPECT_TRUE(venue->in_step("BTCUSDT"));
  EXPECT_TRUE(venue->in_step("ETHUSDT"));
  return venue;
}

}  // namespace acts::test
