#include "sim/account/funding_book.hpp"

#include <gtest/gtest.h>

#include <string>

namespace acts::sim {
namespace {

constexpr Decimal kRate{1, 4};

TEST(FundingBook, PaysEachTimeOnce) {
  auto book = FundingBook::of({{.at = {100}, .rate = kRate}, {.at = {200}, .rate = {2, 4}}});
  ASSERT_TRUE(book.has_value());
  EXPECT_EQ(book->next(), UnixNanos{100});
  EXPECT_FALSE(book->take({99}).has_value());
  EXPECT_FALSE(book->last().has_value());
  EXPECT_EQ(book->take({100})->rate, kRate);
  EXPECT_FALSE(book->take({100}).has_value());
  EXPECT_EQ(book->last()->at, UnixNanos{100});
  EXPECT_EQ(book->take({1000})->at, UnixNanos{200});
  EXPECT_EQ(book->next(), FundingBook::kNever);
}

TEST(FundingBook, BeginsWhereTheRunDoes) {
  auto book = FundingBook::of({{.at = {100}, .rate = kRate}, {.at = {200}, .rate = {2, 4}}});
  book->begin({200});
  EXPECT_EQ(book->next(), UnixNanos{200});
  EXPECT_EQ(book->last()->at, UnixNanos{100});
}

TEST(FundingBook, TakesTheLastThatWasAnnounced) {
  FundingBook book;
  book.announce({1}, {.at = {100}, .rate = kRate, .mark = Decimal{5, 0}});
  book.announce({90}, {.at = {100}, .rate = {3, 4}, .mark = Decimal{6, 0}});
  // After it the venue announces the next one: that time is still to be paid.
  book.announce({101}, {.at = {200}, .rate = {9, 4}, .mark = Decimal{7, 0}});
  const auto paid = book.take({101});
  ASSERT_TRUE(paid.has_value());
  EXPECT_EQ(paid->rate, (Decimal{3, 4}));
  EXPECT_EQ(*paid->mark, (Decimal{6, 0}));
  book.announce({102}, {.at = {100}, .rate = kRate});
  EXPECT_EQ(book.next(), UnixNanos{200}) << "what has been paid is over";
  book.announce({103}, {.at = {150}, .rate = kRate});
  EXPECT_EQ(book.next(), UnixNanos{150}) << "a venue may think again";
  EXPECT_EQ(book.take({300})->at, UnixNanos{150});
  EXPECT_EQ(book.next(), FundingBook::kNever);
  book.announce({300}, {.at = {400}, .rate = {1, 0}});
  EXPECT_EQ(book.next(), FundingBook::kNever) << "no rate";
}

TEST(FundingBook, RefusesTimesThatGoBack) {
  const auto book = FundingBook::of({{.at = {200}, .rate = kRate}, {.at = {200}, .rate = kRate}});
  ASSERT_FALSE(book.has_value());
  EXPECT_EQ(book.error().code, ErrorCode::kBadInput);
  EXPECT_FALSE(FundingBook::of({{.at = {200}, .rate = {1, 0}}}).has_value());
  EXPECT_FALSE(FundingBook::of({{.at = {200}, .rate = kRate, .mark = Decimal{0, 0}}}).has_value());
}

TEST(FundingLine, IsReadWithOrWithoutAMark) {
  const auto plain = parse_funding_line("2024-08-08T08:00:00Z,-0.0001");
  ASSERT_TRUE(plain.has_value()) << plain.error().message;
  EXPECT_EQ(plain->at, UnixNanos{1'723'104'000'000'000'000});
  EXPECT_EQ(plain->rate, (Decimal{-1, 4}));
  EXPECT_FALSE(plain->mark.has_value());
  EXPECT_EQ(parse_funding_line("1723104000000,0.00010000,61685.53")->mark, (Decimal{6168553, 2}));
  for (const char* line : {"", "x,0.1", "2024-08-08T08:00:00Z", "1723104000000,1", "1723104000000,0.1,0", "0,0.1",
                           "1723104000000,0.1,5,5", "1723104000000,,5"}) {
    EXPECT_FALSE(parse_funding_line(line).has_value()) << line;
  }
}

}  // namespace
}  // namespace acts::sim
