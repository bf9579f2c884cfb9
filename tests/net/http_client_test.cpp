#include "net/http_client.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <vector>

#include "net/net_test.hpp"

namespace acts {
namespace {

using namespace std::chrono_literals;

class HttpClientTest : public NetTest {
 protected:
  // What comes of a GET to a server that answers any request with these bytes and ends.
  NetResult<HttpResponse> get_from(const std::string& bytes, HttpClientOptions options = {}) {
    const std::uint16_t port = serve({}, [bytes](const HttpServerRequest&, HttpReply reply) { reply.send_raw(bytes); });
    return get(url(port), std::move(options));
  }
  static std::string url(std::uint16_t port, std::string_view target = "/") {
    return fmt::format("http://127.0.0.1:{}{}", port, target);
  }
};

TEST_F(HttpClientTest, SendsARequestAndReadsTheAnswer) {
  HttpServerRequest seen;
  const std::uint16_t port = serve({}, [&seen](const HttpServerRequest& request, HttpReply reply) {
    seen = request;
    reply.send({418, {{"Retry-After", "7"}, {"X-MBX-USED-WEIGHT-1M", "250"}}, "{}"});
  });
  HttpRequest request;
  request.method = "POST";
  request.url = url(port, "/api/v3/order?symbol=[x]");
  request.headers = {{"X-MBX-APIKEY", "key"}};
  request.body = "a=b";
  const NetResult<HttpResponse> response = fetch(request);
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(response->status, 418);
  EXPECT_EQ(response->header("retry-after"), "7");
  EXPECT_EQ(response->body, "{}");
  EXPECT_EQ(seen.method, "POST");
  EXPECT_EQ(seen.target, "/api/v3/order?symbol=%5Bx%5D");
  EXPECT_EQ(seen.path, "/api/v3/order");
  EXPECT_EQ(seen.query, "symbol=%5Bx%5D");
  EXPECT_EQ(seen.body, "a=b");
  EXPECT_EQ(seen.header("x-mbx-apikey"), "key");
  EXPECT_EQ(seen.header("user-agent"), "acts");
  EXPECT_EQ(seen.header("host"), fmt::format("127.0.0.1:{}", port));
  EXPECT_EQ(seen.header("nothing"), "");
  EXPECT_EQ(seen.peer_address, "127.0.0.1");
}

TEST_F(HttpClientTest, UsesAConnectionAgain) {
  const std::uint16_t port = serve();
  HttpClient client(loop, {});
  int answers = 0;
  for (int i = 0; i < 3; ++i) {
    client.request({.url = url(port, "/x")}, [&](NetResult<HttpResponse> response) {
      ASSERT_TRUE(response);
      ++answers;
    });
    ASSERT_TRUE(run_until([&] { return answers == i + 1; }));
  }
  EXPECT_EQ(client.connections_opened(), 1U);
  EXPECT_EQ(server->stats().accepted, 1U);
}

// What is measured from then on is the request's way alone: the connection is there, and each attempt begins anew.
TEST_F(HttpClientTest, SaysWhenARequestIsWritten) {
  ServerOptions options;
  options.idle_timeout = 150ms;
  const std::uint16_t port = serve(options);
  HttpClient client(loop, {});
  std::vector<std::uint64_t> connections;  // there were, at each writing
  int answers = 0;
  HttpRequest request;
  request.url = url(port);
  request.on_write = [&] { connections.push_back(client.connections_opened()); };
  const auto count = [&](NetResult<HttpResponse> response) { answers += response.has_value() ? 1 : 100; };
  client.request(request, count);
  EXPECT_TRUE(connections.empty());
  ASSERT_TRUE(run_until([&] { return answers == 1 && server->stats().open == 0; }));
  EXPECT_EQ(connections, (std::vector<std::uint64_t>{1}));
  client.request(request, count);
  ASSERT_TRUE(run_until([&] { return answers == 2; }));
  EXPECT_EQ(connections.back(), 2U);
}

TEST_F(HttpClientTest, KeepsNoMoreIdleConnectionsThanAllowedAndNoneTooLong) {
  const std::uint16_t port = serve();
  HttpClientOptions options;
  options.max_idle_connections = 2;
  options.idle_timeout = 30ms;
  HttpClient client(loop, options);
  int answers = 0;
  for (int i = 0; i < 5; ++i) client.request({.url = url(port)}, [&](NetResult<HttpResponse>) { ++answers; });
  EXPECT_EQ(client.in_flight(), 5U);
  ASSERT_TRUE(run_until([&] { return answers == 5; }));
  EXPECT_EQ(client.connections_opened(), 5U);
  ASSERT_TRUE(run_until([&] { return server->stats().open <= 2; }));
  ASSERT_TRUE(run_until([&] { return server->stats().open == 0; }));
}

TEST_F(HttpClientTest, RepeatsAGetOnAConnectionThatTheServerHadClosed) {
  ServerOptions options;
  options.idle_timeout = 150ms;
  const std::uint16_t port = serve(options);
  HttpClient client(loop, {});
  int answers = 0;
  const auto count = [&](NetResult<HttpResponse> response) { answers += response.has_value() ? 1 : 100; };
  client.request({.url = url(port)}, count);
  ASSERT_TRUE(run_until([&] { return answers == 1 && server->stats().open == 0; }));
  client.request({.url = url(port)}, count);
  ASSERT_TRUE(run_until([&] { return answers == 2; }));
  EXPECT_EQ(client.connections_opened(), 2U);
}

TEST_F(HttpClientTest, RepeatsAGetButNoPostThatMeetsAReset) {
  int requests = 0;
  const std::uint16_t port = serve({}, [&requests](const HttpServerRequest&, HttpReply reply) {
    if (++requests % 2 == 1) {
      reply.send(200, "text/plain", "first");
    } else {
      reply.reset();
    }
  });
  HttpClient client(loop, {});
  std::optional<NetResult<HttpResponse>> result;
  const auto keep = [&result](NetResult<HttpResponse> response) { result = std::move(response); };
  client.request({.url = url(port)}, keep);
  ASSERT_TRUE(run_until([&] { return result.has_value(); }));
  result.reset();
  client.request({.url = url(port)}, keep);
  ASSERT_TRUE(run_until([&] { return result.has_value(); }));
  EXPECT_TRUE(result->has_value());
  EXPECT_EQ(requests, 3);
  result.reset();
  client.request({.method = "POST", .url = url(port)}, keep);
  ASSERT_TRUE(run_until([&] { return result.has_value(); }));
  ASSERT_FALSE(result->has_value());
  EXPECT_EQ(result->error().fault, NetFault::kDisconnected);
  EXPECT_EQ(requests, 4);
}

TEST_F(HttpClientTest, AnswersHeadWithoutABody) {
  const std::uint16_t port = serve();
  HttpRequest request;
  request.method = "HEAD";
  request.url = url(port, "/x");
  const NetResult<HttpResponse> response = fetch(request);
  ASSERT_TRUE(response);
  EXPECT_EQ(response->body, "");
  EXPECT_EQ(response->header("Content-Length"), "8");
}

TEST_F(HttpClientTest, TellsTheFaultsOfAnAnswerApart) {
  struct Case {
    std::string bytes;
    NetFault fault;
    NetStage stage;
  };
  HttpClientOptions options;
  options.max_body_bytes = 100;
  options.max_header_bytes = 1000;
  for (const Case& c :
       {Case{"HTTP/1.1 200 OK\r\nContent-Le", NetFault::kTruncated, NetStage::kHeader},
        Case{"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhalf", NetFault::kTruncated, NetStage::kBody},
        Case{"HTTP/1.1 200 OK\r\nContent-Length: 101\r\n\r\n", NetFault::kTooLarge, NetStage::kBody},
        Case{"HTTP/1.1 200 OK\r\nA: " + std::string(2000, 'x'), NetFault::kTooLarge, NetStage::kHeader},
        Case{"SSH-2.0-OpenSSH\r\n\r\n", NetFault::kMalformed, NetStage::kHeader},
        Case{"", NetFault::kDisconnected, NetStage::kHeader}}) {
    const NetResult<HttpResponse> response = get_from(c.bytes, options);
    ASSERT_FALSE(response) << c.bytes;
    EXPECT_EQ(response.error().fault, c.fault) << c.bytes << response.error().message;
    EXPECT_EQ(response.error().stage, c.stage) << c.bytes << response.error().message;
  }
}

TEST_F(HttpClientTest, SkipsInterimAnswersButNotWithoutEnd) {
  const std::string interim = "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n";
  const NetResult<HttpResponse> response = get_from(interim + "HTTP/1.1 200 OK\r\n\r\nuntil the end");
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(response->body, "until the end");
  std::string endless;
  for (int i = 0; i < 20; ++i) endless += interim;
  EXPECT_EQ(get_from(endless).error().fault, NetFault::kMalformed);
}

TEST_F(HttpClientTest, TellsATruncatedBodyOfItsOwnServer) {
  const std::uint16_t port = serve({}, [](const HttpServerRequest&, HttpReply reply) {
    reply.send_truncated({200, {}, "{\"lastUpdateId\":1}"}, 5);
  });
  EXPECT_EQ(get(url(port)).error().fault, NetFault::kTruncated);
}

TEST_F(HttpClientTest, GivesUpAtEachStageInTime) {
  const FullBacklog nobody;
  HttpRequest request;
  request.timeout = 150ms;
  request.url = url(nobody.port());
  NetResult<HttpResponse> response = fetch(request);
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().fault, NetFault::kTimeout);
  EXPECT_EQ(response.error().stage, NetStage::kConnect) << response.error().message;

