#include "net/url.hpp"

#include <gtest/gtest.h>

namespace acts {
namespace {

TEST(Url, TakesTheFourSchemesWithTheirPorts) {
  struct Case {
    const char* text;
    UrlScheme scheme;
    std::uint16_t port;
    bool is_tls;
    bool is_websocket;
  };
  for (const Case& c :
       {Case{"http://a.b", UrlScheme::kHttp, 80, false, false},
        Case{"https://a.b", UrlScheme::kHttps, 443, true, false}, Case{"ws://a.b", UrlScheme::kWs, 80, false, true},
        Case{"WSS://A.b", UrlScheme::kWss, 443, true, true}}) {
    const Result<Url> url = parse_url(c.text);
    ASSERT_TRUE(url) << c.text;
    EXPECT_EQ(url->scheme, c.scheme);
    EXPECT_EQ(url->port, c.port);
    EXPECT_EQ(url->is_tls(), c.is_tls);
    EXPECT_EQ(url->is_websocket(), c.is_websocket);
    EXPECT_EQ(url->host, "a.b");
    EXPECT_EQ(url->target, "/");
    EXPECT_EQ(url->authority(), "a.b");
  }
}

TEST(Url, KeepsPathAndQuery) {
  const Url url = parse_url("wss://stream.binance.com:9443/stream?streams=btcusdt@depth@100ms/ethusdt@trade#x").value();
  EXPECT_EQ(url.target, "/stream?streams=btcusdt@depth@100ms/ethusdt@trade");
  EXPECT_EQ(url.authority(), "stream.binance.com:9443");
  EXPECT_EQ(parse_url("http://h?a=1")->target, "/?a=1");
}

TEST(Url, EncodesWhatMayNotStandInATarget) {
  EXPECT_EQ(parse_url("http://h/\xEF\xBC\x91 [\"x\"]\r\n%5B")->target, "/%EF%BC%91%20%5B%22x%22%5D%0D%0A%5B");
}

TEST(Url, TakesAddressesOfBothFamilies) {
  const Url url = parse_url("http://[::1]:8080/x").value();
  EXPECT_EQ(url.host, "::1");
  EXPECT_EQ(url.port, 8080);
  EXPECT_EQ(url.host_and_port(), "[::1]:8080");
  EXPECT_EQ(parse_url("https://[2001:db8::1]")->authority(), "[2001:db8::1]");
  EXPECT_EQ(parse_url("http://127.0.0.1")->host_and_port(), "127.0.0.1:80");
}

TEST(Url, RefusesWhatIsNone) {
  for (const char* text :
       {"", "h", "ftp://h", "http:/h", "http://", "http://:80", "http://h:", "http://h:0", "http://h:65536",
        "http://h:8o", "http://a b", "http://[::1", "http://[::1]x", "http://[g z]/", "http:///x", "http://h\r\n/"}) {
    const Result<Url> url = parse_url(text);
    ASSERT_FALSE(url) << text;
    EXPECT_EQ(url.error().code, ErrorCode::kUsage);
  }
}

TEST(Url, KeepsSecretsOutOfItsErrors) {
  const Result<Url> with_password = parse_url("https://joe:s3cret@host/path");
  ASSERT_FALSE(with_password);
  EXPECT_EQ(with_password.error().message.find("s3cret"), std::string::npos);
  const Result<Url> with_query = parse_url("htps://host/order?signature=s3cret");
  ASSERT_FALSE(with_query);
  EXPECT_EQ(with_query.error().message.find("s3cret"), std::string::npos);
}

TEST(PercentEncoding, EncodesAllButTheUnreserved) {
  EXPECT_EQ(percent_encode("[\"BTCUSDT\"]"), "%5B%22BTCUSDT%22%5D");
  EXPECT_EQ(percent_encode("aZ09-_.~"), "aZ09-_.~");
  EXPECT_EQ(percent_encode("\xEF\xBC\x91+ /"), "%EF%BC%91%2B%20%2F");
}

TEST(PercentEncoding, DecodesWhatItEncodes) {
  std::string all;
  for (int c = 0; c < 256; ++c) all += static_cast<char>(c);
  EXPECT_EQ(percent_decode(percent_encode(all)).value(), all);
  EXPECT_EQ(percent_decode("a%2fb+c").value(), "a/b+c");
  for (const char* text : {"%", "%4", "%zz", "abc%1"}) EXPECT_FALSE(percent_decode(text)) << text;
}

TEST(LoopbackHost, KnowsNamesAndAddresses) {
  for (const char* host : {"localhost", "a.localhost", "127.0.0.1", "127.255.0.9", "::1"})
    EXPECT_TRUE(is_loopback_host(host)) << host;
  for (const char* host :
       {"127.example.com", "127.0.0.1.example.com", "10.0.0.1", "localhost.example", "::2", "127.1.2.3.4"}) {
    EXPECT_FALSE(is_loopback_host(host)) << host;
  }
}

}  // namespace
}  // namespace acts
