#include "binance/answer_owners.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace acts::binance {
namespace {

using ::testing::ElementsAre;

// "symbol:id" of each that is known now.
std::vector<std::string> taken(AnswerOwners& owners) {
  std::vector<std::string> all;
  for (const AnswerOwners::Answer& answer : owners.take()) {
    all.push_back(answer.symbol + ":" + std::to_string(answer.id.value()));
  }
  return all;
}

void answer(AnswerOwners& owners, std::int64_t id, std::string json = "{}") {
  owners.on_answer({UpdateId{id}, std::move(json), UnixNanos{}, 1});
}

void ids(AnswerOwners& owners, std::string_view symbol, std::int64_t from, std::int64_t to) {
  owners.on_ids(symbol, UpdateId{from}, UpdateId{to});
}

TEST(AnswerOwners, GivesAnAnswerToTheSymbolWhoseIdsBracketIt) {
  AnswerOwners owners;
  answer(owners, 105);
  answer(owners, 7005);
  EXPECT_THAT(taken(owners), ElementsAre());
  ids(owners, "A", 99, 104);
  EXPECT_THAT(taken(owners), ElementsAre());
  ids(owners, "B", 7000, 7010);
  ids(owners, "A", 104, 105);
  EXPECT_THAT(taken(owners), ElementsAre("A:105", "B:7005"));
  EXPECT_FALSE(owners.may_take());
}

TEST(AnswerOwners, GivesWhatIsLeftToTheOnlySymbolOfTheFile) {
  AnswerOwners owners;
  owners.on_message("A");
  answer(owners, 5);
  owners.end_file();
  EXPECT_THAT(taken(owners), ElementsAre("A:5"));
  answer(owners, 6);  // in the next file nothing of A comes
  owners.on_message("B");
  owners.end_file();
  EXPECT_THAT(taken(owners), ElementsAre("B:6"));
}

// An answer went to the one symbol that was asked for, whoever else stood in the file.
TEST(AnswerOwners, GivesNobodyAnAnswerThatCannotBeTold) {
  AnswerOwners owners;
  ids(owners, "A", 1, 10);
  ids(owners, "B", 5, 20);
  answer(owners, 7);   // of either
  answer(owners, 30);  // of neither
  EXPECT_THAT(taken(owners), ElementsAre());
  owners.end_file();
  EXPECT_THAT(taken(owners), ElementsAre(":7", ":30"));
}

TEST(AnswerOwners, LooksOnlyAtSymbolsOfTheFileTheAnswerStandsIn) {
  AnswerOwners owners;
  ids(owners, "A", 1, 10);
  owners.end_file();
  answer(owners, 7);
  EXPECT_THAT(taken(owners), ElementsAre());
  ids(owners, "B", 5, 8);
  EXPECT_THAT(taken(owners), ElementsAre("B:7"));
}

TEST(AnswerOwners, TakesNoBracketFromAMalformedUpdate) {
  AnswerOwners owners;
  ids(owners, "A", 10, 1);
  owners.on_message("B");
  answer(owners, 5);
  EXPECT_THAT(taken(owners), ElementsAre());
}

TEST(AnswerOwners, HoldsNoMoreThanItsBounds) {
  AnswerOwners owners;
  for (std::size_t i = 0; i <= AnswerOwners::kMaxHeld; ++i) answer(owners, static_cast<std::int64_t>(i));
  EXPECT_THAT(taken(owners), ElementsAre(":0"));
  answer(owners, 1000, std::string(AnswerOwners::kMaxHeldBytes, 'x'));
  EXPECT_EQ(owners.take().size(), AnswerOwners::kMaxHeld);
}

}  // namespace
}  // namespace acts::binance
