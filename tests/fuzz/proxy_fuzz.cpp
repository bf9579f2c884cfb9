// Proxy variables of the environment, one "NAME=value" a line, and a proxy's answer to CONNECT (an input that begins
// with "HTTP"): whatever is in them, what is read can be used, and errors are one line without secrets.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "acts/base/assert.hpp"

#include "net/proxy.hpp"
#include "net/url.hpp"

namespace {

bool is_one_line(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

void check(const std::optional<acts::Proxy>& proxy) {
  if (!proxy) return;
  ACTS_ASSERT(!proxy->host.empty() && proxy->port != 0);
  // They go into a request's header.
  ACTS_ASSERT(is_one_line(proxy->host) && is_one_line(proxy->authorization));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(data, data + size);
  const std::string refusal = acts::connect_refusal(text);
  ACTS_ASSERT(is_one_line(refusal) && refusal.size() < 100);
  ACTS_ASSERT(!refusal.empty() || text.starts_with("HTTP/1."));

  std::map<std::string, std::string> variables;
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t end = std::min(text.find('\n', from), text.size());
    const std::string line = text.substr(from, end - from);
    if (const std::size_t equals = line.find('='); equals != std::string::npos) {
      variables[line.substr(0, equals)] = line.substr(equals + 1);
    }
    from = end + 1;
  }
  const auto settings = acts::proxy_settings([&](const char* name) -> const char* {
    const auto found = variables.find(name);
    return found == variables.end() ? nullptr : found->second.c_str();
  });
  if (!settings) {
    ACTS_ASSERT(settings.error().code == acts::ErrorCode::kUsage);
    return 0;
  }
  check(settings->plain);
  check(settings->tls);
  for (const char* address : {"wss://stream.binance.com:9443/stream", "http://127.0.0.1:80/", "https://[::2]:1/"}) {
    const auto url = acts::parse_url(address);
    (void)settings->proxy_for(*url);
  }
  return 0;
}
