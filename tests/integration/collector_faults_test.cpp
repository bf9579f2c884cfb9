// The collector of each venue through real sockets while it misbehaves: it dies and counts from anew, refuses
// handshakes, leaves connections half open, says nothing, or follows a plan of faults; and renewals that nobody
// notices. All of it is recorded, and a replay gives the rows of each run.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

#include "exchange/exchange_server.hpp"
#include "exchange/instrument_names.hpp"
#include "integration/patient_clock.hpp"
#include "integration/replayed_rows.hpp"
#include "integration/true_books.hpp"
#include "live/venue_run.hpp"
#include "net/server.hpp"
#include "recording/temp_dir.hpp"

namespace acts {
namespace {

using namespace std::chrono_literals;
using exchange::FaultKind;
using ::testing::HasSubstr;

constexpr double kSpeed = 30;
constexpr UnixNanos kStart{1'767'225'650'000'000'000};  // 2026-01-01T00:00:50Z

// Plain TCP to another port, until it is frozen: then what is connected stays so, and nothing is said any more.
class Relay {
 public:
  explicit Relay(std::uint16_t target) : target_(target), listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof(address);
    EXPECT_EQ(::bind(listener_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(::listen(listener_, 16), 0);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { run(); });
  }
  ~Relay() {
    is_over_ = true;
    thread_.join();
    ::close(listener_);
    for (const Pair& pair : pairs_) {
      ::close(pair.client);
      ::close(pair.server);
    }
  }
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;

  [[nodiscard]] std::string url() const { return "ws://127.0.0.1:" + std::to_string(port_); }
  // What is connected now; later connections are served.
  void freeze() { freezes_ = true; }

 private:
  struct Pair {
    int client = -1;
    int server = -1;
    bool frozen = false;
    bool over = false;
  };

  static sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    return address;
  }

