// The hosts of one service, and which of them is used now. Several answers may be under way when another host is taken:
// each counts for the host that was asked, and what one says that is no longer used tells nothing of the one that is.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "acts/base/time.hpp"
#include "acts/market/venue.hpp"

namespace acts::collector {

class HostRing {
 public:
  // Not empty (asserted). One host: it is used whatever happens.
  HostRing(std::vector<std::string> hosts, int failures_per_host);

  [[nodiscard]] const std::string& current() const { return hosts_[at_].url; }
  [[nodiscard]] std::size_t size() const { return hosts_.size(); }
  [[nodiscard]] int failures() const { return failures_; }

  // `url`: a host's, or one that begins with it.
  [[nodiscard]] bool is_current(std::string_view url) const { return url.starts_with(hosts_[at_].url); }
  void on_success(std::string_view url) {
    if (is_current(url)) failures_ = 0;
  }
  // True: the next host that does not refuse us is used from now on.
  bool on_failure(std::string_view url, UnixNanos now);
  // That host will refuse us until then: if it is the current one, the next that would not is used. False: all of them
  // would, and nothing is worth trying before free_at().
  bool on_blocked(std::string_view url, UnixNanos until, UnixNanos now);
  // When the current host may be asked again.
  [[nodiscard]] UnixNanos free_at() const { return hosts_[at_].blocked_until; }

 private:
  struct Host {
    std::string url;
    UnixNanos blocked_until{INT64_MIN};
  };
  bool take_next(UnixNanos now);

  std::vector<Host> hosts_;
  std::size_t at_ = 0;
  int failures_per_host_;
  int failures_ = 0;  // of the current host, in a row
};

// The user's own if there is one, else the venue's.
std::vector<std::string> hosts_or(const std::string& given, std::span<const std::string_view> documented);

}  // namespace acts::collector
