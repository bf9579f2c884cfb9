#include "house/room_rules.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "house/cpp_text.hpp"

namespace acts::house {
namespace {

// Of the standard library: what does input and output, threads, or draws unseeded numbers.
constexpr std::array<std::string_view, 20> kImpureHeaders{"atomic",     "barrier",    "condition_variable",
                                                          "csignal",    "filesystem", "fstream",
                                                          "future",     "iostream",   "istream",
                                                          "latch",      "mutex",      "ostream",
                                                          "print",      "semaphore",  "shared_mutex",
                                                          "stop_token", "syncstream", "thread",
                                                          "ctime",      "cstdio"};
// base prints a broken invariant and ends the process.
constexpr std::string_view kMayPrint = "src/base/assert.cpp";

template <typename Range>
bool holds(const Range& range, std::string_view value) {
  return std::ranges::find(range, value) != std::ranges::end(range);
}

bool begins_with_any(std::string_view path, const std::vector<std::string_view>& prefixes) {
  return std::ranges::any_of(prefixes, [path](std::string_view p) { return p == "*" || path.starts_with(p); });
}

std::string_view first_folder(std::string_view path) { return path.substr(0, path.find('/')); }

// "src/net/http.cpp" -> "net"; "include/acts/base/time.hpp" -> "base"; a file in no folder -> empty.
std::string_view room_of(std::string_view path) {
  for (const std::string_view top : {std::string_view("src/"), std::string_view("include/acts/")}) {
    if (!path.starts_with(top)) continue;
    path.remove_prefix(top.size());
    return path.contains('/') ? first_folder(path) : std::string_view{};
  }
  return {};
}

class IncludeCheck {
 public:
  IncludeCheck(std::span<const Room> table, std::span<const SourceFile> files) : table_(table) {
    for (const SourceFile& file : files) paths_.insert(file.path);
  }

  void check(const SourceFile& file) {
    if (!is_cpp(file.path)) return;
    ++report.files;
    file_ = &file;
    room_ = find(room_of(file.path));
    public_header_ = file.path.starts_with("include/");
    if (room_ == nullptr) return say(1, "lies in no room: give its folder a row in tests/house/room_table.cpp");
    if (public_header_ && !room_->has_public_headers) {
      return say(1, "this room promises no public headers: keep its headers beside their .cpp in src/");
    }
    for (const Include& include : includes_of(scan_cpp(file.text))) {
      line_ = include.line;
      include.quoted ? check_own(include.path) : check_library(include.path);
    }
  }

  RoomReport report;

 private:
  const Room* find(std::string_view name) const {
    const auto at = std::ranges::find(table_, name, &Room::name);
    return at == table_.end() ? nullptr : &*at;
  }

  void check_own(std::string_view path) {
    ++report.includes;
    const bool is_public = path.starts_with("acts/");
    const std::string full = (is_public ? "include/" : "src/") + std::string(path);
    if (!paths_.contains(full)) {
      return say(line_,
                 "\"" + std::string(path) + "\" is no header of the project: write its path from include/ or src/");
    }
    const std::string_view target = room_of(full);
    if (public_header_ && !is_public)
      return say(line_, "a public header includes the private \"" + std::string(path) + "\"");
    if (target == room_->name || holds(room_->uses, target)) return;
    say(line_, std::string(room_->name) + " may not use " + std::string(target) + " (\"" + std::string(path) + "\")");
  }

  void check_library(std::string_view path) {
    const bool standard = !path.contains('/') && !path.contains('.');
    if (standard) {
      if (room_->pure && holds(kImpureHeaders, path) && file_->path != kMayPrint) {
        say(line_, "<" + std::string(path) + "> in a pure room: take what it gives as an argument");
      }
      return;
    }
    ++report.includes;
    if (path.starts_with("fmt/")) return;
    if (is_vector_instructions(path)) return;
    if (public_header_) return say(line_, "a public header shows <" + std::string(path) + "> to its users");
    if (begins_with_any(path, room_->libraries)) return;
    if (begins_with_any(path, room_->libraries_in_sources)) {
      if (!file_->path.ends_with(".cpp")) say(line_, "<" + std::string(path) + "> belongs into a .cpp file");
      return;
    }
    if (!room_->pure && is_system_header(path)) return;
    say(line_, std::string(room_->name) + " may not use <" + std::string(path) + ">");
  }

  // The compiler's own, free to all.
  static bool is_vector_instructions(std::string_view path) { return path.ends_with("mmintrin.h"); }

