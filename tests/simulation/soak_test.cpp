// Three days of a collector with 200 symbols in virtual time: what it holds in memory does not grow. ACTS_SOAK_HOURS=n
// for another length. Nothing goes wrong here; that nothing grows when it does is looked at in every simulated seed.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "acts/base/assert.hpp"

#include "collector/collector.hpp"
#include "exchange/synthetic_market.hpp"
#include "exchange/venue_core.hpp"
#include "live/run_log_recorder.hpp"
#include "recording/rolling_writer.hpp"

namespace {

// What the collector has allocated and not given back, in bytes; what the market next door has is not counted. One
// thread.
std::size_t collectors_bytes = 0;
bool in_collector = false;

// Before each allocation: what was counted, and where the memory begins.
struct Note {
  std::size_t counted = 0;
  void* memory = nullptr;
};

constexpr std::size_t kUsualAlignment = alignof(std::max_align_t);

void* allocate(std::size_t size, std::size_t alignment) {
  // NOLINTNEXTLINE(cppcoreguidelines-no-malloc): this is what counts them
  void* const memory = std::malloc(sizeof(Note) + alignment + size);
  if (memory == nullptr) throw std::bad_alloc();
  void* place = static_cast<char*>(memory) + sizeof(Note);
  std::size_t room = alignment + size;
  place = std::align(alignment, size, place, room);
  ::new (static_cast<void*>(static_cast<Note*>(place) - 1)) Note{in_collector ? size : 0, memory};
  if (in_collector) collectors_bytes += size;
  return place;
}

void release(void* place) {
  if (place == nullptr) return;
  const Note note = *(static_cast<Note*>(place) - 1);
  collectors_bytes -= note.counted;
  std::free(note.memory);  // NOLINT(cppcoreguidelines-no-malloc)
}

}  // namespace

// Not inlined: g++ would take the two of a pair for ones that do not match.
[[gnu::noinline]] void* operator new(std::size_t size) { return allocate(size, kUsualAlignment); }
[[gnu::noinline]] void* operator new(std::size_t size, std::align_val_t alignment) {
  return allocate(size, std::max(static_cast<std::size_t>(alignment), kUsualAlignment));
}
[[gnu::noinline]] void operator delete(void* place) noexcept { release(place); }
[[gnu::noinline]] void operator delete(void* place, std::size_t /*size*/) noexcept { release(place); }
[[gnu::noinline]] void operator delete(void* place, std::align_val_t /*alignment*/) noexcept { release(place); }
[[gnu::noinline]] void operator delete(void* place, std::size_t /*size*/, std::align_val_t /*alignment*/) noexcept {
  release(place);
}

namespace acts::sim {
namespace {

using namespace std::chrono_literals;

// While it lives, the collector works.
class Working {
 public:
  Working() { in_collector = true; }
  ~Working() { in_collector = false; }
  Working(const Working&) = delete;
  Working& operator=(const Working&) = delete;
};

constexpr std::size_t kSymbols = 200;
constexpr std::int64_t kHours = 72;
// By then every book, the deletions that it remembers, the largest message of a buffer and the first renewal of the
// list of symbols have been there; a connection is renewed after 23 hours, so that it is inside of what is measured.
constexpr std::int64_t kWarmHours = 8;
constexpr double kMostGrowth = 0.01;
constexpr std::string_view kPeer = "198.51.100.1";

// Takes everything and keeps nothing.
class NoDisk final : public FileOps {
 public:
  int make_directories(const std::string& /*path*/) override { return 0; }
  int create(const std::string& /*path*/) override { return 3; }
  std::int64_t write_at(int /*fd*/, std::string_view bytes, std::uint64_t /*offset*/) override {
    bytes_ += bytes.size();
    return static_cast<std::int64_t>(bytes.size());
  }
  int sync(int /*fd*/) override { return 0; }
  int sync_directory(const std::string& /*path*/) override { return 0; }
  int close(int /*fd*/) override { return 0; }
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

 private:
  std::uint64_t bytes_ = 0;
};

class Recorder final : public RunWriter {
 public:
  explicit Recorder(FileOps& disk)
      : writer_({.directory = "d", .shard = "0", .compression_level = -5}, disk, [](const std::string&) {}) {}
  void line(UnixNanos ts_recv, ConnectionId connection, std::string_view json, LineUse use) override {
    ACTS_ASSERT(writer_.append(ts_recv, connection, json, use).has_value());
    ++lines_;
  }
  void note(UnixNanos ts, IndexEvent event) override {
    ACTS_ASSERT(writer_.note(ts, event).has_value());
    if (std::holds_alternative<index::Alive>(event)) ACTS_ASSERT(writer_.sync(ts).has_value());
  }
  [[nodiscard]] std::uint64_t lines() const { return lines_; }

