// HTTP/1.1 messages as values: what client, server and their users hand each other.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "acts/base/time.hpp"

namespace acts {

struct HttpHeader {
  std::string name = {};
  std::string value = {};
};
using HttpHeaders = std::vector<HttpHeader>;

// The value of the first header of that name (any case), without surrounding blanks; nullptr if there is none.
const std::string* find_header(const HttpHeaders& headers, std::string_view name) noexcept;

struct HttpResponse {
  int status = 200;
  HttpHeaders headers = {};
  std::string body = {};

  // As find_header(), "" if there is none.
  [[nodiscard]] std::string_view header(std::string_view name) const noexcept;
};

// "Not Found"; "" for an unknown status.
std::string_view status_text(int status) noexcept;

// How long to wait by a Retry-After value: whole seconds, or an HTTP date (RFC 9110 section 5.6.7, all three forms), of
// which `now` is taken off. Never negative, at most kMaxRetryAfter. Empty: not such a value.
inline constexpr Nanos kMaxRetryAfter = std::chrono::days{7};
std::optional<Nanos> parse_retry_after(std::string_view value, UnixNanos now);

}  // namespace acts
