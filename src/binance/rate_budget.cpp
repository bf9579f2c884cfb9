#include "binance/rate_budget.hpp"

#include <algorithm>

#include "acts/base/assert.hpp"

#include "binance/venue_facts.hpp"

namespace acts::binance {
namespace {

// No venue blocks for longer; keeps the sums within UnixNanos.
constexpr Nanos kLongestBlock = std::chrono::days{7};

constexpr int kConnectSharePercent = 80;

int share_of(int limit, int percent) { return std::max(1, static_cast<int>(std::int64_t{limit} * percent / 100)); }

RateBudgetConfig config_of(Venue venue, int share_percent) {
  const VenueLimits& rules = limits(venue);
  return {.limit = rules.request_weight, .window = rules.request_weight_window, .share_percent = share_percent};
}

}  // namespace

RateBudget::RateBudget(const RateBudgetConfig& config)
    : config_(config), budget_(share_of(config.limit, config.share_percent)) {
  ACTS_ASSERT(config.limit > 0 && config.window > Nanos{0});
  ACTS_ASSERT(config.share_percent >= 1 && config.share_percent <= 100);
  ACTS_ASSERT(config.guard >= Nanos{0} && config.guard < config.window / 2);
}

RateBudget::RateBudget(Venue venue, int share_percent) : RateBudget(config_of(venue, share_percent)) {}

int RateBudget::budget(int most_percent) const { return std::min(budget_, share_of(config_.limit, most_percent)); }

int RateBudget::used_in(UnixNanos start) const {
  const auto found = std::ranges::find(windows_, start, &Window::start);
  return found == windows_.end() ? 0 : found->used;
}

int& RateBudget::slot(UnixNanos start) {
  const auto found = std::ranges::find(windows_, start, &Window::start);
  if (found != windows_.end()) return found->used;
  const auto oldest = std::ranges::min_element(windows_, {}, &Window::start);
  *oldest = {start, 0};
  return oldest->used;
}

bool RateBudget::set_limit(int limit, Nanos window, UnixNanos now) {
  if (limit <= 0 || window <= 2 * config_.guard) return false;
  latest_ = latest(now);
  if (window != config_.window) {
    const int most = std::max(used_in(first_window(latest_)), used_in(last_window(latest_)));
    config_.window = window;
    windows_ = {};
    slot(first_window(latest_)) = most;
    slot(last_window(latest_)) = most;
  }
  config_.limit = limit;
  budget_ = share_of(limit, config_.share_percent);
  return true;
}

UnixNanos RateBudget::next_allowed(int weight, UnixNanos now, int most_percent) const {
  ACTS_ASSERT(weight >= 0);
  const int most = budget(most_percent);
  if (weight > most) return kNever;
  UnixNanos at = std::max(latest(now), blocked_until_);
  const auto is_full = [&](UnixNanos start) { return std::int64_t{used_in(start)} + weight > most; };
  for (;;) {
    // The later one first: behind it, the earlier one is no longer touched.
    const UnixNanos start = is_full(last_window(at)) ? last_window(at) : first_window(at);
    if (!is_full(start)) return at;
    at = start + config_.window + config_.guard;
  }
}

Taken RateBudget::try_take(int weight, UnixNanos now, int most_percent) {
  latest_ = latest(now);
  const UnixNanos at = next_allowed(weight, latest_, most_percent);
  if (at > latest_) return std::unexpected(at);
  const UnixNanos first = first_window(latest_);
  const UnixNanos last = last_window(latest_);
  slot(first) += weight;
  if (last != first) slot(last) += weight;
  return {};
}

void RateBudget::on_used_weight(int used, UnixNanos now) {
  latest_ = latest(now);
  // Right after a boundary the answer may still count the old window; right before it, a new count is a small one.
  int& known = slot(first_window(latest_));
  known = std::max(known, used);
}

void RateBudget::block_until(UnixNanos until) { blocked_until_ = std::max(blocked_until_, until); }

void RateBudget::on_rate_limited(Nanos retry_after, UnixNanos now) {
  latest_ = latest(now);
  block_until(latest_ + std::min(retry_after, kLongestBlock));
}

void RateBudget::on_banned(Nanos retry_after, UnixNanos now) {
  on_rate_limited(retry_after, now);
  banned_until_ = std::max(banned_until_, latest_ + std::min(retry_after, kLongestBlock));
}

int RateBudget::used(UnixNanos now) const { return used_in(floor_to(latest(now), config_.window)); }

SlidingBudget::SlidingBudget(int limit, Nanos window) : taken_(static_cast<std::size_t>(limit), window) {
  ACTS_ASSERT(limit > 0);
}

UnixNanos SlidingBudget::next_allowed(UnixNanos now) const {
  const UnixNanos at = latest(now);
  return std::max(at, taken_.next_allowed().value_or(at));
}

Taken SlidingBudget::try_take(UnixNanos now) {
  latest_ = latest(now);
  const UnixNanos at = next_allowed(latest_);
  if (at > latest_) return std::unexpected(at);
  taken_.add(latest_);
  return {};
}

int SlidingBudget::used(UnixNanos now) const { return static_cast<int>(taken_.used(latest(now))); }

ConnectBudget::ConnectBudget(Venue venue)
    : SlidingBudget(share_of(limits(venue).connects, kConnectSharePercent), limits(venue).connect_window) {}

}  // namespace acts::binance
