#include "exchange/venue_server.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>
#include <variant>

namespace acts::exchange {
namespace {

// Steps of the market between two looks at the sockets.
constexpr std::size_t kStepsPerTurn = 64;
// As fast as it is read: above so many unsent bytes of any session the market waits, looking again so often.
constexpr std::size_t kFastBacklogBytes = 1024 * 1024;
constexpr Nanos kBacklogPoll = std::chrono::milliseconds{1};
// A market that is late gives the sockets that time after each turn once a session has so many unsent bytes: between
// two turns of its own each session writes one message only. Turns still come faster than the market's own pace, so who
// does not read at that pace is cut off all the same.
constexpr std::size_t kTurnBacklogBytes = 64 * 1024;

}  // namespace

VenueServer::VenueServer(EventLoop& loop, Clock& clock, std::unique_ptr<VenueCore> core, bool as_fast_as_read)
    : loop_(loop), clock_(clock), core_(std::move(core)), as_fast_as_read_(as_fast_as_read) {}

VenueServer::~VenueServer() {
  if (timer_ != 0) loop_.cancel_timer(timer_);
}

Result<std::uint16_t> VenueServer::listen(const ServerOptions& options) {
  server_ = std::make_unique<Server>(
      loop_, options,
      [this](const HttpServerRequest& request, HttpReply reply) { on_request(request, std::move(reply)); },
      [this](const HttpServerRequest& request, WsUpgrade upgrade) { on_upgrade(request, std::move(upgrade)); });
  return server_->listen();
}

void VenueServer::on_request(const HttpServerRequest& request, HttpReply reply) {
  RestReply answer = core_->request({request.method, request.path, request.query, request.peer_address}, clock_.now());
  Nanos wait = clock_.real_time_for(answer.delay);
  if (answer.how == RestReply::How::kNever) {
    answer.how = RestReply::How::kReset;
    wait = kNeverAnswered;
  }
  if (wait <= Nanos{0}) {
    carry_out(std::move(answer), reply);
    return;
  }
  // A timer's callback can be copied, the right to answer cannot.
  auto held = std::make_shared<std::pair<HttpReply, RestReply>>(std::move(reply), std::move(answer));
  loop_.start_timer(wait, [held] { carry_out(std::move(held->second), held->first); });
}

void VenueServer::carry_out(RestReply answer, HttpReply& reply) {
  switch (answer.how) {
    case RestReply::How::kWhole: reply.send(std::move(answer.response)); break;
    case RestReply::How::kTruncated: reply.send_truncated(std::move(answer.response), answer.body_bytes); break;
    case RestReply::How::kReset:
    case RestReply::How::kNever: reply.reset(); break;
  }
}

void VenueServer::close_sessions(std::uint16_t code, std::string_view reason) {
  core_->close_sessions(code, reason);
  flush();
}

void VenueServer::on_upgrade(const HttpServerRequest& request, WsUpgrade upgrade) {
  auto connected = core_->connect(request.path, request.query, request.peer_address, clock_.now());
  if (auto* refusal = std::get_if<HttpResponse>(&connected)) {
    spdlog::warn("exchange: {} refused the connection to {} with {}", to_string(core_->venue()), request.path,
                 refusal->status);
    if (refusal->status == 0) {
      upgrade.reset();
    } else {
      upgrade.refuse(std::move(*refusal));
    }
    return;
  }
  const SessionId id = std::get<SessionId>(connected);
  WsSessionCallbacks callbacks;
  callbacks.on_message = [this, id](std::string_view message, bool /*binary*/) {
    core_->on_text(id, message, clock_.now());
    after_event();
  };
  callbacks.on_ping = [this, id](std::string_view /*payload*/) {
    core_->on_ping(id, clock_.now());
    after_event();
  };
  callbacks.on_pong = [this, id](std::string_view payload) {
    core_->on_pong(id, payload, clock_.now());
    after_event();
  };
  callbacks.on_close = [this, id](const WsSessionEnd& /*end*/) {
    sessions_.erase(id);
    core_->on_closed(id, clock_.now());
    after_event();
  };
  sessions_[id] = upgrade.accept(std::move(callbacks));
  after_event();
}

void VenueServer::after_event() {
  flush();
  pump_soon();
  if (on_progress_) on_progress_();
}

void VenueServer::pump_soon() {
  if (std::exchange(pump_posted_, true)) return;
  loop_.post([self = weak_from_this()] {
    if (const auto server = self.lock()) {
      server->pump_posted_ = false;
      server->pump();
    }
  });
}

void VenueServer::pump() {
  const UnixNanos now = clock_.now();
  core_->on_time(now);
  const bool wait = as_fast_as_read_ && backlogged(kFastBacklogBytes);
  const bool more = !wait && core_->advance(now, kStepsPerTurn);
  flush();
  log_problems();
  if (wait || (more && !as_fast_as_read_ && backlogged(kTurnBacklogBytes))) {
    wait_until(now, now);
  } else if (more) {
    pump_soon();
  } else {
    wait_until(core_->next_deadline(), now);
  }
  if (on_progress_) on_progress_();
}

void VenueServer::wait_until(UnixNanos deadline, UnixNanos now) {
  if (timer_ != 0 && timer_deadline_ == deadline && deadline > now) return;
  if (timer_ != 0) loop_.cancel_timer(timer_);
  timer_ = 0;
  if (deadline == binance::kNever) return;
  timer_deadline_ = deadline;
  const Nanos delay = deadline > now ? clock_.real_time_for(deadline - now) : kBacklogPoll;
  timer_ = loop_.start_timer(delay, [this] {
    timer_ = 0;
    pump();
  });
}

bool VenueServer::backlogged(std::size_t bytes) const {
  return std::ranges::any_of(sessions_, [bytes](const auto& s) { return s.second.queued_bytes() > bytes; });
}

void VenueServer::flush() {
  while (true) {
    std::vector<Outgoing> outgoing = core_->take_outgoing();
    if (outgoing.empty()) return;
    for (Outgoing& one : outgoing) deliver(std::move(one));
  }
}

// The one place through which everything goes out to a session.
void VenueServer::deliver(Outgoing outgoing) {
  const auto found = sessions_.find(outgoing.session);
  if (found == sessions_.end()) return;
  WsSession session = found->second;
  if (auto* text = std::get_if<SendText>(&outgoing.what)) {
    if (!session.send_text(std::move(text->text)) && session.is_open()) core_->on_slow(outgoing.session);
  } else if (const auto* ping = std::get_if<SendPing>(&outgoing.what)) {
    session.send_ping(ping->payload);
  } else if (std::holds_alternative<StallSession>(outgoing.what)) {
    session.stall();
  } else {
    const auto& close = std::get<CloseSession>(outgoing.what);
    spdlog::warn("exchange: {} cut off session {}: {} {}", to_string(core_->venue()), outgoing.session, close.code,
                 close.reason);
    sessions_.erase(found);
    if (close.code == 0) {
      session.reset();
    } else {
      session.close(close.code, close.reason);
    }
  }
}

void VenueServer::log_problems() {
  for (const std::string& note : core_->take_notes()) {
    spdlog::info("exchange: {} fault: {}", to_string(core_->venue()), note);
  }
  for (const std::string& problem : core_->take_problems()) {
    spdlog::warn("exchange: {} recording: {}", to_string(core_->venue()), problem);
  }
}

}  // namespace acts::exchange
