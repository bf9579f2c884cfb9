#include "exchange/exchange_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>

#include "exchange/naive_client.hpp"
#include "net/http_client.hpp"
#include "net/real_clock.hpp"
#include "net/ws_client.hpp"
#include "support/testdata.hpp"

namespace acts::exchange {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr Nanos kPatience = std::chrono::seconds{55};
const std::string kSpotFile = test::testdata("binance-feed/spot/btcusdt_20240808.gz");
const std::string kUsdmFile = test::testdata("binance-feed/usdm/btcusdt_20240718.gz");

// An exchange and whoever talks to it, on one loop.
struct Bench {
  explicit Bench(ExchangeOptions options, Clock* other_clock = nullptr)
      : exchange(loop, other_clock == nullptr ? clock : *other_clock, std::move(options)) {
    auto started = exchange.start();
    EXPECT_TRUE(started) << started.error().message;
    if (started) endpoints = *started;
    HttpClientOptions http_options;
    http_options.ca_file = exchange.ca_file();
    http = std::make_unique<HttpClient>(loop, http_options);
  }
  HttpResponse get(const std::string& url) {
    std::optional<NetResult<HttpResponse>> answer;
    HttpRequest request;
    request.url = url;
    http->request(request, [&](NetResult<HttpResponse> result) {
      answer = std::move(result);
      loop.stop();
    });
    EXPECT_TRUE(loop.run_for(kPatience));
    EXPECT_TRUE(answer && *answer) << url << ": " << (answer ? answer->error().message : "no answer");
    return answer && *answer ? **answer : HttpResponse{};
  }
  std::unique_ptr<WebSocketClient> connect(const std::string& url, std::function<void(std::string_view)> on_message,
                                           std::function<void(const CloseInfo&)> on_close = {}) {
    WsConnect options;
    options.url = url;
    options.ca_file = exchange.ca_file();
    WsCallbacks callbacks;
    callbacks.on_open = [] {};
    callbacks.on_message = [on_message](std::string_view bytes, UnixNanos, bool) { on_message(bytes); };
    callbacks.on_close = [on_close](const CloseInfo& info) {
      if (on_close) on_close(info);
    };
    auto client = std::make_unique<WebSocketClient>(loop, clock, options, callbacks);
    client->open();
    return client;
  }

