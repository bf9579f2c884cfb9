#include "recording/line_reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace acts {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> lines_of(std::string_view text, std::size_t limit) {
  LineReader reader(read_from_memory(text), limit);
  std::vector<std::string> out;
  for (;;) {
    const auto line = reader.next();
    if (line && !*line) return out;
    out.push_back(std::to_string(reader.line_number()) + ":" + (line ? std::string(**line) : line.error().message));
  }
}

TEST(LineReader, CutsAtEveryNewline) {
  EXPECT_THAT(lines_of("a\n\nbc\n", 10), ElementsAre("1:a", "2:", "3:bc"));
  EXPECT_THAT(lines_of("\n", 10), ElementsAre("1:"));
  EXPECT_THAT(lines_of("a", 10), ElementsAre("1:a"));
}

TEST(LineReader, RefusesALineOverTheLimitOnceAndNumbersTheNext) {
  EXPECT_THAT(lines_of("1234\n12345\n1\n", 4), ElementsAre("1:1234", "2:line is longer than 4 bytes: skipped", "3:1"));
  EXPECT_THAT(lines_of("1\n12345", 4), ElementsAre("1:1", "2:line is longer than 4 bytes: skipped"));
}

TEST(LineReader, KeepsNoMoreOfALineThanTheLimitTakes) {
  const std::string endless(5'000'000, 'x');
  EXPECT_THAT(
      lines_of(endless + "\n7\n" + endless, 1000),
      ElementsAre("1:line is longer than 1000 bytes: skipped", "2:7", "3:line is longer than 1000 bytes: skipped"));
}

TEST(LineReader, GrowsWithTheLine) {
  const std::string text = std::string(300'000, 'a') + "\n" + std::string(900'000, 'b') + "\nc\n";
  LineReader reader(read_from_memory(text));
  EXPECT_EQ(reader.next().value()->size(), 300'000U);
  EXPECT_EQ(reader.next().value().value(), std::string(900'000, 'b'));
  EXPECT_EQ(reader.next().value().value(), "c");
  EXPECT_FALSE(reader.next().value().has_value());
  EXPECT_FALSE(reader.next().value().has_value());
}

}  // namespace
}  // namespace acts
