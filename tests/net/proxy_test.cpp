#include "net/proxy.hpp"

#include <gtest/gtest.h>

#include <map>

namespace acts {
namespace {

Result<ProxySettings> settings(const std::map<std::string, std::string>& environment) {
  return proxy_settings([&environment](const char* name) -> const char* {
    const auto found = environment.find(name);
    return found == environment.end() ? nullptr : found->second.c_str();
  });
}

std::string proxy_host(const ProxySettings& settings, const char* url) {
  const Proxy* const proxy = settings.proxy_for(parse_url(url).value());
  return proxy == nullptr ? "" : proxy->host;
}

TEST(Proxy, TakesHostPortAndCredentials) {
  EXPECT_EQ(parse_proxy("http://proxy.lan:3128").value(), (Proxy{"proxy.lan", 3128, ""}));
  EXPECT_EQ(parse_proxy("proxy.lan:3128/").value(), (Proxy{"proxy.lan", 3128, ""}));
  EXPECT_EQ(parse_proxy("proxy").value(), (Proxy{"proxy", 80, ""}));
  EXPECT_EQ(parse_proxy("http://Aladdin:open%20sesame@[::1]:8080").value(),
            (Proxy{"::1", 8080, "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="}));
  EXPECT_EQ(parse_proxy("http://ab:@p").value().authorization, "Basic YWI6");
  EXPECT_EQ(parse_proxy("http://a:@p").value().authorization, "Basic YTo=");
}

TEST(Proxy, RefusesWhatItCannotUse) {
  for (const char* text : {"https://p:1", "socks5://p:1", "http://", "http://p:x", "http://u%zz:s3cret@p"}) {
    const Result<Proxy> proxy = parse_proxy(text);
    ASSERT_FALSE(proxy) << text;
    EXPECT_EQ(proxy.error().message.find("s3cret"), std::string::npos);
  }
}

TEST(ProxySettings, ChoosesByScheme) {
  const ProxySettings both = settings({{"http_proxy", "http://plain:1"}, {"https_proxy", "http://tls:2"}}).value();
  EXPECT_EQ(proxy_host(both, "http://example.com"), "plain");
  EXPECT_EQ(proxy_host(both, "ws://example.com"), "plain");
  EXPECT_EQ(proxy_host(both, "https://example.com"), "tls");
  EXPECT_EQ(proxy_host(both, "wss://example.com"), "tls");
}

TEST(ProxySettings, PrefersLowerCaseAndIgnoresUpperCaseHttpProxy) {
  const ProxySettings lower = settings({{"HTTPS_PROXY", "http://upper:1"}, {"https_proxy", "http://lower:1"}}).value();
  EXPECT_EQ(proxy_host(lower, "https://example.com"), "lower");
  const ProxySettings upper = settings({{"HTTPS_PROXY", "http://upper:1"}, {"HTTP_PROXY", "http://header:1"}}).value();
  EXPECT_EQ(proxy_host(upper, "https://example.com"), "upper");
  EXPECT_EQ(proxy_host(upper, "http://example.com"), "");
  const ProxySettings all = settings({{"all_proxy", "http://all:1"}, {"https_proxy", " "}}).value();
  EXPECT_EQ(proxy_host(all, "https://example.com"), "all");
  EXPECT_EQ(proxy_host(settings({}).value(), "https://example.com"), "");
}

TEST(ProxySettings, NeverSendsLoopbackThroughAProxy) {
  const ProxySettings all = settings({{"all_proxy", "http://all:1"}}).value();
  for (const char* url : {"http://127.0.0.1:8080", "https://localhost", "wss://[::1]:1"})
    EXPECT_EQ(proxy_host(all, url), "") << url;
}

TEST(ProxySettings, HonoursNoProxy) {
  const ProxySettings some =
      settings({{"all_proxy", "http://all:1"}, {"no_proxy", " lan, .corp ,*.test,exact.host:8443,, 10.0.0.1"}}).value();
  for (const char* url : {"https://lan", "https://box.LAN", "https://a.corp", "https://corp", "https://x.test",
                          "https://exact.host:8443", "https://10.0.0.1"}) {
    EXPECT_EQ(proxy_host(some, url), "") << url;
  }
  for (const char* url : {"https://wlan", "https://corp.example", "https://exact.host", "https://110.0.0.1"}) {
    EXPECT_EQ(proxy_host(some, url), "all") << url;
  }
  EXPECT_EQ(proxy_host(settings({{"all_proxy", "http://all:1"}, {"NO_PROXY", "*"}}).value(), "https://example.com"),
            "");
}

TEST(ProxySettings, NamesTheVariableThatIsWrong) {
  const Result<ProxySettings> wrong = settings({{"https_proxy", "socks5://p:1"}});
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, ErrorCode::kUsage);
  EXPECT_NE(wrong.error().message.find("https_proxy"), std::string::npos);
  EXPECT_FALSE(settings({{"http_proxy", "http://p:x"}}));
}

TEST(ProxySettings, ReadsTheEnvironment) {
  ::setenv("https_proxy", "http://from-environment:1", 1);
  EXPECT_EQ(proxy_host(proxy_settings_from_environment().value(), "https://example.com"), "from-environment");
  ::unsetenv("https_proxy");
}

}  // namespace
}  // namespace acts