  void run() {
    while (!is_over_) {
      if (freezes_.exchange(false)) {
        for (Pair& pair : pairs_) pair.frozen = true;
      }
      std::vector<pollfd> polled{{listener_, POLLIN, 0}};
      for (const Pair& pair : pairs_) {
        const bool active = !pair.frozen && !pair.over;
        polled.push_back({active ? pair.client : -1, POLLIN, 0});
        polled.push_back({active ? pair.server : -1, POLLIN, 0});
      }
      ::poll(polled.data(), polled.size(), 10);
      for (std::size_t i = 0; i + 1 < polled.size(); i += 2) {
        Pair& pair = pairs_[i / 2];
        if (polled[i + 1].revents != 0) pass(pair, pair.client, pair.server);
        if (polled[i + 2].revents != 0) pass(pair, pair.server, pair.client);
      }
      if (polled[0].revents != 0) take();
    }
  }
  void take() {
    Pair pair;
    pair.client = ::accept(listener_, nullptr, nullptr);
    pair.server = ::socket(AF_INET, SOCK_STREAM, 0);
    const sockaddr_in address = loopback(target_);
    pair.over = ::connect(pair.server, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0;
    if (pair.over) ::shutdown(pair.client, SHUT_RDWR);
    pairs_.push_back(pair);
  }
  static void pass(Pair& pair, int from, int to) {
    char bytes[16'384];
    const ssize_t got = ::recv(from, bytes, sizeof(bytes), 0);
    if (got <= 0 || ::send(to, bytes, static_cast<std::size_t>(got), MSG_NOSIGNAL) != got) {
      ::shutdown(pair.client, SHUT_RDWR);
      ::shutdown(pair.server, SHUT_RDWR);
      pair.over = true;
    }
  }

  std::uint16_t target_;
  int listener_;
  std::uint16_t port_ = 0;
  std::atomic<bool> is_over_{false};
  std::atomic<bool> freezes_{false};
  std::vector<Pair> pairs_;
  std::thread thread_;
};

class VenueFaults : public ::testing::Test {
 protected:
  explicit VenueFaults(Venue of) : of_(of) {}

  void start_exchange(std::uint16_t port = 0) {
    exchange::ExchangeOptions options;
    options.venues = {of_};
    options.port = port;
    options.synthetic_seed = 3;
    options.symbol_count = 2;
    options.levels = 480;  // as many as a limit would count as cut there
    options.history_updates = 10'000;
    options.faults = faults_;
    options.connection_lifetime = lifetime_;
    venue_ = std::make_unique<exchange::Exchange>(loop_, clock_, options);
    const auto endpoints = venue_->start();
    ASSERT_TRUE(endpoints.has_value()) << endpoints.error().message;
    endpoint_ = endpoints->front();
  }
  // A server that answers handshakes as told, and no request.
  std::string serve(WsHandler on_upgrade) {
    server_ = std::make_unique<Server>(
        loop_, ServerOptions{}, [](const HttpServerRequest&, HttpReply reply) { reply.send(503, "text/plain", "no"); },
        std::move(on_upgrade));
    return "ws://127.0.0.1:" + std::to_string(server_->listen().value());
  }
  void collect(const std::string& rest_url, const std::string& stream_url,
               const std::function<void(collector::CollectorOptions&)>& tune = {}) {
    VenueRunOptions options;
    options.record_dir = dir_.string();
    options.version = "test";
    options.collector.venue = of_;
    options.collector.streams = {"depth"};
    options.collector.rest_url = rest_url;
    options.collector.stream_url = stream_url;
    options.collector.symbols = {"BTCUSDT"};
    if (venue_) {
      options.collector.symbols.clear();
      for (const exchange::ListedSymbol& listed : venue_->core(of_)->source().symbols()) {
        options.collector.symbols.push_back(listed.instrument.symbol);
      }
    }
    options.collector.timings.stretch_answers(static_cast<int>(kSpeed));
    if (tune) tune(options.collector);
    auto made = VenueRun::make(
        loop_, clock_, std::move(options), [this](MinuteRow&& row) { rows_.push_back(std::move(row)); },
        [this](const collector::Log& log) { lines_ += log.key + " " + log.text + "\n"; });
    ASSERT_TRUE(made.has_value()) << made.error().message;
    run_ = std::move(*made);
    run_->start(clock_.now());
  }
  bool run_until(const std::function<bool()>& is_done, Nanos limit = 20s) { return clock_.run_until(is_done, limit); }
  // Every book is live and moves.
  bool in_step() {
    const auto health = run_->health();
    return !health.symbols.empty() && std::ranges::all_of(health.symbols, [](const collector::SymbolHealth& symbol) {
      return symbol.state == RowState::kLive && symbol.updates > 50;
    });
  }
  std::uint64_t gaps() { return run_->health().counters.gaps; }
  void TearDown() override {
    if (!run_) return;
    run_->stop("test");
    EXPECT_TRUE(run_until([&] { return run_->stopped(); }, 8s));
    run_->begin_close_recording();
    const auto is_sealed = [&] { return run_->recording()->status.closed && run_->recording()->seals.waiting == 0; };
    EXPECT_TRUE(run_until([&] { return is_sealed() && run_->held_rows() == 0; }));
    std::vector<MinuteRow> replayed;
    const collector::MarketPipeline& pipeline = run_->collector().pipeline();
    for (collector::InstrumentIndex i = 0; i < pipeline.size(); ++i) {
      const std::string symbol(pipeline.symbol(i));
      testing::append_replayed(replayed, testing::sound_segments(dir_.string(), symbol, of_), of_);
    }
    EXPECT_EQ(testing::csv_of(replayed), testing::csv_of(rows_));
  }

  const Venue of_;
  const testing::TempDir dir_;

  EventLoop loop_;
  testing::PatientClock clock_{loop_, kStart, kSpeed};
  std::unique_ptr<exchange::Exchange> venue_;
  exchange::ExchangeEndpoint endpoint_;
  exchange::FaultPlan faults_;  // of the next start_exchange()
  std::optional<Nanos> lifetime_;
  std::unique_ptr<Server> server_;
  std::vector<MinuteRow> rows_;
  std::string lines_;
  std::unique_ptr<VenueRun> run_;
};

constexpr std::array kVenues{Venue::kBinanceSpot, Venue::kBinanceUsdm};

std::string name_of_venue(Venue venue) { return venue == Venue::kBinanceSpot ? "spot" : "usdm"; }

struct CollectorFaults : VenueFaults, ::testing::WithParamInterface<Venue> {
  CollectorFaults() : VenueFaults(GetParam()) {}
};

TEST_P(CollectorFaults, LivesThroughTheDeathOfAVenueThatCountsFromAnew) {
  start_exchange();
  collect(endpoint_.rest_url, endpoint_.stream_url);
  ASSERT_TRUE(run_until([&] { return in_step(); })) << lines_;
  // So far that the ids of a new start take longer to come there than it takes to notice.
  ASSERT_TRUE(clock_.pass(90s));
  const std::uint64_t before = gaps();
  venue_.reset();
  ASSERT_TRUE(run_until([&] { return run_->health().overall == collector::Overall::kFailed; })) << lines_;
  start_exchange(endpoint_.port);
  ASSERT_TRUE(run_until([&] { return in_step() && gaps() >= before + 2; })) << lines_;
  EXPECT_THAT(lines_, HasSubstr("ids_restarted"));
  EXPECT_EQ(run_->health().counters.reconnects, 1U);
}

TEST_P(CollectorFaults, RenewsWithoutAGap) {
  start_exchange();
  collect(endpoint_.rest_url, endpoint_.stream_url, [](collector::CollectorOptions& options) {
    options.timings.renew_after = 20s;
    options.timings.renew_jitter = 0s;
  });
  ASSERT_TRUE(run_until([&] { return run_->health().counters.renewals >= 3; })) << lines_;
  EXPECT_TRUE(run_until([&] { return in_step(); })) << lines_;
  EXPECT_EQ(gaps(), 0U) << lines_;
  EXPECT_EQ(run_->health().counters.reconnects, 0U) << lines_;
}

// The venue's day is a minute here, and half of it is left for a busy machine to come to it.
TEST_P(CollectorFaults, RenewsBothLinesBeforeTheVenueCutsThem) {
  lifetime_ = 60s;
  start_exchange();
  collect(endpoint_.rest_url, endpoint_.stream_url, [](collector::CollectorOptions& options) {
    options.lines = 2;
    options.timings.renew_after = 30s;
    options.timings.renew_jitter = 0s;
  });
  ASSERT_TRUE(run_until([&] { return run_->health().counters.renewals >= 6; })) << lines_;
  EXPECT_TRUE(run_until([&] { return in_step(); })) << lines_;
  EXPECT_EQ(gaps(), 0U) << lines_;
  EXPECT_EQ(run_->health().counters.reconnects, 0U) << lines_;
  EXPECT_EQ(venue_->core(of_)->stats().streams.closed_lifetime, 0U);
}

// Nothing is renewed in time, and each line is cut: never both at once.
TEST_P(CollectorFaults, LosesNothingWhenTheVenueCutsOneLineAfterTheOther) {
  lifetime_ = 60s;
  start_exchange();
  collect(endpoint_.rest_url, endpoint_.stream_url, [](collector::CollectorOptions& options) {
    options.lines = 2;
    options.timings.line_stagger = 30s;
  });
  ASSERT_TRUE(run_until([&] { return run_->health().counters.reconnects >= 4 && in_step(); })) << lines_;
  EXPECT_EQ(gaps(), 0U) << lines_;
  EXPECT_GE(venue_->core(of_)->stats().streams.closed_lifetime, 4U);
  for (const collector::SymbolHealth& symbol : run_->health().symbols) EXPECT_EQ(symbol.reconnects, 0U) << lines_;
}

TEST_P(CollectorFaults, ReplacesAConnectionThatIsHalfOpen) {
  start_exchange();
  Relay relay(endpoint_.port);
  collect(endpoint_.rest_url, relay.url());
  ASSERT_TRUE(run_until([&] { return in_step(); })) << lines_;
  relay.freeze();
  ASSERT_TRUE(run_until([&] { return run_->health().counters.connects >= 2; })) << lines_;
  ASSERT_TRUE(run_until([&] { return gaps() >= 2 && in_step(); })) << lines_;
}

// Pings were not watched: a connection without any data could be dead for ever.
TEST_P(CollectorFaults, ReplacesAConnectionThatSaysNothingAtAll) {
  int upgrades = 0;
  std::vector<WsSession> sessions;
  const std::string url = serve([&](const HttpServerRequest&, WsUpgrade upgrade) {
    ++upgrades;
    sessions.push_back(upgrade.accept({}));
  });
  collect("http://127.0.0.1:1", url);
  ASSERT_TRUE(run_until([&] { return upgrades == 1; }));
  const auto opened = std::chrono::steady_clock::now();
  // A venue that pings every three minutes may be silent for nine.
  ASSERT_TRUE(run_until([&] { return upgrades == 2; }, 60s)) << lines_;
  EXPECT_GE(std::chrono::steady_clock::now() - opened, 2s);  // 70 s of the venue's time
  EXPECT_THAT(lines_, HasSubstr("taken for dead"));
}

INSTANTIATE_TEST_SUITE_P(Venues, CollectorFaults, ::testing::ValuesIn(kVenues),
                         [](const auto& one) { return name_of_venue(one.param); });

struct CollectorRefused : VenueFaults, ::testing::WithParamInterface<std::tuple<Venue, int>> {
  CollectorRefused() : VenueFaults(std::get<Venue>(GetParam())) {}
  const int status_ = std::get<int>(GetParam());
};

TEST_P(CollectorRefused, ComesBackWhenItMay) {
  start_exchange();
  std::vector<UnixNanos> upgrades;
  std::vector<WsSession> sessions;
  const std::string url = serve([&](const HttpServerRequest&, WsUpgrade upgrade) {
    upgrades.push_back(clock_.now());
    if (upgrades.size() == 1) {
      upgrade.refuse({status_, {{"Retry-After", "60"}, {"Content-Type", "text/html"}}, "<html>no</html>"});
    } else {
      sessions.push_back(upgrade.accept({}));
    }
  });
  collect(endpoint_.rest_url, url);
  ASSERT_TRUE(run_until([&] { return upgrades.size() == 2; })) << lines_;
  EXPECT_GE(upgrades[1] - upgrades[0], 59s);
  EXPECT_THAT(lines_, HasSubstr("answer " + std::to_string(status_)));
}

INSTANTIATE_TEST_SUITE_P(Status, CollectorRefused,
                         ::testing::Combine(::testing::ValuesIn(kVenues), ::testing::Values(403, 429, 451)),
                         [](const auto& one) {
                           return name_of_venue(std::get<Venue>(one.param)) + "_" +
                                  std::to_string(std::get<int>(one.param));
                         });

// The same through a plan of faults.
struct CollectorPlan : CollectorFaults {
  void start(std::vector<exchange::FaultRule> rules,
             const std::function<void(collector::CollectorOptions&)>& tune = {}) {
    faults_ = {.seed = 1, .rules = std::move(rules)};
    start_exchange();
    collect(endpoint_.rest_url, endpoint_.stream_url, tune);
  }
  std::uint64_t hits(FaultKind kind) { return venue_->faults(of_)->hits(kind); }
  collector::CollectorCounters counters() { return run_->health().counters; }
  // Whole: the market is smaller than a snapshot.
  void expect_true_books() {
    const collector::MarketPipeline& pipeline = run_->collector().pipeline();
    testing::expect_books_equal(*venue_, of_, pipeline);
    for (collector::InstrumentIndex i = 0; i < pipeline.size(); ++i) {
      const OrderBook& book = pipeline.builder(i).book();
      const auto truth = venue_->book_at(of_, pipeline.symbol(i), book.last_update_id());
      ASSERT_TRUE(truth.has_value());
      for (const Side side : {Side::kBid, Side::kAsk}) {
        EXPECT_EQ(book.level_count(side), truth->level_count(side)) << pipeline.symbol(i);
      }
    }
  }
};

TEST_P(CollectorPlan, LeavesAHalfOpenConnection) {
  start({{.kind = FaultKind::kHalfOpen, .at = 30s}});
  ASSERT_TRUE(run_until([&] { return in_step(); })) << lines_;
  ASSERT_TRUE(run_until([&] { return counters().connects >= 2; })) << lines_;
  ASSERT_TRUE(run_until([&] { return gaps() >= 2 && in_step(); })) << lines_;
  EXPECT_EQ(hits(FaultKind::kHalfOpen), 1U);
  expect_true_books();
}

TEST_P(CollectorPlan, ProvesASymbolFrozenAndHealsItAlone) {
  const std::string frozen = exchange::synthetic_symbols(2).front();
  start({{.kind = FaultKind::kFreeze, .symbols = {frozen}, .at = 40s, .lasts = 90s}});
  ASSERT_TRUE(run_until([&] { return in_step(); })) << lines_;
  ASSERT_TRUE(run_until([&] { return counters().frozen_streams >= 1; })) << lines_;
  const auto other = run_->health().symbols.back();
  EXPECT_EQ(other.state, RowState::kLive);
  ASSERT_TRUE(run_until([&] { return clock_.now() > kStart + 150s && in_step(); })) << lines_;
  EXPECT_EQ(run_->health().symbols.back().gaps, 0U) << lines_;
  expect_true_books();
}

TEST_P(CollectorPlan, ObeysServerShutdownWithoutAGap) {
  start({{.kind = FaultKind::kServerShutdown, .at = 30s}, {.kind = FaultKind::kClose, .connections = {1}, .at = 60s}});
  ASSERT_TRUE(run_until([&] { return counters().renewals >= 1; })) << lines_;
  ASSERT_TRUE(run_until([&] { return clock_.now() > kStart + 70s && in_step(); })) << lines_;
  EXPECT_EQ(gaps(), 0U) << lines_;
  EXPECT_EQ(counters().reconnects, 0U) << lines_;
  expect_true_books();
}

TEST_P(CollectorPlan, LosesNothingByMessagesThatAreNone) {
  start({{.kind = FaultKind::kGarbage, .at = 20s, .every = 1s, .times = 20},
         {.kind = FaultKind::kInvalidUtf8, .at = 20s, .every = 1s, .times = 20},
         {.kind = FaultKind::kHugeMessage, .at = 30s, .bytes = 17 * 1024 * 1024}},
        // A busy machine takes a while to read that: by this clock long enough for a frozen stream.
        [](collector::CollectorOptions& options) { options.timings.silence_least *= static_cast<int>(kSpeed); });
  ASSERT_TRUE(run_until([&] { return counters().refused["undecodable"] >= 40 && counters().refused["too_long"] == 1; }))
      << lines_;
  ASSERT_TRUE(run_until([&] { return in_step(); })) << lines_;
  EXPECT_EQ(counters().connects, 1U) << lines_;
  EXPECT_EQ(gaps(), 0U) << lines_;
  expect_true_books();
}

TEST_P(CollectorPlan, AsksNothingWhileItIsBanned) {
  start({{.kind = FaultKind::kAnswer418, .requests = {"depth"}, .count = 1, .retry_after = 60s}});
  ASSERT_TRUE(run_until([&] { return run_->health().rest.banned_until.has_value(); })) << lines_;
  const UnixNanos until = *run_->health().rest.banned_until;
  ASSERT_TRUE(run_until([&] { return run_->health().rest.in_flight == 0; })) << lines_;
  const auto requests = [&] { return venue_->core(of_)->stats().requests; };
  const std::uint64_t asked = requests();
  const std::uint64_t messages = counters().messages;
  ASSERT_TRUE(run_until([&] { return clock_.now() > until - 5s; }));
  EXPECT_EQ(requests(), asked);
  EXPECT_GT(counters().messages, messages);  // streams go on
  ASSERT_TRUE(run_until([&] { return in_step(); })) << lines_;
  expect_true_books();
}

INSTANTIATE_TEST_SUITE_P(Venues, CollectorPlan, ::testing::ValuesIn(kVenues),
                         [](const auto& one) { return name_of_venue(one.param); });

}  // namespace
}  // namespace acts
