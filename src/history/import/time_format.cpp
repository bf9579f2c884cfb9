#include "history/import/time_format.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>

#include "acts/base/decimal.hpp"
#include "acts/base/time.hpp"

namespace acts::history {
namespace {

constexpr std::int64_t kSecondNanos = 1'000'000'000;

struct Unit {
  std::string_view name;
  int scale;
};
constexpr std::array<Unit, 4> kUnits{{{"s", 9}, {"ms", 6}, {"us", 3}, {"ns", 0}}};

constexpr std::string_view kPatternLetters = "YymdHIMSfp%";

struct Parts {
  int year = -1;
  int month = -1;
  int day = -1;
  int hour = 0;
  int minute = 0;
  int second = 0;
  std::int64_t nanos = 0;
  std::optional<bool> is_afternoon = {};
};

// `count` digits from the front of `text`; -1 if they are not there.
int take_digits(std::string_view& text, std::size_t count) {
  if (text.size() < count) return -1;
  int value = 0;
  for (const char c : text.substr(0, count)) {
    if (c < '0' || c > '9') return -1;
    value = value * 10 + (c - '0');
  }
  text.remove_prefix(count);
  return value;
}

bool take_fraction(std::string_view& text, std::int64_t& nanos) {
  const std::size_t end = std::min(text.find_first_not_of("0123456789"), text.size());
  if (end == 0 || end > 9) return false;
  nanos = take_digits(text, end);
  for (std::size_t i = end; i < 9; ++i) nanos *= 10;
  return true;
}

bool take_half_day(std::string_view& text, std::optional<bool>& is_afternoon) {
  const std::string_view word = text.substr(0, 2);
  if (word != "AM" && word != "am" && word != "PM" && word != "pm") return false;
  is_afternoon = word == "PM" || word == "pm";
  text.remove_prefix(2);
  return true;
}

bool take_part(char letter, std::string_view& text, Parts& parts) {
  switch (letter) {
    case 'Y': return (parts.year = take_digits(text, 4)) >= 0;
    case 'y': {
      const int year = take_digits(text, 2);
      parts.year = 2000 + year;
      return year >= 0;
    }
    case 'm': return (parts.month = take_digits(text, 2)) >= 0;
    case 'd': return (parts.day = take_digits(text, 2)) >= 0;
    case 'H':
    case 'I': return (parts.hour = take_digits(text, 2)) >= 0;
    case 'M': return (parts.minute = take_digits(text, 2)) >= 0;
    case 'S': return (parts.second = take_digits(text, 2)) >= 0;
    case 'f': return take_fraction(text, parts.nanos);
    default: return take_half_day(text, parts.is_afternoon);
  }
}

std::optional<std::int64_t> nanos_of(const Parts& parts) {
  const std::chrono::year_month_day date(std::chrono::year(parts.year),
                                         std::chrono::month(static_cast<unsigned>(parts.month)),
                                         std::chrono::day(static_cast<unsigned>(parts.day)));
  int hour = parts.hour;
  if (parts.is_afternoon) {
    if (hour < 1 || hour > 12) return std::nullopt;
    hour = hour % 12 + (*parts.is_afternoon ? 12 : 0);
  }
  if (!date.ok() || hour > 23 || parts.minute > 59 || parts.second > 59) return std::nullopt;
  if (parts.year < 1970 || parts.year >= 2200) return std::nullopt;
  const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  return ((days * 24 + hour) * 3600 + parts.minute * 60 + parts.second) * kSecondNanos + parts.nanos;
}

std::optional<std::int64_t> read_pattern(std::string_view pattern, std::string_view text) {
  Parts parts;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    bool is_part = pattern[i] == '%';
    if (is_part) {
      ++i;
      is_part = pattern[i] != '%';
    }
    if (is_part) {
      if (!take_part(pattern[i], text, parts)) return std::nullopt;
    } else if (text.empty() || text.front() != pattern[i]) {
      return std::nullopt;
    } else {
      text.remove_prefix(1);
    }
  }
  return text.empty() ? nanos_of(parts) : std::nullopt;
}

}  // namespace

Result<TimeFormat> TimeFormat::parse(std::string_view text) {
  TimeFormat format;
  if (text == "iso") {
    format.how_ = How::kIso;
    return format;
  }
  const std::size_t plus = text.find('+');
  if (const auto unit = std::ranges::find(kUnits, text.substr(0, plus), &Unit::name); unit != kUnits.end()) {
    format.how_ = How::kNumber;
    format.scale_ = unit->scale;
    if (plus == std::string_view::npos) return format;
    const auto since = read_pattern("%Y-%m-%d", text.substr(plus + 1));
    if (!since) {
      return fail(ErrorCode::kUsage, fmt::format("time format '{}': behind the + stands a day, YYYY-MM-DD", text));
    }
    format.since_ = *since;
    return format;
  }
  format.how_ = How::kPattern;
  format.pattern_ = text;
  std::string letters;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') continue;
    ++i;
    const char letter = i < text.size() ? text[i] : '\0';
    if (letter == '\0' || !kPatternLetters.contains(letter)) {
      return fail(ErrorCode::kUsage,
                  fmt::format("time format '{}': a % is followed by one of Y y m d H I M S f p %", text));
    }
    letters += letter;
  }
  const bool has_date =
      letters.find_first_of("Yy") != std::string::npos && letters.contains('m') && letters.contains('d');
  if (has_date) return format;
  return fail(ErrorCode::kUsage,
              fmt::format("time format '{}': it is s, ms, us, ns, iso, or a pattern such as '%Y-%m-%d %H:%M'", text));
}

std::optional<std::int64_t> TimeFormat::read(std::string_view text) const {
  if (how_ == How::kIso) return read_iso_time(text);
  if (how_ == How::kPattern) return read_pattern(pattern_, text);
  const ScaledInteger number = parse_scaled(text, scale_);
  if (number.status != DecimalStatus::kOk || number.units >= kEndTimeNanos - since_) return std::nullopt;
  return since_ + number.units;
}

std::string_view TimeFormat::unit() const {
  if (how_ != How::kNumber) return "text";
  return std::ranges::find(kUnits, scale_, &Unit::scale)->name;
}

std::optional<std::int64_t> read_iso_time(std::string_view text) {
  const Result<UnixNanos> time = parse_iso8601(text);
  if (!time || time->value < 0 || time->value >= kEndTimeNanos) return std::nullopt;
  return time->value;
}

}  // namespace acts::history
