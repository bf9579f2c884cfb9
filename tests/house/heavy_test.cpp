// What a clean build costs most: a file that includes Beast or OpenSSL's streams takes tens of seconds and a gigabyte.
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

}  // namespace
}  // namespace acts::house
