// What a simulated run tells its log: on the way to the recording, and to the checks.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "collector/run_log.hpp"
#include "live/run_log_recorder.hpp"
#include "simulation/sim_recorder.hpp"

namespace acts::sim {

class SimLog final : public collector::RunLog {
 public:
  // `recorder` outlives the object.
  SimLog(Venue venue, SimRecorder& recorder)
      : recorded_(recorder, "simulation", std::string(to_string(venue)), RunSettings{}) {}

  std::function<void(std::string_view symbol, UnixNanos now)> on_symbol_added;
  std::function<void(std::string_view symbol, const BookAudit& audit, UnixNanos now)> on_difference;
  // The symbol's stream has opened or was lost; before the book hears of it.
  std::function<void()> before_stream_change;
  // A symbol begins with the book of the run before.
  std::function<void(std::string_view symbol, const binance::SavedBook& book, UnixNanos now)> on_book_restored;

  void run_started(UnixNanos now) override { recorded_.run_started(now); }
  void run_ended(std::string_view reason, UnixNanos now) override { recorded_.run_ended(reason, now); }
  void message(collector::ConnectionNumber connection, std::string_view bytes, UnixNanos now) override {
    note_told(bytes);
    recorded_.message(connection, bytes, now);
  }
  void message_held(collector::ConnectionNumber connection, std::string_view bytes, UnixNanos now) override {
    note_told(bytes);
    recorded_.message_held(connection, bytes, now);
  }
  void held_message(collector::ConnectionNumber connection, std::string_view bytes, UnixNanos now) override {
    recorded_.held_message(connection, bytes, now);
  }
  void symbol_added(std::string_view symbol, collector::SymbolStatus status, UnixNanos now) override {
    on_symbol_added(symbol, now);
    recorded_.symbol_added(symbol, status, now);
  }
  void book_restored(std::string_view symbol, const binance::SavedBook& book, UnixNanos now) override {
    on_book_restored(symbol, book, now);
    recorded_.book_restored(symbol, book, now);
  }
  void book_saved(std::string_view symbol, const collector::SavedFeed& feed, UnixNanos now) override {
    recorded_.book_saved(symbol, feed, now);
  }
  void symbol_removed(std::string_view symbol, UnixNanos now) override { recorded_.symbol_removed(symbol, now); }
  void stream_opened(std::string_view symbol, UnixNanos now) override {
    before_stream_change();
    recorded_.stream_opened(symbol, now);
  }
  void stream_lost(std::string_view symbol, std::string_view reason, UnixNanos now) override {
    before_stream_change();
    recorded_.stream_lost(symbol, reason, now);
  }
  void rest_answer(const collector::RequestInfo& request, int status, std::string_view body, UnixNanos now) override {
    recorded_.rest_answer(request, status, body, now);
  }
  void rest_failed(const collector::RequestInfo& request, int status, std::string_view reason, UnixNanos now) override {
    recorded_.rest_failed(request, status, reason, now);
  }
  void audited(std::string_view symbol, const BookAudit& audit, UnixNanos now) override {
    if (audit.differences() > 0) on_difference(symbol, audit, now);
    ++audits_;
    recorded_.audited(symbol, audit, now);
  }
  void timer(std::string_view symbol, UnixNanos due, UnixNanos now) override { recorded_.timer(symbol, due, now); }
  void alive(UnixNanos now) override { recorded_.alive(now); }
  void connection_opened(collector::ConnectionNumber connection, std::string_view url, UnixNanos now) override {
    recorded_.connection_opened(connection, url, now);
  }
  void message_lost(std::string_view reason, UnixNanos now) override { recorded_.message_lost(reason, now); }
  void connection_closed(collector::ConnectionNumber connection, std::string_view reason, UnixNanos now) override {
    recorded_.connection_closed(connection, reason, now);
  }

  [[nodiscard]] std::uint64_t audits() const { return audits_; }
  // A message comes to the collector, which tells of it before it returns. `text` stays until told_all() was asked.
  void expect(std::string_view text) { untold_ = text; }
  [[nodiscard]] bool told_all() const { return untold_.data() == nullptr; }

 private:
  void note_told(std::string_view text) {
    if (text == untold_) untold_ = {};
  }

  RunLogRecorder recorded_;
  std::uint64_t audits_ = 0;
  std::string_view untold_;
};

}  // namespace acts::sim
