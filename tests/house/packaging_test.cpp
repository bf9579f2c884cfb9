// What is installed beside the binary says the same everywhere: the man page is the measure.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <set>

#include "house/cpp_text.hpp"
#include "house/project.hpp"

namespace acts::house {
namespace {

constexpr std::array<std::string_view, 6> kCommands{"demo", "collect", "replay", "exchange", "features", "doctor"};
constexpr std::array<const char*, 2> kShells{"packaging/completions/acts.bash", "packaging/completions/_acts"};
constexpr const char* kFish = "packaging/completions/acts.fish";

std::string packaged(std::string_view path) { return read_file(project_root() / path); }

// Every "--name" (in roff: "\-\-name") in a text.
std::set<std::string> options_in(std::string text, std::string_view mark) {
  std::erase(text, '\\');
  std::set<std::string> options;
  for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at + 1)) {
    const std::size_t begin = at + mark.size();
    std::size_t end = begin;
    while (end < text.size() && (std::islower(static_cast<unsigned char>(text[end])) != 0 || text[end] == '-')) ++end;
    if (end > begin && text[begin] != '-') options.insert(text.substr(begin, end - begin));
  }
  return options;
}

TEST(Packaging, CompletesTheOptionsOfTheManPage) {
  const std::set<std::string> options = options_in(packaged("packaging/acts.1"), "--");
  EXPECT_GT(options.size(), 20U);
  for (const char* shell : kShells) EXPECT_EQ(options_in(packaged(shell), "--"), options) << shell;
  EXPECT_EQ(options_in(packaged(kFish), " -l "), options) << kFish;
}

TEST(Packaging, NamesEveryCommandEverywhere) {
  for (const std::string_view command : kCommands) {
    EXPECT_TRUE(has_word(packaged("packaging/acts.1"), command)) << command;
    EXPECT_TRUE(has_word(packaged(kFish), command)) << command;
    for (const char* shell : kShells) EXPECT_TRUE(has_word(packaged(shell), command)) << shell << ' ' << command;
  }
}

TEST(Packaging, RunsTheServiceWithTheInstalledFiles) {
  const std::string unit = packaged("packaging/acts-collect.service.in");
  for (const char* line : {"ExecStart=@ACTS_BINARY@ --config @ACTS_CONFIG@ collect", "Type=notify", "WatchdogSec=30",
                           "Restart=always", "RestartSec=10", "KillSignal=SIGTERM", "StateDirectory=acts"}) {
    EXPECT_THAT(unit, testing::HasSubstr(std::string("\n") + line + "\n"));
  }
}

// The number behind the only place where `mark` stands.
int number_behind(const std::string& text, std::string_view mark) {
  const std::size_t at = text.find(mark);
  EXPECT_NE(at, std::string::npos) << mark;
  EXPECT_EQ(text.find(mark, at + 1), std::string::npos) << mark;
  return std::stoi(text.substr(at + mark.size()));
}

// systemd killed a collector that was still draining.
TEST(Packaging, GivesAStopMoreTimeThanItTakes) {
  const int limit = number_behind(packaged("src/live/collect.hpp"), "stop_limit = std::chrono::seconds{");
  EXPECT_GE(number_behind(packaged("packaging/acts-collect.service.in"), "TimeoutStopSec="), 2 * limit);
}

TEST(OptionsIn, FindsWholeNames) {
  EXPECT_EQ(options_in("\\-\\-data\\-dir --rows=csv -- --- x", "--"), (std::set<std::string>{"data-dir", "rows"}));
}

}  // namespace
}  // namespace acts::house
