#include "exchange/event_times.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string>
#include <string_view>

namespace acts::exchange {
namespace {

constexpr std::size_t kDigits = 13;  // from 2001 to 2286

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// The 13 digits that `text` begins with, and no more.
bool begins_with_time(std::string_view text) {
  return text.size() > kDigits && std::ranges::all_of(text.substr(0, kDigits), is_digit) && !is_digit(text[kDigits]);
}

void move_time(char* digits, const std::function<std::int64_t(std::int64_t)>& moved) {
  std::int64_t millis = 0;
  std::from_chars(digits, digits + kDigits, millis);
  const std::string text = fmt::format("{}", moved(millis));
  if (text.size() == kDigits && is_digit(text[0])) std::ranges::copy(text, digits);
}

// Behind the closing quote of the text that begins at `at`.
std::size_t end_of_text(std::string_view json, std::size_t at) {
  for (++at; at < json.size() && json[at] != '"'; ++at) at += static_cast<std::size_t>(json[at] == '\\');
  return std::min(at + 1, json.size());
}

}  // namespace

void move_event_times(MarketMessage& message, const std::function<std::int64_t(std::int64_t)>& moved) {
  for (std::int64_t* time : {&message.times.event, &message.times.transaction}) {
    if (*time != 0) *time = moved(*time);
  }
  const std::string_view json = std::string_view(message.combined).substr(0, message.combined.size() - 1);
  const int outermost = message.payload().starts_with('[') ? 2 : 1;
  int depth = 0;
  for (std::size_t at = message.payload_begin; at < json.size();) {
    const char c = json[at];
    if (c == '"') {
      const std::string_view rest = json.substr(at);
      if (depth == outermost && (rest.starts_with(R"("E":)") || rest.starts_with(R"("T":)")) &&
          begins_with_time(rest.substr(4))) {
        move_time(message.combined.data() + at + 4, moved);
      }
      at = end_of_text(json, at);
      continue;
    }
    depth += static_cast<int>(c == '{' || c == '[') - static_cast<int>(c == '}' || c == ']');
    ++at;
  }
}

}  // namespace acts::exchange
