// C++ source as the house rules look at it: comments and literals told apart from code. Knows tokens, not the grammar.
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace acts::house {

// Both texts have the length and the line ends of the original; what they leave out is blank.
struct CppText {
  std::string code;                 // without comments, without the contents of literals
  std::string directives;           // without comments and raw strings: where #include lines are looked for
  std::set<std::size_t> raw_lines;  // lines (from 1) that hold a part of a raw string
};
CppText scan_cpp(std::string_view source);

struct Include {
  std::size_t line = 0;  // from 1
  std::string path;
  bool quoted = false;
};
std::vector<Include> includes_of(const CppText& text);

std::vector<std::string_view> split_lines(std::string_view text);

// Whether `word` stands in `line` on its own, not as a part of a longer identifier.
bool has_word(std::string_view line, std::string_view word);

}  // namespace acts::house
