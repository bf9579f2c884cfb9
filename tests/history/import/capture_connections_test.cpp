#include "history/import/capture_connections.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>

namespace acts::history {
namespace {

TEST(CaptureConnections, OneOpenedAnewTakesThePlaceOfThatOfItsName) {
  CaptureConnections connections;
  ASSERT_TRUE(connections.open("c", "one", 1));
  connections.hear("c", 2)->sequence = 7;
  ASSERT_TRUE(connections.open_unless_known("c", "two", 3));
  EXPECT_EQ(connections.hear("c", 4)->url, "one");
  EXPECT_EQ(connections.hear("c", 5)->sequence, 7);
  ASSERT_TRUE(connections.open("c", "two", 6));
  EXPECT_EQ(connections.size(), 1U);
  EXPECT_EQ(connections.hear("c", 7)->url, "two");
  EXPECT_EQ(connections.hear("c", 8)->sequence, std::nullopt);
  EXPECT_EQ(connections.hear("d", 9), nullptr);
  connections.close_all();
  EXPECT_EQ(connections.hear("c", 10), nullptr);
}

TEST(CaptureConnections, TheOneSilentForLongestGivesItsPlace) {
  CaptureConnections connections;
  std::uint64_t place = 0;
  for (std::size_t i = 0; i < CaptureConnections::kMost; ++i) {
    ASSERT_TRUE(connections.open(fmt::format("n{}", i), "", ++place));
  }
  ASSERT_NE(connections.hear("n0", ++place), nullptr);
  ASSERT_TRUE(connections.open("more", "", ++place));
  EXPECT_EQ(connections.size(), CaptureConnections::kMost);
  EXPECT_NE(connections.hear("n0", ++place), nullptr);
  EXPECT_EQ(connections.hear("n1", ++place), nullptr);
  EXPECT_NE(connections.hear("more", ++place), nullptr);
}

TEST(CaptureConnections, NamesAndUrlsAreBounded) {
  CaptureConnections connections;
  const std::string name(CaptureConnections::kMostNameBytes, 'n');
  const std::string url(CaptureConnections::kMostUrlBytes, 'u');
  EXPECT_TRUE(connections.open(name, url, 1));
  EXPECT_EQ(connections.open(name + "n", url, 2).error().message, "its conn is longer than 256 bytes");
  EXPECT_EQ(connections.open_unless_known("d", url + "u", 3).error().message, "its addr is longer than 2048 bytes");
  EXPECT_EQ(connections.size(), 1U);
}

// Each may follow what the others leave, and leaves it when it is closed.
TEST(CaptureConnections, BooksAreBoundedOverAllOfThem) {
  CaptureConnections connections;
  ASSERT_TRUE(connections.open("c", "", 1));
  ASSERT_TRUE(connections.open("d", "", 2));
  CaptureConnection* const c = connections.hear("c", 3);
  EXPECT_EQ(c->books_left, CaptureConnections::kMostBooks);
  c->last_updates = {{"X", 1}, {"Y", 1}};
  CaptureConnection* const d = connections.hear("d", 4);
  EXPECT_EQ(d->books_left, CaptureConnections::kMostBooks - 2);
  d->last_updates = {{"X", 1}};
  EXPECT_EQ(connections.hear("d", 5)->books_left, CaptureConnections::kMostBooks - 3);
  ASSERT_TRUE(connections.open("c", "", 6));
  EXPECT_EQ(connections.hear("d", 7)->books_left, CaptureConnections::kMostBooks - 1);
  connections.hear("d", 8)->last_updates["Z"] = 1;
  ASSERT_TRUE(connections.open("d", "", 9));
  EXPECT_EQ(connections.hear("c", 10)->books_left, CaptureConnections::kMostBooks);
}

}  // namespace
}  // namespace acts::history
