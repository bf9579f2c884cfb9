#include "history/canonical_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "acts/base/assert.hpp"

namespace acts::history {
namespace {

using nlohmann::json;

constexpr std::int64_t kLargestExact = std::int64_t{1} << 53;

std::unexpected<Error> refuse(std::string what) { return fail(ErrorCode::kBadInput, std::move(what)); }

// The code point that begins at `at`, which then is behind it; nothing if it is not UTF-8.
std::optional<char32_t> next_code_point(std::string_view text, std::size_t& at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(at);
  const std::size_t length = first < 0x80 ? 1U : first < 0xe0 ? 2U : first < 0xf0 ? 3U : 4U;
  if (first >= 0xf8 || (first >= 0x80 && first < 0xc0) || at + length > text.size()) return std::nullopt;
  constexpr std::array<unsigned char, 5> kMasks{0, 0x7f, 0x1f, 0x0f, 0x07};
  char32_t code = first & kMasks[length];
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(at + i) & 0xc0) != 0x80) return std::nullopt;
    code = code << 6 | (byte(at + i) & 0x3f);
  }
  constexpr std::array<char32_t, 5> kLeast{0, 0, 0x80, 0x800, 0x10000};
  if (code < kLeast[length] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return std::nullopt;
  at += length;
  return code;
}

std::optional<std::u16string> to_utf16(std::string_view text) {
  std::u16string units;
  for (std::size_t at = 0; at < text.size();) {
    const auto code = next_code_point(text, at);
    if (!code) return std::nullopt;
    if (*code < 0x10000) {
      units += static_cast<char16_t>(*code);
    } else {
      units += static_cast<char16_t>(0xd800 + ((*code - 0x10000) >> 10));
      units += static_cast<char16_t>(0xdc00 + ((*code - 0x10000) & 0x3ff));
    }
  }
  return units;
}

// Of UTF-8 text.
void append_text(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    constexpr std::string_view kEscaped = "\"\\\b\f\n\r\t";
    constexpr std::string_view kLetters = "\"\\bfnrt";
    if (const std::size_t at = kEscaped.find(c); at != std::string_view::npos) {
      out += '\\';
      out += kLetters[at];
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  out += '"';
}

class Writer {
 public:
  Result<void> write(const json& value) {
    if (depth_ > kMaxDepth) return refuse("values in one another deeper than can be meant");
    switch (value.type()) {
      case json::value_t::null: out_ += "null"; return {};
      case json::value_t::boolean: out_ += value.get<bool>() ? "true" : "false"; return {};
      case json::value_t::string: return write_text(value.get_ref<const std::string&>());
      case json::value_t::number_float: return write_real(value.get<double>());
      case json::value_t::number_integer:
      case json::value_t::number_unsigned: return write_whole(value);
      case json::value_t::array: return write_array(value);
      case json::value_t::object: return write_object(value);
      case json::value_t::binary:
      case json::value_t::discarded: break;
    }
    return refuse("a value that JSON does not have");
  }
  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  Result<void> write_text(const std::string& text) {
    if (!is_utf8(text)) return refuse("text that is not UTF-8");
    append_text(out_, text);
    return {};
  }
  Result<void> write_real(double number) {
    if (!std::isfinite(number)) return refuse("a number that is not finite");
    out_ += canonical_number(number);
    return {};
  }
  Result<void> write_whole(const json& value) {
    const bool is_exact =
        value.is_number_unsigned()
            ? value.get<std::uint64_t>() <= static_cast<std::uint64_t>(kLargestExact)
            : value.get<std::int64_t>() >= -kLargestExact && value.get<std::int64_t>() <= kLargestExact;
    if (!is_exact) return refuse(fmt::format("{} is no exact double: write it as text", value.dump()));
    out_ += value.dump();
    return {};
  }
  Result<void> write_array(const json& array) {
    out_ += '[';
    ++depth_;
    const char* between = "";
    for (const json& value : array) {
      out_ += std::exchange(between, ",");
      if (auto done = write(value); !done) return done;
    }
    --depth_;
    out_ += ']';
    return {};
  }
  Result<void> write_object(const json& object) {
    std::vector<std::pair<std::u16string, const std::string*>> keys;
    for (auto at = object.begin(); at != object.end(); ++at) {
      auto units = to_utf16(at.key());
      if (!units) return refuse("a key that is not UTF-8");
      keys.emplace_back(*std::move(units), &at.key());
    }
    std::ranges::sort(keys);
    out_ += '{';
    ++depth_;
    const char* between = "";
    for (const auto& [units, key] : keys) {
      out_ += std::exchange(between, ",");
      append_text(out_, *key);
      out_ += ':';
      if (auto done = write(object.at(*key)); !done) return done;
    }
    --depth_;
    out_ += '}';
    return {};
  }

  static constexpr int kMaxDepth = 64;
  int depth_ = 0;
  std::string out_;
};

}  // namespace

// ECMA-262, Number::toString: of the shortest digits that give the number back, where the point goes.
std::string canonical_number(double number) {
  ACTS_ASSERT(std::isfinite(number));
  if (number == 0) return "0";
  std::array<char, 32> buffer{};
  const auto written =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), std::abs(number), std::chars_format::scientific);
  const std::string_view text(buffer.data(), static_cast<std::size_t>(written.ptr - buffer.data()));
  const std::size_t mark = text.find('e');
  std::string digits(text.substr(0, mark));
  std::erase(digits, '.');
  const std::string_view power = text.substr(mark + (text[mark + 1] == '+' ? 2 : 1));
  int exponent = 0;
  std::from_chars(power.data(), power.data() + power.size(), exponent);
  const int point = exponent + 1;  // so many digits are in front of it
  const int count = static_cast<int>(digits.size());
  constexpr int kMostWhole = 21;
  constexpr int kLeastSmall = -6;
  std::string out = number < 0 ? "-" : "";
  if (count <= point && point <= kMostWhole) {
    return out + digits + std::string(static_cast<std::size_t>(point - count), '0');
  }
  if (0 < point && point <= kMostWhole) {
    const auto whole = static_cast<std::size_t>(point);
    return fmt::format("{}{}.{}", out, digits.substr(0, whole), digits.substr(whole));
  }
  if (kLeastSmall < point && point <= 0) {
    return fmt::format("{}0.{}{}", out, std::string(static_cast<std::size_t>(-point), '0'), digits);
  }
  return fmt::format("{}{}{}{}e{}{}", out, digits[0], count > 1 ? "." : "", digits.substr(1), exponent < 0 ? "-" : "+",
                     std::abs(exponent));
}

bool is_utf8(std::string_view text) noexcept {
  for (std::size_t at = 0; at < text.size();) {
    if (!next_code_point(text, at)) return false;
  }
  return true;
}

Result<std::string> canonical_json(const nlohmann::json& document) {
  Writer writer;
  if (auto done = writer.write(document); !done) return std::unexpected(std::move(done.error()));
  return writer.take();
}

}  // namespace acts::history
