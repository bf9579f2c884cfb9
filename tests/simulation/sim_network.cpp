// The network between collector and venue.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "simulation/sim_world.hpp"

namespace acts::sim {
namespace {

using namespace std::chrono_literals;
using collector::ClosedInfo;
using collector::ConnectionNumber;
using collector::Cooldown;
using exchange::Outgoing;
using exchange::RestReply;

constexpr std::string_view kPeer = "198.51.100.1";

struct Target {
  std::string path;
  std::string query;
};

Target target_of(std::string_view url) {
  const std::size_t host = url.find("://") + 3;
  const std::size_t path = std::min(url.find('/', host), url.size());
  const std::size_t question = std::min(url.find('?', path), url.size());
  return {std::string(url.substr(path, question - path)), std::string(url.substr(std::min(question + 1, url.size())))};
}

}  // namespace

void SimWorld::open(const collector::OpenConnection& action) {
  const ConnectionNumber number = run_base_ + action.connection;
  Line& line = lines_[number];
  line.idle = clock_.real_time_for(action.idle);
  line.last_down = line.last_up = now_;
  checks_->on_connect(now_);
  if (outage(now_) != nullptr) return;  // swallowed: the collector's own patience ends it
  at(now_ + travel(), [this, number, url = action.url, sent = now_] { handshake(number, url, sent); });
}

void SimWorld::handshake(ConnectionNumber number, const std::string& url, UnixNanos sent) {
  Line& line = lines_.at(number);
  if (line.gone) return;
  checks_->on_arrival(Cooldown::Scope::kStreams, sent, now_);
  const Target target = target_of(url);
  const auto result = core_->connect(target.path, target.query, kPeer, now_);
  const UnixNanos there = now_ + travel();
  if (const auto* refusal = std::get_if<HttpResponse>(&result)) {
    at_collector(there, [this, number, response = *refusal, replied = now_] {
      if (lines_.at(number).gone) return;
      std::optional<Nanos> wait;
      if (!response.header("Retry-After").empty()) wait = parse_retry_after(response.header("Retry-After"), now_);
      on_refused(Cooldown::Scope::kStreams, response, replied);
      const ErrorCode kind = response.status == 0 ? ErrorCode::kRetry : ErrorCode::kRefused;
      end_line(number, {1006, kind, response.status, wait, "refused"});
    });
    return;
  }
  line.session = std::get<exchange::SessionId>(result);
  sessions_[line.session] = number;
  line.last_down = there;
  at_collector(there, [this, number] {
    Line& opened = lines_.at(number);
    if (opened.gone || opened.broken) return;
    opened.open = true;
    opened.last_byte = now_;
    collector_->on_ws_open(number - run_base_, ours());
    if (opened.idle > Nanos{0}) watch_idleness(number);
  });
  for (const Outgoing& one : core_->take_outgoing()) down(one);
}

void SimWorld::watch_idleness(ConnectionNumber number) {
  const Line& line = lines_.at(number);
  if (line.gone) return;
  const UnixNanos last = paused_at_ ? now_ : line.last_byte;
  if (now_ - last >= line.idle) {
    forget_at_venue(line);
    end_line(number, {1006, ErrorCode::kRetry, 0, std::nullopt, "nothing came: taken for dead"});
    return;
  }
  at_collector(last + line.idle, [this, number] { watch_idleness(number); });
}

// The socket's end comes to the venue too, unless nothing does.
void SimWorld::forget_at_venue(const Line& line) {
  if (line.session == 0 || line.broken) return;
  at(now_ + travel(), [this, session = line.session] { core_->on_closed(session, now_); });
}

void SimWorld::end_line(ConnectionNumber number, const ClosedInfo& info) {
  Line& line = lines_.at(number);
  if (std::exchange(line.gone, true)) return;
  if (line.session != 0) sessions_.erase(line.session);
  collector_->on_ws_closed(number - run_base_, info, ours());
}

void SimWorld::close(const collector::CloseConnection& action) {
  const ConnectionNumber number = run_base_ + action.connection;
  const auto found = lines_.find(number);
  if (found == lines_.end() || found->second.gone) return;
  checks_->on_close(ours());
  forget_at_venue(found->second);
  const UnixNanos answered = action.abort || found->second.session == 0 ? now_ : now_ + travel() * 2;
  const UnixNanos told = found->second.broken && !action.abort ? now_ + 5s : answered;
  at_collector(told,
               [this, number] { end_line(number, {1000, ErrorCode::kCancelled, 0, std::nullopt, "closed by us"}); });
}

void SimWorld::send(const collector::SendText& action) {
  Line& line = lines_.at(run_base_ + action.connection);
  checks_->on_text_sent(run_base_ + action.connection, now_);
  if (line.broken || line.gone || line.session == 0) return;
  const Pause* pause = outage(now_);
  line.last_up = std::max(line.last_up, (pause != nullptr ? pause->to : now_) + travel());
  at(line.last_up, [this, session = line.session, text = action.text] {
    core_->on_text(session, text, now_);
    for (const Outgoing& one : core_->take_outgoing()) down(one);
  });
}

void SimWorld::down(const Outgoing& one) {
  const auto number = sessions_.find(one.session);
  if (number == sessions_.end()) return;
  Line& line = lines_.at(number->second);
  if (std::holds_alternative<exchange::CloseSession>(one.what)) core_->on_closed(one.session, now_);
  if (std::holds_alternative<exchange::StallSession>(one.what) || line.broken) return;
  const Pause* pause = outage(now_);
  line.last_down = std::max(line.last_down, (pause != nullptr ? pause->to : now_) + travel());
  at_collector(line.last_down, [this, number = number->second, one] { deliver(number, one); });
}

void SimWorld::deliver(ConnectionNumber number, const Outgoing& one) {
  Line& line = lines_.at(number);
  if (line.gone || line.broken || !line.open) return;
  if (paused_at_) {
    unread_.emplace_back(number, one);
    return;
  }
  line.last_byte = now_;
  if (const auto* text = std::get_if<exchange::SendText>(&one.what)) {
    if (text->text->size() > kMaxMessage) {
      collector_->on_ws_too_long(number - run_base_, text->text->size(), ours());
      return;
    }
    checks_->before_message(*text->text, ours());
    collector_->on_ws_message(number - run_base_, *text->text, ours());
    checks_->after_message(now_);
  } else if (const auto* ping = std::get_if<exchange::SendPing>(&one.what)) {
    line.last_up = std::max(line.last_up, now_ + travel());
    checks_->on_text_sent(number, now_);
    at(line.last_up,
       [this, session = one.session, payload = ping->payload] { core_->on_pong(session, payload, now_); });
  } else if (const auto* end = std::get_if<exchange::CloseSession>(&one.what)) {
    const std::uint16_t code = end->code == 0 ? std::uint16_t{1006} : end->code;
    end_line(number, {code, ErrorCode::kRetry, 0, std::nullopt, "closed by the venue"});
  }
}

// Of a list of symbols: what it says of ours.
SimChecks::Listing SimWorld::listing_in(const RestReply& reply) const {
  SimChecks::Listing listing;
  if (reply.response.status != 200 || !reply.response.body.contains(R"("symbols":)")) return listing;
  for (const std::string& symbol : plan_.market.symbols) listing[symbol] = core_->faults().symbol_state(symbol, now_);
  return listing;
}

void SimWorld::get(const collector::HttpGet& action) {
  checks_->on_request(ours());
  if (paused_at_ && action.kind != collector::RequestKind::kTime)
    checks_->find(now_, fmt::format("{} is asked for while nothing is read", action.url));
  if (paused_at_) ++times_asked_;
  const collector::RequestNumber number = run_base_ + action.request;
  pending_[number] = true;
  at_collector(now_ + clock_.real_time_for(action.timeout), [this, number] {
    if (pending_.erase(number) > 0) collector_->on_http_failed(number - run_base_, "no answer in time", ours());
  });
  if (outage(now_) != nullptr) return;
  at(now_ + travel(), [this, url = action.url, number, sent = now_] {
    const Target target = target_of(url);
    checks_->on_arrival(Cooldown::Scope::kRest, sent, now_);
    const RestReply reply = core_->request({"GET", target.path, target.query, kPeer}, now_);
    checks_->on_reply(reply, now_);
    if (reply.how != RestReply::How::kNever) answer(number, reply, listing_in(reply));
  });
}

void SimWorld::answer(collector::RequestNumber request, RestReply reply, SimChecks::Listing listing) {
  at_collector(now_ + reply.delay + travel(),
               [this, request, reply = std::move(reply), listing = std::move(listing), replied = now_] {
                 if (outage(now_) != nullptr || pending_.erase(request) == 0) return;
                 deliver(request, reply, listing, replied);
               });
}

void SimWorld::deliver(collector::RequestNumber request, const RestReply& reply, const SimChecks::Listing& listing,
                       UnixNanos replied) {
  if (reply.how != RestReply::How::kWhole) {
    collector_->on_http_failed(request - run_base_, "the connection ended in the middle", ours());
    return;
  }
  const HttpResponse& response = reply.response;
  checks_->on_answer(response, ours());
  checks_->note_levels(collector_->pipeline(), now_);
  on_refused(Cooldown::Scope::kRest, response, replied);
  collector_->on_http_answer(
      request - run_base_,
      {response.status, response.body, response.header("X-MBX-USED-WEIGHT-1M"), response.header("Retry-After")},
      ours());
  if (!listing.empty()) checks_->on_listing(listing);
}

}  // namespace acts::sim
