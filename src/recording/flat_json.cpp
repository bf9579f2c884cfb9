#include "recording/flat_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace acts {
namespace {

constexpr std::size_t kUsualFields = 8;
constexpr std::string_view kReplacement = "\xef\xbf\xbd";

unsigned char byte_at(std::string_view text, std::size_t i) { return static_cast<unsigned char>(text[i]); }

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Bytes of the UTF-8 character at the front of `text` (not empty); 0 if there is none: overlong forms, surrogates,
// beyond U+10FFFF.
std::size_t utf8_length(std::string_view text) {
  const unsigned char lead = byte_at(text, 0);
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte_at(text, i) & 0xc0) != 0x80) return 0;
  }
  const unsigned char second = byte_at(text, 1);
  const bool overlong = (lead == 0xe0 && second < 0xa0) || (lead == 0xf0 && second < 0x90);
  const bool out_of_range = (lead == 0xed && second >= 0xa0) || (lead == 0xf4 && second >= 0x90);
  return overlong || out_of_range ? 0 : length;
}

// How many bytes at the front stand in a string as they are: ASCII without control characters, quotes and backslashes.
std::size_t plain_length(std::string_view text) {
  const auto is_plain = [](char c) { return c >= ' ' && c != '"' && c != '\\' && c != '\x7f'; };
  return static_cast<std::size_t>(std::ranges::find_if_not(text, is_plain) - text.begin());
}

void append_utf8(std::string& out, std::uint32_t code_point) {
  const auto tail = [&](int shift) { out += static_cast<char>(0x80 | ((code_point >> shift) & 0x3f)); };
  if (code_point < 0x80) {
    out += static_cast<char>(code_point);
  } else if (code_point < 0x800) {
    out += static_cast<char>(0xc0 | (code_point >> 6));
    tail(0);
  } else if (code_point < 0x10000) {
    out += static_cast<char>(0xe0 | (code_point >> 12));
    tail(6);
    tail(0);
  } else {
    out += static_cast<char>(0xf0 | (code_point >> 18));
    tail(12);
    tail(6);
    tail(0);
  }
}

class Parser {
 public:
  explicit Parser(std::string_view text) : rest_(text) { fields_.reserve(kUsualFields); }

  Result<std::vector<FlatField>> object() {
    if (!take('{')) return bad("does not start with an object");
    if (!take('}')) {
      do {
        if (!field()) return bad(problem_);
      } while (take(','));
      if (!take('}')) return bad("has no ',' or '}' after a value");
    }
    skip_blanks();
    if (!rest_.empty()) return bad("has something behind its object");
    return std::move(fields_);
  }

 private:
  static std::unexpected<Error> bad(std::string_view problem) {
    return fail(ErrorCode::kBadInput, std::string(problem));
  }

  bool problem(std::string_view what) {
    problem_ = what;
    return false;
  }

  void skip_blanks() {
    while (!rest_.empty() && (rest_.front() == ' ' || rest_.front() == '\t' || rest_.front() == '\r'))
      rest_.remove_prefix(1);
  }

  bool take(char c) {
    skip_blanks();
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }

  bool field() {
    if (fields_.size() == kMaxFlatFields) return problem("has too many keys");
    FlatField field;
    if (!take('"')) return problem("has no key where one is due");
    if (!string(field.key)) return false;
    if (!take(':')) return problem("has no ':' after a key");
    if (std::ranges::find(fields_, field.key, &FlatField::key) != fields_.end()) return problem("has a key twice");
    field.is_string = take('"');
    if (!(field.is_string ? string(field.text) : number(field.text))) return false;
    fields_.push_back(std::move(field));
    return true;
  }

  bool number(std::string& out) {
    const std::size_t sign = rest_.starts_with('-') ? 1 : 0;
    std::size_t end = sign;
    while (end < rest_.size() && is_digit(rest_[end])) ++end;
    const bool leading_zero = end > sign + 1 && rest_[sign] == '0';
    if (end == sign || leading_zero) return problem("has a value that is neither a string nor a whole number");
    out = rest_.substr(0, end);
    rest_.remove_prefix(end);
    return true;
  }

  // The opening quote is taken already.
  bool string(std::string& out) {
    while (!rest_.empty()) {
      if (rest_.front() == '"') {
        rest_.remove_prefix(1);
        return true;
      }
      if (const std::size_t plain = plain_length(rest_); plain > 0) {
        out += rest_.substr(0, plain);
        rest_.remove_prefix(plain);
        continue;
      }
      if (rest_.front() == '\\') {
        rest_.remove_prefix(1);
        if (!escape(out)) return problem("has an escape that JSON does not know");
        continue;
      }
      const std::size_t length = utf8_length(rest_);
      if (length == 0) return problem("is not UTF-8");
      if (byte_at(rest_, 0) < 0x20) return problem("has a control character in a string");
      out += rest_.substr(0, length);
      rest_.remove_prefix(length);
    }
    return problem("ends inside a string");
  }

  bool escape(std::string& out) {
    if (rest_.empty()) return false;
    const char c = rest_.front();
    rest_.remove_prefix(1);
    constexpr std::string_view kNames = "\"\\/bfnrt";
    constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
    if (const std::size_t at = kNames.find(c); at != std::string_view::npos) {
      out += kMeanings[at];
      return true;
    }
    std::uint32_t unit = 0;
    if (c != 'u' || !hex4(unit)) return false;
    if (unit >= 0xd800 && unit < 0xdc00) {
      std::uint32_t low = 0;
      if (!rest_.starts_with("\\u")) return false;
      rest_.remove_prefix(2);
      if (!hex4(low) || low < 0xdc00 || low >= 0xe000) return false;
      unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
    } else if (unit >= 0xdc00 && unit < 0xe000) {
      return false;
    }
    append_utf8(out, unit);
    return true;
  }

  bool hex4(std::uint32_t& value) {
    if (rest_.size() < 4) return false;
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + 4, value, 16);
    if (error != std::errc{} || end != rest_.data() + 4) return false;
    rest_.remove_prefix(4);
    return true;
  }

  std::string_view rest_;
  std::vector<FlatField> fields_;
  std::string_view problem_;
};

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    if (const std::size_t plain = plain_length(text); plain > 0) {
      out += text.substr(0, plain);
      text.remove_prefix(plain);
      continue;
    }
    const std::size_t length = utf8_length(text);
    const char c = text.front();
    if (length == 0) {
      out += kReplacement;
    } else if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (length == 1 && byte_at(text, 0) < 0x20) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(byte_at(text, 0)));
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  out += '"';
}

Result<std::vector<FlatField>> parse_flat_json(std::string_view text) { return Parser(text).object(); }

}  // namespace acts
