#include "backtest/announced.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace acts::backtest {
namespace {

using history::Announcement;

AnnouncementList list_of_announcements(const std::vector<Announcement>& told) {
  auto spool = std::make_shared<history::AnnouncementSpool>(std::string(), 2);
  for (const Announcement& of : told) EXPECT_TRUE(spool->add(of).has_value());
  return {.spool = std::move(spool)};
}

// "TIME VALUE;" of each, and of those that count together of the last one.
std::string counted(AnnouncementList list, Announced::Kind kind) {
  Announced announced(std::move(list), kind);
  std::string text;
  while (announced.next() != Announced::kNever) {
    const UnixNanos at = announced.next();
    EXPECT_FALSE(announced.take({at.value - 1}).has_value());
    text += std::to_string(at.value) + " " + std::to_string(announced.take(at)->value) + ";";
  }
  return text;
}

TEST(Announced, CountAMarkFromItsTimeOnAndARateFromItsReceiptOn) {
  AnnouncementList list =
      list_of_announcements({{.ts_recv = {10}, .at = {8}, .value = 100}, {.ts_recv = {20}, .at = {40}, .value = 200}});
  list.shift = Nanos{5};
  EXPECT_EQ(counted(list, Announced::Kind::kMark), "8 100;25 200;") << "one of a later time than its receipt";
  EXPECT_EQ(counted(list, Announced::Kind::kRate), "15 100;25 200;");
}

TEST(Announced, NeverCountBeforeTheOneBefore) {
  const AnnouncementList list = list_of_announcements({{.ts_recv = {10}, .at = {10}, .value = 1},
                                                       {.ts_recv = {5}, .at = {5}, .value = 2},
                                                       {.ts_recv = {12}, .at = {12}, .value = 3}});
  EXPECT_EQ(counted(list, Announced::Kind::kMark), "10 2;12 3;");
}

TEST(Announced, AreOthersFromACutOn) {
  AnnouncementList list = list_of_announcements(
      {{.ts_recv = {10}, .at = {10}, .value = 1000}, {.ts_recv = {20}, .at = {20}, .value = 1000}});
  list.cut = FutureCut{.at = {20}};
  EXPECT_EQ(counted(list, Announced::Kind::kMark), "10 1000;20 1011;");
  EXPECT_EQ(counted(list, Announced::Kind::kRate), "10 1000;20 11345;");
}

TEST(Announced, EndBehindATimeThatIsTheLast) {
  std::vector<Announcement> told;
  for (std::int64_t i = 1; i <= 1000; ++i) told.push_back({.ts_recv = {i}, .at = {i}, .value = i});
  Announced announced(list_of_announcements(told), Announced::Kind::kMark);
  EXPECT_EQ(announced.take({500})->value, 500);
  announced.end_behind({700});
  EXPECT_EQ(announced.next().value, 501);
  EXPECT_EQ(announced.take({5000})->value, 700);
  EXPECT_EQ(announced.next(), Announced::kNever);
  EXPECT_FALSE(announced.take({5000}).has_value());
  EXPECT_FALSE(announced.failure().has_value());
}

TEST(Announced, AreNoneOfNoList) {
  Announced announced({}, Announced::Kind::kRate);
  EXPECT_EQ(announced.next(), Announced::kNever);
  EXPECT_FALSE(announced.take({5}).has_value());
}

}  // namespace
}  // namespace acts::backtest
