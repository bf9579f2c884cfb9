// Which room of the house may use which, and the check that holds #include lines, CMake targets and the map in
// ARCHITECTURE.md to it.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "house/project.hpp"

namespace acts::house {

struct Room {
  std::string_view name{};
  // Other rooms it may use; each stands above it in the table.
  std::vector<std::string_view> uses{};
  // Beginnings of third-party header paths it may include; fmt/ is free to all. "*": any.
  std::vector<std::string_view> libraries{};
  // The same, in its .cpp files only.
  std::vector<std::string_view> libraries_in_sources{};
  // Decides and computes: no files, no streams, no threads, no headers of the operating system.
  bool pure = false;
  // Has headers in include/acts that are promises to users: those include public headers, the standard library and fmt
  // alone.
  bool has_public_headers = false;
};

std::span<const Room> room_table();

struct RoomReport {
  std::size_t files = 0;
  std::size_t includes = 0;  // of rooms and libraries, the standard library not counted
  Violations violations;
};
// `files`: all of include/acts and src.
RoomReport check_includes(std::span<const Room> table, std::span<const SourceFile> files);

// Holds what CMakeLists.txt files of src/ say after USES to the table: a target links what its row allows.
RoomReport check_targets(std::span<const Room> table, std::span<const SourceFile> files);

// Holds the map to the table: a Markdown table with the columns "Folder" (`name/`) and "May use". It must name each of
// `folders`, no room that has no folder, and as may-use the rooms of the table ("everything" for all).
RoomReport check_map(std::span<const Room> table, std::string_view markdown, std::span<const std::string> folders);

}  // namespace acts::house
