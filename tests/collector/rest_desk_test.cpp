#include "collector/rest_desk.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <set>

namespace acts::collector {
namespace {

using namespace std::chrono_literals;
using binance::InstrumentIndex;
using binance::kNoInstrument;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;

constexpr UnixNanos kNow{1'700'000'010'000'000'000};

struct RestDeskTest : testing::Test {
  explicit RestDeskTest(std::string rest_url = {}) { options.rest_url = std::move(rest_url); }

  CollectorOptions options;
  ActionQueue out;
  LogThrottle log{out};
  std::unique_ptr<RestDesk> desk;

  void SetUp() override { desk = std::make_unique<RestDesk>(options, out, log); }

  static RestJob depth(InstrumentIndex instrument, int weight = 250) {
    return {RequestKind::kDepth, Urgency::kGap, instrument, 5000, weight};
  }
  // Everything that is asked for at this time.
  std::vector<HttpGet> send(UnixNanos now) {
    out.clear();
    desk->send(now, [](InstrumentIndex) { return std::string_view("BTCUSDT"); });
    std::vector<HttpGet> sent;
    for (const Action& action : out) {
      if (const auto* get = std::get_if<HttpGet>(&action)) sent.push_back(*get);
    }
    return sent;
  }
  // As many as may be under way at once, of new instruments.
  std::vector<HttpGet> send_many(UnixNanos now) {
    for (std::size_t i = 0; i < options.timings.rest_in_flight; ++i) desk->ask(depth(next_instrument++, 1));
    return send(now);
  }
  InstrumentIndex next_instrument = 0;
  HttpGet send_one(UnixNanos now) {
    const std::vector<HttpGet> sent = send(now);
    EXPECT_EQ(sent.size(), 1U);
    return sent.empty() ? HttpGet{} : sent.front();
  }
};

TEST_F(RestDeskTest, AsksTheVenuesFirstHost) {
  desk->ask(depth(0));
  const HttpGet get = send_one(kNow);
  EXPECT_EQ(get.url, "https://api.binance.com/api/v3/depth?symbol=BTCUSDT&limit=5000");
  EXPECT_EQ(get.kind, RequestKind::kDepth);
  EXPECT_EQ(get.timeout, options.timings.depth_timeout);
  EXPECT_TRUE(desk->waits(RequestKind::kDepth, 0));
  EXPECT_EQ(desk->requests().at("depth"), 1U);
  const auto done = desk->on_answer(get.request, {200, "{}", "250", {}}, kNow + 1s);
  ASSERT_TRUE(done);
  EXPECT_TRUE(done->ok);
  EXPECT_EQ(done->sent, kNow);
  EXPECT_EQ(done->job, depth(0));
  EXPECT_FALSE(desk->waits(RequestKind::kDepth, 0));
  EXPECT_FALSE(desk->on_answer(get.request, {200, "{}", {}, {}}, kNow + 1s));
  EXPECT_FALSE(desk->on_failed(get.request, "late", kNow + 1s));
}

TEST_F(RestDeskTest, KeepsAllButTheTimeWaitingWhereOnlyTheTimeMayBeSent) {
  desk->ask({RequestKind::kExchangeInfo, Urgency::kInfo, kNoInstrument, 0, 20});
  desk->ask(depth(0));
  desk->ask({RequestKind::kTime, Urgency::kTime, kNoInstrument, 0, 1});
  desk->send(kNow, [](InstrumentIndex) { return std::string_view("BTCUSDT"); }, Sending::kTimeOnly);
  ASSERT_THAT(out, SizeIs(1));
  EXPECT_EQ(std::get<HttpGet>(out.front()).kind, RequestKind::kTime);
  const std::vector<HttpGet> rest = send(kNow);
  ASSERT_THAT(rest, SizeIs(2));
  EXPECT_EQ(rest[0].kind, RequestKind::kExchangeInfo);
  EXPECT_EQ(rest[1].kind, RequestKind::kDepth);
}

// Dialling takes several ways there and back: none of it is the request's.
TEST_F(RestDeskTest, CountsARequestAsSentWhenItWasWritten) {
  desk->ask(depth(0));
  const auto done = desk->on_answer(send_one(kNow).request, {200, "{}", {}, {}, kNow + 300ms}, kNow + 400ms);
  ASSERT_TRUE(done);
  EXPECT_EQ(done->sent, kNow + 300ms);
}

TEST_F(RestDeskTest, KeepsFewRequestsUnderWay) {
  for (InstrumentIndex i = 0; i < 20; ++i) desk->ask(depth(i));
  const std::vector<HttpGet> first = send(kNow);
  EXPECT_EQ(first.size(), options.timings.rest_in_flight);
  desk->ask(depth(0));  // under way already
  EXPECT_EQ(desk->health(kNow).queued, 15U);
  EXPECT_EQ(send(kNow).size(), 0U);
  (void)desk->on_answer(first[2].request, {200, "{}", {}, {}}, kNow);
  EXPECT_EQ(send(kNow).size(), 1U);
  EXPECT_EQ(desk->health(kNow).in_flight, options.timings.rest_in_flight);
}

TEST_F(RestDeskTest, StaysWithinTheWeightOfAMinute) {
  ASSERT_TRUE(desk->set_limit(1000, 1min, kNow));
  int sent = 0;
  for (InstrumentIndex i = 0; i < 20; ++i) desk->ask(depth(i));
  for (UnixNanos now = kNow; now < kNow + 30s; now = now + 1s) {
    for (const HttpGet& get : send(now)) {
      ++sent;
      (void)desk->on_answer(get.request, {200, "{}", {}, {}}, now);
    }
  }
  EXPECT_EQ(sent, 3);  // 95 % of 1000
  EXPECT_EQ(send(kNow + 60s).size(), 3U);
}

TEST_F(RestDeskTest, BelievesTheVenuesOwnCount) {
  desk->ask(depth(0));
  (void)desk->on_answer(send_one(kNow).request, {200, "{}", "5500", {}}, kNow);
  EXPECT_EQ(desk->health(kNow).weight_used, 5500);
  desk->ask(depth(1));
  EXPECT_TRUE(send(kNow).empty());
}

TEST_F(RestDeskTest, StopsEverythingWhileBanned) {
  desk->ask(depth(0));
  const auto done = desk->on_answer(send_one(kNow).request, {418, "{}", {}, "300"}, kNow);
  ASSERT_TRUE(done);
  EXPECT_FALSE(done->ok);
  EXPECT_EQ(done->status, 418);
  EXPECT_EQ(done->outcome, "banned");
  EXPECT_EQ(desk->health(kNow).banned_until, kNow + 300s);
  desk->ask(depth(1));
  EXPECT_TRUE(send(kNow + 299s).empty());
  EXPECT_EQ(send(kNow + 301s).size(), 1U);
}

TEST_F(RestDeskTest, ObeysRetryAfter) {
  desk->ask(depth(0));
  const auto done = desk->on_answer(send_one(kNow).request, {429, "{}", {}, "7"}, kNow);
  EXPECT_EQ(done->outcome, "rate_limited");
  EXPECT_FALSE(desk->health(kNow).banned_until);
  desk->ask(depth(1));
  EXPECT_TRUE(send(kNow + 6s).empty());
  EXPECT_EQ(send(kNow + 7s).size(), 1U);
}

TEST_F(RestDeskTest, GoesToAnotherHostWhenTheFirewallRefuses) {
  desk->ask(depth(0));
  const auto done = desk->on_answer(send_one(kNow).request, {403, "<html>", {}, {}}, kNow);
  EXPECT_EQ(done->outcome, "blocked");
  EXPECT_FALSE(desk->restricted());
  desk->ask(depth(0));
  EXPECT_THAT(send_one(kNow).url, HasSubstr("https://api-gcp.binance.com/"));
}

// Each of them was taken for one of the host that came next: one that refuses made all of them count as refusing.
TEST_F(RestDeskTest, AsksOneOtherHostWhenAllUnderWayAreRefused) {
  UnixNanos now = kNow;
  for (const HttpGet& get : send_many(now)) {
    EXPECT_THAT(get.url, StartsWith("https://api.binance.com/"));
    now = now + 61s;  // as far apart as lines of the log are held back
    out.clear();
    (void)desk->on_answer(get.request, {403, "<html>", {}, {}}, now);
    ASSERT_TRUE(std::holds_alternative<Log>(out.back()));
    EXPECT_THAT(std::get<Log>(out.back()).text, StartsWith("REST https://api.binance.com: "));
    EXPECT_THAT(std::get<Log>(out.back()).text, EndsWith("; next https://api-gcp.binance.com"));
  }
  const std::vector<HttpGet> others = send_many(now);
  EXPECT_THAT(others, SizeIs(5));
  for (const HttpGet& get : others) EXPECT_THAT(get.url, StartsWith("https://api-gcp.binance.com/"));
  EXPECT_FALSE(desk->health(now).paused_until);
}

TEST_F(RestDeskTest, CountsTimeOutsForTheHostThatWasAsked) {
  for (const HttpGet& get : send_many(kNow)) (void)desk->on_failed(get.request, "no answer in time", kNow);
  UnixNanos now = desk->health(kNow).paused_until.value_or(kNow);
  EXPECT_LE(now, kNow + options.timings.backoff_first);  // of three in a row, not of five
  for (int failures = 0; failures < 3; ++failures) {
    desk->ask(depth(0, 1));
    const HttpGet get = send_one(now);
    EXPECT_THAT(get.url, StartsWith("https://api-gcp.binance.com/")) << failures;
    (void)desk->on_failed(get.request, "no answer in time", now);
    now = desk->health(now).paused_until.value_or(now);
  }
  desk->ask(depth(0, 1));
  EXPECT_THAT(send_one(now).url, StartsWith("https://api1.binance.com/"));
}

TEST_F(RestDeskTest, TakesALateSuccessForNoneOfTheHostThatIsAskedNow) {
  const std::vector<HttpGet> first = send_many(kNow);
  (void)desk->on_answer(first[0].request, {451, "{}", {}, {}}, kNow);
  for (int i = 0; i < 2; ++i) {
    desk->ask(depth(100, 1));
    out.clear();
    desk->send(kNow, [](InstrumentIndex) { return std::string_view("BTCUSDT"); });
    const HttpGet get = std::get<HttpGet>(out.back());
    EXPECT_THAT(get.url, StartsWith("https://api-gcp.binance.com/"));
    (void)desk->on_failed(get.request, "no answer in time", kNow);
    (void)desk->on_answer(first[1 + static_cast<std::size_t>(i)].request, {200, "{}", {}, {}}, kNow);
  }
  EXPECT_TRUE(desk->restricted());
  desk->ask(depth(100, 1));
  (void)desk->on_failed(send_one(kNow).request, "no answer in time", kNow);
  const UnixNanos now = desk->health(kNow).paused_until.value_or(kNow);
  desk->ask(depth(100, 1));
  EXPECT_THAT(send_one(now).url, StartsWith("https://api1.binance.com/"));
}

TEST_F(RestDeskTest, NamesTheHostThatLimitsIt) {
  const std::vector<HttpGet> first = send_many(kNow);
  (void)desk->on_answer(first[0].request, {403, "<html>", {}, {}}, kNow);
  (void)desk->on_answer(first[1].request, {418, "{}", {}, "300"}, kNow);
  EXPECT_THAT(std::get<Log>(out.back()).text, StartsWith("REST https://api.binance.com: answer 418"));
}

TEST_F(RestDeskTest, TellsARestrictedPlaceApart) {
  desk->ask(depth(0));
  (void)desk->on_answer(send_one(kNow).request, {451, "{}", {}, {}}, kNow);
  EXPECT_TRUE(desk->restricted());
  EXPECT_EQ(std::get<Log>(out.back()).key, "rest_restricted");
  desk->ask(depth(0));
  (void)desk->on_answer(send_one(kNow).request, {200, "{}", {}, {}}, kNow);
  EXPECT_FALSE(desk->restricted());
}

TEST_F(RestDeskTest, GivesUpOnlyTheRequestThatIsWrong) {
  desk->ask(depth(0));
  const auto done =
      desk->on_answer(send_one(kNow).request, {400, R"({"code":-1121,"msg":"Invalid symbol."})", {}, {}}, kNow);
  EXPECT_TRUE(done->give_up);
  EXPECT_THAT(done->reason, HasSubstr("-1121"));
  desk->ask(depth(1));
  EXPECT_EQ(send(kNow).size(), 1U);
}

TEST_F(RestDeskTest, PausesAndChangesHostWhenFailuresGoOn) {
  UnixNanos now = kNow;
  std::set<std::string> urls;
  std::vector<UnixNanos> attempts;
  while (attempts.size() < 12) {
    desk->ask(depth(0, 1));
    for (const HttpGet& get : send(now)) {
      attempts.push_back(now);
      urls.insert(get.url);
      (void)desk->on_failed(get.request, "connection refused", now);
    }
    now = now + 100ms;
    ASSERT_LT(now - kNow, 1h);
  }
  EXPECT_EQ(urls.size(), 4U);
  EXPECT_LE(attempts[2] - attempts[0], 1s);
  EXPECT_GE(attempts[11] - attempts[10], options.timings.backoff_cap / 4);
}

TEST_F(RestDeskTest, ChangesHostWhenOneGoesOnAnsweringWithPages) {
  UnixNanos now = kNow;
  for (const int status : {410, 404, 410}) {
    desk->ask(depth(0, 1));
    const HttpGet get = send_one(now);
    EXPECT_THAT(get.url, StartsWith("https://api.binance.com/"));
    const auto done = desk->on_answer(get.request, {status, "<html>Gone</html>", {}, {}}, now);
    EXPECT_EQ(done->outcome, "unreadable");
    EXPECT_FALSE(done->give_up);
    now = desk->health(now).paused_until.value_or(now);
  }
  desk->ask(depth(0, 1));
  EXPECT_THAT(send_one(now).url, StartsWith("https://api-gcp.binance.com/"));
}

TEST_F(RestDeskTest, DoesNotWaitForeverForItsShell) {
  desk->ask(depth(0));
  (void)send_one(kNow);
  EXPECT_FALSE(desk->take_overdue(kNow + options.timings.depth_timeout));
  const auto late = desk->take_overdue(kNow + options.timings.depth_timeout + 10s);
  ASSERT_TRUE(late);
  EXPECT_EQ(late->outcome, "failed");
  EXPECT_FALSE(desk->take_overdue(kNow + 1h));
}

TEST_F(RestDeskTest, DropsWhatNoBudgetCanHold) {
  ASSERT_TRUE(desk->set_limit(100, 1min, kNow));
  desk->ask(depth(0));
  desk->ask({RequestKind::kTime, Urgency::kTime, kNoInstrument, 0, 1});
  EXPECT_EQ(send(kNow).size(), 1U);
  ASSERT_TRUE(std::holds_alternative<Log>(out.back()));
  EXPECT_EQ(std::get<Log>(out.back()).key, "rest_too_heavy");
  EXPECT_EQ(send(kNow).size(), 0U);
  EXPECT_EQ(desk->health(kNow).queued, 0U);
}

struct RestDeskOfAUser : RestDeskTest {
  RestDeskOfAUser() : RestDeskTest("http://127.0.0.1:8080") {}
};

TEST_F(RestDeskOfAUser, StaysWithTheUsersHost) {
  for (int i = 0; i < 5; ++i) {
    desk->ask(depth(0));
    const std::vector<HttpGet> sent = send(kNow + i * 5min);
    ASSERT_EQ(sent.size(), 1U);
    EXPECT_THAT(sent.front().url, HasSubstr("http://127.0.0.1:8080/api/v3/"));
    (void)desk->on_answer(sent.front().request, {403, "<html>", {}, {}}, kNow + i * 5min);
    EXPECT_TRUE(desk->health(kNow + i * 5min).paused_until);
  }
}

}  // namespace
}  // namespace acts::collector