  const RawServer silent([](int connection) { read_until(connection, ""); });
  request.url = fmt::format("https://127.0.0.1:{}", silent.port());
  response = fetch(request);
  EXPECT_EQ(response.error().stage, NetStage::kTls) << response.error().message;

  std::vector<HttpReply> unanswered;
  request.url =
      url(serve({}, [&](const HttpServerRequest&, HttpReply reply) { unanswered.push_back(std::move(reply)); }));
  response = fetch(request);
  EXPECT_EQ(response.error().fault, NetFault::kTimeout);
  EXPECT_EQ(response.error().stage, NetStage::kHeader) << response.error().message;
  EXPECT_EQ(response.error().code, ErrorCode::kRetry);

  const RawServer halting([](int connection) {
    read_until(connection, "\r\n\r\n");
    write_all(connection, "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhalf");
    read_until(connection, "");
  });
  request.url = url(halting.port());
  request.timeout = 400ms;
  response = fetch(request);
  EXPECT_EQ(response.error().fault, NetFault::kTimeout);
  EXPECT_EQ(response.error().stage, NetStage::kBody) << response.error().message;
}

TEST_F(HttpClientTest, GivesUpWritingToAServerThatDoesNotRead) {
  std::atomic<bool> is_over{false};
  const RawServer deaf([&is_over](int) {
    while (!is_over) std::this_thread::yield();
  });
  HttpRequest request;
  request.method = "POST";
  request.url = url(deaf.port());
  request.body.assign(32 * 1024 * 1024, 'x');
  request.timeout = 100ms;
  const NetResult<HttpResponse> response = fetch(request);
  is_over = true;
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().fault, NetFault::kTimeout);
  EXPECT_EQ(response.error().stage, NetStage::kWrite) << response.error().message;
}

