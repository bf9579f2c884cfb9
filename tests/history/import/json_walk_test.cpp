#include "history/import/json_walk.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace acts::history {
namespace {

using ::testing::ElementsAre;

class Told final : public JsonVisitor {
 public:
  std::vector<std::string> texts;

 private:
  void value(const JsonPlace& place, std::string_view text) override {
    texts.push_back(fmt::format("{}/{} {}", place.path, place.index, text));
  }
  void end(const JsonPlace& place) override { texts.push_back(fmt::format("{}/{} end", place.path, place.index)); }
};

TEST(JsonWalk, TellsEveryValueWithItsPlace) {
  Told told;
  EXPECT_TRUE(walk_json(R"({"a":{"b":[["1","2"],[null,"x\"y"]],"c":true},"d":7})", told));
  EXPECT_THAT(told.texts, ElementsAre("a.b[][]/0 1", "a.b[][]/1 2", "a.b[]/0 end", "a.b[][]/1 x\"y", "a.b[]/1 end",
                                      "a.b/0 end", "a.c/0 true", "a/0 end", "d/0 7", "/0 end"));
}

TEST(JsonWalk, TwoPlacesNeverHaveOnePath) {
  Told told;
  EXPECT_TRUE(
      walk_json(R"({"a":{"b":[1]},"a.b":[2],"a.b[]":3,"":{"a":4,"":5},"a\\.b":6,"\\e":7,"a\\":{"b":8}})", told));
  EXPECT_THAT(told.texts, ElementsAre("a.b[]/0 1", "a.b/0 end", "a/0 end", R"(a\.b[]/0 2)", R"(a\.b/0 end)",
                                      R"(a\.b\[]/0 3)", R"(\e.a/0 4)", R"(\e.\e/0 5)", R"(\e/0 end)", R"(a\\\.b/0 6)",
                                      R"(\\e/0 7)", R"(a\\.b/0 8)", R"(a\\/0 end)", "/0 end"));
}

TEST(JsonWalk, TellsNullsAndWhetherAnArrayEnded) {
  class Shapes final : public JsonVisitor {
   public:
    std::vector<std::string> texts;

   private:
    void value(const JsonPlace& /*place*/, std::string_view /*text*/) override {}
    void null(const JsonPlace& place) override { texts.push_back(fmt::format("{}/{} null", place.path, place.index)); }
    void end(const JsonPlace& place) override {
      texts.push_back(fmt::format("{} {}", place.path, place.is_array ? "array" : "object"));
    }
  };
  Shapes shapes;
  EXPECT_TRUE(walk_json(R"({"a":[1,null],"b":null,"c":{}})", shapes));
  EXPECT_THAT(shapes.texts, ElementsAre("a[]/1 null", "a array", "b/0 null", "c object", " object"));
}

TEST(JsonWalk, NumbersKeepTheirDigits) {
  Told told;
  EXPECT_TRUE(walk_json("[1652458996.5258555,99999999999999999999,-9223372036854775808,1.10,0.1e-7]", told));
  EXPECT_THAT(told.texts, ElementsAre("[]/0 1652458996.5258555", "[]/1 99999999999999999999",
                                      "[]/2 -9223372036854775808", "[]/3 1.10", "[]/4 0.1e-7", "/0 end"));
}

TEST(JsonWalk, RefusesWhatIsNoJsonOrTooDeep) {
  for (const std::string& text :
       {std::string(), std::string("{"), std::string("{}1"), std::string("[1,]"), std::string("\"\xFF\""),
        std::string("[\0]", 3), std::string("{}\0{}", 5), std::string("[1e999]")}) {
    Told told;
    EXPECT_FALSE(walk_json(text, told)) << text;
  }
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  Told told;
  EXPECT_TRUE(walk_json(nested(kMostJsonDepth), told));
  EXPECT_FALSE(walk_json(nested(kMostJsonDepth + 1), told));
  EXPECT_FALSE(walk_json(std::string(1'000'000, '['), told));
}

}  // namespace
}  // namespace acts::history