 private:
  RollingWriter writer_;
  std::uint64_t lines_ = 0;
};

std::vector<std::string> names() {
  std::vector<std::string> all;
  for (std::size_t i = 0; i < kSymbols; ++i) all.push_back(fmt::format("C{:03}USDT", i));
  return all;
}

// A venue next door: what is sent arrives at once.
class Soak {
 public:
  Soak() : now_(parse_iso8601("2026-03-01T00:00:10").value()), clock_({.wait_for_streams = 0}, now_), recorder_(disk_) {
    clock_.on_subscriptions(Venue::kBinanceSpot, 0, now_);
    exchange::SyntheticOptions market;
    market.symbols = names();
    market.levels = 480;  // as many as a limit would count as cut there
    // Most symbols are quiet: with their trades they have one event a second, in the mean.
    market.update_interval = 1000ms;
    market.changes_per_update = 8;
    market.drift_ticks_per_second = 2;
    market.trades_per_step = 1;
    market.start = now_;
    market.depth_and_trades_only = true;
    core_ =
        std::make_unique<exchange::VenueCore>(Venue::kBinanceSpot, std::make_unique<exchange::SyntheticMarket>(market),
                                              clock_, exchange::default_weight_rules(Venue::kBinanceSpot));
    collector::CollectorOptions options;
    options.symbols = market.symbols;
    options.streams = {"depth", "trade"};
    options.update_interval = market.update_interval;
    options.checkpoint_interval = 10min;
    const Working working;
    auto made = collector::Collector::make(std::move(options), [this](MinuteRow&&) { ++rows_; }, log_);
    ACTS_ASSERT(made.has_value());
    collector_ = std::move(*made);
    collector_->start(now_);
  }

  void run_for(Nanos span) {
    const UnixNanos end = now_ + span;
    carry_out();
    for (;;) {
      const UnixNanos venue = core_->next_deadline();
      const UnixNanos next = std::min(venue, collector_->next_deadline().value_or(venue));
      if (next > end) break;
      now_ = std::max(now_, next);
      if (venue <= next) {
        core_->on_time(now_);
        core_->advance(now_, 1000);
      } else {
        {
          const Working working;
          collector_->on_timer(now_);
        }
      }
      carry_out();
    }
    now_ = end;
  }
  [[nodiscard]] std::uint64_t messages() const { return recorder_.lines(); }
  [[nodiscard]] std::uint64_t rows() const { return rows_; }
  [[nodiscard]] std::uint64_t opened() const { return opened_; }
  [[nodiscard]] std::size_t book_bytes() const {
    const collector::MarketPipeline& pipeline = collector_->pipeline();
    std::size_t sum = 0;
    for (collector::InstrumentIndex i = 0; i < pipeline.size(); ++i) sum += pipeline.builder(i).book().memory_bytes();
    return sum;
  }
  [[nodiscard]] std::size_t live() const {
    const collector::Health health = collector_->health(now_);
    return static_cast<std::size_t>(std::ranges::count_if(
        health.symbols, [](const collector::SymbolHealth& one) { return one.state == RowState::kLive; }));
  }

 private:
  struct Url {
    std::string path;
    std::string query;
  };
  static Url parts(const std::string& url) {
    const std::size_t path = url.find('/', url.find("://") + 3);
    const std::size_t question = std::min(url.find('?', path), url.size());
    return {url.substr(path, question - path), url.substr(std::min(question + 1, url.size()))};
  }

