// Which HTTP proxy, if any, a connection goes through: the usual environment variables.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "acts/base/result.hpp"

#include "net/url.hpp"

namespace acts {

struct Proxy {
  std::string host;
  std::uint16_t port = 0;
  std::string authorization;  // the value of Proxy-Authorization ("Basic ..."), "" without user and password. Secret:
                              // never logged.

  friend bool operator==(const Proxy&, const Proxy&) = default;
};

struct ProxySettings {
  std::optional<Proxy> plain;  // for http and ws
  std::optional<Proxy> tls;    // for https and wss
  // Hosts that are reached directly: "example.com" and ".example.com" mean the host and everything below it,
  // "host:port" that port only, "*" all.
  std::vector<std::string> direct;

  // The proxy for this URL. None for a loopback host, whatever the settings.
  [[nodiscard]] const Proxy* proxy_for(const Url& url) const noexcept;
};

// "http://[user:password@]host[:port]" or "host:port"; port 80 where none is written. Errors: kUsage (https:// and
// socks proxies among them).
Result<Proxy> parse_proxy(std::string_view text);

// From https_proxy, http_proxy, all_proxy, no_proxy (lower case wins over upper case; HTTP_PROXY in upper case is not
// read, since a CGI server sets it from a request's header). `lookup` gives a variable's value or nullptr. Errors:
// kUsage, naming the variable.
Result<ProxySettings> proxy_settings(const std::function<const char*(const char* name)>& lookup);
Result<ProxySettings> proxy_settings_from_environment();

// Of a proxy's answer to CONNECT: why it opens no tunnel, as one line; empty if it does.
std::string connect_refusal(std::string_view answer);

}  // namespace acts
