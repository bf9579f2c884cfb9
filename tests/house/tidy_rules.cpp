#include "house/tidy_rules.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <set>

#include "house/cpp_text.hpp"

namespace acts::house {
namespace {

// Written in two parts, so that the rules do not find themselves.
const std::array<std::string, 4> kUnfinished{
    "TO"
    "DO",
    "FIX"
    "ME",
    "XX"
    "X",
    "HA"
    "CK"};
const std::array<std::string, 4> kMachinePaths{
    "/ho"
    "me/",
    "/ro"
    "ot/",
    "/wo"
    "rk/",
    "/Us"
    "ers/"};

const std::vector<std::string_view> kWallClocks{
    "system_clock", "high_resolution_clock", "clock_gettime", "gettimeofday",
    "std::time",    "time(nullptr)",         "localtime",     "localtime_r"};
const std::string_view kMonotonicClock = "steady_clock";
const std::vector<std::string_view> kSleeps{"sleep_for", "sleep_until", "usleep", "nanosleep", "sleep"};

// Of condition variables and futures, with a time: what is late on a busy machine then is another result.
const std::vector<std::string_view> kWaits{"wait_for", "wait_until"};

// The project's name of a path written in `file`: "../support/model.cpp" in tests/a/CMakeLists.txt is
// tests/support/model.cpp.
std::string beside(const SourceFile& file, const std::string& path) {
  return (std::filesystem::path(file.path).parent_path() / path).lexically_normal().generic_string();
}

bool below(std::string_view path, std::string_view room) {
  return path.starts_with("src/" + std::string(room) + "/") ||
         path.starts_with("include/acts/" + std::string(room) + "/");
}

bool is_product(std::string_view path) { return path.starts_with("src/") || path.starts_with("include/"); }

// Whoever carries what really happens: everybody else is handed seeds.
bool is_shell(std::string_view path) { return below(path, "net") || below(path, "live") || below(path, "cli"); }

std::string at(const SourceFile& file, std::size_t line, std::string_view what) {
  return file.path + ":" + std::to_string(line) + ": " + std::string(what);
}

std::size_t columns(std::string_view line) {
  return static_cast<std::size_t>(
      std::ranges::count_if(line, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

// Documents have tables and links in one line, CMake has lists; code and scripts have not.
bool has_bounded_lines(std::string_view path) {
  return is_cpp(path) || path.ends_with(".sh") || path.ends_with(".py") || path == ".ci/run";
}

void find_words(const SourceFile& file, std::string_view text, std::span<const std::string_view> words,
                std::string_view remedy, Violations& out) {
  std::size_t number = 0;
  for (const std::string_view line : split_lines(text)) {
    ++number;
    for (const std::string_view word : words) {
      if (has_word(line, word)) out.push_back(at(file, number, std::string(word) + ": " + std::string(remedy)));
    }
  }
}

}  // namespace

std::span<const BannedInCode> banned_in_code() {
  static const std::vector<BannedInCode> rules{
      {"printing",
       {"std::cout", "std::cerr", "std::clog", "printf", "fprintf", "puts", "fputs", "putchar", "fmt::print",
        "std::print"},
       "only cli/ and live's display write to the terminal: return the text, or log it in a shell room",
       [](std::string_view path) {
         return is_product(path) && !below(path, "cli") && path != "src/base/assert.cpp" &&
                path != "src/live/display.cpp";
       }},
      {"the wall clock", kWallClocks, "only net/ reads it: take `now` or a Clock as an argument",
       [](std::string_view path) { return is_product(path) && !below(path, "net"); }},
      {"the monotonic clock",
       {kMonotonicClock},
       "only net/ reads it, and live/ for limits in real time: take `now` or a Clock as an argument",
       [](std::string_view path) { return is_product(path) && !below(path, "net") && !below(path, "live"); }},
      {"sleeping", kSleeps, "wait with a bounded timer of net/, never by sleeping",
       [](std::string_view path) { return is_product(path); }},
      {"randomness",
       {"random_device", "rand", "srand", "random_shuffle"},
       "draw from a generator whose seed is an argument",
       [](std::string_view path) { return is_product(path) && !is_shell(path); }},
      {"ending the process",
       {"std::exit", "std::abort", "_exit", "_Exit", "quick_exit", "std::terminate"},
       "return a Result; a broken invariant is for ACTS_ASSERT",
       [](std::string_view path) { return is_product(path) && !below(path, "cli") && path != "src/base/assert.cpp"; }},
      {"unchecked text to number",
       {"atoi", "atol", "atof", "strtod", "strtol", "stoi", "stol", "stod", "sscanf"},
       "read numbers with std::from_chars or acts/base/decimal.hpp, which say what they could not read",
       [](std::string_view path) { return is_product(path); }},
      {"the folder that all tests share",
       {"testing::TempDir()"},
       "another build's tests may run beside these: take a folder of tests/recording/temp_dir.hpp",
       [](std::string_view) { return true; }},
      {"header guards",
       {"#ifndef ACTS"},
       "guard a header with #pragma once",
       [](std::string_view path) { return path.ends_with(".hpp"); }},
  };
  return rules;
}

Violations check_code(const SourceFile& file) {
  Violations violations;
  if (!is_cpp(file.path)) return violations;
  const CppText text = scan_cpp(file.text);
  for (const BannedInCode& rule : banned_in_code()) {
    if (rule.applies(file.path)) find_words(file, text.code, rule.words, rule.remedy, violations);
  }
  const bool header = file.path.ends_with(".hpp");
  if (header && !has_word(text.code, "#pragma once"))
    violations.push_back(at(file, 1, "a header begins with #pragma once"));
  return violations;
}

Violations check_form(const SourceFile& file) {
  Violations violations;
  const auto raw_lines = is_cpp(file.path) ? scan_cpp(file.text).raw_lines : std::set<std::size_t>{};
  const std::vector<std::string_view> lines = split_lines(file.text);
  for (std::size_t number = 1; number <= lines.size(); ++number) {
    const std::string_view line = lines[number - 1];
    if (line.ends_with('\r')) violations.push_back(at(file, number, "the line ends in CR LF, not in LF alone"));
    if (line.ends_with(' ') || line.ends_with('\t'))
      violations.push_back(at(file, number, "blanks at the end of the line"));
    if (is_cpp(file.path) && line.contains('\t')) violations.push_back(at(file, number, "a tab: indent with blanks"));
    // A real message in a raw string is as long as it is.
    if (has_bounded_lines(file.path) && columns(line) > kMaxColumns && !raw_lines.contains(number)) {
      violations.push_back(at(
          file, number, std::to_string(columns(line)) + " columns; " + std::to_string(kMaxColumns) + " are the most"));
    }
  }
  if (!file.text.empty() && !file.text.ends_with('\n'))
    violations.push_back(at(file, lines.size(), "the last line does not end"));
  if (file.text.ends_with("\n\n")) violations.push_back(at(file, lines.size(), "empty lines at the end of the file"));
  if (has_bounded_lines(file.path) && lines.size() > kMaxLines) {
    violations.push_back(
        at(file, lines.size(),
           std::to_string(lines.size()) + " lines; split it, " + std::to_string(kMaxLines) + " are the most"));
  }
  return violations;
}

Violations check_words(const SourceFile& file) {
  Violations violations;
  std::size_t number = 0;
  for (const std::string_view line : split_lines(file.text)) {
    ++number;
    for (const std::string& word : kUnfinished) {
      if (has_word(line, word))
        violations.push_back(at(file, number, word + ": finish it, or say in the documents what is missing"));
    }
    for (const std::string& path : kMachinePaths) {
      const std::size_t found = line.find(path);
      if (found == std::string_view::npos) continue;
      // "build/work/" and "https://host/home/" are no paths of a machine.
      const bool absolute = found == 0 || (std::isalnum(static_cast<unsigned char>(line[found - 1])) == 0 &&
                                           line[found - 1] != '.' && line[found - 1] != '_' && line[found - 1] != '}');
      if (absolute) violations.push_back(at(file, number, path + "…: a path of one machine"));
    }
  }
  return violations;
}

Violations check_dead_files(std::span<const SourceFile> files) {
  std::set<std::string, std::less<>> named;
  for (const SourceFile& file : files) {
    if (!file.path.ends_with("CMakeLists.txt")) continue;
    for (const std::string& word : cmake_words(file.text)) named.insert(beside(file, word));
    for (const std::vector<std::string>& call : cmake_calls(file.text, "acts_fuzz")) {
      named.insert(beside(file, call.front() + "_fuzz.cpp"));
    }
  }
  Violations violations;
  for (const SourceFile& file : files) {
    if (file.path.ends_with(".cpp") && !named.contains(file.path)) {
      violations.push_back(at(file, 1, "no CMakeLists.txt names this file: nobody builds it"));
    }
  }
  return violations;
}

std::vector<std::string> unit_test_sources(std::span<const SourceFile> files) {
  std::vector<std::string> sources;
  for (const SourceFile& file : files) {
    if (!file.path.ends_with("CMakeLists.txt")) continue;
    for (const std::vector<std::string>& call : cmake_calls(file.text, "acts_test")) {
      const std::vector<std::string> label = cmake_arguments(call, "LABEL");
      if (!label.empty() && label.front() != "unit") continue;
      for (const std::string& name : cmake_arguments(call, "SOURCES")) {
        std::string source = beside(file, name);
        if (std::ranges::find(sources, source) == sources.end())
          sources.push_back(std::move(source));  // several share it
      }
    }
  }
  return sources;
}

std::vector<std::string> unit_test_headers(std::span<const SourceFile> files) {
  std::vector<std::string> all = unit_test_sources(files);
  const std::size_t sources = all.size();
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto file = std::ranges::find(files, all[i], &SourceFile::path);
    if (file == files.end()) continue;
    for (const Include& include : includes_of(scan_cpp(file->text))) {
      std::string header = "tests/" + std::string(include.path);
      const bool is_there = std::ranges::find(files, header, &SourceFile::path) != files.end();
      if (is_there && std::ranges::find(all, header) == all.end()) all.push_back(std::move(header));
    }
  }
  return {all.begin() + static_cast<std::ptrdiff_t>(sources), all.end()};
}

Violations check_unit_test(const SourceFile& file) {
  static constexpr std::string_view kRemedy = "not in a unit test: hand in the time, or label the test integration";
  Violations violations;
  const CppText text = scan_cpp(file.text);
  find_words(file, text.code, kWallClocks, kRemedy, violations);
  find_words(file, text.code, {{kMonotonicClock}}, kRemedy, violations);
  find_words(file, text.code, kSleeps, kRemedy, violations);
  find_words(file, text.code, kWaits, kRemedy, violations);
  static const std::vector<std::string_view> kSockets{"tcp::socket", "tcp::acceptor", "connect", "bind", "listen"};
  const auto includes = includes_of(text);
  const bool asio = std::ranges::any_of(
      includes, [](const Include& i) { return i.path.starts_with("boost/") || i.path == "sys/socket.h"; });
  if (asio) find_words(file, text.code, kSockets, kRemedy, violations);
  static const std::vector<std::string_view> kOfNet{"EventLoop", "HttpClient", "WebSocketClient", "RealClock",
                                                    "NetTest"};
  find_words(file, text.code, kOfNet, kRemedy, violations);
  const bool net = std::ranges::any_of(includes, [](const Include& i) { return i.path.starts_with("net/"); });
  if (net) find_words(file, text.code, {{"Server"}}, kRemedy, violations);
  return violations;
}

}  // namespace acts::house
