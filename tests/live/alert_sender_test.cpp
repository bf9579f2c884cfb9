// Alerts over a real socket and to a real process.
#include "live/alert_sender.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "net/net_test.hpp"
#include "recording/temp_dir.hpp"

namespace acts {
namespace {

using namespace std::chrono_literals;
using acts::testing::TempDir;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr Nanos kSoon = 20ms;

collector::Alert alert(const std::string& key) {
  return {collector::Alert::Status::kFiring, key, "subject", "text", UnixNanos{0}, UnixNanos{0}};
}

class AlertSenderTest : public NetTest {
 protected:
  static std::string contents(const std::string& path) {
    std::ifstream in(path);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
  }
};

TEST_F(AlertSenderTest, PostsWhatCameUpTogetherInOneMessage) {
  std::vector<std::string> bodies;
  const std::uint16_t port = serve({}, [&](const HttpServerRequest& request, HttpReply reply) {
    EXPECT_EQ(request.method, "POST");
    EXPECT_EQ(request.header("content-type"), "application/json");
    bodies.push_back(request.body);
    reply.send({204, {}, ""});
  });
  HttpClient client(loop, {});
  AlertChannel channel(loop, "webhook", "0.1.0", post_to(client, fmt::format("http://127.0.0.1:{}/hook", port)), kSoon);
  channel.push(alert("no_data"));
  channel.push(alert("gap_not_healed"));
  ASSERT_TRUE(run_until([&] { return channel.status().delivered == 2; }));
  ASSERT_EQ(bodies.size(), 1U);
  EXPECT_THAT(bodies[0], HasSubstr(R"("key":"no_data")"));
  EXPECT_THAT(bodies[0], HasSubstr(R"("key":"gap_not_healed")"));
  channel.push(alert("clock_off"));
  ASSERT_TRUE(run_until([&] { return channel.status().delivered == 3; }));
  EXPECT_EQ(bodies.size(), 2U);
  EXPECT_EQ(channel.status().waiting, 0U);
}

TEST_F(AlertSenderTest, TriesAgainWhatWasNotTaken) {
  int status = 503;
  std::vector<std::string> bodies;
  const std::uint16_t port = serve({}, [&](const HttpServerRequest& request, HttpReply reply) {
    bodies.push_back(request.body);
    reply.send({status, {}, ""});
    status = 200;
  });
  HttpClient client(loop, {});
  AlertChannel channel(loop, "webhook", "0.1.0", post_to(client, fmt::format("http://127.0.0.1:{}/", port)), kSoon);
  channel.push(alert("no_data"));
  ASSERT_TRUE(run_until([&] { return channel.status().failures == 1; }));
  EXPECT_EQ(channel.status().failure, "answered with status 503");
  ASSERT_TRUE(run_until([&] { return channel.status().delivered == 1; }));
  EXPECT_THAT(channel.status().failure, IsEmpty());
  ASSERT_EQ(bodies.size(), 2U);
  EXPECT_EQ(bodies[0], bodies[1]);
}

TEST_F(AlertSenderTest, LeavesTheOldestOutAndSaysHowMany) {
  std::vector<std::string> messages;
  AlertChannel::Done done;
  AlertChannel channel(
      loop, "webhook", "0.1.0",
      [&](std::string message, AlertChannel::Done then) {
        messages.push_back(std::move(message));
        done = std::move(then);
      },
      kSoon);
  channel.push(alert("first"));
  ASSERT_TRUE(run_until([&] { return messages.size() == 1; }));
  for (std::size_t i = 0; i < AlertChannel::kMostWaiting + 4; ++i) channel.push(alert(fmt::format("a{}", i)));
  EXPECT_EQ(channel.status().waiting, AlertChannel::kMostWaiting);
  EXPECT_EQ(channel.status().left_out, 5U);
  done({});
  ASSERT_TRUE(run_until([&] { return messages.size() == 2; }));
  EXPECT_THAT(messages[1], HasSubstr(R"("left_out":5,"alerts":[{"status":"firing","key":"a5")"));
  EXPECT_THAT(messages[1], HasSubstr(R"("key":"a54")"));
  EXPECT_EQ(channel.status().delivered, 1U);
}

TEST_F(AlertSenderTest, SaysAtOnceWhatWaitsWhenItEnds) {
  std::vector<std::string> messages;
  AlertChannel channel(
      loop, "webhook", "0.1.0",
      [&](std::string message, AlertChannel::Done done) {
        messages.push_back(std::move(message));
        loop.post([done = std::move(done)] { done({}); });
      },
      4min);
  channel.push(alert("first"));
  ASSERT_TRUE(run_until([&] { return channel.status().delivered == 1; }));
  channel.push(alert("last"));
  channel.finish();
  EXPECT_FALSE(channel.is_finished());
  ASSERT_TRUE(run_until([&] { return channel.is_finished(); }));
  ASSERT_EQ(messages.size(), 2U);
  EXPECT_THAT(messages[1], HasSubstr(R"("key":"last")"));
}

TEST_F(AlertSenderTest, TriesOnceMoreWhenItEndsAndNoMore) {
  AlertChannel channel(
      loop, "webhook", "0.1.0",
      [&](const std::string&, AlertChannel::Done done) {
        loop.post([done = std::move(done)] { done(fail(ErrorCode::kRetry, "connection refused")); });
      },
      4min);
  channel.push(alert("first"));
  ASSERT_TRUE(run_until([&] { return channel.status().failures == 1; }));
  channel.finish();
  ASSERT_TRUE(run_until([&] { return channel.is_finished(); }));
  EXPECT_EQ(channel.status().failures, 2U);
  EXPECT_EQ(channel.status().waiting, 1U);
}

TEST_F(AlertSenderTest, GivesACommandTheMessage) {
  const TempDir dir;
  const std::string path = dir / "told";
  AlertChannel channel(loop, "command", "0.1.0", run_command(loop, fmt::format("cat > '{}'", path)), kSoon);
  channel.push(alert("no_data"));
  ASSERT_TRUE(run_until([&] { return channel.status().delivered == 1; }));
  EXPECT_THAT(contents(path), HasSubstr(R"("key":"no_data")"));
}

TEST_F(AlertSenderTest, SaysHowACommandFailed) {
  for (const auto& [command, failure] :
       {std::pair{"exit 3", "ended with exit code 3"}, std::pair{"kill -TERM $$", "ended by signal 15"},
        std::pair{"sleep 60", "took too long and was killed"}}) {
    AlertChannel channel(loop, "command", "0.1.0", run_command(loop, command, 200ms), 10s);
    channel.push(alert("no_data"));
    ASSERT_TRUE(run_until([&] { return channel.status().failures == 1; })) << command;
    EXPECT_EQ(channel.status().failure, failure);
    EXPECT_EQ(channel.status().waiting, 1U);
  }
}

}  // namespace
}  // namespace acts