  void carry_out() {
    collector::ActionQueue& actions = collector_->actions();
    for (bool busy = true; busy;) {
      busy = false;
      while (!actions.empty()) {
        const collector::Action action = std::move(actions.front());
        actions.pop_front();
        std::visit([this](const auto& what) { this->carry(what); }, action);
        busy = true;
      }
      for (const exchange::Outgoing& one : core_->take_outgoing()) {
        deliver(one);
        busy = true;
      }
    }
  }
  static void carry(const collector::KeepCooldown& action) {
    ADD_FAILURE() << "refused until " << to_iso8601(action.cooldown.until);
  }
  void carry(const collector::OpenConnection& action) {
    const Url url = parts(action.url);
    const auto result = core_->connect(url.path, url.query, kPeer, now_);
    ACTS_ASSERT(std::holds_alternative<exchange::SessionId>(result));
    const auto session = std::get<exchange::SessionId>(result);
    sessions_[action.connection] = session;
    connections_[session] = action.connection;
    ++opened_;
    {
      const Working working;
      collector_->on_ws_open(action.connection, now_);
    }
  }
  void carry(const collector::CloseConnection& action) {
    core_->on_closed(sessions_.at(action.connection), now_);
    forget(action.connection);
    const Working working;
    collector_->on_ws_closed(action.connection, {1000, ErrorCode::kCancelled, 0, std::nullopt, "closed by us"}, now_);
  }
  void carry(const collector::SendText& action) { core_->on_text(sessions_.at(action.connection), action.text, now_); }
  void carry(const collector::HttpGet& action) {
    const Url url = parts(action.url);
    const exchange::RestReply reply = core_->request({"GET", url.path, url.query, kPeer}, now_);
    const HttpResponse& response = reply.response;
    const Working working;
    collector_->on_http_answer(
        action.request,
        {response.status, response.body, response.header("X-MBX-USED-WEIGHT-1M"), response.header("Retry-After")},
        now_);
  }
  static void carry(const collector::Log& /*action*/) {}
  static void carry(const collector::SaveBook& /*action*/) {}

  void deliver(const exchange::Outgoing& one) {
    const auto found = connections_.find(one.session);
    if (found == connections_.end()) return;
    if (const auto* text = std::get_if<exchange::SendText>(&one.what)) {
      {
        const Working working;
        collector_->on_ws_message(found->second, *text->text, now_);
      }
    } else if (const auto* ping = std::get_if<exchange::SendPing>(&one.what)) {
      core_->on_pong(one.session, ping->payload, now_);
    } else if (std::holds_alternative<exchange::CloseSession>(one.what)) {
      const collector::ConnectionNumber number = found->second;
      core_->on_closed(one.session, now_);
      forget(number);
      const Working working;
      collector_->on_ws_closed(number, {1006, ErrorCode::kRetry, 0, std::nullopt, "closed by the venue"}, now_);
    }
  }
  void forget(collector::ConnectionNumber number) {
    connections_.erase(sessions_.at(number));
    sessions_.erase(number);
  }

  UnixNanos now_;
  exchange::MarketClock clock_;
  NoDisk disk_;
  Recorder recorder_;
  RunLogRecorder log_{recorder_, "soak", "binance-spot", RunSettings{}};
  std::unique_ptr<exchange::VenueCore> core_;
  std::unique_ptr<collector::Collector> collector_;
  std::map<collector::ConnectionNumber, exchange::SessionId> sessions_;
  std::map<exchange::SessionId, collector::ConnectionNumber> connections_;
  std::uint64_t rows_ = 0;
  std::uint64_t opened_ = 0;
};

TEST(Soak, HoldsAsMuchAfterThreeDaysAsAfterEightHours) {
  const char* const text = std::getenv("ACTS_SOAK_HOURS");  // NOLINT(concurrency-mt-unsafe): before any thread
  const std::int64_t hours = text == nullptr ? kHours : std::strtoll(text, nullptr, 10);
  ASSERT_GT(hours, kWarmHours);
  Soak soak;  // its first actions are carried out as its time begins
  std::size_t least = 0;
  std::size_t most = 0;
  for (std::int64_t hour = 1; hour <= hours; ++hour) {
    soak.run_for(std::chrono::hours{1});
    const std::size_t books = soak.book_bytes();
    const std::size_t bytes = collectors_bytes;
    fmt::print("hour {:2}: {} bytes, {} of them of books, {} messages, {} rows, {} connections opened, {} live\n", hour,
               bytes, books, soak.messages(), soak.rows(), soak.opened(), soak.live());
    std::fflush(stdout);
    if (hour < kWarmHours) continue;
    least = least == 0 ? bytes : std::min(least, bytes);
    most = std::max(most, bytes);
  }
  EXPECT_EQ(soak.live(), kSymbols);
  EXPECT_GT(soak.opened(), 1U);
  const double growth = static_cast<double>(most) / static_cast<double>(least) - 1;
  fmt::print("from hour {} to {}: {} to {} bytes, {:.2f} %\n", kWarmHours, hours, least, most, 100 * growth);
  EXPECT_LE(growth, kMostGrowth);
}

}  // namespace
}  // namespace acts::sim
