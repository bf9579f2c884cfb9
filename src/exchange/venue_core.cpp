#include "exchange/venue_core.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "binance/venue_facts.hpp"
#include "exchange/event_times.hpp"

namespace acts::exchange {

VenueCore::VenueCore(Venue venue, std::unique_ptr<MarketSource> source, MarketClock& clock, WeightRules weights)
    : venue_(venue),
      source_(std::move(source)),
      clock_(clock),
      rest_(venue, *source_, weights, &clock_, &faults_),
      hub_(venue, *source_) {}

HttpResponse VenueCore::request(const RestCall& call, UnixNanos now) {
  ++requests_;
  if (std::optional<HttpResponse> fault = faults_.take_rest_fault(call.path, now)) return std::move(*fault);
  return rest_.handle(call, now);
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
  const std::optional<StreamPath> asked = parse_stream_path(venue_, path, query);
  if (!asked) return HttpResponse{404, {{"Content-Type", "text/plain"}}, "Not Found"};
  if (!count_connect(peer, now)) {
    ++refused_connects_;
    const auto wait = std::chrono::ceil<std::chrono::seconds>(connects_.find(peer)->second.next_allowed(now) - now);
    return HttpResponse{429,
                        {{"Content-Type", "text/plain"}, {"Retry-After", fmt::format("{}", wait.count())}},
                        "Too many connection attempts"};
  }
  const SessionId session = hub_.open(*asked, now);
  clock_.on_subscriptions(venue_, hub_.fed_streams(), now);
  return session;
}

void VenueCore::on_text(SessionId session, std::string_view text, UnixNanos now) {
  hub_.on_text(session, text, now);
  clock_.on_subscriptions(venue_, hub_.fed_streams(), now);
}

void VenueCore::on_closed(SessionId session, UnixNanos now) {
  hub_.on_closed(session);
  clock_.on_subscriptions(venue_, hub_.fed_streams(), now);
}

void VenueCore::skip_what_is_late(UnixNanos now) {
  const std::optional<UnixNanos> next = source_->next_time();
  const std::optional<UnixNanos> due = next ? clock_.due(*next) : std::nullopt;
  if (!due || clock_.pace().as_fast_as_read || now - *due <= kMostBehind) return;
  source_->skip(clock_.source_span(now - *due));
}

bool VenueCore::advance(UnixNanos now, std::size_t steps) {
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
      if (problems_.size() < kMaxProblems) problems_.push_back(done.error().message);
    }
    for (MarketMessage& message : messages_) publish(message);
  }
}

void VenueCore::publish(MarketMessage& message) {
  if (message.symbol != kNoSymbol && !faults_.lets_through(message, source_->symbols()[message.symbol])) return;
  if (!clock_.tells_original_times()) {
    move_event_times(message, [this](std::int64_t millis) { return clock_.told_millis(millis); });
  }
  hub_.publish(message);
}

UnixNanos VenueCore::next_deadline() const {
  const std::optional<UnixNanos> next = source_->next_time();
  const std::optional<UnixNanos> due = next ? clock_.due(*next) : std::nullopt;
  return due ? std::min(*due, hub_.next_deadline()) : hub_.next_deadline();
}

CoreStats VenueCore::stats() const { return {hub_.stats(), requests_, refused_connects_, skipped_input_}; }

}  // namespace acts::exchange
