#include "collector/rest_desk.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "binance/venue_facts.hpp"

namespace acts::collector {
namespace {

// A few failures are the network's mood and each symbol's own back-off is enough; more of them concern all requests.
constexpr int kTroublesBeforePause = 3;
// Past its timeout the shell should long have said that a request failed.
constexpr Nanos kOverdue = std::chrono::seconds{10};
constexpr std::uint64_t kSeedOfRest = 0x5245'5354;

binance::RestRequest request_of(Venue venue, const RestJob& job, std::string_view symbol) {
  switch (job.kind) {
    case RequestKind::kExchangeInfo: return binance::exchange_info_request(venue);
    case RequestKind::kTime: return binance::time_request(venue);
    case RequestKind::kDepth:
    case RequestKind::kProbe:
    case RequestKind::kAudit: break;
  }
  return binance::depth_request(venue, symbol, job.limit);
}

}  // namespace

RestDesk::RestDesk(const CollectorOptions& options, ActionQueue& out, LogThrottle& log)
    : venue_(options.venue),
      timings_(options.timings),
      out_(out),
      log_(log),
      hosts_(hosts_or(options.rest_url, binance::endpoints(options.venue).rest), options.timings.failures_per_host),
      budget_(options.venue, kLargestSharePercent),
      backoff_(options.timings.backoff_first, options.timings.backoff_cap, options.seed ^ kSeedOfRest) {}

void RestDesk::ask(const RestJob& job) {
  const auto same = [&job](const auto& entry) {
    return entry.second.job.kind == job.kind && entry.second.job.instrument == job.instrument;
  };
  if (std::ranges::none_of(under_way_, same)) queue_.push(job);
}

bool RestDesk::waits(RequestKind kind, binance::InstrumentIndex instrument) const {
  return queue_.contains(kind, instrument) || std::ranges::any_of(under_way_, [&](const auto& entry) {
           return entry.second.job.kind == kind && entry.second.job.instrument == instrument;
         });
}

void RestDesk::stop() {
  queue_.clear();
  under_way_.clear();
}

const RestJob* RestDesk::next(Sending which, UnixNanos now) {
  if (now < paused_until_ || now < hosts_.free_at() || under_way_.size() >= timings_.rest_in_flight) return nullptr;
  if (which == Sending::kTimeOnly) {
    const RestJob* job = queue_.find(RequestKind::kTime, binance::kNoInstrument);
    return job != nullptr && budget_.try_take(job->weight, now, share_percent(job->urgency)) ? job : nullptr;
  }
  // What no window can ever hold would keep all others waiting; its symbol asks again after its own deadline.
  while (const RestJob* job = queue_.front()) {
    const int share = share_percent(job->urgency);
    if (job->weight <= budget_.budget(share)) return budget_.try_take(job->weight, now, share) ? job : nullptr;
    log_.log(LogLevel::kError, "rest_too_heavy", {},
             fmt::format("a {} request of weight {} is above the whole budget of {}: use a smaller --limit",
                         to_string(job->kind), job->weight, budget_.budget(share)),
             now);
    queue_.pop_front();
  }
  return nullptr;
}

Nanos RestDesk::timeout_of(RequestKind kind) const {
  switch (kind) {
    case RequestKind::kExchangeInfo: return timings_.info_timeout;
    case RequestKind::kDepth:
    case RequestKind::kAudit: return timings_.depth_timeout;
    case RequestKind::kTime:
    case RequestKind::kProbe: break;
  }
  return timings_.time_timeout;
}

void RestDesk::start(RestJob job, std::string_view symbol, UnixNanos now) {
  queue_.remove(job.kind, job.instrument);
  const RequestNumber request = next_request_++;
  const Nanos timeout = timeout_of(job.kind);
  out_.emplace_back(HttpGet{request, hosts_.current() + request_of(venue_, job, symbol).target, job.kind, timeout});
  ++requests_[std::string(to_string(job.kind))];
  under_way_.emplace(request, UnderWay{job, hosts_.current(), now, now + timeout + kOverdue});
}

std::optional<RestDone> RestDesk::take(RequestNumber request) {
  const auto found = under_way_.find(request);
  if (found == under_way_.end()) return std::nullopt;
  RestDone done;
  done.request = request;
  done.job = found->second.job;
  done.host = found->second.host;
  done.sent = found->second.sent;
  under_way_.erase(found);
  return done;
}

std::optional<RestDone> RestDesk::on_answer(RequestNumber request, const binance::RestAnswer& answer, UnixNanos now) {
  std::optional<RestDone> done = take(request);
  if (!done) return done;
  if (answer.sent) done->sent = *answer.sent;
  const binance::RestVerdict verdict = binance::judge(answer, binance::BareRefusal::kPassing);
  if (verdict.used_weight) budget_.on_used_weight(*verdict.used_weight, now);
  done->ok = verdict.action == binance::RestAction::kUse;
  done->give_up = verdict.action == binance::RestAction::kGiveUp;
  done->status = answer.status;
  done->outcome = to_string(verdict.outcome);
  done->reason = verdict.message;
  act_on(verdict, done->host, now);
  return done;
}

void RestDesk::act_on(const binance::RestVerdict& verdict, const std::string& host, UnixNanos now) {
  using binance::RestAction;
  switch (verdict.action) {
    case RestAction::kUse: on_success(host); return;
    case RestAction::kGiveUp: return;
    case RestAction::kWaitAll:
      block(verdict.retry_after, verdict.outcome == binance::RestOutcome::kBanned, now);
      if (auto told = cooldowns_.on_told(budget_.blocked_until(), budget_.banned(now), now)) {
        out_.emplace_back(KeepCooldown{*told});
      }
      log_.log(LogLevel::kError, "rest_limited", {}, fmt::format("REST {}: {}", host, verdict.message), now);
      return;
    case RestAction::kTryOtherHost: on_refused(verdict, host, now); return;
    case RestAction::kRetryLater: on_trouble(host, verdict.retry_after, now); return;
  }
}

void RestDesk::on_success(const std::string& host) {
  if (!hosts_.is_current(host)) return;
  troubles_ = 0;
  restricted_ = false;
  backoff_.reset();
  hosts_.on_success(host);
}

void RestDesk::on_refused(const binance::RestVerdict& verdict, const std::string& host, UnixNanos now) {
  const bool restricted = verdict.outcome == binance::RestOutcome::kRestricted;
  if (hosts_.is_current(host)) restricted_ = restricted;
  const bool other = hosts_.on_blocked(host, now + std::max(verdict.retry_after, binance::kBlockedWait), now);
  log_.log(LogLevel::kError, restricted ? "rest_restricted" : "rest_blocked", {},
           fmt::format("REST {}: {}; {}", host, verdict.message,
                       other ? "next " + hosts_.current()
                             : "every host refuses: next try in " + acts::to_string(hosts_.free_at() - now)),
           now);
}

void RestDesk::block(Nanos wait, bool banned, UnixNanos now) {
  if (banned) {
    budget_.on_banned(wait, now);
  } else {
    budget_.on_rate_limited(wait, now);
  }
}

void RestDesk::resume(const Cooldown& left, UnixNanos now) {
  block(left.until - now, left.banned, now);
  cooldowns_.resume(left);
}

void RestDesk::on_trouble(const std::string& host, Nanos at_least, UnixNanos now) {
  if (at_least > Nanos{0}) paused_until_ = std::max(paused_until_, now + at_least);
  if (!hosts_.is_current(host)) return;
  if (hosts_.on_failure(host, now)) {
    log_.log(LogLevel::kWarning, "rest_host", {}, fmt::format("REST {} keeps failing: next {}", host, hosts_.current()),
             now);
  }
  if (++troubles_ >= kTroublesBeforePause) paused_until_ = std::max(paused_until_, now + backoff_.next());
}

std::optional<RestDone> RestDesk::on_failed(RequestNumber request, std::string_view reason, UnixNanos now) {
  std::optional<RestDone> done = take(request);
  if (!done) return done;
  done->outcome = "failed";
  done->reason = reason;
  on_trouble(done->host, Nanos{0}, now);
  return done;
}

std::optional<RestDone> RestDesk::take_overdue(UnixNanos now) {
  const auto late = std::ranges::find_if(under_way_, [now](const auto& entry) { return now >= entry.second.deadline; });
  if (late == under_way_.end()) return std::nullopt;
  return on_failed(late->first, "no answer in time", now);
}

RestHealth RestDesk::health(UnixNanos now) const {
  RestHealth health;
  health.url = hosts_.current();
  health.weight_used = budget_.used(now);
  health.weight_limit = budget_.limit();
  health.in_flight = under_way_.size();
  health.queued = queue_.size();
  if (budget_.banned(now)) health.banned_until = budget_.banned_until();
  const UnixNanos until = std::max({paused_until_, hosts_.free_at(), budget_.blocked_until()});
  if (until > now) health.paused_until = until;
  return health;
}

}  // namespace acts::collector
