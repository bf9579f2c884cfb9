#include "store/delivery.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

namespace acts {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

constexpr auto kOptions = [] {
  DeliveryOptions options;
  options.batch = 8;
  options.poll = 1s;
  options.retry_first = 1s;
  options.retry_cap = 8s;
  return options;
}();

std::string text(const Delivery::Action& action) {
  struct Text {
    std::string operator()(Delivery::Connect) const { return "connect"; }
    std::string operator()(Delivery::Read read) const { return "read " + std::to_string(read.max); }
    std::string operator()(Delivery::Send send) const {
      return "send " + std::to_string(send.first) + "+" + std::to_string(send.count);
    }
    std::string operator()(const Delivery::SetAside& aside) const {
      return "set aside " + std::to_string(aside.row) + ": " + aside.reason;
    }
    std::string operator()(Delivery::Advance) const { return "advance"; }
    std::string operator()(Delivery::Wait) const { return "wait"; }
  };
  return std::visit(Text{}, action);
}

Nanos wait_of(const Delivery& delivery, Nanos now) { return std::get<Delivery::Wait>(delivery.next(now)).until - now; }

Result<std::vector<Refusal>> stored() { return std::vector<Refusal>{}; }
std::unexpected<Error> refused() { return fail(ErrorCode::kBadInput, "numeric field overflow"); }
std::unexpected<Error> gone() { return fail(ErrorCode::kRetry, "connection refused"); }

// Connected, with a batch of `rows`.
Delivery with_batch(std::size_t rows) {
  Delivery delivery(kOptions);
  delivery.on_connected({}, 0s);
  delivery.on_read(rows, 0s);
  return delivery;
}

TEST(Delivery, ConnectsReadsSendsAndOnlyThenMovesTheCursor) {
  Delivery delivery(kOptions);
  EXPECT_EQ(text(delivery.next(0s)), "connect");
  delivery.on_connected({}, 0s);
  EXPECT_EQ(text(delivery.next(0s)), "read 8");
  delivery.on_read(5, 0s);
  EXPECT_EQ(text(delivery.next(0s)), "send 0+5");
  delivery.on_sent(stored(), 0s);
  EXPECT_EQ(text(delivery.next(0s)), "advance");
  EXPECT_EQ(delivery.status().delivered, 0U);
  delivery.on_advanced({}, 0s);
  EXPECT_EQ(delivery.status().delivered, 5U);
  EXPECT_EQ(text(delivery.next(0s)), "read 8");
}

TEST(Delivery, LooksForNewRowsNowAndThen) {
  Delivery delivery(kOptions);
  delivery.on_connected({}, 0s);
  delivery.on_read(0, 10s);
  EXPECT_TRUE(delivery.status().idle);
  EXPECT_EQ(wait_of(delivery, 10s), 1s);
  EXPECT_EQ(text(delivery.next(11s)), "read 8");
  delivery.on_read(0, 11s);
  delivery.look_now();
  EXPECT_EQ(text(delivery.next(11s)), "read 8");
  delivery.on_read(1, 11s);
  delivery.on_sent(gone(), 11s);
  delivery.look_now();
  EXPECT_EQ(text(delivery.next(11s)), "wait");
}

TEST(Delivery, FindsTheRefusedRowByHalvesAndDeliversTheOthers) {
  Delivery delivery = with_batch(8);
  std::vector<std::string> done;
  for (std::string action = text(delivery.next(0s)); action != "advance"; action = text(delivery.next(0s))) {
    done.push_back(action);
    if (action.starts_with("set aside")) {
      delivery.on_set_aside({}, 0s);
      continue;
    }
    const auto send = std::get<Delivery::Send>(delivery.next(0s));
    const bool has_row_5 = send.first <= 5 && 5 < send.first + send.count;
    has_row_5 ? delivery.on_sent(refused(), 0s) : delivery.on_sent(stored(), 0s);
  }
  EXPECT_THAT(done, ElementsAre("send 0+8", "send 0+4", "send 4+4", "send 4+2", "send 4+1", "send 5+1",
                                "set aside 5: numeric field overflow", "send 6+2"));
  delivery.on_advanced({}, 0s);
  EXPECT_EQ(delivery.status().delivered, 7U);
  EXPECT_EQ(delivery.status().refused, 1U);
  EXPECT_EQ(delivery.status().failures, 0U);
}

TEST(Delivery, SetsAsideTheRowsThatTheServerNames) {
  Delivery delivery = with_batch(8);
  delivery.on_sent(refused(), 0s);
  delivery.on_sent(stored(), 0s);
  delivery.on_sent(std::vector<Refusal>{{1, "too long"}, {3, "no date"}}, 0s);
  EXPECT_EQ(text(delivery.next(0s)), "set aside 5: too long");
  delivery.on_set_aside({}, 0s);
  EXPECT_EQ(text(delivery.next(0s)), "set aside 7: no date");
  delivery.on_set_aside({}, 0s);
  EXPECT_EQ(text(delivery.next(0s)), "advance");
}

TEST(Delivery, ReadsTheBatchAgainAfterAFailureAndMovesNoCursor) {
  Delivery delivery = with_batch(8);
  delivery.on_sent(gone(), 10s);
  EXPECT_EQ(delivery.status().failure, "connection refused");
  EXPECT_FALSE(delivery.status().connected);
  const Nanos wait = wait_of(delivery, 10s);
  EXPECT_GE(wait, 500ms);
  EXPECT_LE(wait, 1s);
  EXPECT_EQ(text(delivery.next(11s)), "connect");
  delivery.on_connected({}, 11s);
  EXPECT_EQ(text(delivery.next(11s)), "read 4");  // a server that is slow may take fewer
  delivery.on_read(4, 11s);
  delivery.on_sent(stored(), 11s);
  EXPECT_EQ(delivery.status().failure, "connection refused");
  delivery.on_advanced({}, 11s);
  EXPECT_EQ(delivery.status().failure, "");
  EXPECT_EQ(text(delivery.next(11s)), "read 8");
}

// The rows that a server had refused before it went are found again, not forgotten.
TEST(Delivery, ForgetsWhatWasHalfDoneWhenTheServerGoes) {
  Delivery delivery = with_batch(2);
  delivery.on_sent(refused(), 0s);
  delivery.on_sent(refused(), 0s);
  delivery.on_set_aside({}, 0s);
  delivery.on_sent(gone(), 0s);
  delivery.on_connected({}, 1s);
  delivery.on_read(1, 1s);
  EXPECT_EQ(text(delivery.next(1s)), "send 0+1");
  delivery.on_sent(stored(), 1s);
  EXPECT_EQ(text(delivery.next(1s)), "advance");
  delivery.on_advanced({}, 1s);
  EXPECT_EQ(delivery.status().delivered, 1U);
}

TEST(Delivery, WaitsLongerFromFailureToFailureUpToTheCap) {
  Delivery delivery(kOptions);
  Nanos now{0};
  Nanos longest{0};
  for (int i = 0; i < 20; ++i) {
    delivery.on_connected(gone(), now);
    const Nanos wait = wait_of(delivery, now);
    EXPECT_LE(wait, 8s);
    longest = std::max(longest, wait);
    now += wait;
  }
  EXPECT_GE(longest, 4s);
  EXPECT_EQ(delivery.status().failures, 20U);
  delivery.on_connected({}, now);
  delivery.on_read(0, now);
  EXPECT_EQ(delivery.status().failure, "");
  delivery.on_read(1, now + 1s);
  delivery.on_sent(gone(), now + 1s);
  EXPECT_LE(wait_of(delivery, now + 1s), 1s);
}

TEST(Delivery, DoesNotMoveTheCursorPastARowThatCouldNotBeSetAside) {
  Delivery delivery = with_batch(1);
  delivery.on_sent(refused(), 0s);
  delivery.on_set_aside(fail(ErrorCode::kStorage, "acts.db: disk full"), 0s);
  EXPECT_EQ(text(delivery.next(0s)), "wait");
  EXPECT_EQ(text(delivery.next(1s)), "connect");
  EXPECT_EQ(delivery.status().refused, 0U);
}

TEST(Delivery, SendsAgainWhatItCouldNotMoveTheCursorPast) {
  Delivery delivery = with_batch(3);
  delivery.on_sent(stored(), 0s);
  delivery.on_advanced(fail(ErrorCode::kStorage, "acts.db: disk full"), 0s);
  EXPECT_EQ(delivery.status().delivered, 0U);
  delivery.on_connected({}, 1s);
  EXPECT_EQ(text(delivery.next(1s)), "read 8");
}

}  // namespace
}  // namespace acts
