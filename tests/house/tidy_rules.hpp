// House rules that read text: banned calls and words, the form of lines and files, dead files, sleeping unit tests.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "house/project.hpp"

namespace acts::house {

inline constexpr std::size_t kMaxColumns = 120;
inline constexpr std::size_t kMaxLines = 600;

// Words that may not stand in the code (comments and literals not counted) of the files that `applies` picks.
struct BannedInCode {
  std::string_view name;
  std::vector<std::string_view> words;
  std::string_view remedy;
  std::function<bool(std::string_view path)> applies;
};
std::span<const BannedInCode> banned_in_code();

Violations check_code(const SourceFile& file);

// Line length, blanks at line ends, tabs, line ends, file length.
Violations check_form(const SourceFile& file);

// Marks of unfinished work, and paths of the machine the file was written on; also in comments and documents.
Violations check_words(const SourceFile& file);

// A .cpp file that no CMakeLists.txt beside or above it names is never built.
Violations check_dead_files(std::span<const SourceFile> files);

// The sources of acts_test() calls that are not labelled integration: "tests/base/time_test.cpp".
std::vector<std::string> unit_test_sources(std::span<const SourceFile> files);

// The headers in tests/ that these include, and those that such headers include.
std::vector<std::string> unit_test_headers(std::span<const SourceFile> files);

// Unit tests do not sleep nor wait for a time, read no clock and open no socket.
Violations check_unit_test(const SourceFile& file);

}  // namespace acts::house
