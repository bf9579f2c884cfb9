#include "net/url.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace acts {
namespace {

struct SchemeName {
  std::string_view prefix;
  UrlScheme scheme;
  std::uint16_t port;
};
constexpr std::array<SchemeName, 4> kSchemes{{{"https://", UrlScheme::kHttps, 443},
                                              {"http://", UrlScheme::kHttp, 80},
                                              {"wss://", UrlScheme::kWss, 443},
                                              {"ws://", UrlScheme::kWs, 80}}};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string to_lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), lower);
  return out;
}

bool is_alphanumeric(char c) { return (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9'); }

bool is_unreserved(char c) { return is_alphanumeric(c) || c == '-' || c == '_' || c == '.' || c == '~'; }

// May stand in a path or a query as it is: RFC 3986's pchar, "/", "?" and "%", and what venues write bare ("[" and "]"
// are not).
bool is_target_char(char c) { return is_unreserved(c) || std::string_view("!$&'()*+,;=:@/?%").contains(c); }

void append_encoded(std::string& out, char c) { out += fmt::format("%{:02X}", static_cast<unsigned char>(c)); }

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size() || port == 0) return std::nullopt;
  return port;
}

bool is_host(std::string_view host, bool bracketed) {
  if (host.empty()) return false;
  return std::ranges::all_of(host, [bracketed](char c) {
    return bracketed ? is_alphanumeric(c) || c == ':' || c == '.'
                     : is_alphanumeric(c) || c == '-' || c == '.' || c == '_';
  });
}

// Takes host[:port] apart. Returns what is wrong with it, or nothing.
std::string_view take_authority(std::string_view authority, Url& url) {
  if (authority.contains('@')) return "user and password have no place in it";
  const bool bracketed = authority.starts_with('[');
  std::size_t host_end = bracketed ? authority.find(']') : authority.find(':');
  if (bracketed && host_end == std::string_view::npos) return "']' is missing";
  std::string_view host = authority.substr(0, host_end);
  if (bracketed) {
    host.remove_prefix(1);
    ++host_end;
  }
  if (!is_host(host, bracketed)) return "its host name cannot be one";
  url.host = to_lower(host);
  if (host_end >= authority.size()) return {};
  const std::optional<std::uint16_t> port =
      authority[host_end] == ':' ? parse_port(authority.substr(host_end + 1)) : std::nullopt;
  if (!port) return "its port is not a number from 1 to 65535";
  url.port = *port;
  return {};
}

std::uint16_t default_port(UrlScheme scheme) {
  return scheme == UrlScheme::kHttps || scheme == UrlScheme::kWss ? std::uint16_t{443} : std::uint16_t{80};
}

std::string bracketed_host(const std::string& host) { return host.contains(':') ? "[" + host + "]" : host; }

// What may reach a log: without user, password and query.
std::string_view without_secrets(std::string_view url) {
  url = url.substr(0, url.find('?'));
  const std::size_t authority = url.find("//");
  return url.contains('@') ? url.substr(0, authority == std::string_view::npos ? 0 : authority + 2) : url;
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char letter = lower(c);
  return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

}  // namespace

std::string Url::authority() const { return port == default_port(scheme) ? bracketed_host(host) : host_and_port(); }

std::string Url::host_and_port() const { return fmt::format("{}:{}", bracketed_host(host), port); }

Result<Url> parse_url(std::string_view text) {
  const auto bad = [shown = without_secrets(text)](std::string_view why) {
    return fail(ErrorCode::kUsage,
                fmt::format("'{}' cannot be used as a URL, {}: write it as https://host:port/path", shown, why));
  };
  const std::string lowered = to_lower(text.substr(0, 8));
  const auto* const known =
      std::ranges::find_if(kSchemes, [&lowered](const SchemeName& s) { return lowered.starts_with(s.prefix); });
  if (known == kSchemes.end()) return bad("it starts with none of http:// https:// ws:// wss://");
  Url url;
  url.scheme = known->scheme;
  url.port = known->port;
  std::string_view rest = text.substr(known->prefix.size());
  rest = rest.substr(0, rest.find('#'));
  const std::size_t authority_end = std::min(rest.find_first_of("/?"), rest.size());
  if (const std::string_view wrong = take_authority(rest.substr(0, authority_end), url); !wrong.empty())
    return bad(wrong);
  url.target.clear();
  // Not assigned from a literal: g++ 12 warns of an overlap that there is not.
  if (authority_end == rest.size() || rest[authority_end] != '/') url.target += '/';
  for (const char c : rest.substr(authority_end)) {
    if (is_target_char(c)) {
      url.target += c;
    } else {
      append_encoded(url.target, c);
    }
  }
  return url;
}

std::string percent_encode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (is_unreserved(c)) {
      out += c;
    } else {
      append_encoded(out, c);
    }
  }
  return out;
}

Result<std::string> percent_decode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    const bool is_whole = i + 2 < text.size();
    const int high = is_whole ? hex_value(text[i + 1]) : -1;
    const int low = is_whole ? hex_value(text[i + 2]) : -1;
    if (high < 0 || low < 0) {
      return fail(ErrorCode::kBadInput,
                  fmt::format("'{}' has a '%' without two hexadecimal digits at byte {}", text, i));
    }
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

bool is_loopback_host(std::string_view host) noexcept {
  if (host == "localhost" || host.ends_with(".localhost") || host == "::1") return true;
  if (!host.starts_with("127.")) return false;
  return std::ranges::count(host, '.') == 3 &&
         std::ranges::all_of(host, [](char c) { return c == '.' || (c >= '0' && c <= '9'); });
}

}  // namespace acts
