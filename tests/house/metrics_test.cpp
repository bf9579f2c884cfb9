// docs/metrics.md lists every metric, with what it says of itself, and no other.
#include <gtest/gtest.h>

#include <regex>
#include <set>
#include <string>

#include "house/project.hpp"

namespace acts::house {
namespace {

std::set<std::string> found_in(const std::string& text, const std::regex& pattern) {
  std::set<std::string> found;
  for (std::sregex_iterator at(text.begin(), text.end(), pattern), end; at != end; ++at) found.insert((*at)[1].str());
  return found;
}

TEST(Metrics, AreAllInTheManual) {
  const std::string source = read_file(project_root() / "src" / "live" / "health_text.cpp");
  const std::string page = read_file(project_root() / "docs" / "metrics.md");
  const std::set<std::string> names = found_in(source, std::regex(R"re("(acts_\w+)")re"));
  EXPECT_GT(names.size(), 60U);
  EXPECT_EQ(found_in(page, std::regex(R"re(\n\| `(acts_\w+)` \|)re")), names);
  for (const std::string& help : found_in(source, std::regex(R"re("acts_\w+",\s*"([^"]+)")re"))) {
    EXPECT_NE(page.find(help), std::string::npos) << help;
  }
}

}  // namespace
}  // namespace acts::house
