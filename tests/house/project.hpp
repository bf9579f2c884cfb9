// The files of the project that the house rules are held against.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace acts::house {

struct SourceFile {
  std::string path;  // from the project's root, with '/'
  std::string text;
};

// A rule broken at a place: "src/base/time.cpp:12: why, and the remedy".
using Violations = std::vector<std::string>;
// One a line.
std::string to_text(const Violations& violations);

std::filesystem::path project_root();

// Every text file (by its ending or name) below `dir` of the project, sorted by path; a single file if `dir` is one;
// none if it is not there.
std::vector<SourceFile> read_files(std::string_view dir);
std::string read_file(const std::filesystem::path& path);

bool is_cpp(std::string_view path);

// The calls of a CMake function in a CMakeLists.txt: the words between its parentheses, comments left out.
std::vector<std::vector<std::string>> cmake_calls(std::string_view text, std::string_view function);
// Every word of a CMakeLists.txt, comments left out.
std::vector<std::string> cmake_words(std::string_view text);
// The words that follow `keyword` up to the next word in capitals.
std::vector<std::string> cmake_arguments(const std::vector<std::string>& call, std::string_view keyword);

}  // namespace acts::house
