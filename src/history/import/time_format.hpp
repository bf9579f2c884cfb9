// How a file writes its times: numbers since 1970 in one unit, or text by a pattern; all UTC. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "acts/base/result.hpp"

namespace acts::history {

class TimeFormat {
 public:
  // By what stands there: whole milliseconds or microseconds, or ISO 8601 ("2020-01-01 00:00:00", a "T", a "Z", parts
  // of a second, the date alone).
  TimeFormat() = default;

  // "s", "ms", "us", "ns": a number of these, which may have decimals, since 1970, or with "ms+2022-12-13" since that
  // day's begin; "iso"; or a pattern: %Y (four digits), %y, %m,
  // %d, %H, %M, %S (two digits each), %f (one to nine digits of a second), %p (AM or PM, with %I for the hour), %%; all
  // else stands for itself. Errors: kUsage: a letter that is none of these, a pattern without year, month and day.
  static Result<TimeFormat> parse(std::string_view text);

  [[nodiscard]] bool is_by_content() const { return how_ == How::kByContent; }
  // Nanoseconds since 1970, 0 <= t < 2200. Not by_content.
  [[nodiscard]] std::optional<std::int64_t> read(std::string_view text) const;
  // "s", "ms", "us", "ns", "text".
  [[nodiscard]] std::string_view unit() const;

  friend bool operator==(const TimeFormat&, const TimeFormat&) = default;

 private:
  enum class How : std::uint8_t { kByContent, kNumber, kIso, kPattern };
  How how_ = How::kByContent;
  int scale_ = 0;           // of kNumber: a unit is 10^scale_ nanoseconds,
  std::int64_t since_ = 0;  // and which moment is 0
  std::string pattern_;
};

// Bounds of the times of messages, nanoseconds since 1970: from 1973, before which milliseconds may as well be seconds,
// to before 2200; UnixNanos ends in 2262.
inline constexpr std::int64_t kLeastTimeNanos = 100'000'000'000'000'000;
inline constexpr std::int64_t kEndTimeNanos = 7'258'118'400'000'000'000;
constexpr bool is_likely_time(std::int64_t nanos) noexcept { return nanos >= kLeastTimeNanos && nanos < kEndTimeNanos; }

// ISO 8601 as above. Nanoseconds since 1970, 0 <= t < 2200.
std::optional<std::int64_t> read_iso_time(std::string_view text);

}  // namespace acts::history
