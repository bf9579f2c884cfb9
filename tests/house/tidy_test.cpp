// Holds the project's files to the rules of tidy_rules.hpp, and each rule to a made-up file that breaks it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>

#include "house/cpp_text.hpp"
#include "house/tidy_rules.hpp"

namespace acts::house {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<SourceFile> project_files() {
  std::vector<SourceFile> files;
  for (const char* place : {"include", "src", "tests", "bench", "cmake", "scripts", "packaging", ".github", ".ci",
                            "CMakeLists.txt", "CMakePresets.json", "Makefile", "README.md", "ARCHITECTURE.md",
                            "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE", ".clang-format", ".clang-tidy"}) {
    std::ranges::move(read_files(place), std::back_inserter(files));
  }
  return files;
}

Violations check_all(const auto& check) {
  Violations violations;
  for (const SourceFile& file : project_files()) std::ranges::move(check(file), std::back_inserter(violations));
  return violations;
}

TEST(Project, HasFilesOfEveryKindToCheck) {
  const std::vector<SourceFile> files = project_files();
  for (const char* ending : {".cpp", ".hpp", ".sh", ".cmake", "CMakeLists.txt", "Makefile", ".md"}) {
    EXPECT_TRUE(std::ranges::any_of(files, [ending](const SourceFile& file) { return file.path.ends_with(ending); }))
        << ending;
  }
}

TEST(Project, UsesNoBannedCalls) {
  const Violations violations = check_all(check_code);
  EXPECT_TRUE(violations.empty()) << to_text(violations);
}

TEST(Project, KeepsTheFormOfLinesAndFiles) {
  const Violations violations = check_all(check_form);
  EXPECT_TRUE(violations.empty()) << to_text(violations);
}

TEST(Project, HasNoUnfinishedMarksAndNoMachinePaths) {
  const Violations violations = check_all(check_words);
  EXPECT_TRUE(violations.empty()) << to_text(violations);
}

TEST(Project, BuildsEverySourceFile) {
  const Violations violations = check_dead_files(project_files());
  EXPECT_TRUE(violations.empty()) << to_text(violations);
}

TEST(Project, HasUnitTestsThatNeitherSleepNorReadAClock) {
  const std::vector<SourceFile> files = project_files();
  std::vector<std::string> units = unit_test_sources(files);
  std::ranges::move(unit_test_headers(files), std::back_inserter(units));
  std::size_t checked = 0;
  for (const SourceFile& file : files) {
    if (std::ranges::find(units, file.path) == units.end()) continue;
    ++checked;
    const Violations violations = check_unit_test(file);
    EXPECT_TRUE(violations.empty()) << to_text(violations);
  }
  EXPECT_EQ(checked, units.size()) << "a test's source is not where its CMakeLists.txt is";
  EXPECT_GT(checked, 2U);
}

TEST(CppText, BlanksCommentsAndLiterals) {
  const std::string source =
      "int a = 1'000;  // \"x\n/* ' */ f(\"std::cout \\\" //\", 'c', R\"(raw\n\")raw\")\" b)\";\nprintf();\n";
  const CppText text = scan_cpp(source);
  ASSERT_EQ(text.code.size(), source.size());
  EXPECT_THAT(split_lines(text.code)[0], HasSubstr("int a = 1'000;"));
  EXPECT_FALSE(has_word(text.code, "std::cout"));
  EXPECT_EQ(split_lines(text.code).size(), split_lines(source).size());
  EXPECT_TRUE(has_word(scan_cpp("f('\\'', \"\\\\\"); printf();").code, "printf"));
}

TEST(CppText, KnowsTheLinesOfRawStrings) {
  const CppText text = scan_cpp("a();\nauto t = R\"json(1\n2\n)json\";\nb();\n");
  EXPECT_THAT(text.raw_lines, ElementsAre(2, 3, 4));
  EXPECT_TRUE(has_word(text.code, "b"));
}

TEST(HasWord, WantsTheWholeWord) {
  EXPECT_TRUE(has_word("std::chrono::system_clock::now()", "system_clock"));
  EXPECT_TRUE(has_word("snprintf(printf)", "printf"));
  EXPECT_FALSE(has_word("snprintf(my_printf, printf_)", "printf"));
}

// One made-up file for each rule of banned_in_code(): its first word, in a place where it is banned and in one where it
// is not.
TEST(BannedInCode, EachRuleBites) {
  for (const BannedInCode& rule : banned_in_code()) {
    for (const std::string_view word : rule.words) {
      const std::string text = "#pragma once\nauto x = " + std::string(word) + "(y);\n";
      const Violations violations = check_code({"src/market/made_up.hpp", text});
      EXPECT_THAT(violations, Contains(HasSubstr("made_up.hpp:2: " + std::string(word)))) << rule.name;
    }
  }
}

TEST(BannedInCode, LeavesShellRoomsWhatIsTheirs) {
  EXPECT_THAT(check_code({"src/cli/main.cpp", "std::cout << 1;\n"}), IsEmpty());
  EXPECT_THAT(check_code({"src/net/clock.cpp", "auto t = std::chrono::system_clock::now();\n"}), IsEmpty());
  for (const char* const room : {"store", "live", "cli"}) {
    EXPECT_THAT(check_code({std::string("src/") + room + "/db.cpp", "auto t = std::chrono::system_clock::now();\n"}),
                ElementsAre(HasSubstr("system_clock")));
  }
  EXPECT_THAT(check_code({"src/live/stop.cpp", "auto t = std::chrono::steady_clock::now();\n"}), IsEmpty());
  EXPECT_THAT(check_code({"src/cli/stop.cpp", "auto t = std::chrono::steady_clock::now();\n"}),
              ElementsAre(HasSubstr("steady_clock")));
  EXPECT_THAT(check_code({"src/net/clock.cpp", "std::cout << 1;\n"}), ElementsAre(HasSubstr("write to the terminal")));
  EXPECT_THAT(check_code({"src/net/clock.cpp", "// std::cout << \"x\";\nlog(\"std::cout\");\n"}), IsEmpty());
}

TEST(BannedInCode, WantsPragmaOnce) {
  EXPECT_THAT(check_code({"src/market/a.hpp", "// #pragma once\nint a();\n"}), ElementsAre(HasSubstr("#pragma once")));
}

TEST(Form, BoundsTheLineInColumns) {
  const std::string wide = "// " + std::string(kMaxColumns - 3, 'x');
  EXPECT_THAT(check_form({"src/a.cpp", wide + "\n"}), IsEmpty());
  EXPECT_THAT(check_form({"src/a.cpp", wide + "x\n"}), ElementsAre(HasSubstr("121 columns")));
  EXPECT_THAT(check_form({"src/a.cpp", "// " + std::string(kMaxColumns - 4, 'x') + "…\n"}), IsEmpty());
  EXPECT_THAT(check_form({"a.md", wide + "x\n"}), IsEmpty());
  EXPECT_THAT(check_form({"src/a.cpp", "auto t = R\"(" + wide + "\n" + wide + "xx\n)\";\n"}), IsEmpty());
}

TEST(Form, RefusesLooseEnds) {
  EXPECT_THAT(check_form({"a.md", "a \n"}), ElementsAre(HasSubstr("a.md:1: blanks")));
  EXPECT_THAT(check_form({"a.md", "a\r\n"}), ElementsAre(HasSubstr("CR LF")));
  EXPECT_THAT(check_form({"a.cpp", "\tf();\n"}), ElementsAre(HasSubstr("a tab")));
  EXPECT_THAT(check_form({"a.md", "a"}), ElementsAre(HasSubstr("does not end")));
  EXPECT_THAT(check_form({"a.md", "a\n\n"}), ElementsAre(HasSubstr("empty lines at the end")));
}

TEST(Form, BoundsTheLengthOfAFile) {
  std::string text;
  for (std::size_t i = 0; i < kMaxLines; ++i) text += "f();\n";
  EXPECT_THAT(check_form({"src/a.cpp", text}), IsEmpty());
  EXPECT_THAT(check_form({"src/a.cpp", text + "f();\n"}), ElementsAre(HasSubstr("601 lines")));
}

TEST(Words, RefusesMarksOfUnfinishedWork) {
  EXPECT_THAT(check_words({"src/a.cpp",
                           "// TO"
                           "DO: later\n// FIX"
                           "ME\n"}),
              ElementsAre(HasSubstr("a.cpp:1"), HasSubstr("a.cpp:2")));
  EXPECT_THAT(check_words({"src/a.cpp",
                           "int TO"
                           "DOS = 1;\n"}),
              IsEmpty());
}

TEST(Words, RefusesPathsOfAMachine) {
  EXPECT_THAT(check_words({"a.sh",
                           "cd /ho"
                           "me/me/acts\ncp \"/wo"
                           "rk/x\" .\n"}),
              ElementsAre(HasSubstr("a.sh:1"), HasSubstr("a.sh:2")));
  EXPECT_THAT(check_words({"a.sh",
                           "cd build/wo"
                           "rk/x $dir/ro"
                           "ot/ https://a.b/ho"
                           "me/x /var/lib/acts\n"}),
              IsEmpty());
}

TEST(DeadFiles, AreFound) {
  const std::vector<SourceFile> files{
      {"src/a/CMakeLists.txt", "acts_room(a SOURCES one.cpp in/two.cpp)  # three.cpp\n"},
      {"src/a/one.cpp", ""},
      {"src/a/in/two.cpp", ""},
      {"src/a/three.cpp", ""},
      {"src/b/CMakeLists.txt", "set(parts one.cpp ../c/four.cpp)\n"},
      {"src/b/one.cpp", ""},
      {"src/c/four.cpp", ""},
      {"tests/fuzz/CMakeLists.txt", "acts_fuzz(x USES a)\n"},
      {"tests/fuzz/x_fuzz.cpp", ""}};
  EXPECT_THAT(check_dead_files(files), ElementsAre(HasSubstr("src/a/three.cpp:1")));
}

TEST(UnitTests, AreThoseNotLabelledOtherwise) {
  const std::vector<SourceFile> files{
      {"tests/a/CMakeLists.txt",
       "acts_test(a SOURCES a_test.cpp ../b/d.cpp USES base)\nacts_test(b SOURCES b_test.cpp LABEL integration)\n"
       "acts_test(c SOURCES c_test.cpp LABEL unit)\n"}};
  EXPECT_THAT(unit_test_sources(files), ElementsAre("tests/a/a_test.cpp", "tests/b/d.cpp", "tests/a/c_test.cpp"));
}

// A fixture that slept in a header was nobody's.
TEST(UnitTests, AnswerForTheHeadersThatTheyInclude) {
  const std::vector<SourceFile> files{
      {"tests/a/CMakeLists.txt",
       "acts_test(a SOURCES a_test.cpp USES base)\nacts_test(b SOURCES b_test.cpp LABEL integration)\n"},
      {"tests/a/a_test.cpp", "#include \"a/fixture.hpp\"\n#include \"base/time.hpp\"\n"},
      {"tests/a/b_test.cpp", "#include \"a/other.hpp\"\n"},
      {"tests/a/fixture.hpp", "#include \"a/more.hpp\"\n"},
      {"tests/a/more.hpp", "#include \"a/fixture.hpp\"\n"},
      {"tests/a/other.hpp", ""}};
  EXPECT_THAT(unit_test_headers(files), ElementsAre("tests/a/fixture.hpp", "tests/a/more.hpp"));
}

TEST(UnitTests, MayNotWaitOrOpenSockets) {
  EXPECT_THAT(check_unit_test({"tests/a.cpp", "std::this_thread::sleep_for(1s);\n"}),
              ElementsAre(HasSubstr("sleep_for")));
  for (const std::string name : {"wait_for", "wait_until"}) {
    EXPECT_THAT(check_unit_test({"tests/a.cpp", "changed." + name + "(lock, 1s);\n"}), ElementsAre(HasSubstr(name)));
  }
  EXPECT_THAT(check_unit_test({"tests/a.cpp", "auto t = steady_clock::now();\n"}),
              ElementsAre(HasSubstr("steady_clock")));
  EXPECT_THAT(check_unit_test({"tests/a.cpp", "#include <boost/asio.hpp>\ntcp::acceptor a;\n"}),
              ElementsAre(HasSubstr("tcp::acceptor")));
  EXPECT_THAT(check_unit_test({"tests/a.cpp", "market.connect(now);\n"}), IsEmpty());
  for (const std::string name : {"EventLoop", "HttpClient", "WebSocketClient", "RealClock", "NetTest"}) {
    EXPECT_THAT(check_unit_test({"tests/a.cpp", name + " a;\n"}), ElementsAre(HasSubstr(name)));
  }
  EXPECT_THAT(check_unit_test({"tests/a.cpp", "#include \"net/server.hpp\"\nServer a(loop);\n"}),
              ElementsAre(HasSubstr("Server")));
  EXPECT_THAT(check_unit_test({"tests/a.cpp", "Server a;\n"}), IsEmpty());
}

}  // namespace
}  // namespace acts::house
