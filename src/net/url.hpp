// URLs of the four schemes we speak, and percent-encoding.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "acts/base/result.hpp"

namespace acts {

enum class UrlScheme : std::uint8_t { kHttp, kHttps, kWs, kWss };

struct Url {
  UrlScheme scheme = UrlScheme::kHttp;
  std::string host;          // lower case, without the brackets of an IPv6 address
  std::uint16_t port = 0;    // the scheme's own (80, 443) where none was written
  std::string target = "/";  // path and query, percent-encoded, at least "/"; a fragment is dropped

  [[nodiscard]] bool is_tls() const noexcept { return scheme == UrlScheme::kHttps || scheme == UrlScheme::kWss; }
  [[nodiscard]] bool is_websocket() const noexcept { return scheme == UrlScheme::kWs || scheme == UrlScheme::kWss; }
  // As in a Host header: brackets around IPv6, the port where it is not the scheme's own.
  [[nodiscard]] std::string authority() const;
  // host:port, brackets around IPv6, the port always.
  [[nodiscard]] std::string host_and_port() const;
};

// "https://host[:port][/path][?query]". Bytes that may not stand in a URL as they are (blanks, UTF-8) are
// percent-encoded in the target; user:password@ is refused. Errors: kUsage.
Result<Url> parse_url(std::string_view text);

// Encodes everything but [A-Za-z0-9-_.~], as Binance wants values in a query: "[" -> "%5B", UTF-8 byte by byte.
std::string percent_encode(std::string_view text);
// Errors: kBadInput for "%" without two hexadecimal digits. "+" stays "+".
Result<std::string> percent_decode(std::string_view text);

// localhost, *.localhost, 127.0.0.0/8, ::1.
bool is_loopback_host(std::string_view host) noexcept;

}  // namespace acts
