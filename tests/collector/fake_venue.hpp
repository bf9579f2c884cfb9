// A tiny scripted Binance in virtual time that carries out a collector's actions: streams, subscriptions, REST. No
// clock, no sockets; everything happens in run_for().
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "collector/collector.hpp"

namespace acts::test {

using namespace std::chrono_literals;

// Keeps runs as what they did to the pipeline, and does it again to another one.
class ReplayableLog final : public collector::RunLog {
 public:
  struct Replaying {
    collector::MarketPipeline pipeline;
    std::map<std::string, binance::SavedBook> left;  // by symbol: as the run before has left it
  };
  struct Step {
    std::string symbol;  // whose it is; empty: of all
    UnixNanos at;
    std::function<void(Replaying&)> take;
    std::shared_ptr<const collector::SavedFeed> saved{};  // of a checkpoint: what `take` is to find
  };

  void run_started(UnixNanos now) override;
  void run_ended(std::string_view, UnixNanos now) override;
  void message(collector::ConnectionNumber connection, std::string_view bytes, UnixNanos now) override;
  void message_held(collector::ConnectionNumber connection, std::string_view bytes, UnixNanos now) override;
  void held_message(collector::ConnectionNumber connection, std::string_view bytes, UnixNanos now) override;
  void symbol_added(std::string_view symbol, collector::SymbolStatus status, UnixNanos now) override;
  void book_restored(std::string_view symbol, const binance::SavedBook& book, UnixNanos now) override;
  void book_saved(std::string_view symbol, const collector::SavedFeed& feed, UnixNanos now) override;
  void symbol_removed(std::string_view symbol, UnixNanos now) override;
  void stream_opened(std::string_view symbol, UnixNanos now) override;
  void stream_lost(std::string_view symbol, std::string_view reason, UnixNanos now) override;
  void rest_answer(const collector::RequestInfo& request, int status, std::string_view body, UnixNanos now) override;
  void rest_failed(const collector::RequestInfo& request, int status, std::string_view reason, UnixNanos now) override;
  void audited(std::string_view symbol, const BookAudit& audit, UnixNanos now) override;
  void timer(std::string_view symbol, UnixNanos due, UnixNanos now) override;
  void alive(UnixNanos now) override { last_alive = now; }
  void connection_opened(collector::ConnectionNumber, std::string_view, UnixNanos) override {}
  void message_lost(std::string_view reason, UnixNanos) override { events.push_back(fmt::format("lost: {}", reason)); }
  void connection_closed(collector::ConnectionNumber, std::string_view, UnixNanos) override {}

  // Rows of the runs, made anew; of one symbol, by what is its own alone, with its book taken from every checkpoint.
  [[nodiscard]] std::string replay(Venue venue, std::string_view symbol = {}) const;
  [[nodiscard]] std::size_t steps() const { return steps_.size(); }

  bool keep = true;  // false: only counted
  std::uint64_t timers = 0;
  std::uint64_t messages = 0;  // that came, each once
  std::uint64_t held = 0;
  std::uint64_t saves = 0;
  UnixNanos last_alive;
  std::vector<std::pair<std::string, BookAudit>> audits;  // with their symbols
  std::vector<std::string> events;  // "opened BTCUSDT", "lost BTCUSDT", "added BTCUSDT trading", "removed BTCUSDT"

 private:
  void add(std::string_view symbol, UnixNanos at, std::function<void(Replaying&)> take,
           std::shared_ptr<const collector::SavedFeed> saved = nullptr);
  std::vector<Step> steps_;
  bool ended_ = false;
};

class FakeVenue {
 public:
  struct Market {
    std::int64_t id = 1000;
    Nanos interval = 100ms;  // of its depth updates
    std::string status = "TRADING";
    bool listed = true;
    bool moving = true;
    bool delivering = true;       // false: frozen; the book moves on, the streams say nothing
    std::uint64_t snapshots = 0;  // asked for
    std::uint64_t probes = 0;
    std::uint64_t audits = 0;
  };
  struct Session {  // one connection
    collector::ConnectionNumber number = 0;
    std::string url;
    std::set<std::string> names;
    bool open = false;
    bool mute = false;             // pings alive, data dead
    Nanos lag{0};                  // its messages come so much later
    int skip = 0;                  // so many of its depth updates are lost
    std::set<std::string> frozen;  // symbols of which nothing comes on it
    UnixNanos opened_at;
  };

  explicit FakeVenue(collector::CollectorOptions options);
  FakeVenue(const FakeVenue&) = delete;
  FakeVenue& operator=(const FakeVenue&) = delete;

