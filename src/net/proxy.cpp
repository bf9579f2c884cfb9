#include "net/proxy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>

namespace acts {
namespace {

std::string base64(std::string_view bytes) {
  static constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    for (std::size_t k = 0; k < 3; ++k) {
      group = group << 8 | (k < count ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    }
    for (std::size_t k = 0; k < 4; ++k) out += k <= count ? kDigits[group >> (18 - 6 * k) & 63U] : '=';
  }
  return out;
}

std::string_view trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    if (const std::string_view part = trim(text.substr(0, comma)); !part.empty()) out.emplace_back(part);
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return out;
}

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::ranges::equal(a, b, [lower](char x, char y) { return lower(x) == lower(y); });
}

bool is_direct(std::string_view rule, const Url& url) {
  if (rule == "*") return true;
  const std::size_t colon = rule.rfind(':');
  if (colon != std::string_view::npos && rule.find(':') == colon) {
    if (rule.substr(colon + 1) != std::to_string(url.port)) return false;
    rule = rule.substr(0, colon);
  }
  if (rule.starts_with("*.")) rule.remove_prefix(1);
  if (rule.starts_with('.')) rule.remove_prefix(1);
  const std::string_view host = url.host;
  if (rule.empty() || host.size() < rule.size()) return false;
  const std::size_t start = host.size() - rule.size();
  return equals_ignoring_case(host.substr(start), rule) && (start == 0 || host[start - 1] == '.');
}

// The first variable of these that is set to something.
struct Variable {
  std::string_view name;
  std::string_view value;
};
Variable first_set(const std::function<const char*(const char*)>& lookup, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    const char* const value = lookup(name);
    if (value != nullptr && !trim(value).empty()) return {name, trim(value)};
  }
  return {};
}

Result<std::optional<Proxy>> proxy_from(const Variable& variable) {
  if (variable.value.empty()) return std::optional<Proxy>{};
  Result<Proxy> proxy = parse_proxy(variable.value);
  if (!proxy)
    return fail(proxy.error().code, fmt::format("environment variable {}: {}", variable.name, proxy.error().message));
  return std::optional<Proxy>{*std::move(proxy)};
}

}  // namespace

const Proxy* ProxySettings::proxy_for(const Url& url) const noexcept {
  const std::optional<Proxy>& proxy = url.is_tls() ? tls : plain;
  if (!proxy || is_loopback_host(url.host)) return nullptr;
  if (std::ranges::any_of(direct, [&url](const std::string& rule) { return is_direct(rule, url); })) return nullptr;
  return &*proxy;
}

Result<Proxy> parse_proxy(std::string_view text) {
  const std::size_t scheme_end = text.find("://");
  const std::string_view scheme = scheme_end == std::string_view::npos ? "http" : text.substr(0, scheme_end);
  std::string_view rest = scheme_end == std::string_view::npos ? text : text.substr(scheme_end + 3);
  if (!equals_ignoring_case(scheme, "http")) {
    return fail(ErrorCode::kUsage, fmt::format("a {}:// proxy is not supported: give an http:// proxy", scheme));
  }
  Proxy proxy;
  if (const std::size_t at = rest.rfind('@'); at != std::string_view::npos) {
    const Result<std::string> credentials = percent_decode(rest.substr(0, at));
    // What was written is a secret: it is not repeated.
    if (!credentials) return fail(ErrorCode::kUsage, "user and password of the proxy are not percent-encoded properly");
    proxy.authorization = "Basic " + base64(*credentials);
    rest.remove_prefix(at + 1);
  }
  const Result<Url> url = parse_url(fmt::format("http://{}", rest));
  if (!url) return fail(ErrorCode::kUsage, fmt::format("'{}' is not a proxy: write it as http://host:port", rest));
  proxy.host = url->host;
  proxy.port = url->port;
  return proxy;
}

Result<ProxySettings> proxy_settings(const std::function<const char*(const char*)>& lookup) {
  Result<std::optional<Proxy>> plain = proxy_from(first_set(lookup, {"http_proxy", "all_proxy", "ALL_PROXY"}));
  if (!plain) return std::unexpected(std::move(plain).error());
  Result<std::optional<Proxy>> tls =
      proxy_from(first_set(lookup, {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"}));
  if (!tls) return std::unexpected(std::move(tls).error());
  return ProxySettings{*std::move(plain), *std::move(tls),
                       split_list(first_set(lookup, {"no_proxy", "NO_PROXY"}).value)};
}

std::string connect_refusal(std::string_view answer) {
  constexpr std::size_t kMostSaid = 60;
  const std::string_view line = answer.substr(0, answer.find("\r\n"));
  if (!line.starts_with("HTTP/1.") || line.size() < 12) return "it does not speak HTTP";
  if (line.substr(8, 2) == " 2") return {};
  std::string said(line.substr(9, kMostSaid));
  // Goes into the log.
  std::ranges::replace_if(said, [](char c) { return c < ' ' || c > '~'; }, '?');
  return fmt::format("it answered '{}'", said);
}

Result<ProxySettings> proxy_settings_from_environment() {
  return proxy_settings([](const char* name) -> const char* { return std::getenv(name); });
}

}  // namespace acts
