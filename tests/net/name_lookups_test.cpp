#include "net/name_lookups.hpp"

#include <latch>

#include "net/event_loop_impl.hpp"
#include "net/net_test.hpp"

namespace acts {
namespace {

using namespace std::chrono_literals;

class NameLookupsTest : public NetTest {
 protected:
  NameLookupsTest() {
    names().set_resolve([hang = hang_, asked = asked_](const std::string& host) {
      ++*asked;
      if (host.starts_with("hangs")) hang->wait();
      NameLookups::Answer answer;
      if (host.starts_with("unknown")) {
        answer.problem = "no such name";
      } else {
        answer.addresses.push_back(asio::ip::make_address("127.0.0.1"));
      }
      return answer;
    });
  }
  ~NameLookupsTest() override {
    if (!hang_->try_wait()) hang_->count_down();
  }

  NameLookups& names() { return loop.impl().names; }
  std::shared_ptr<NameLookups::Waiter> ask(const std::string& host) {
    auto waiter = std::make_shared<NameLookups::Waiter>(loop.impl().executor());
    return names().ask(host, waiter) ? waiter : nullptr;
  }

  std::shared_ptr<std::latch> hang_ = std::make_shared<std::latch>(1);
  std::shared_ptr<std::atomic<int>> asked_ = std::make_shared<std::atomic<int>>(0);
};

// One name whose servers did not answer held up every other: they were looked up one after the other.
TEST_F(NameLookupsTest, OneThatHangsHoldsUpNoOther) {
  const auto stuck = ask("hangs.example");
  const auto known = ask("known.example");
  const auto unknown = ask("unknown.example");
  ASSERT_TRUE(run_until([&] { return known->answer && unknown->answer; }));
  EXPECT_EQ(known->answer->addresses.size(), 1U);
  EXPECT_EQ(unknown->answer->problem, "no such name");
  EXPECT_FALSE(stuck->answer);
  EXPECT_EQ(names().under_way(), 1U);
}

// Each attempt at a name that hangs left another look-up behind.
TEST_F(NameLookupsTest, SharesTheAnswerOfANameThatIsUnderWay) {
  const auto first = ask("hangs.example");
  ask("hangs.example");  // who asked has gone
  const auto third = ask("hangs.example");
  EXPECT_EQ(names().under_way(), 1U);
  hang_->count_down();
  ASSERT_TRUE(run_until([&] { return first->answer && third->answer; }));
  EXPECT_EQ(*asked_, 1);
  EXPECT_EQ(names().under_way(), 0U);
}

TEST_F(NameLookupsTest, HasNoMoreUnderWayThanItsLimit) {
  for (std::size_t i = 0; i < NameLookups::kMaxUnderWay; ++i) ASSERT_TRUE(ask("hangs" + std::to_string(i)));
  EXPECT_FALSE(ask("known.example"));
  const CloseInfo info = [&] {
    WsProbe probe(loop, clock, ws_options("ws://known.example/"));
    probe.client->open();
    EXPECT_TRUE(run_until([&] { return probe.closed.has_value(); }));
    return probe.closed.value_or(CloseInfo{});
  }();
  EXPECT_EQ(info.fault, NetFault::kBusy);
  EXPECT_EQ(info.kind, ErrorCode::kRetry);
}

// The end of the process waited for a look-up that nobody could stop.
TEST_F(NameLookupsTest, EndsWhileOneHangs) {
  auto other = std::make_unique<EventLoop>();
  other->impl().names.set_resolve([hang = hang_](const std::string&) {
    hang->wait();
    return NameLookups::Answer{};
  });
  auto waiter = std::make_shared<NameLookups::Waiter>(other->impl().executor());
  ASSERT_TRUE(other->impl().names.ask("hangs.example", waiter));
  waiter.reset();
  other.reset();  // does not wait
  hang_->count_down();
}

TEST_F(NameLookupsTest, AnAttemptLeavesAtItsDeadline) {
  WsConnect options = ws_options("ws://hangs.example/");
  options.connect_timeout = 50ms;
  WsProbe probe(loop, clock, options);
  probe.client->open();
  ASSERT_TRUE(run_until([&] { return probe.closed.has_value(); }));
  EXPECT_EQ(probe.closed->stage, NetStage::kResolve);
  EXPECT_EQ(probe.closed->fault, NetFault::kTimeout);
}

TEST_F(NameLookupsTest, AsksTheSystem) {
  EventLoop own;
  const auto waiter = std::make_shared<NameLookups::Waiter>(own.impl().executor());
  ASSERT_TRUE(own.impl().names.ask("localhost", waiter));
  for (int i = 0; i < 200 && !waiter->answer; ++i) (void)own.run_for(100ms);
  ASSERT_TRUE(waiter->answer);
  EXPECT_FALSE(waiter->answer->addresses.empty()) << waiter->answer->problem;
}

}  // namespace
}  // namespace acts
