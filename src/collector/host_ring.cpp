#include "collector/host_ring.hpp"

#include <algorithm>

#include "acts/base/assert.hpp"

namespace acts::collector {

HostRing::HostRing(std::vector<std::string> hosts, int failures_per_host)
    : failures_per_host_(std::max(failures_per_host, 1)) {
  ACTS_ASSERT(!hosts.empty());
  for (std::string& url : hosts) hosts_.push_back({std::move(url)});
}

bool HostRing::take_next(UnixNanos now) {
  for (std::size_t step = 1; step < hosts_.size(); ++step) {
    const std::size_t next = (at_ + step) % hosts_.size();
    if (hosts_[next].blocked_until > now) continue;
    at_ = next;
    failures_ = 0;
    return true;
  }
  return false;
}

bool HostRing::on_failure(std::string_view url, UnixNanos now) {
  return is_current(url) && ++failures_ >= failures_per_host_ && take_next(now);
}

bool HostRing::on_blocked(std::string_view url, UnixNanos until, UnixNanos now) {
  for (Host& host : hosts_) {
    if (url.starts_with(host.url)) host.blocked_until = std::max(host.blocked_until, until);
  }
  if (!is_current(url)) return free_at() <= now;
  if (take_next(now)) return true;
  failures_ = 0;
  const auto first = std::ranges::min_element(hosts_, {}, &Host::blocked_until);
  at_ = static_cast<std::size_t>(first - hosts_.begin());
  return false;
}

std::vector<std::string> hosts_or(const std::string& given, std::span<const std::string_view> documented) {
  if (!given.empty()) return {given};
  return {documented.begin(), documented.end()};
}

}  // namespace acts::collector