  // Lists a symbol, moving every interval.
  Market& add_market(const std::string& symbol, Nanos interval = 100ms);
  void start();
  void run_for(Nanos span);
  // Carries out what the collector asked for; after a direct call of it.
  void carry_out();
  // The shell reads no socket in between: messages wait, and the venue, whose pings nobody answers, sends none from
  // kPongPatience on and ends the connections, which is noticed once they are read again.
  static constexpr Nanos kPongPatience = 1min;
  void pause_reading();
  void resume_reading();
  // Ends a connection from the venue's side.
  void drop(collector::ConnectionNumber number, std::uint16_t code = 1006);
  void drop_all();
  void send(collector::ConnectionNumber number, std::string text);
  void lose_updates(const std::string& symbol, int count) { market(symbol).id += count; }

  Market& market(const std::string& symbol) { return markets_.at(symbol); }
  [[nodiscard]] std::vector<Session*> open_sessions();
  [[nodiscard]] collector::Health health() const { return collector_->health(now); }
  [[nodiscard]] collector::SymbolHealth health_of(const std::string& symbol) const;
  [[nodiscard]] std::size_t count_logs(std::string_view key) const;
  [[nodiscard]] std::string all_logs() const;
  // Each market's id is the book's, and its best prices too.
  [[nodiscard]] bool in_step(const std::string& symbol) const;
  collector::Collector& operator*() { return *collector_; }
  collector::Collector* operator->() { return collector_.get(); }

  // The run's log gives its rows again, and each symbol's part of the log that symbol's.
  void expect_replays() const;

  // The script.
  int refuse_status = 0;                   // of handshakes; 0: accepted; -1: no answer at all
  std::map<std::string, int> refuse_host;  // by URL prefix
  std::optional<Nanos> refuse_retry_after;
  std::map<std::string, Nanos> dies_after;  // by URL prefix: opens, and ends so much later
  int refuse_depths = 0;                    // so many depth requests are answered with -1121
  bool has_mark_prices = true;
  std::string no_such_stream;  // "depth@0ms": acknowledged, and nothing comes on it
  std::string wrong_bid;       // of snapshots: instead of what the market has at 99.50
  std::size_t padding = 0;     // of depth messages
  int rest_status = 0;         // 0: served
  std::string rest_body = "<html>no</html>";
  std::string rest_retry_after;
  std::string used_weight = "10";  // as every answer tells
  bool rest_dead = false;          // requests fail
  bool rest_swallowed = false;     // requests are never answered
  bool acknowledges = true;
  std::string refuse_subscriptions;  // an error body instead of an acknowledgement
  Nanos latency = 20ms;
  Nanos rest_latency = 50ms;
  Nanos clock_ahead{0};

  // What was seen.
  UnixNanos now = parse_iso8601("2026-03-01T12:00:10").value();
  ReplayableLog log;
  std::string rows;
  std::size_t row_count = 0;
  std::vector<std::pair<std::string, UnixNanos>> full_books;  // symbol, when
  std::map<std::string, collector::SaveBook> checkpoints;     // the last one, by symbol
  std::vector<collector::Cooldown> cooldowns;                 // that were to be kept
  std::vector<collector::Log> logs;
  std::vector<std::pair<UnixNanos, collector::OpenConnection>> opened;
  std::vector<std::pair<UnixNanos, collector::CloseConnection>> closed;
  std::vector<std::pair<UnixNanos, collector::SendText>> sent;
  std::vector<std::pair<UnixNanos, collector::HttpGet>> requests;

 private:
  using Event = std::function<void()>;

  void at(UnixNanos when, Event event) { events_.emplace(when, std::move(event)); }
  void on_action(const collector::Action& action);
  void open(const collector::OpenConnection& action);
  void close(const collector::CloseConnection& action);
  void control(const collector::SendText& action);
  void get(const collector::HttpGet& action);
  [[nodiscard]] binance::RestAnswer answer(const collector::HttpGet& action, std::string& body);
  void deliver(collector::ConnectionNumber number, std::string text);
  [[nodiscard]] bool gave_up_waiting() const { return paused_at_ && now - *paused_at_ >= kPongPatience; }
  void tick_market(const std::string& symbol);
  void tick_mark_price(const std::string& symbol);
  [[nodiscard]] std::string exchange_info() const;
  [[nodiscard]] std::string depth(const std::string& symbol) const;
  [[nodiscard]] bool is_usdm() const { return venue_ == Venue::kBinanceUsdm; }

  Venue venue_;
  std::map<std::string, Market> markets_;
  std::map<collector::ConnectionNumber, Session> sessions_;
  std::multimap<UnixNanos, Event> events_;
  std::optional<UnixNanos> paused_at_;
  std::vector<std::pair<collector::ConnectionNumber, std::string>> unread_;
  std::unique_ptr<collector::Collector> collector_;
  BandList bands_ = BandList::defaults();
};

// Of depth alone.
collector::CollectorOptions spot_options(std::vector<std::string> symbols);
// BTCUSDT and ETHUSDT, in step since a minute.
std::unique_ptr<FakeVenue> two_symbols(collector::CollectorOptions options = spot_options({"BTCUSDT", "ETHUSDT"}));

}  // namespace acts::test
