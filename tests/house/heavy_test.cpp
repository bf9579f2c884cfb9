// What a clean build costs most: a file that includes Beast or OpenSSL's streams takes tens of seconds and a gigabyte,
// and what ccache does not find is compiled anew.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "house/cpp_text.hpp"
#include "house/project.hpp"

namespace acts::house {
namespace {

constexpr std::size_t kMostHeavyFiles = 4;

bool is_heavy(const SourceFile& file) {
  return std::ranges::any_of(includes_of(scan_cpp(file.text)), [](const Include& include) {
    return include.path.starts_with("boost/beast") || include.path.starts_with("boost/asio/ssl");
  });
}

// A header that included them would make each of its includers heavy.
std::vector<std::string> heavy_files(const std::vector<SourceFile>& files) {
  std::vector<std::string> heavy;
  for (const SourceFile& file : files) {
    if (is_cpp(file.path) && is_heavy(file)) heavy.push_back(file.path);
  }
  return heavy;
}

std::vector<std::string> listed_as_heavy() {
  const std::string text = read_file(project_root() / "src/net/CMakeLists.txt");
  for (const std::vector<std::string>& words : cmake_calls(text, "set")) {
    if (words.empty() || words.front() != "heavy_sources") continue;
    std::vector<std::string> paths;
    for (std::size_t i = 1; i < words.size(); ++i) paths.push_back("src/net/" + words[i]);
    return paths;
  }
  return {};
}

TEST(HeavyFiles, AreFourAtMostAndTheOnesThatAreListed) {
  std::vector<SourceFile> files = read_files("src");
  for (SourceFile& header : read_files("include")) files.push_back(std::move(header));
  const std::vector<std::string> heavy = heavy_files(files);
  ASSERT_FALSE(heavy.empty()) << "found nothing to check";
  EXPECT_LE(heavy.size(), kMostHeavyFiles) << ::testing::PrintToString(heavy);
  EXPECT_THAT(heavy, ::testing::UnorderedElementsAreArray(listed_as_heavy()));
}

TEST(HeavyFiles, AreToldByWhatTheyInclude) {
  EXPECT_THAT(heavy_files({{"src/a/a.cpp", "#include <boost/beast/core/tcp_stream.hpp>\n"},
                           {"src/a/b.hpp", "#pragma once\n#include <boost/asio/ssl/stream.hpp>\n"},
                           {"src/a/c.cpp", "// #include <boost/beast.hpp>\n#include <boost/asio/read.hpp>\n"},
                           {"src/a/CMakeLists.txt", "#include <boost/beast.hpp>\n"}}),
              ::testing::ElementsAre("src/a/a.cpp", "src/a/b.hpp"));
}

// Targets that are compiled with the place of the sources or of the build among their definitions.
std::vector<std::string> targets_told_a_place(const std::vector<SourceFile>& files) {
  std::vector<std::string> told;
  for (const SourceFile& file : files) {
    if (is_cpp(file.path)) continue;
    for (const std::vector<std::string>& words : cmake_calls(file.text, "target_compile_definitions")) {
      const bool is_told = std::ranges::any_of(words, [](const std::string& word) {
        return word.find("_DIR}") != std::string::npos || word.find("TARGET_FILE") != std::string::npos;
      });
      if (is_told) told.push_back(words.front());
    }
  }
  return told;
}

// ccache finds nothing of another clone for a file whose definitions name this one.
TEST(PlacesOfABuild, AreToldToFewTargets) {
  std::vector<SourceFile> files;
  for (const char* dir : {"CMakeLists.txt", "cmake", "src", "tests", "bench"}) {
    for (SourceFile& file : read_files(dir)) files.push_back(std::move(file));
  }
  EXPECT_THAT(targets_told_a_place(files), ::testing::UnorderedElementsAre("acts_testdata", "strategies_ill"));
}

TEST(PlacesOfABuild, AreToldByTheirDefinitions) {
  EXPECT_THAT(targets_told_a_place({{"tests/a/CMakeLists.txt",
                                     "target_compile_definitions(a PRIVATE N=1)\n"
                                     "target_compile_definitions(b PRIVATE P=\"${PROJECT_SOURCE_DIR}/x\")\n"
                                     "target_compile_definitions(c PRIVATE P=\"$<TARGET_FILE:acts>\")\n"}}),
              ::testing::ElementsAre("b", "c"));
}

}  // namespace
}  // namespace acts::house