  EventLoop loop;
  RealClock clock;
  Exchange exchange;
  std::vector<ExchangeEndpoint> endpoints;
  std::unique_ptr<HttpClient> http;
};

TEST(Exchange, ReplaysARecordingToTheLastByteAsFastAsItIsRead) {
  for (const bool tls : {false, true}) {
    ExchangeOptions options;
    options.replay_files = {kSpotFile};
    options.as_fast_as_read = true;
    options.tls = tls;
    Bench bench(options);
    ASSERT_EQ(bench.endpoints.size(), 1U);
    const ExchangeEndpoint& spot = bench.endpoints[0];
    EXPECT_THAT(spot.rest_url, StartsWith(tls ? "https://127.0.0.1:" : "http://127.0.0.1:"));
    EXPECT_EQ(bench.exchange.ca_file().empty(), !tls);

    NaiveClient client(Venue::kBinanceSpot);
    client.on_snapshot(bench.get(spot.rest_url + "/api/v3/depth?symbol=BTCUSDT&limit=1000").body);
    std::size_t messages = 0;
    std::size_t wanted = 3451 + 28040 + 9757;
    auto stream =
        bench.connect(spot.stream_url + "/stream?streams=btcusdt@depth@100ms/btcusdt@bookTicker/btcusdt@trade",
                      [&](std::string_view text) {
                        const auto parts = split_combined(text);
                        ASSERT_TRUE(parts);
                        if (parts->stream == "btcusdt@depth@100ms") client.on_update(parts->payload);
                        if (++messages == wanted) bench.loop.stop();
                      });
    ASSERT_TRUE(bench.loop.run_for(kPatience)) << messages;
    EXPECT_EQ(client.breaks, 0U);
    EXPECT_EQ(client.applied, 3449U);
    EXPECT_TRUE(client.equals(*bench.exchange.book(Venue::kBinanceSpot, "BTCUSDT")));
    EXPECT_TRUE(bench.exchange.finished());
    const auto last = nlohmann::json::parse(bench.get(spot.rest_url + "/api/v3/depth?symbol=BTCUSDT").body);
    EXPECT_EQ(last["lastUpdateId"], 50093421584);
    EXPECT_EQ(bench.exchange.core(Venue::kBinanceSpot)->stats().streams.messages_sent, wanted);
  }
}

TEST(Exchange, ShowsBothVenuesEachOnItsPortWithTheirOwnRules) {
  ExchangeOptions options;
  options.replay_files = {kUsdmFile, kSpotFile};
  options.speed = 10'000;
  Bench bench(options);
  ASSERT_EQ(bench.endpoints.size(), 2U);
  EXPECT_EQ(bench.endpoints[0].venue, Venue::kBinanceSpot);
  EXPECT_EQ(bench.endpoints[1].venue, Venue::kBinanceUsdm);
  NaiveClient client(Venue::kBinanceUsdm);
  client.on_snapshot(bench.get(bench.endpoints[1].rest_url + "/fapi/v1/depth?symbol=BTCUSDT&limit=1000").body);
  EXPECT_EQ(bench.get(bench.endpoints[1].rest_url + "/api/v3/ping").status, 404);
  EXPECT_EQ(bench.get(bench.endpoints[0].rest_url + "/api/v3/exchangeInfo").header("x-mbx-used-weight-1m"), "20");
  auto stream =
      bench.connect(bench.endpoints[1].stream_url + "/public/ws/btcusdt@depth@0ms", [&](std::string_view text) {
        client.on_update(text);
        if (client.last == 4984033952967) bench.loop.stop();
      });
  ASSERT_TRUE(bench.loop.run_for(kPatience)) << client.last;
  EXPECT_EQ(client.breaks, 0U);
  EXPECT_EQ(client.applied, 3321U);
  EXPECT_TRUE(client.equals(*bench.exchange.book(Venue::kBinanceUsdm, "BTCUSDT")));
}

TEST(Exchange, RunsASyntheticMarketWhosePastBooksCanBeAskedFor) {
  AcceleratedClock clock(UnixNanos{1723161240'000'000'000}, 30);
  ExchangeOptions options;
  options.levels = 2000;
  options.history_updates = 1'000'000;
  options.venues = {Venue::kBinanceUsdm};
  Bench bench(options, &clock);
  const ExchangeEndpoint& usdm = bench.endpoints.at(0);
  NaiveClient client(Venue::kBinanceUsdm);
  bool asked = false;
  int compared = 0;
  HttpRequest request;
  request.url = usdm.rest_url + "/fapi/v1/depth?symbol=ETHUSDT&limit=1000";
  std::int64_t low = 0;
  std::int64_t high = 0;
  auto stream = bench.connect(usdm.stream_url + "/public/stream", [&](std::string_view text) {
    const auto parts = split_combined(text);
    if (!parts) {
      EXPECT_EQ(text, R"({"result":null,"id":"x"})");
      return;
    }
    client.on_update(parts->payload);
    if (!asked) {
      asked = true;
      bench.http->request(request, [&](NetResult<HttpResponse> answer) {
        ASSERT_TRUE(answer);
        NaiveClient shown(Venue::kBinanceUsdm);
        shown.on_snapshot(answer->body);
        low = shown.bids.begin()->first;
        high = shown.asks.rbegin()->first;
        client.on_snapshot(answer->body);
      });
    }
    if (client.last < 0) return;
    const auto book = bench.exchange.book_at(Venue::kBinanceUsdm, "ETHUSDT", UpdateId{client.last});
    ASSERT_TRUE(book);
    EXPECT_EQ(NaiveClient::within(client.bids, low, high),
              NaiveClient::within(NaiveClient::side_of(*book, Side::kBid), low, high));
    if (++compared == 100) bench.loop.stop();
  });
  while (!stream->is_open() && !bench.loop.run_for(std::chrono::milliseconds{10})) {
  }
  ASSERT_TRUE(stream->send_text(R"({"method":"SUBSCRIBE","params":["ethusdt@depth@100ms"],"id":"x"})"));
  ASSERT_TRUE(bench.loop.run_for(kPatience)) << compared;
  EXPECT_EQ(client.breaks, 0U);
  EXPECT_EQ(bench.exchange.book(Venue::kBinanceUsdm, "NOPE"), nullptr);
  EXPECT_EQ(bench.exchange.book(Venue::kBinanceSpot, "ETHUSDT"), nullptr);
  EXPECT_FALSE(bench.exchange.book_at(Venue::kBinanceUsdm, "NOPE", UpdateId{1}));
}

TEST(Exchange, PingsOnItsOwnClock) {
  AcceleratedClock clock(UnixNanos{1723161240'000'000'000}, 50);  // a ping each 400 ms of real time
  ExchangeOptions options;
  options.levels = 10;
  Bench bench(options, &clock);
  const std::string url = bench.endpoints.at(0).stream_url + "/ws";
  int pings = 0;
  WsConnect connect;
  connect.url = url;
  WsCallbacks callbacks;
  callbacks.on_open = [] {};
  callbacks.on_message = [](std::string_view, UnixNanos, bool) {};
  callbacks.on_close = [](const CloseInfo&) {};
  callbacks.on_ping = [&](std::string_view payload) {
    EXPECT_FALSE(payload.empty());
    if (++pings == 5) bench.loop.stop();  // the fourth would not come if pongs did not arrive
  };
  WebSocketClient patient(bench.loop, bench.clock, connect, callbacks);
  patient.open();
  ASSERT_TRUE(bench.loop.run_for(kPatience)) << pings;
  EXPECT_TRUE(patient.is_open());
}

TEST(Exchange, ClosesWhoTalksTooMuch) {
  ExchangeOptions options;
  options.levels = 10;
  Bench bench(options);
  std::optional<CloseInfo> closed;
  auto talker = bench.connect(
      bench.endpoints.at(0).stream_url + "/ws", [](std::string_view) {},
      [&](const CloseInfo& info) {
        closed = info;
        bench.loop.stop();
      });
  while (!talker->is_open() && !bench.loop.run_for(std::chrono::milliseconds{1})) {
  }
  for (int i = 0; i < 20; ++i) talker->send_text(R"({"method":"LIST_SUBSCRIPTIONS","id":1})");
  ASSERT_TRUE(bench.loop.run_for(kPatience));
  EXPECT_EQ(closed->code, 1008);
  EXPECT_EQ(closed->reason, "Too many requests");
}

TEST(Exchange, CutsOffAClientThatDoesNotRead) {
  AcceleratedClock clock(UnixNanos{1723161240'000'000'000}, 30);
  ExchangeOptions options;
  options.levels = 5000;
  options.changes_per_update = 2000;
  options.max_queued_bytes = 64 * 1024;
  Bench bench(options, &clock);
  auto lazy = bench.connect(bench.endpoints.at(0).stream_url + "/ws/btcusdt@depth@100ms/ethusdt@depth@100ms",
                            [](std::string_view) {});
  lazy->pause_reading();
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  const auto closed_slow = [&] { return bench.exchange.core(Venue::kBinanceSpot)->stats().streams.closed_slow; };
  while (closed_slow() == 0 && std::chrono::steady_clock::now() < deadline)
    bench.loop.run_for(std::chrono::milliseconds{50});
  EXPECT_EQ(closed_slow(), 1U);
  EXPECT_EQ(bench.exchange.core(Venue::kBinanceSpot)->hub().session_count(), 0U);
}

// With recordings of 2024, REST told today's time and messages that of 2024: clients measured a lag of years.
TEST(Exchange, PutsTheTimesOfARecordingOnItsOwnClock) {
  for (const bool original : {false, true}) {
    ExchangeOptions options;
    options.replay_files = {kUsdmFile};
    options.original_times = original;
    Bench bench(options);
    const ExchangeEndpoint& usdm = bench.endpoints.at(0);
    std::int64_t told = 0;
    auto stream = bench.connect(usdm.stream_url + "/public/ws/btcusdt@depth@0ms", [&](std::string_view text) {
      told = nlohmann::json::parse(text).at("E").get<std::int64_t>();
      bench.loop.stop();
    });
    ASSERT_TRUE(bench.loop.run_for(kPatience));
    const auto number = [&](const std::string& path, const char* key) {
      return nlohmann::json::parse(bench.get(usdm.rest_url + path).body).at(key).get<std::int64_t>();
    };
    constexpr std::int64_t kMinute = 60'000;
    EXPECT_EQ(std::abs(number("/fapi/v1/time", "serverTime") - told) < kMinute, !original);
    EXPECT_EQ(std::abs(number("/fapi/v1/depth?symbol=BTCUSDT", "E") - told) < kMinute, true);
  }
}

TEST(Exchange, GoesWrongThroughRealSocketsWhereItIsTold) {
  ExchangeOptions options;
  options.levels = 10;
  Bench bench(options);
  const ExchangeEndpoint& spot = bench.endpoints.at(0);
  Faults& faults = *bench.exchange.faults(Venue::kBinanceSpot);
  EXPECT_EQ(bench.exchange.faults(Venue::kBinanceUsdm), nullptr);

  faults.fail_requests(FaultKind::kAnswer403, 1);
  EXPECT_EQ(bench.get(spot.rest_url + "/api/v3/ping").status, 403);
  faults.fail_requests(FaultKind::kAnswerReset, 2);  // what a kept connection loses is asked again, once, on a new one
  std::optional<bool> answered;
  HttpRequest request;
  request.url = spot.rest_url + "/api/v3/ping";
  bench.http->request(request, [&](NetResult<HttpResponse> result) {
    answered = result.has_value();
    bench.loop.stop();
  });
  ASSERT_TRUE(bench.loop.run_for(kPatience));
  EXPECT_EQ(answered, false);
  faults.delay_depth_answers(std::chrono::milliseconds{200});
  const UnixNanos asked = bench.clock.now();
  EXPECT_EQ(bench.get(spot.rest_url + "/api/v3/depth?symbol=BTCUSDT").status, 200);
  EXPECT_GE(bench.clock.now() - asked, std::chrono::milliseconds{190});

  for (const std::uint16_t code : std::array<std::uint16_t, 2>{1001, 0}) {
    std::optional<CloseInfo> closed;
    auto client = bench.connect(
        spot.stream_url + "/ws", [](std::string_view) {},
        [&](const CloseInfo& info) {
          closed = info;
          bench.loop.stop();
        });
    while (!client->is_open() && !bench.loop.run_for(std::chrono::milliseconds{1})) {
    }
    bench.exchange.close_sessions(Venue::kBinanceSpot, code);
    ASSERT_TRUE(bench.loop.run_for(kPatience));
    EXPECT_EQ(closed->code == 1001, code == 1001);
  }
}

TEST(Exchange, SaysWhatIsWrongWithItsOptions) {
  EventLoop loop;
  RealClock clock;
  const auto error_of = [&](auto change) {
    ExchangeOptions options;
    options.levels = 5;
    change(options);
    Exchange exchange(loop, clock, options);
    const auto started = exchange.start();
    return started ? Error{ErrorCode::kCancelled, "started"} : started.error();
  };
  for (const double speed : {0.0, 1e-300, 1e300, std::nan("")}) {
    EXPECT_THAT(error_of([&](auto& o) { o.speed = speed; }).message, HasSubstr("give a number from 0.001 to 100000"));
  }
  EXPECT_THAT(error_of([](auto& o) { o.levels = 0; }).message, HasSubstr("levels 0"));
  EXPECT_THAT(error_of([](auto& o) { o.symbol_count = 0; }).message, HasSubstr("no symbols"));
  EXPECT_THAT(error_of([](auto& o) { o.update_interval = Nanos{1}; }).message, HasSubstr("1ms is the shortest"));
  EXPECT_THAT(error_of([](auto& o) { o.replay_files = {"/nowhere"}; }).message, HasSubstr("/nowhere"));
  EXPECT_EQ(error_of([](auto& o) { o.address = "300.0.0.1"; }).code, ErrorCode::kUsage);
  EXPECT_THAT(error_of([](auto& o) {
                o.replay_files = {kSpotFile, kUsdmFile};
                o.venues = {Venue::kBinanceUsdm, Venue::kBinanceUsdm};
              }).message,
              HasSubstr("is a recording of binance-spot"));
  EXPECT_THAT(error_of([](auto& o) {
                o.tls = true;
                o.tls_directory = "/proc/nowhere";
              }).message,
              HasSubstr("/proc/nowhere"));
}

// The second venue was served at port 0, hence at any.
TEST(Exchange, RefusesAPortThatLeavesNoneToTheSecondVenue) {
  EventLoop loop;
  RealClock clock;
  ExchangeOptions options;
  options.levels = 5;
  options.venues = {Venue::kBinanceSpot, Venue::kBinanceUsdm};
  options.port = 65535;
  const auto started = Exchange(loop, clock, options).start();
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, ErrorCode::kUsage);
  EXPECT_EQ(started.error().message, "listen port 65535: 2 venues take a port each from there on: give 65534 at most");
}

TEST(Exchange, LeavesNoCertificateBehindAndRefusesOtherPaths) {
  std::string ca_file;
  {
    ExchangeOptions options;
    options.levels = 5;
    options.tls = true;
    Bench bench(options);
    ca_file = bench.exchange.ca_file();
    EXPECT_TRUE(std::filesystem::exists(ca_file));
    std::optional<CloseInfo> closed;
    auto stranger = bench.connect(
        bench.endpoints.at(0).stream_url + "/nothing/here", [](std::string_view) {},
        [&](const CloseInfo& info) {
          closed = info;
          bench.loop.stop();
        });
    ASSERT_TRUE(bench.loop.run_for(kPatience));
    EXPECT_EQ(closed->http_status, 404);
    bench.exchange.stop();
    EXPECT_FALSE(std::filesystem::exists(ca_file));
  }
}

}  // namespace
}  // namespace acts::exchange
