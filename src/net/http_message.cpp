#include "net/http_message.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace acts {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

std::optional<int> parse_number(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || text.size() > 4 || error != std::errc{} || end != text.data() + text.size() || value < 0) {
    return std::nullopt;
  }
  return value;
}

std::optional<unsigned> parse_month(std::string_view text) {
  static constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto* const found = std::ranges::find(kMonths, text);
  if (found == kMonths.end()) return std::nullopt;
  return static_cast<unsigned>(found - kMonths.begin()) + 1;
}

constexpr std::size_t kMaxDateParts = 8;

// The words and numbers of a date, apart from what stands between them.
std::vector<std::string_view> date_parts(std::string_view text) {
  std::vector<std::string_view> parts;
  while (parts.size() <= kMaxDateParts) {
    const std::size_t start = text.find_first_not_of(" ,-:");
    if (start == std::string_view::npos) break;
    text.remove_prefix(start);
    const std::size_t end = std::min(text.find_first_of(" ,-:"), text.size());
    parts.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return parts;
}

// "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994".
std::optional<UnixNanos> parse_http_date(std::string_view text) {
  const std::vector<std::string_view> parts = date_parts(text);
  const bool is_asctime = parts.size() == 7;
  if (!is_asctime && (parts.size() != 8 || parts[7] != "GMT")) return std::nullopt;
  const std::optional<unsigned> month = parse_month(parts[is_asctime ? 1 : 2]);
  const std::optional<int> day = parse_number(parts[is_asctime ? 2 : 1]);
  std::optional<int> year = parse_number(parts[is_asctime ? 6 : 3]);
  const std::size_t clock = is_asctime ? 3 : 4;
  const std::optional<int> hour = parse_number(parts[clock]);
  const std::optional<int> minute = parse_number(parts[clock + 1]);
  const std::optional<int> second = parse_number(parts[clock + 2]);
  if (!month || !day || !year || !hour || !minute || !second) return std::nullopt;
  if (*year < 100) *year += *year < 70 ? 2000 : 1900;
  const std::chrono::year_month_day date{std::chrono::year{*year}, std::chrono::month{*month},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok() || *year < 1970 || *year > 2261 || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  const Nanos since_epoch = std::chrono::sys_days{date}.time_since_epoch() + std::chrono::hours{*hour} +
                            std::chrono::minutes{*minute} + std::chrono::seconds{*second};
  return UnixNanos{since_epoch.count()};
}

std::string_view trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

}  // namespace

const std::string* find_header(const HttpHeaders& headers, std::string_view name) noexcept {
  const auto found = std::ranges::find_if(
      headers, [name](const HttpHeader& header) { return equals_ignoring_case(header.name, name); });
  return found == headers.end() ? nullptr : &found->value;
}

std::string_view HttpResponse::header(std::string_view name) const noexcept {
  const std::string* const value = find_header(headers, name);
  return value == nullptr ? std::string_view{} : std::string_view{*value};
}

std::string_view status_text(int status) noexcept {
  switch (status) {
    case 101: return "Switching Protocols";
    case 200: return "OK";
    case 204: return "No Content";
    case 301: return "Moved Permanently";
    case 302: return "Found";
    case 304: return "Not Modified";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 410: return "Gone";
    case 413: return "Content Too Large";
    case 418: return "I'm a teapot";
    case 426: return "Upgrade Required";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 451: return "Unavailable For Legal Reasons";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 502: return "Bad Gateway";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    default: return {};
  }
}

std::optional<Nanos> parse_retry_after(std::string_view value, UnixNanos now) {
  value = trim(value);
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), seconds);
  const bool is_number = !value.empty() && end == value.data() + value.size() && value.front() != '-';
  constexpr std::int64_t kMaxSeconds = std::chrono::duration_cast<std::chrono::seconds>(kMaxRetryAfter).count();
  if (is_number && error == std::errc::result_out_of_range) return kMaxRetryAfter;
  if (is_number && error == std::errc{}) return std::chrono::seconds{std::min(seconds, kMaxSeconds)};
  const std::optional<UnixNanos> date = parse_http_date(value);
  if (!date) return std::nullopt;
  return *date <= now ? Nanos{0} : std::min(*date - now, kMaxRetryAfter);
}

}  // namespace acts