  // Headers of the operating system, free to the rooms that do input and output.
  static bool is_system_header(std::string_view path) {
    static constexpr std::array<std::string_view, 11> kNames{"dirent.h",  "errno.h", "fcntl.h",  "poll.h",
                                                             "pthread.h", "sched.h", "signal.h", "termios.h",
                                                             "unistd.h",  "netdb.h", "spawn.h"};
    return path.starts_with("sys/") || path.starts_with("netinet/") || path.starts_with("arpa/") ||
           path.starts_with("linux/") || holds(kNames, path);
  }

  void say(std::size_t line, const std::string& what) {
    report.violations.push_back(file_->path + ":" + std::to_string(line) + ": " + what);
  }

  std::span<const Room> table_;
  std::set<std::string, std::less<>> paths_;
  const SourceFile* file_ = nullptr;
  const Room* room_ = nullptr;
  bool public_header_ = false;
  std::size_t line_ = 0;
};

std::vector<std::string_view> split_cells(std::string_view row) {
  std::vector<std::string_view> cells;
  if (!row.starts_with('|')) return cells;
  row.remove_prefix(1);
  while (row.contains('|')) {
    std::string_view cell = row.substr(0, row.find('|'));
    row.remove_prefix(cell.size() + 1);
    const std::size_t begin = std::min(cell.find_first_not_of(" `"), cell.size());
    cell.remove_prefix(begin);
    cells.push_back(cell.substr(0, cell.find_last_not_of(" `") + 1));
  }
  return cells;
}

// "src/base/" and "base/" -> "base"
std::string_view folder_name(std::string_view cell) {
  if (cell.starts_with("src/")) cell.remove_prefix(4);
  return cell.ends_with('/') ? cell.substr(0, cell.size() - 1) : std::string_view{};
}

}  // namespace

RoomReport check_includes(std::span<const Room> table, std::span<const SourceFile> files) {
  IncludeCheck check(table, files);
  for (const SourceFile& file : files) check.check(file);
  return std::move(check.report);
}

RoomReport check_targets(std::span<const Room> table, std::span<const SourceFile> files) {
  RoomReport report;
  for (const SourceFile& file : files) {
    if (!file.path.ends_with("CMakeLists.txt")) continue;
    ++report.files;
    for (const std::vector<std::string>& call : cmake_calls(file.text, "acts_room")) {
      const auto room = call.empty() ? table.end() : std::ranges::find(table, call.front(), &Room::name);
      if (room == table.end() || room_of(file.path) != room->name) {
        report.violations.push_back(file.path +
                                    ":1: acts_room() must bear the name of its folder, and that be in the table");
        continue;
      }
      for (const std::string& used : cmake_arguments(call, "USES")) {
        ++report.includes;
        if (holds(room->uses, used)) continue;
        report.violations.push_back(file.path + ":1: " + call.front() + " may not link " + used);
      }
    }
  }
  return report;
}

RoomReport check_map(std::span<const Room> table, std::string_view markdown, std::span<const std::string> folders) {
  RoomReport report;
  std::map<std::string, std::string, std::less<>> may_use;
  std::size_t column = 0;
  for (const std::string_view line : split_lines(markdown)) {
    const std::vector<std::string_view> cells = split_cells(line);
    if (const auto header = std::ranges::find(cells, "May use"); header != cells.end()) {
      column = static_cast<std::size_t>(header - cells.begin());
    } else if (column > 0 && cells.size() > column && !folder_name(cells[0]).empty()) {
      may_use.emplace(folder_name(cells[0]), cells[column]);
    }
  }
  report.files = may_use.size();
  for (const std::string& folder : folders) {
    if (!may_use.contains(folder)) report.violations.push_back("ARCHITECTURE.md: the map lacks src/" + folder + "/");
  }
  for (const auto& [name, words] : may_use) {
    const auto room = std::ranges::find(table, name, &Room::name);
    if (room == table.end() || !holds(folders, name)) {
      report.violations.push_back("ARCHITECTURE.md: the map names " + name + "/, which is not in src/");
      continue;
    }
    for (const Room& other : table) {
      const bool named = other.name != room->name && (has_word(words, other.name) || has_word(words, "everything"));
      if (named == holds(room->uses, other.name)) continue;
      report.violations.push_back("ARCHITECTURE.md: " + name + "/ " + (named ? "may not use " : "may also use ") +
                                  std::string(other.name) + ", says the table of the tests");
    }
  }
  return report;
}

}  // namespace acts::house
