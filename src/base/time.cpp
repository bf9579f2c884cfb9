#include "acts/base/time.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>

namespace acts {
namespace {

using std::chrono::days;
using std::chrono::sys_days;

// Reads exactly `width` digits from the front of `text`.
bool take_digits(std::string_view& text, std::size_t width, int& out) {
  if (text.size() < width) return false;
  int value = 0;
  for (std::size_t i = 0; i < width; ++i) {
    if (text[i] < '0' || text[i] > '9') return false;
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(width);
  out = value;
  return true;
}

bool take_char(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

bool take_fraction(std::string_view& text, std::int64_t& nanos) {
  int digits = 0;
  while (!text.empty() && text.front() >= '0' && text.front() <= '9' && digits < 9) {
    nanos = nanos * 10 + (text.front() - '0');
    text.remove_prefix(1);
    ++digits;
  }
  for (int i = digits; i < 9; ++i) nanos *= 10;
  return digits > 0;
}

struct TimeOfDay {
  int hour = 0;
  int minute = 0;
  int second = 0;
  std::int64_t nanos = 0;
};

bool take_time_of_day(std::string_view& text, TimeOfDay& t) {
  if (!take_digits(text, 2, t.hour) || !take_char(text, ':') || !take_digits(text, 2, t.minute)) return false;
  if (take_char(text, ':')) {
    if (!take_digits(text, 2, t.second)) return false;
    if (take_char(text, '.') && !take_fraction(text, t.nanos)) return false;
  }
  return t.hour < 24 && t.minute < 60 && t.second < 60;
}

struct Unit {
  std::string_view name;
  std::int64_t nanos;
};
// Longest first, so that to_string() picks the largest unit that divides.
constexpr std::array<Unit, 7> kUnits{{{"d", 86'400'000'000'000},
                                      {"h", 3'600'000'000'000},
                                      {"m", 60'000'000'000},
                                      {"s", 1'000'000'000},
                                      {"ms", 1'000'000},
                                      {"us", 1'000},
                                      {"ns", 1}}};
// 36,500 days: a time of these decades and two such durations stay within 64 bits.
constexpr Nanos kMostDuration = days{36'500};

}  // namespace

std::string to_iso8601(UnixNanos t) {
  // The day that the earliest time lies in begins before what 64 bits hold.
  const std::int64_t rest = t.value % kUnits[0].nanos;
  const std::int64_t day = t.value / kUnits[0].nanos - (rest < 0 ? 1 : 0);
  const std::chrono::year_month_day date{sys_days{days{static_cast<int>(day)}}};
  const std::int64_t ms = (rest < 0 ? rest + kUnits[0].nanos : rest) / 1'000'000;
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), ms / 3'600'000,
                     ms / 60'000 % 60, ms / 1000 % 60, ms % 1000);
}

Result<UnixNanos> parse_iso8601(std::string_view text) {
  const auto bad = [text] {
    return fail(ErrorCode::kUsage, fmt::format("'{}' is not a UTC time: write it as 2024-08-08T23:55:00Z", text));
  };
  std::string_view rest = text;
  int year = 0;
  int month = 0;
  int day = 0;
  if (!take_digits(rest, 4, year) || !take_char(rest, '-') || !take_digits(rest, 2, month) || !take_char(rest, '-') ||
      !take_digits(rest, 2, day)) {
    return bad();
  }
  const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  // UnixNanos ends in April 2262.
  if (!date.ok() || year < 1678 || year > 2261) return bad();
  TimeOfDay time;
  if ((take_char(rest, 'T') || take_char(rest, ' ')) && !take_time_of_day(rest, time)) return bad();
  take_char(rest, 'Z');
  if (!rest.empty()) return bad();
  const std::int64_t seconds =
      sys_days{date}.time_since_epoch().count() * 86'400LL + time.hour * 3600 + time.minute * 60 + time.second;
  return UnixNanos{seconds * 1'000'000'000 + time.nanos};
}

Result<Nanos> parse_duration(std::string_view text) {
  if (text == "0") return Nanos{0};
  std::int64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  const std::string_view unit_name(end, static_cast<std::size_t>(text.data() + text.size() - end));
  for (const Unit& unit : kUnits) {
    if (unit_name != unit.name) continue;
    const bool is_beyond_all = error == std::errc::result_out_of_range && !text.starts_with('-');
    if (!is_beyond_all && (error != std::errc{} || count < 0)) continue;
    if (is_beyond_all || count > kMostDuration.count() / unit.nanos) {
      return fail(ErrorCode::kUsage, fmt::format("'{}' is too long: {} at most", text, to_string(kMostDuration)));
    }
    return Nanos{count * unit.nanos};
  }
  return fail(ErrorCode::kUsage,
              fmt::format("'{}' is not a duration: write a whole number and a unit, such as 250ms 10s 5m 2h 1d", text));
}

std::string to_string(Nanos duration) {
  if (duration.count() == 0) return "0s";
  for (const Unit& unit : kUnits) {
    if (duration.count() % unit.nanos == 0) return fmt::format("{}{}", duration.count() / unit.nanos, unit.name);
  }
  return {};
}

}  // namespace acts
