// What is installed beside the binary knows the options that the binary has.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "acts/strategy/registry.hpp"

#include "cli/command.hpp"
#include "recording/temp_dir.hpp"
#include "support/testdata.hpp"

namespace acts::cli {
namespace {

using acts::testing::TempDir;
using Flags = std::set<std::string>;

std::string packaged(const std::string& name) {
  std::ifstream file(test::project_file("packaging/" + name));
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_FALSE(text.str().empty()) << name;
  return text.str();
}

bool of_a_name(char c) { return (c >= 'a' && c <= 'z') || c == '-'; }

// Every "--name" in a text.
Flags flags_in(std::string_view text, std::string_view mark = "--") {
  Flags flags;
  for (std::size_t at = text.find(mark); at != std::string_view::npos; at = text.find(mark, at + mark.size())) {
    std::size_t end = at + mark.size();
    while (end < text.size() && of_a_name(text[end])) ++end;
    flags.insert("--" + std::string(text.substr(at + mark.size(), end - at - mark.size())));
  }
  return flags;
}

Flags flags_of(const Command& command) {
  Flags flags;
  for (const OptionSpec& spec : command.options) {
    flags.insert(flag_of(spec.name));
    if (const std::string negated = negated_flag_of(spec); !negated.empty()) flags.insert(negated);
  }
  return flags;
}

Flags common_flags() {
  Flags flags{"--help", "--version"};
  for (const OptionSpec& spec : common_options()) flags.insert(flag_of(spec.name));
  return flags;
}

// From `begin` to the next `end`.
std::string part(const std::string& text, const std::string& begin, const std::string& end) {
  const std::size_t at = text.find(begin);
  if (at == std::string::npos) return {};
  return text.substr(at, text.find(end, at + begin.size()) - at);
}

TEST(Packaging, HasTheOptionsOfEveryCommandInTheManPage) {
  std::string page = packaged("acts.1");
  std::erase(page, '\\');
  Flags all = common_flags();
  for (const Command& command : all_commands()) all.merge(flags_of(command));
  EXPECT_EQ(flags_in(page), all);
}

// The key of such a line, in force or not: `# lines = 2`; "" if it has none.
std::string key_in(std::string_view line) {
  if (line.starts_with("# ")) line.remove_prefix(2);
  const std::size_t end = line.find(" = ");
  const std::string key(line.substr(0, end == std::string_view::npos ? 0 : end));
  return key.contains(' ') ? "" : key;
}

// It promised a flag for those of sinks, too.
TEST(Packaging, HasTheFlagsThatTheShippedFileSaysItsKeysHave) {
  Flags flags = common_flags();
  for (const Command& command : all_commands()) {
    if (command.name == "collect") flags.merge(flags_of(command));
  }
  std::istringstream file(packaged("acts.toml"));
  std::string line;
  std::getline(file, line);
  EXPECT_THAT(line, ::testing::HasSubstr("every key outside [sinks.*] has a flag of its name"));
  std::map<bool, int> keys;
  for (bool is_sink = false; std::getline(file, line);) {
    if (line.contains("[") && line.ends_with("]") && !line.contains("=")) is_sink = line.contains("[sinks.");
    const std::string key = key_in(line);
    if (key.empty()) continue;
    ++keys[is_sink];
    EXPECT_EQ(flags.contains(flag_of(key)), !is_sink) << key;
  }
  EXPECT_GE(keys[false], 10);
  EXPECT_GE(keys[true], 3);
}

TEST(Packaging, CompletesForBashWhatEachCommandHas) {
  const std::string script = packaged("completions/acts.bash");
  const Flags shared = flags_in(part(script, "local venue='", "'\n"));
  for (const Command& command : all_commands()) {
    const std::string label =
        command.name == "collect" || command.name == "doctor" ? "collect | doctor" : std::string(command.name);
    const std::string text = part(script, "    " + label + ")", ";;");
    Flags flags = flags_in(text);
    if (text.contains("$venue")) flags.insert(shared.begin(), shared.end());
    flags.erase("--help");
    flags.erase("--");
    EXPECT_EQ(flags, flags_of(command)) << command.name;
  }
}

TEST(Packaging, CompletesForFishWhatEachCommandHas) {
  std::istringstream script(packaged("completions/acts.fish"));
  std::map<std::string, Flags> by_command;
  for (std::string line; std::getline(script, line);) {
    const std::string commands = part(line, "__fish_seen_subcommand_from ", "'");
    for (const Command& command : all_commands()) {
      if (!(commands + " ").contains(" " + std::string(command.name) + " ") || line.contains("not __fish")) continue;
      by_command[std::string(command.name)].merge(flags_in(line, " -l "));
    }
  }
  for (const Command& command : all_commands()) {
    EXPECT_EQ(by_command[std::string(command.name)], flags_of(command)) << command.name;
  }
}

TEST(Packaging, CompletesForZshWhatEachCommandHas) {
  const std::string script = packaged("completions/_acts");
  const std::string shared = part(script, "\nvenue=(", "\n)");
  for (const Command& command : all_commands()) {
    std::string text = part(script, "\n      " + std::string(command.name) + ")", ";;");
    if (text.empty()) text = part(script, "\n      *)", ";;");
    Flags flags = flags_in(text, "'--");
    flags.merge(flags_in(text, "'*--"));
    if (text.contains("$venue[1]")) {
      flags.insert("--venue");
    } else if (text.contains("$venue")) {
      flags.merge(flags_in(shared, "'--"));
      flags.merge(flags_in(shared, "'*--"));
    }
    EXPECT_EQ(flags, flags_of(command)) << command.name;
  }
}

TEST(Packaging, CompletesTheNamesOfStrategies) {
  for (const std::string name : {"_acts", "acts.bash", "acts.fish"}) {
    const std::string script = packaged("completions/" + name);
    std::string names;
    for (const StrategyType& type : strategy_types()) names += (names.empty() ? "" : " ") + std::string(type.name);
    EXPECT_THAT(script, ::testing::ContainsRegex("[('\"]" + names + "[) '\"]")) << name;
  }
}

TEST(Packaging, HasAUnitThatSystemdTakes) {
  if (std::system("command -v systemd-analyze >/dev/null 2>&1") != 0) GTEST_SKIP() << "systemd-analyze is not here";
  std::string unit = packaged("acts-collect.service.in");
  // Users and binaries that are not installed here.
  const auto replace = [&unit](const std::string& from, const std::string& to) {
    const std::size_t at = unit.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    unit.replace(at, from.size(), to);
  };
  replace("@ACTS_BINARY@", "/bin/true");
  replace("@ACTS_CONFIG@", "/etc/acts/acts.toml");
  replace("Documentation=man:acts(1)\n", "");
  const TempDir dir;
  const std::string file = dir.write("acts-collect.service", unit);
  const std::string log = dir / "log";
  const int status = std::system(("systemd-analyze verify --man=no " + file + " >" + log + " 2>&1").c_str());
  const std::string said = acts::testing::read_file(log);
  EXPECT_EQ(status, 0) << said;
  EXPECT_EQ(said.find(file), std::string::npos) << said;  // a warning names the file and the line
}

// What a check needs and cannot be installed was skipped everywhere, and CI was green without it.
TEST(Scripts, SkipForWantOfAPackageOnlyWithoutANetwork) {
  const auto exit_code = [](const std::string& environment, const std::string& network) {
    const std::string script =
        "source " + test::project_file("scripts/lib.sh") + "; has_network() { " + network + "; }; not_installed it";
    return WEXITSTATUS(std::system((environment + " bash -c '" + script + "' >/dev/null 2>&1").c_str()));
  };
  EXPECT_EQ(exit_code("CI=true", "false"), 1);
  EXPECT_EQ(exit_code("CI=true", "true"), 1);
  EXPECT_EQ(exit_code("CI=", "true"), 1);
  EXPECT_EQ(exit_code("CI=", "false"), 77);
}

}  // namespace
}  // namespace acts::cli