TEST_F(HttpClientTest, LimitsTheWaitForOneAddress) {
  const FullBacklog nobody;
  HttpClientOptions options;
  options.address_timeout = 30ms;
  const NetResult<HttpResponse> response = get(url(nobody.port()), options);
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().fault, NetFault::kConnect);
}

TEST_F(HttpClientTest, TellsRefusedConnectionsAndUnknownNames) {
  std::uint16_t closed_port = 0;
  {
    closed_port = RawServer([](int) {}).port();
  }
  EXPECT_EQ(get(url(closed_port)).error().fault, NetFault::kConnect);
  // Longer than a label may be: refused by the resolver itself.
  const NetResult<HttpResponse> unknown = get("http://" + std::string(70, 'a') + ".invalid/");
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().fault, NetFault::kResolve);
}

TEST_F(HttpClientTest, FindsLocalhostByItsName) {
  const std::uint16_t port = serve();
  const NetResult<HttpResponse> response = get(fmt::format("http://localhost:{}/", port));
  EXPECT_TRUE(response) << response.error().message;
}

TEST_F(HttpClientTest, RefusesUrlsAndHeadersItCannotUse) {
  for (const char* bad : {"", "ws://127.0.0.1/", "gopher://x"}) {
    const NetResult<HttpResponse> response = get(bad);
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().fault, NetFault::kUrl);
    EXPECT_EQ(response.error().code, ErrorCode::kUsage);
  }
  HttpRequest request;
  request.url = "http://127.0.0.1:1/";
  request.headers = {{"A", "b\r\nc"}};
  EXPECT_EQ(fetch(request).error().code, ErrorCode::kUsage);
}

