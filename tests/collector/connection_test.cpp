#include "collector/connection.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace acts::collector {
namespace {

using namespace std::chrono_literals;
using binance::InstrumentIndex;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr UnixNanos kNow{1'000'000'000'000};

LineMember member(InstrumentIndex instrument, std::size_t names = 1) {
  LineMember result{instrument, {}, true, true};
  for (std::size_t i = 0; i < names; ++i) result.names.push_back(fmt::format("s{}@x{}", instrument, i));
  return result;
}

struct ConnectionTest : testing::Test {
  Connection connection{7, "wss://host/stream", Venue::kBinanceSpot, kNow};
  ActionQueue out;

  std::vector<std::string> take() {
    std::vector<std::string> texts;
    for (const Action& action : out) texts.push_back(std::get<SendText>(action).text);
    out.clear();
    return texts;
  }
};

TEST_F(ConnectionTest, HasWhatItsUrlNamesAsSoonAsItIsOpen) {
  connection.subscribed_by_url(member(0));
  connection.subscribed_by_url(member(3));
  EXPECT_FALSE(connection.subscribed(0));
  EXPECT_THAT(connection.on_open(kNow + 1s), ElementsAre(0U, 3U));
  EXPECT_TRUE(connection.subscribed(0));
  EXPECT_FALSE(connection.subscribed(1));
  EXPECT_FALSE(connection.subscribed(9));
  EXPECT_EQ(connection.ready_at(), kNow + 1s);
}

TEST_F(ConnectionTest, SendsNothingBeforeItIsOpen) {
  connection.subscribe(member(0));
  connection.flush(out, kNow);
  EXPECT_TRUE(out.empty());
  connection.on_open(kNow);
  EXPECT_FALSE(connection.ready_at());
  connection.flush(out, kNow);
  EXPECT_THAT(take(), ElementsAre(R"({"method":"SUBSCRIBE","params":["s0@x0"],"id":1})"));
  EXPECT_FALSE(connection.subscribed(0));
  EXPECT_THAT(connection.on_reply(1, kNow + 1s), ElementsAre(0U));
  EXPECT_TRUE(connection.subscribed(0));
  EXPECT_EQ(connection.ready_at(), kNow + 1s);
  EXPECT_THAT(connection.on_reply(1, kNow + 1s), IsEmpty());
}

TEST_F(ConnectionTest, SubscribesInBatchesAndAtTheVenuesPace) {
  for (InstrumentIndex i = 0; i < 400; ++i) connection.subscribe(member(i, 3));
  connection.on_open(kNow);
  connection.flush(out, kNow);
  EXPECT_EQ(take().size(), 4U);  // 66 symbols a message
  connection.flush(out, kNow + 900ms);
  EXPECT_EQ(take().size(), 0U);
  connection.flush(out, kNow + 1s);
  EXPECT_EQ(take().size(), 3U);
}

TEST_F(ConnectionTest, KeepsTheOrderOfSubscribingAndUnsubscribing) {
  connection.on_open(kNow);
  connection.subscribe(member(0));
  connection.unsubscribe(member(0));
  connection.subscribe(member(0));
  connection.flush(out, kNow);
  EXPECT_THAT(take(), ElementsAre(HasSubstr(R"("SUBSCRIBE")"), HasSubstr("UNSUBSCRIBE"), HasSubstr(R"("SUBSCRIBE")")));
  EXPECT_THAT(connection.on_reply(2, kNow), IsEmpty());
}

TEST_F(ConnectionTest, DropsASymbolOfItsUrl) {
  connection.subscribed_by_url(member(0));
  connection.unsubscribe(member(0));
  EXPECT_THAT(connection.on_open(kNow), IsEmpty());
  connection.flush(out, kNow);
  EXPECT_THAT(take(), ElementsAre(HasSubstr("UNSUBSCRIBE")));
}

TEST_F(ConnectionTest, NoticesAMissingAcknowledgement) {
  connection.on_open(kNow);
  connection.subscribe(member(0));
  EXPECT_FALSE(connection.ack_overdue(kNow + 1h, 10s));
  connection.flush(out, kNow);
  EXPECT_FALSE(connection.ack_overdue(kNow + 9s, 10s));
  EXPECT_TRUE(connection.ack_overdue(kNow + 10s, 10s));
  connection.grant(5s);
  EXPECT_FALSE(connection.ack_overdue(kNow + 10s, 10s));
}

TEST_F(ConnectionTest, RepeatsARefusedSubscriptionAfterAWhile) {
  connection.on_open(kNow);
  connection.subscribe(member(0));
  connection.flush(out, kNow);
  take();
  EXPECT_FALSE(connection.on_error_reply(9, kNow));
  EXPECT_TRUE(connection.on_error_reply(1, kNow));
  connection.flush(out, kNow + 59s);
  EXPECT_TRUE(out.empty());
  connection.flush(out, kNow + 60s);
  EXPECT_THAT(take(), ElementsAre(HasSubstr(R"("id":2)")));
  EXPECT_THAT(connection.on_reply(2, kNow), ElementsAre(0U));
}

TEST_F(ConnectionTest, IsDeadWhenItWasBusyAndFellSilent) {
  connection.on_open(kNow);
  UnixNanos now = kNow;
  for (int i = 0; i < 200; ++i) connection.on_message(now = now + 100ms);
  EXPECT_EQ(connection.messages(), 200U);
  EXPECT_EQ(connection.last_message(), now);
  EXPECT_FALSE(connection.is_dead(now + 29s, 30s));
  EXPECT_TRUE(connection.is_dead(now + 30s, 30s));
  connection.grant(30s);
  EXPECT_FALSE(connection.is_dead(now + 30s, 30s));
}

TEST_F(ConnectionTest, IsNotDeadWhenItsSymbolsAreQuiet) {
  connection.on_open(kNow);
  UnixNanos now = kNow;
  for (int i = 0; i < 500; ++i) connection.on_message(now = now + 5s);
  EXPECT_FALSE(connection.is_dead(now + 1h, 30s));
}

TEST_F(ConnectionTest, RemembersWhenEachSymbolSpoke) {
  EXPECT_FALSE(connection.last_data(2));
  connection.on_data(2, true, kNow + 1s);
  EXPECT_EQ(connection.last_data(2), kNow + 1s);
  EXPECT_FALSE(connection.last_data(1));
  EXPECT_FALSE(connection.joined(2));
  connection.join(2);
  EXPECT_TRUE(connection.joined(2));
}

TEST_F(ConnectionTest, HoldsMessagesUpToItsLimit) {
  EXPECT_EQ(connection.first_held(1), nullptr);
  EXPECT_TRUE(connection.hold(1, "a"));
  EXPECT_TRUE(connection.hold(1, "b"));
  EXPECT_FALSE(connection.overflowed());
  EXPECT_FALSE(connection.hold(2, std::string(Connection::kMaxHeldBytes, 'x')));
  EXPECT_TRUE(connection.overflowed());
  EXPECT_FALSE(connection.hold(1, "c"));  // there is a hole before it
  EXPECT_EQ(*connection.first_held(1), "a");
  EXPECT_THAT(connection.take_held(1), ElementsAre("a", "b"));
  EXPECT_THAT(connection.take_held(1), IsEmpty());
}

TEST_F(ConnectionTest, IsMuteWhenNothingComes) {
  connection.subscribe(member(0));
  connection.on_open(kNow);
  EXPECT_FALSE(connection.is_mute(kNow + 1h, 30s, 10s));  // the acknowledgement has a deadline of its own
  connection.flush(out, kNow);
  connection.on_message(kNow);
  connection.on_reply(1, kNow);
  EXPECT_FALSE(connection.is_mute(kNow + 9s, 30s, 10s));
  EXPECT_TRUE(connection.is_mute(kNow + 10s, 30s, 10s));
  connection.on_message(kNow + 10s);
  connection.on_data(0, true, kNow + 10s);
  EXPECT_FALSE(connection.is_mute(kNow + 39s, 30s, 10s));
  EXPECT_TRUE(connection.is_mute(kNow + 40s, 30s, 10s));
}

TEST_F(ConnectionTest, IsStableOnce) {
  EXPECT_FALSE(connection.is_newly_stable(kNow + 1h, 1min));
  connection.on_open(kNow);
  EXPECT_FALSE(connection.is_newly_stable(kNow + 59s, 1min));
  EXPECT_TRUE(connection.is_newly_stable(kNow + 60s, 1min));
  EXPECT_FALSE(connection.is_newly_stable(kNow + 61s, 1min));
}

}  // namespace
}  // namespace acts::collector
