// URLs, percent-encoding, proxies and Retry-After: what is read stays within its promises.
#include <cstddef>
#include <cstdint>
#include <string>

#include "acts/base/assert.hpp"

#include "net/http_message.hpp"
#include "net/proxy.hpp"
#include "net/url.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(data, data + size);
  if (const auto url = acts::parse_url(text)) {
    ACTS_ASSERT(!url->host.empty() && url->port != 0 && url->target.starts_with('/'));
    // It goes into a request line.
    ACTS_ASSERT(url->target.find_first_of(" \r\n\t") == std::string::npos);
    const auto again = acts::parse_url("http://" + url->host_and_port() + url->target);
    ACTS_ASSERT(again && again->host == url->host && again->port == url->port && again->target == url->target);
    const acts::ProxySettings settings{acts::Proxy{"p", 1, {}}, acts::Proxy{"p", 1, {}}, {text, "*.b:1"}};
    ACTS_ASSERT(settings.proxy_for(*url) == nullptr || !acts::is_loopback_host(url->host));
  }
  const auto decoded = acts::percent_decode(acts::percent_encode(text));
  ACTS_ASSERT(decoded && *decoded == text);
  (void)acts::percent_decode(text);
  (void)acts::parse_proxy(text);
  const auto wait = acts::parse_retry_after(text, acts::UnixNanos{784'111'777'000'000'000});
  ACTS_ASSERT(!wait || (wait->count() >= 0 && *wait <= acts::kMaxRetryAfter));
  return 0;
}
