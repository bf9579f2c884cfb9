#include "house/project.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>

#include "house/cpp_text.hpp"
#include "support/testdata.hpp"

namespace acts::house {
namespace fs = std::filesystem;
namespace {

constexpr std::array<std::string_view, 17> kTextEndings{".cpp", ".hpp",     ".cmake", ".txt",  ".md", ".sh",
                                                        ".py",  ".yml",     ".json",  ".toml", ".in", ".conf",
                                                        ".1",   ".service", ".bash",  ".fish", ".sql"};
constexpr std::array<std::string_view, 5> kTextNames{"Makefile", "_acts", ".clang-tidy", ".clang-format", "run"};

bool is_text(const fs::path& path) {
  return std::ranges::find(kTextEndings, path.extension().string()) != kTextEndings.end() ||
         std::ranges::find(kTextNames, path.filename().string()) != kTextNames.end();
}

std::string without_comments(std::string_view cmake) {
  std::string code;
  for (const std::string_view line : split_lines(cmake)) code += std::string(line.substr(0, line.find('#'))) + '\n';
  return code;
}

bool is_keyword(std::string_view word) {
  return !word.empty() && std::ranges::all_of(word, [](unsigned char c) { return std::isupper(c) != 0 || c == '_'; });
}

}  // namespace

std::string to_text(const Violations& violations) {
  std::string text;
  for (const std::string& violation : violations) text += violation + '\n';
  return text;
}

fs::path project_root() { return test::project_file(""); }

std::string read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + path.string());
  std::ostringstream text;
  text << in.rdbuf();
  return std::move(text).str();
}

std::vector<SourceFile> read_files(std::string_view dir) {
  const fs::path root = project_root();
  const fs::path top = root / dir;
  std::vector<SourceFile> files;
  const auto add = [&](const fs::path& path) {
    files.push_back({path.lexically_relative(root).generic_string(), read_file(path)});
  };
  if (fs::is_regular_file(top)) {
    add(top);
  } else if (fs::is_directory(top)) {
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(top)) {
      if (entry.is_regular_file() && is_text(entry.path())) add(entry.path());
    }
  }
  std::ranges::sort(files, {}, &SourceFile::path);
  return files;
}

bool is_cpp(std::string_view path) { return path.ends_with(".cpp") || path.ends_with(".hpp"); }

std::vector<std::string> cmake_words(std::string_view text) {
  std::string code = without_comments(text);
  std::ranges::replace_if(code, [](char c) { return c == '(' || c == ')' || c == '"'; }, ' ');
  std::istringstream words(code);
  return {std::istream_iterator<std::string>(words), std::istream_iterator<std::string>()};
}

std::vector<std::vector<std::string>> cmake_calls(std::string_view text, std::string_view function) {
  const std::string code = without_comments(text);
  std::vector<std::vector<std::string>> calls;
  const std::string opening = std::string(function) + "(";
  for (std::size_t at = code.find(opening); at != std::string::npos; at = code.find(opening, at + 1)) {
    if (at > 0 && (std::isalnum(static_cast<unsigned char>(code[at - 1])) != 0 || code[at - 1] == '_')) continue;
    const std::size_t begin = at + opening.size();
    std::istringstream words(code.substr(begin, code.find(')', begin) - begin));
    calls.emplace_back(std::istream_iterator<std::string>(words), std::istream_iterator<std::string>());
  }
  return calls;
}

std::vector<std::string> cmake_arguments(const std::vector<std::string>& call, std::string_view keyword) {
  auto at = std::ranges::find(call, keyword);
  if (at == call.end()) return {};
  const auto end = std::find_if(++at, call.end(), is_keyword);
  return {at, end};
}

}  // namespace acts::house
