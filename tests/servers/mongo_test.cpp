// mongo-java-server: MongoDB's protocol, over an H2 file. (No package with a genuine mongod was found; transactions and
// replica sets stay untested against a real server.) Documents and index entries reach its file one after the other,
// half a second later, so that it is ended and not killed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "servers/trouble.hpp"
#include "support/testdata.hpp"

namespace acts::servers {
namespace {

SinkCase mongo() {
  return {.make_server =
              [](const std::string& dir, std::uint16_t port) {
                std::filesystem::create_directories(dir + "/mongo");
                return std::make_unique<Server>(
                    std::vector<std::string>{"java", "-Xmx512m", "-cp", test::project_file("build/servers/mongo/*"),
                                             test::project_file("scripts/servers/MongoRun.java"), std::to_string(port),
                                             dir + "/mongo/db"},
                    [port] { return accepts(port); }, dir + "/mongo.log");
              },
          .settings =
              [](std::uint16_t port) {
                SinkSettings settings;
                settings.name = "mongodb";
                settings.kind = SinkKind::kMongodb;
                settings.uri = "mongodb://127.0.0.1:" + std::to_string(port) + "/acts";
                return settings;
              },
          .keeps_all_when_killed = false};
}

class MongoServer : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!is_installed(test::project_file("build/servers/mongo")))
      GTEST_SKIP() << "mongo-java-server is not installed here";
  }
};

TEST_F(MongoServer, HoldsExactlyTheLocalRowsAfterADayOfTrouble) { deliver_a_day_through_trouble(mongo()); }

TEST_F(MongoServer, SetsAsideWhatADecimal128CannotHold) {
  set_aside_what_does_not_fit(mongo(),
                              Decimal{static_cast<int128>(999'999'999'999'999'999) * 999'999'999'999'999'999, 18},
                              "best_bid has 36 digits, a Decimal128 holds 34");
}

TEST_F(MongoServer, HoldsExactlyTheLevelsOfBooksAfterTrouble) { deliver_books_through_trouble(mongo()); }

TEST_F(MongoServer, PassesTheCheckOfTheCommand) { check_by_the_command(mongo(), ""); }

}  // namespace
}  // namespace acts::servers
