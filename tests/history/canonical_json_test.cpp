// The examples are those of RFC 8785 (June 2020): sections 3.2.2 to 3.2.4, appendix B.
#include "history/canonical_json.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <limits>

namespace acts::history {
namespace {

using nlohmann::json;

std::string canonical(const char* text) { return canonical_json(json::parse(text)).value(); }

TEST(CanonicalJson, WritesTheExampleOfTheRfc) {
  const std::string out = canonical(R"({
    "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
    "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
    "literals": [null, true, false]
  })");
  EXPECT_EQ(out,
            "{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],"
            "\"string\":\"\xE2\x82\xAC$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}");
}

TEST(CanonicalJson, SortsKeysByTheirUtf16CodeUnits) {
  const std::string out = canonical(R"({
    "\u20ac": "Euro Sign",
    "\r": "Carriage Return",
    "\ufb33": "Hebrew Letter Dalet With Dagesh",
    "1": "One",
    "\ud83d\ude00": "Emoji: Grinning Face",
    "\u0080": "Control",
    "\u00f6": "Latin Small Letter O With Diaeresis"
  })");
  const std::vector<std::string> values{"Carriage Return",
                                        "One",
                                        "Control",
                                        "Latin Small Letter O With Diaeresis",
                                        "Euro Sign",
                                        "Emoji: Grinning Face",
                                        "Hebrew Letter Dalet With Dagesh"};
  std::size_t at = 0;
  for (const std::string& value : values) {
    const std::size_t found = out.find(value);
    ASSERT_NE(found, std::string::npos) << value;
    EXPECT_GE(found, at) << value;
    at = found;
  }
}

TEST(CanonicalJson, EscapesAsLittleAsMayBe) {
  EXPECT_EQ(canonical_json(json("\b\t\n\f\r\"\\/\x01\x1f\x7f")).value(),
            "\"\\b\\t\\n\\f\\r\\\"\\\\/\\u0001\\u001f\x7f\"");
  EXPECT_EQ(canonical("[ ]"), "[]");
  EXPECT_EQ(canonical("{ }"), "{}");
  EXPECT_EQ(canonical("[56,{\"d\":true,\"10\":null,\"1\":[]}]"), "[56,{\"1\":[],\"10\":null,\"d\":true}]");
}

TEST(CanonicalNumber, WritesTheSamplesOfTheRfc) {
  const std::vector<std::pair<std::uint64_t, std::string>> samples{{0x0000000000000000, "0"},
                                                                   {0x8000000000000000, "0"},
                                                                   {0x0000000000000001, "5e-324"},
                                                                   {0x8000000000000001, "-5e-324"},
                                                                   {0x7fefffffffffffff, "1.7976931348623157e+308"},
                                                                   {0xffefffffffffffff, "-1.7976931348623157e+308"},
                                                                   {0x4340000000000000, "9007199254740992"},
                                                                   {0xc340000000000000, "-9007199254740992"},
                                                                   {0x4430000000000000, "295147905179352830000"},
                                                                   {0x44b52d02c7e14af5, "9.999999999999997e+22"},
                                                                   {0x44b52d02c7e14af6, "1e+23"},
                                                                   {0x44b52d02c7e14af7, "1.0000000000000001e+23"},
                                                                   {0x444b1ae4d6e2ef4e, "999999999999999700000"},
                                                                   {0x444b1ae4d6e2ef4f, "999999999999999900000"},
                                                                   {0x444b1ae4d6e2ef50, "1e+21"},
                                                                   {0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7"},
                                                                   {0x3eb0c6f7a0b5ed8d, "0.000001"},
                                                                   {0x41b3de4355555553, "333333333.3333332"},
                                                                   {0x41b3de4355555554, "333333333.33333325"},
                                                                   {0x41b3de4355555555, "333333333.3333333"},
                                                                   {0x41b3de4355555556, "333333333.3333334"},
                                                                   {0x41b3de4355555557, "333333333.33333343"},
                                                                   {0xbecbf647612f3696, "-0.0000033333333333333333"},
                                                                   {0x43143ff3c1cb0959, "1424953923781206.2"}};
  for (const auto& [bits, text] : samples) EXPECT_EQ(canonical_number(std::bit_cast<double>(bits)), text);
}

TEST(CanonicalJson, RefusesWhatTheFormDoesNotHave) {
  EXPECT_FALSE(canonical_json(json(std::numeric_limits<double>::quiet_NaN())));
  EXPECT_FALSE(canonical_json(json(std::numeric_limits<double>::infinity())));
  EXPECT_EQ(canonical_json(json(9'007'199'254'740'992)).value(), "9007199254740992");
  EXPECT_FALSE(canonical_json(json(9'007'199'254'740'993)));
  EXPECT_FALSE(canonical_json(json(-9'007'199'254'740'993)));
  EXPECT_FALSE(canonical_json(json(UINT64_MAX)));
  for (const char* const bad : {"\xff", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82", "\x80"}) {
    EXPECT_FALSE(is_utf8(bad));
    EXPECT_FALSE(canonical_json(json(std::string(bad))));
    EXPECT_FALSE(canonical_json(json{{std::string(bad), 1}}));
  }
}

}  // namespace
}  // namespace acts::history
