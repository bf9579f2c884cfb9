#include "exchange/venue_core.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "binance/streams.hpp"
#include "binance/venue_facts.hpp"
#include "exchange/event_times.hpp"

namespace acts::exchange {

VenueCore::VenueCore(Venue venue, std::unique_ptr<MarketSource> source, MarketClock& clock, WeightRules weights)
    : venue_(venue),
      source_(std::move(source)),
      clock_(clock),
      rest_(venue, *source_, weights, &clock_, &faults_),
      hub_(venue, *source_, &faults_),
      lines_(faults_, *source_) {}

RestReply VenueCore::request(const RestCall& call, UnixNanos now) {
  see(now);
  ++requests_;
  const std::string symbol = call.parameter("symbol");
  const AnswerFate fate = faults_.on_request(call.endpoint(), symbol, now);
  if (fate.instead != nullptr) {
    RestReply reply{.response = fault_answer(*fate.instead, now), .delay = fate.delay};
    if (reply.response.status == 0) reply.how = RestReply::How::kReset;
    if (fate.instead->kind == FaultKind::kAnswerNever) reply.how = RestReply::How::kNever;
    return reply;
  }
  const std::optional<TrueBook> past = fate.age > Nanos{0} ? book_of(symbol, now - fate.age) : std::nullopt;
  const TrueBook* shown = past ? &*past : nullptr;
  RestReply reply{.response = rest_.handle(call, now, {shown, faults_.clock_skew(now)}), .delay = fate.delay};
  if (fate.truncated == nullptr || reply.response.body.empty()) return reply;
  const std::size_t size = reply.response.body.size();
  reply.how = RestReply::How::kTruncated;
  reply.body_bytes = fate.truncated->bytes == 0 ? size / 2 : std::min(fate.truncated->bytes, size - 1);
  return reply;
}

bool VenueCore::count_connect(std::string_view peer, UnixNanos now) {
  const binance::VenueLimits& limits = binance::limits(venue_);
  auto found = connects_.find(peer);
  if (found == connects_.end()) {
    if (connects_.size() >= kMaxAddresses) connects_.erase(connects_.begin());
    found = connects_.emplace(peer, binance::SlidingBudget(limits.connects, limits.connect_window)).first;
  }
  return found->second.try_take(now).has_value();
}

std::variant<SessionId, HttpResponse> VenueCore::connect(std::string_view path, std::string_view query,
                                                         std::string_view peer, UnixNanos now) {
  see(now);
  const std::optional<StreamPath> asked = parse_stream_path(venue_, path, query);
  if (!asked) return HttpResponse{404, {{"Content-Type", "text/plain"}}, "Not Found"};
  ++connects_made_;
  if (!count_connect(peer, now)) {
    ++refused_connects_;
    const auto wait = std::chrono::ceil<std::chrono::seconds>(connects_.find(peer)->second.next_allowed(now) - now);
    return HttpResponse{429,
                        {{"Content-Type", "text/plain"}, {"Retry-After", fmt::format("{}", wait.count())}},
                        "Too many connection attempts"};
  }
  if (const FaultRule* refused = faults_.on_connect(now)) return fault_answer(*refused, now);
  const SessionId session = hub_.open(*asked, now);
  clock_.on_subscriptions(venue_, hub_.fed_streams(), now);
  return session;
}

void VenueCore::on_text(SessionId session, std::string_view text, UnixNanos now) {
  see(now);
  if (lines_.is_stalled(session)) return;
  hub_.on_text(session, text, now);
  clock_.on_subscriptions(venue_, hub_.fed_streams(), now);
}

void VenueCore::on_ping(SessionId session, UnixNanos now) {
  see(now);
  if (!lines_.is_stalled(session)) hub_.on_ping(session, now);
}

void VenueCore::on_pong(SessionId session, std::string_view payload, UnixNanos now) {
  see(now);
  if (!lines_.is_stalled(session)) hub_.on_pong(session, payload, now);
}

void VenueCore::on_closed(SessionId session, UnixNanos now) {
  see(now);
  hub_.on_closed(session);
  lines_.on_closed(session);
  clock_.on_subscriptions(venue_, hub_.fed_streams(), now);
}

void VenueCore::skip_what_is_late(UnixNanos now) {
  const std::optional<UnixNanos> next = source_->next_time();
  const std::optional<UnixNanos> due = next ? clock_.due(*next) : std::nullopt;
  if (!due || clock_.pace().as_fast_as_read || now - *due <= kMostBehind) return;
  source_->skip(clock_.source_span(now - *due));
}

bool VenueCore::advance(UnixNanos now, std::size_t steps) {
  see(now);
  skip_what_is_late(now);
  while (true) {
    const std::optional<UnixNanos> next = source_->next_time();
    if (!next) return false;
    const std::optional<UnixNanos> due = clock_.due(*next);
    if (!due || *due > now) return false;
    if (steps-- == 0) return true;
    messages_.clear();
    if (const Result<void> done = source_->step(messages_); !done) {
      ++skipped_input_;
      if (problems_.size() < kMaxProblems) {
        problems_.push_back(done.error().message);
      } else {
        ++untold_problems_;
      }
    }
    for (MarketMessage& message : messages_) publish(message, now);
  }
}

void VenueCore::publish(MarketMessage& message, UnixNanos now) {
  if (message.is_depth_update) note_past(message, now);
  if (message.symbol != kNoSymbol && faults_.has_rules()) {
    const std::string& symbol = source_->symbols()[message.symbol].instrument.symbol;
    const SymbolState state = faults_.symbol_state(symbol, now);
    if (!state.listed || state.halted) return;
    if (faults_.loses(symbol, binance::parse_stream_name(venue_, message.stream()).type.kind, now)) return;
  }
  const std::int64_t skew = std::chrono::floor<std::chrono::milliseconds>(faults_.clock_skew(now)).count();
  if (!clock_.tells_original_times() || skew != 0) {
    move_event_times(message, [&](std::int64_t millis) { return clock_.told_millis(millis) + skew; });
  }
  hub_.publish(message);
  send_all();
}

void VenueCore::send_all() {
  for (Outgoing& one : hub_.take_outgoing()) lines_.send(std::move(one), now_);
}

std::vector<Outgoing> VenueCore::take_outgoing() {
  send_all();
  return lines_.take_outgoing();
}

void VenueCore::on_time(UnixNanos now) {
  see(now);
  hub_.on_time(now);
}

UnixNanos VenueCore::next_deadline() const {
  const std::optional<UnixNanos> next = source_->next_time();
  const std::optional<UnixNanos> due = next ? clock_.due(*next) : std::nullopt;
  const UnixNanos others = std::min({hub_.next_deadline(), lines_.next_deadline(), faults_.next_edge()});
  return due ? std::min(*due, others) : others;
}

std::vector<std::string> VenueCore::take_problems() {
  if (untold_problems_ > 0) {
    problems_.push_back(fmt::format("{} more pieces of it were skipped", untold_problems_));
    untold_problems_ = 0;
  }
  return std::exchange(problems_, {});
}

CoreStats VenueCore::stats() const {
  return {hub_.stats(), requests_, connects_made_, refused_connects_, skipped_input_};
}

}  // namespace acts::exchange