TEST_F(HttpClientTest, RefusesMoreThanItsLimitInFlight) {
  const std::uint16_t port = serve();
  HttpClientOptions options;
  options.max_in_flight = 1;
  HttpClient client(loop, options);
  std::vector<NetFault> faults;
  for (int i = 0; i < 2; ++i) {
    client.request({.url = url(port)}, [&](NetResult<HttpResponse> response) {
      faults.push_back(response ? NetFault::kNone : response.error().fault);
    });
  }
  ASSERT_TRUE(run_until([&] { return faults.size() == 2; }));
  EXPECT_EQ(faults, (std::vector{NetFault::kBusy, NetFault::kNone}));
}

TEST_F(HttpClientTest, DoesNotCallBackWhatWasCancelled) {
  std::vector<HttpReply> unanswered;
  const std::uint16_t port =
      serve({}, [&](const HttpServerRequest&, HttpReply reply) { unanswered.push_back(std::move(reply)); });
  HttpClient client(loop, {});
  bool was_called = false;
  const HttpClient::RequestId id =
      client.request({.url = url(port)}, [&](NetResult<HttpResponse>) { was_called = true; });
  ASSERT_TRUE(run_until([&] { return unanswered.size() == 1; }));
  EXPECT_TRUE(client.cancel(id));
  EXPECT_FALSE(client.cancel(id));
  unanswered[0].send(200, "text/plain", "late");
  ASSERT_TRUE(run_until([&] { return server->stats().open == 0; }));
  EXPECT_FALSE(was_called);
}

TEST_F(HttpClientTest, MayBeDestroyedAtAnyStage) {
  const FullBacklog nobody;
  const RawServer silent([](int connection) { read_until(connection, ""); });
  std::vector<HttpReply> unanswered;
  const std::uint16_t port =
      serve({}, [&](const HttpServerRequest&, HttpReply reply) { unanswered.push_back(std::move(reply)); });
  for (const std::string& target :
       {url(nobody.port()), fmt::format("https://localhost:{}", silent.port()), url(port)}) {
    for (const Nanos wait : {Nanos{0}, Nanos{1ms}, Nanos{20ms}}) {
      auto client = std::make_unique<HttpClient>(loop, HttpClientOptions{});
      client->request({.url = target}, [](NetResult<HttpResponse>) { FAIL() << "called after destruction"; });
      run_for(wait);
      client.reset();
      run_for(5ms);
    }
  }
}

TEST_F(HttpClientTest, MayBeDestroyedInItsCallback) {
  const std::uint16_t port = serve();
  auto client = std::make_unique<HttpClient>(loop, HttpClientOptions{});
  int calls = 0;
  for (int i = 0; i < 2; ++i) {
    client->request({.url = url(port)}, [&](NetResult<HttpResponse>) {
      ++calls;
      client.reset();
    });
  }
  ASSERT_TRUE(run_until([&] { return calls == 1 && server->stats().open == 0; }));
  EXPECT_EQ(calls, 1);
}

TEST_F(HttpClientTest, LeavesNothingBehindInALoopThatDoesNotRunOn) {
  EventLoop other;
  std::vector<HttpReply> unanswered;
  Server unanswering(other, {},
                     [&](const HttpServerRequest&, HttpReply reply) { unanswered.push_back(std::move(reply)); });
  const std::uint16_t port = unanswering.listen().value();
  HttpClient client(other, {});
  client.request({.url = url(port)}, [](NetResult<HttpResponse>) {});
  (void)other.run_for(10ms);
  EXPECT_EQ(unanswered.size(), 1U);
}

}  // namespace
}  // namespace acts
