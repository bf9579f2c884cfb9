// Holds every folder to the table of rooms, and the rules themselves to made-up violations.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "house/cpp_text.hpp"
#include "house/room_rules.hpp"

namespace acts::house {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<SourceFile> product_files() {
  std::vector<SourceFile> files = read_files("include/acts");
  std::ranges::move(read_files("src"), std::back_inserter(files));
  return files;
}

std::vector<std::string> room_folders() {
  std::set<std::string> folders;
  for (const auto& entry : std::filesystem::directory_iterator(project_root() / "src")) {
    if (entry.is_directory()) folders.insert(entry.path().filename().string());
  }
  return {folders.begin(), folders.end()};
}

// The headers that made-up files include.
std::vector<SourceFile> with_headers(SourceFile file) {
  std::vector<SourceFile> files{
      {"include/acts/base/time.hpp", "#pragma once\n"}, {"include/acts/market/events.hpp", "#pragma once\n"},
      {"src/net/http.hpp", "#pragma once\n"},           {"src/exchange/server.hpp", "#pragma once\n"},
      {"src/cli/commands.hpp", "#pragma once\n"},       {"src/store/sqlite.hpp", "#pragma once\n"}};
  files.push_back(std::move(file));
  return files;
}

Violations violations_of(std::string path, std::string text) {
  return check_includes(room_table(), with_headers({std::move(path), std::move(text)})).violations;
}

TEST(Rooms, IncludeOnlyWhatTheTableAllows) {
  const RoomReport report = check_includes(room_table(), product_files());
  EXPECT_GT(report.files, 10U) << "found almost nothing to check";
  EXPECT_GT(report.includes, 10U) << "found almost nothing to check";
  EXPECT_TRUE(report.violations.empty()) << to_text(report.violations);
}

TEST(Rooms, EachHoldSomethingToCheck) {
  const std::vector<SourceFile> files = product_files();
  for (const Room& room : room_table()) {
    const std::string folder = "src/" + std::string(room.name) + "/";
    const auto inside = [&](const SourceFile& file) { return file.path.starts_with(folder); };
    EXPECT_GT(std::ranges::count_if(files, inside), 1) << folder;
  }
}

TEST(Rooms, LinkOnlyWhatTheTableAllows) {
  const RoomReport report = check_targets(room_table(), product_files());
  EXPECT_GT(report.files, 1U) << "found no CMakeLists.txt to check";
  EXPECT_TRUE(report.violations.empty()) << to_text(report.violations);
}

TEST(Rooms, AreAllOnTheMap) {
  const std::filesystem::path map = project_root() / "ARCHITECTURE.md";
  const RoomReport report = check_map(room_table(), read_file(map), room_folders());
  EXPECT_GT(report.files, 0U) << "ARCHITECTURE.md has no table with the columns Folder and May use";
  EXPECT_TRUE(report.violations.empty()) << to_text(report.violations);
}

TEST(RoomTable, HasNoCycle) {
  std::set<std::string_view> above;
  for (const Room& room : room_table()) {
    for (const std::string_view used : room.uses) EXPECT_TRUE(above.contains(used)) << room.name << " uses " << used;
    EXPECT_TRUE(above.insert(room.name).second) << room.name << " stands twice";
  }
}

TEST(RoomTable, LetsNobodyUseTheCommandLineAndOnlyThatTheOfflineExchange) {
  for (const Room& room : room_table()) {
    EXPECT_EQ(std::ranges::count(room.uses, "cli"), 0) << room.name;
    EXPECT_EQ(std::ranges::count(room.uses, "exchange"), room.name == "cli" ? 1 : 0) << room.name;
  }
}

TEST(RoomRules, TakeWhatIsAllowed) {
  EXPECT_THAT(violations_of("src/market/order_book.cpp",
                            "#include \"acts/market/events.hpp\"\n\n#include <fmt/format.h>\n\n#include <vector>\n"
                            "\n#include \"acts/base/time.hpp\"\n"),
              IsEmpty());
  EXPECT_THAT(violations_of("src/cli/main.cpp",
                            "#include <CLI/CLI.hpp>\n#include \"exchange/server.hpp\"\n#include <iostream>\n"),
              IsEmpty());
  EXPECT_THAT(violations_of("src/store/sqlite.cpp",
                            "#include <sqlite3.h>\n#include <unistd.h>\n#include \"store/sqlite.hpp\"\n"),
              IsEmpty());
}

TEST(RoomRules, RefuseAForeignRoom) {
  EXPECT_THAT(violations_of("src/market/order_book.cpp", "#include <vector>\n#include \"net/http.hpp\"\n"),
              ElementsAre("src/market/order_book.cpp:2: market may not use net (\"net/http.hpp\")"));
  EXPECT_THAT(violations_of("src/live/feed.cpp", "#include \"exchange/server.hpp\"\n"),
              ElementsAre(HasSubstr("live may not use exchange")));
  EXPECT_THAT(violations_of("src/live/feed.cpp", "#include \"cli/commands.hpp\"\n"),
              ElementsAre(HasSubstr("live may not use cli")));
  EXPECT_THAT(violations_of("include/acts/base/list.hpp", "#include \"acts/market/events.hpp\"\n"),
              ElementsAre(HasSubstr("base may not use market")));
}

TEST(RoomRules, RefuseAForeignLibrary) {
  EXPECT_THAT(violations_of("src/market/order_book.cpp", "#include <nlohmann/json.hpp>\n"),
              ElementsAre(HasSubstr("market may not use <nlohmann/json.hpp>")));
  EXPECT_THAT(violations_of("src/binance/decode.cpp", "  #  include <boost/asio.hpp>  // why not\n"),
              ElementsAre(HasSubstr("binance may not use <boost/asio.hpp>")));
  EXPECT_THAT(violations_of("src/binance/decode.cpp", "#include <sys/socket.h>\n"),
              ElementsAre(HasSubstr("may not use <sys/socket.h>")));
}

TEST(RoomRules, KeepSomeLibrariesInSources) {
  EXPECT_THAT(violations_of("src/binance/signature.cpp", "#include <openssl/hmac.h>\n"), IsEmpty());
  EXPECT_THAT(violations_of("src/binance/signature.hpp", "#include <openssl/hmac.h>\n"),
              ElementsAre(HasSubstr("belongs into a .cpp file")));
}

TEST(RoomRules, KeepInputOutputAndThreadsOutOfPureRooms) {
  EXPECT_THAT(violations_of("src/collector/shard.cpp", "#include <thread>\n"),
              ElementsAre(HasSubstr("<thread> in a pure room")));
  EXPECT_THAT(violations_of("src/net/clock.cpp", "#include <thread>\n"), IsEmpty());
}

TEST(RoomRules, KeepPublicHeadersPublic) {
  EXPECT_THAT(violations_of("include/acts/net/http.hpp", ""), ElementsAre(HasSubstr("promises no public headers")));
  EXPECT_THAT(violations_of("include/acts/features/row.hpp", "#include \"store/sqlite.hpp\"\n"),
              ElementsAre(HasSubstr("includes the private")));
  EXPECT_THAT(violations_of("include/acts/market/book.hpp", "#include <boost/container/flat_map.hpp>\n"),
              ElementsAre(HasSubstr("shows <boost/container/flat_map.hpp>")));
}

TEST(RoomRules, RefuseWhatLiesInNoRoom) {
  EXPECT_THAT(violations_of("src/utils/strings.cpp", ""), ElementsAre(HasSubstr("lies in no room")));
  EXPECT_THAT(violations_of("src/main.cpp", ""), ElementsAre(HasSubstr("lies in no room")));
  EXPECT_THAT(violations_of("src/net/http.cpp", "#include \"http.hpp\"\n"),
              ElementsAre(HasSubstr("is no header of the project")));
}

TEST(RoomRules, LookPastCommentsAndStrings) {
  EXPECT_THAT(
      violations_of(
          "src/market/a.cpp",
          "/*\n#include \"net/http.hpp\"\n*/\n// \\\n#include <thread>\nauto t = R\"x(\n#include <thread>\n)x\";\n"),
      IsEmpty());
}

TEST(TargetRules, RefuseAForeignTarget) {
  const std::vector<SourceFile> files{
      {"src/market/CMakeLists.txt",
       "# acts_room(net)\nacts_room(market SOURCES a.cpp\n  USES base net LINKS fmt::fmt)\n"},
      {"src/store/CMakeLists.txt", "acts_room(stock SOURCES a.cpp)\n"}};
  const RoomReport report = check_targets(room_table(), files);
  EXPECT_EQ(report.files, 2U);
  EXPECT_THAT(report.violations,
              ElementsAre(HasSubstr("market may not link net"), HasSubstr("must bear the name of its folder")));
}

TEST(MapRules, HoldTheMapToTheTableAndTheFolders) {
  const std::string map =
      "# Rooms\n\n| Folder | Holds | May use | Never |\n|---|---|---|---|\n"
      "| `base/` | time | standard library, fmt | |\n| `src/market/` | books | base | JSON |\n";
  const std::vector<std::string> folders{"base", "market"};
  EXPECT_THAT(check_map(room_table(), map, folders).violations, IsEmpty());
  EXPECT_EQ(check_map(room_table(), map, folders).files, 2U);

  const std::vector<std::string> more{"base", "market", "net"};
  EXPECT_THAT(check_map(room_table(), map, more).violations, ElementsAre(HasSubstr("lacks src/net/")));
  const std::vector<std::string> fewer{"base"};
  EXPECT_THAT(check_map(room_table(), map, fewer).violations,
              ElementsAre(HasSubstr("names market/, which is not in src/")));
  EXPECT_THAT(check_map(room_table(), map + "| `store/` | rows | base, net | |\n",
                        std::vector<std::string>{"base", "market", "store"})
                  .violations,
              ElementsAre(HasSubstr("store/ may also use market"), HasSubstr("may also use features"),
                          HasSubstr("may not use net")));
  EXPECT_EQ(check_map(room_table(), "# No table\n", fewer).files, 0U);
}

}  // namespace
}  // namespace acts::house
