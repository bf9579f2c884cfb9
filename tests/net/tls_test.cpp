#include <fmt/format.h>

#include <fstream>

#include "net/net_test.hpp"

namespace acts {
namespace {

using namespace std::chrono_literals;

class TlsTest : public NetTest {
 protected:
  static HttpClientOptions trusting(const std::string& ca_file) {
    HttpClientOptions options;
    options.ca_file = ca_file;
    return options;
  }
  // What a client that trusts this certificate's authority says to it.
  NetResult<HttpResponse> get_with(const SelfSignedRequest& request, UnixNanos now, const char* host) {
    const testing::TempDir directory;
    const SelfSignedFiles files = make_self_signed(directory.string(), now, request).value();
    ServerOptions options;
    options.tls = TlsFiles{files.certificate_file, files.key_file};
    const std::uint16_t port = serve(options);
    return get(fmt::format("https://{}:{}/", host, port), trusting(files.ca_file));
  }
};

TEST_F(TlsTest, CarriesRequestsToNamesAndAddresses) {
  const std::uint16_t port = serve(tls_options());
  HttpClient client(loop, trusting(certificates().ca_file));
  for (const char* host : {"127.0.0.1", "localhost"}) {
    for (int i = 0; i < 2; ++i) {
      std::optional<NetResult<HttpResponse>> result;
      HttpRequest request;
      request.method = "POST";
      request.url = fmt::format("https://{}:{}/x", host, port);
      request.body.assign(300'000, 'b');
      client.request(request, [&result](NetResult<HttpResponse> response) { result = std::move(response); });
      ASSERT_TRUE(run_until([&] { return result.has_value(); }));
      ASSERT_TRUE(result->has_value()) << result->error().message;
      EXPECT_EQ((*result)->body, "POST /x " + request.body);
    }
  }
  EXPECT_EQ(client.connections_opened(), 2U);
}

TEST_F(TlsTest, RefusesAnUnknownAuthority) {
  const std::uint16_t port = serve(tls_options());
  const testing::TempDir directory;
  const SelfSignedFiles others = make_self_signed(directory.string(), clock.now()).value();
  for (const std::string& ca_file : {others.ca_file, std::string()}) {
    const NetResult<HttpResponse> response = get(fmt::format("https://127.0.0.1:{}/", port), trusting(ca_file));
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().fault, NetFault::kCertificate) << response.error().message;
    EXPECT_EQ(response.error().stage, NetStage::kTls);
    EXPECT_EQ(response.error().code, ErrorCode::kRefused);
  }
}

TEST_F(TlsTest, RefusesACertificateOfAnotherHost) {
  SelfSignedRequest request;
  request.dns_names = {"example.test"};
  request.ip_addresses = {"192.0.2.1"};
  for (const char* host : {"127.0.0.1", "localhost"}) {
    const NetResult<HttpResponse> response = get_with(request, clock.now(), host);
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().fault, NetFault::kCertificate);
    EXPECT_NE(response.error().message.find("mismatch"), std::string::npos) << response.error().message;
  }
}

TEST_F(TlsTest, RefusesACertificateOutOfItsTime) {
  const NetResult<HttpResponse> response = get_with({}, parse_iso8601("2020-01-01").value(), "localhost");
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().fault, NetFault::kCertificate);
  EXPECT_NE(response.error().message.find("expired"), std::string::npos) << response.error().message;
}

TEST_F(TlsTest, SendsTheNameAsSniAndNoAddress) {
  for (const char* host : {"localhost", "127.0.0.1"}) {
    std::string hello;
    std::optional<RawServer> listener(std::in_place, [&hello](int connection) {
      char bytes[4096];
      hello = read_until(connection, "\x16");
      (void)bytes;
    });
    (void)get(fmt::format("https://{}:{}/", host, listener->port()));
    listener.reset();
    EXPECT_EQ(hello.find(host) != std::string::npos, std::string(host) == "localhost");
  }
}

TEST_F(TlsTest, TellsAPlainServer) {
  const std::uint16_t port = serve();
  const NetResult<HttpResponse> response =
      get(fmt::format("https://127.0.0.1:{}/", port), trusting(certificates().ca_file));
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().fault, NetFault::kTls) << response.error().message;
}

TEST_F(TlsTest, ServerDropsAPlainClient) {
  const std::uint16_t port = serve(tls_options());
  EXPECT_FALSE(get(fmt::format("http://127.0.0.1:{}/", port)));
  EXPECT_TRUE(run_until([&] { return server->stats().malformed == 1 && server->stats().open == 0; }));
}

TEST_F(TlsTest, NamesTheFileThatCannotBeUsed) {
  const NetResult<HttpResponse> response = get("https://127.0.0.1:1/", trusting("/nowhere/ca.pem"));
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, ErrorCode::kUsage);
  EXPECT_NE(response.error().message.find("/nowhere/ca.pem"), std::string::npos);

  const testing::TempDir directory;
  const std::string not_pem = directory / "not.pem";
  std::ofstream(not_pem) << "hello\n";
  for (const TlsFiles& files :
       {TlsFiles{not_pem, certificates().key_file}, TlsFiles{certificates().certificate_file, not_pem}}) {
    ServerOptions options;
    options.tls = files;
    Server wrong(loop, options, [](const HttpServerRequest&, HttpReply) {});
    const Result<std::uint16_t> port = wrong.listen();
    ASSERT_FALSE(port);
    EXPECT_NE(port.error().message.find("not.pem"), std::string::npos);
  }
}

TEST_F(TlsTest, CarriesAWebSocket) {
  const std::uint16_t port = serve(tls_options(), {}, echo);
  WsConnect options = ws_options(fmt::format("wss://localhost:{}/ws", port));
  options.ca_file = certificates().ca_file;
  WsProbe probe(loop, clock, options);
  const std::string large(3'000'000, 'l');
  probe.on_open = [&] { (void)probe.client->send_text("over TLS"); };
  probe.client->open();
  ASSERT_TRUE(run_until([&] { return probe.messages.size() == 1; }));
  EXPECT_EQ(probe.messages[0], "over TLS");
  probe.client->close();
  ASSERT_TRUE(run_until([&] { return probe.closed.has_value(); }));
  EXPECT_TRUE(probe.closed->was_clean);
  EXPECT_EQ(probe.closed->code, 1000);
}

TEST_F(TlsTest, RefusesAWebSocketWithAnUnknownAuthority) {
  const std::uint16_t port = serve(tls_options(), {}, echo);
  WsProbe probe(loop, clock, ws_options(fmt::format("wss://localhost:{}/ws", port)));
  probe.client->open();
  ASSERT_TRUE(run_until([&] { return probe.closed.has_value(); }));
  EXPECT_EQ(probe.closed->fault, NetFault::kCertificate) << probe.closed->reason;
  EXPECT_EQ(probe.opens, 0);
}

}  // namespace
}  // namespace acts
