// docs/troubles.md names for each trouble the tests that show it: they are there.
#include <gtest/gtest.h>

#include <regex>
#include <set>
#include <string>

#include "house/project.hpp"

namespace acts::house {
namespace {

// "Suite.Name" of every test below tests/.
std::set<std::string> all_tests() {
  static const std::regex kTest(R"(\bTEST(?:_F|_P)?\((\w+),\s*(\w+)\))");
  std::set<std::string> names;
  for (const SourceFile& file : read_files("tests")) {
    if (!is_cpp(file.path)) continue;
    for (std::sregex_iterator at(file.text.begin(), file.text.end(), kTest), end; at != end; ++at) {
      names.insert((*at)[1].str() + "." + (*at)[2].str());
    }
  }
  return names;
}

TEST(Troubles, EachNamesTestsThatAreThere) {
  const std::set<std::string> tests = all_tests();
  const std::string page = read_file(project_root() / "docs" / "troubles.md");
  static const std::regex kRow(R"(\n\| (\d+) \|([^\n]*)\|)");
  static const std::regex kName(R"(`(\w+\.\w+)`)");
  int rows = 0;
  for (std::sregex_iterator row(page.begin(), page.end(), kRow), end; row != end; ++row) {
    EXPECT_EQ((*row)[1].str(), std::to_string(++rows));
    const std::string text = (*row)[2].str();
    int named = 0;
    for (std::sregex_iterator name(text.begin(), text.end(), kName); name != end; ++name, ++named) {
      EXPECT_TRUE(tests.contains((*name)[1].str())) << "trouble " << rows << ": there is no test " << (*name)[1].str();
    }
    EXPECT_GT(named, 0) << "trouble " << rows << " has no test";
  }
  EXPECT_EQ(rows, 16) << "docs/troubles.md";
}

}  // namespace
}  // namespace acts::house
