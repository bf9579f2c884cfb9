#include "house/cpp_text.hpp"

#include <algorithm>
#include <cctype>

namespace acts::house {
namespace {

bool is_identifier(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

class Scanner {
 public:
  explicit Scanner(std::string_view source) : source_(source) {
    text_.code.reserve(source.size());
    text_.directives.reserve(source.size());
  }

  CppText run() && {
    while (at_ < source_.size()) {
      const std::string_view rest = source_.substr(at_);
      if (rest.starts_with("//")) {
        take(comment_end(rest), false, false);
      } else if (rest.starts_with("/*")) {
        const std::size_t end = rest.find("*/", 2);
        take(end == std::string_view::npos ? rest.size() : end + 2, false, false);
      } else if (rest.front() == '"' || rest.front() == '\'') {
        take_literal(rest);
      } else if (is_identifier(rest.front())) {
        take_word(rest);
      } else {
        take(1, true, true);
      }
    }
    return std::move(text_);
  }

 private:
  // A comment to the end of the line goes on behind a backslash.
  static std::size_t comment_end(std::string_view rest) {
    std::size_t end = rest.find('\n');
    while (end != std::string_view::npos && rest[end - 1] == '\\') end = rest.find('\n', end + 1);
    return std::min(end, rest.size());
  }

  void take(std::size_t count, bool in_code, bool in_directives) {
    for (const char c : source_.substr(at_, count)) {
      line_ += static_cast<std::size_t>(c == '\n');
      text_.code += in_code || c == '\n' ? c : ' ';
      text_.directives += in_directives || c == '\n' ? c : ' ';
    }
    at_ += count;
  }

  void take_literal(std::string_view rest) {
    std::size_t end = 1;
    while (end < rest.size() && rest[end] != rest.front() && rest[end] != '\n') end += rest[end] == '\\' ? 2U : 1U;
    end = std::min(end, rest.size());
    take(1, true, true);
    take(end - 1, false, true);
    if (end < rest.size() && rest[end] == rest.front()) take(1, true, true);
  }

  // An identifier, a number with its digit separators, or the prefix of a raw string and that string.
  void take_word(std::string_view rest) {
    const bool number = std::isdigit(static_cast<unsigned char>(rest.front())) != 0;
    std::size_t end = 1;
    while (end < rest.size() && (is_identifier(rest[end]) || (number && rest[end] == '\''))) ++end;
    const std::string_view word = rest.substr(0, end);
    take(end, true, true);
    if (end < rest.size() && rest[end] == '"' &&
        (word == "R" || word == "u8R" || word == "LR" || word == "uR" || word == "UR")) {
      take_raw_string(rest.substr(end));
    }
  }

  void take_raw_string(std::string_view rest) {
    const std::size_t open = rest.find('(');
    if (open == std::string_view::npos) return take(rest.size(), false, false);
    const std::string close = ")" + std::string(rest.substr(1, open - 1)) + "\"";
    const std::size_t end = rest.find(close, open);
    const std::size_t first = line_;
    take(end == std::string_view::npos ? rest.size() : end + close.size(), false, false);
    for (std::size_t line = first; line <= line_; ++line) text_.raw_lines.insert(line);
  }

  std::string_view source_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
  CppText text_;
};

void skip_blanks(std::string_view& text) { text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size())); }

bool take_prefix(std::string_view& text, std::string_view prefix) {
  skip_blanks(text);
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

}  // namespace

CppText scan_cpp(std::string_view source) { return Scanner(source).run(); }

std::vector<Include> includes_of(const CppText& text) {
  std::vector<Include> includes;
  std::size_t number = 0;
  for (std::string_view line : split_lines(text.directives)) {
    ++number;
    if (!take_prefix(line, "#") || !take_prefix(line, "include")) continue;
    skip_blanks(line);
    if (line.empty()) continue;
    const bool quoted = line.front() == '"';
    const std::size_t end = line.find(quoted ? '"' : '>', 1);
    includes.push_back({number, std::string(line.substr(1, end == std::string_view::npos ? end : end - 1)), quoted});
  }
  return includes;
}

std::vector<std::string_view> split_lines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

bool has_word(std::string_view line, std::string_view word) {
  for (std::size_t at = line.find(word); at != std::string_view::npos; at = line.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    const bool starts = at == 0 || !is_identifier(line[at - 1]) || !is_identifier(word.front());
    const bool ends = end == line.size() || !is_identifier(line[end]) || !is_identifier(word.back());
    if (starts && ends) return true;
  }
  return false;
}

}  // namespace acts::house
