// The recording of simulated runs: written to a simulated disk as a live run's is, and kept in memory to be replayed.
// What a crash leaves is what the disk has kept.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "collector/fake_venue.hpp"
#include "collector/run_log.hpp"
#include "live/run_log_recorder.hpp"
#include "simulation/sim_recorder.hpp"

namespace acts::sim {

class SimLog final : public collector::RunLog {
 public:
  // `recorder` outlives the object.
  SimLog(Venue venue, SimRecorder& recorder)
      : venue_(venue),
        recorder_(recorder),
        recorded_(recorder, "simulation", std::string(to_string(venue)), RunSettings{}) {}

  std::function<void(std::string_view symbol, UnixNanos now)> on_symbol_added;
  std::function<void(std::string_view symbol, const BookAudit& audit, UnixNanos now)> on_difference;
  // The symbol's stream has opened or was lost; before the book hears of it.
  std::function<void()> before_stream_change;

  // How many rows there are.
  std::function<std::size_t()> rows;
  // A symbol begins with the book of the run before.
  std::function<void(std::string_view symbol, const binance::SavedBook& book, UnixNanos now)> on_book_restored;

  void run_started(UnixNanos now) override {
    tell([&](RunLog& log) { log.run_started(now); });
  }
  void run_ended(std::string_view reason, UnixNanos now) override {
    tell([&](RunLog& log) { log.run_ended(reason, now); });
  }
  void message(collector::ConnectionNumber connection, std::string_view bytes, UnixNanos now) override {
    note_told(bytes);
    tell([&](RunLog& log) { log.message(connection, bytes, now); });
  }
  void message_held(collector::ConnectionNumber connection, std::string_view bytes, UnixNanos now) override {
    note_told(bytes);
    tell([&](RunLog& log) { log.message_held(connection, bytes, now); });
  }
  void held_message(collector::ConnectionNumber connection, std::string_view bytes, UnixNanos now) override {
    tell([&](RunLog& log) { log.held_message(connection, bytes, now); });
  }
  void symbol_added(std::string_view symbol, collector::SymbolStatus status, UnixNanos now) override {
    on_symbol_added(symbol, now);
    tell([&](RunLog& log) { log.symbol_added(symbol, status, now); });
  }
  void book_restored(std::string_view symbol, const binance::SavedBook& book, UnixNanos now) override {
    on_book_restored(symbol, book, now);
    tell([&](RunLog& log) { log.book_restored(symbol, book, now); });
  }
  void book_saved(std::string_view symbol, const collector::SavedFeed& feed, UnixNanos now) override {
    tell([&](RunLog& log) { log.book_saved(symbol, feed, now); });
  }
  void symbol_removed(std::string_view symbol, UnixNanos now) override {
    tell([&](RunLog& log) { log.symbol_removed(symbol, now); });
  }
  void stream_opened(std::string_view symbol, UnixNanos now) override {
    before_stream_change();
    tell([&](RunLog& log) { log.stream_opened(symbol, now); });
  }
  void stream_lost(std::string_view symbol, std::string_view reason, UnixNanos now) override {
    before_stream_change();
    tell([&](RunLog& log) { log.stream_lost(symbol, reason, now); });
  }
  void rest_answer(const collector::RequestInfo& request, int status, std::string_view body, UnixNanos now) override {
    tell([&](RunLog& log) { log.rest_answer(request, status, body, now); });
  }
  void rest_failed(const collector::RequestInfo& request, int status, std::string_view reason, UnixNanos now) override {
    tell([&](RunLog& log) { log.rest_failed(request, status, reason, now); });
  }
  void audited(std::string_view symbol, const BookAudit& audit, UnixNanos now) override {
    if (audit.differences() > 0) on_difference(symbol, audit, now);
    ++audits_;
    tell([&](RunLog& log) { log.audited(symbol, audit, now); });
  }
  void timer(std::string_view symbol, UnixNanos due, UnixNanos now) override {
    tell([&](RunLog& log) { log.timer(symbol, due, now); });
  }
  void alive(UnixNanos now) override {
    tell([&](RunLog& log) { log.alive(now); });
  }
  void connection_opened(collector::ConnectionNumber connection, std::string_view url, UnixNanos now) override {
    tell([&](RunLog& log) { log.connection_opened(connection, url, now); });
  }
  void message_lost(std::string_view reason, UnixNanos now) override {
    tell([&](RunLog& log) { log.message_lost(reason, now); });
  }
  void connection_closed(collector::ConnectionNumber connection, std::string_view reason, UnixNanos now) override {
    tell([&](RunLog& log) { log.connection_closed(connection, reason, now); });
  }

  [[nodiscard]] std::uint64_t audits() const { return audits_; }
  // A message comes to the collector, which tells of it before it returns. `text` stays until told_all() was asked.
  void expect(std::string_view text) { untold_ = text; }
  [[nodiscard]] bool told_all() const { return untold_.data() == nullptr; }
  // The process is killed, and of what the recorder was handed in this run the first `items` are on the disk. How many
  // rows a replay of that gives.
  std::size_t cut(std::size_t items) {
    marks_.back().rows = rows();
    while (marks_.back().items > items) marks_.pop_back();
    const Mark last = marks_.back();
    kept_.cut(last.steps);
    marks_.assign(1, {0, last.steps, last.rows});
    return last.rows;
  }
  [[nodiscard]] std::shared_ptr<const binance::SavedBook> left_book(std::string_view symbol) const {
    return kept_.left_book(venue_, symbol);
  }
  // Of one symbol by what is its own alone, if one is named.
  [[nodiscard]] std::string replayed_rows(std::string_view symbol = {}) const { return kept_.replay(venue_, symbol); }

 private:
  // After a call: what the recorder had been handed, and what was kept of it; and the rows up to the next call.
  struct Mark {
    std::size_t items = 0;
    std::size_t steps = 0;
    std::size_t rows = 0;
  };
  void note_told(std::string_view text) {
    if (text == untold_) untold_ = {};
  }
  template <typename Tell>
  void tell(const Tell& what) {
    marks_.back().rows = rows();
    what(recorded_);
    what(kept_);
    marks_.push_back({recorder_.handed(), kept_.steps(), 0});
  }

  Venue venue_;
  const SimRecorder& recorder_;
  RunLogRecorder recorded_;
  std::vector<Mark> marks_{{}};
  test::ReplayableLog kept_;
  std::uint64_t audits_ = 0;
  std::string_view untold_;
};

}  // namespace acts::sim
