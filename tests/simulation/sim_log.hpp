// The recording of a simulated run: what is kept can be replayed, and every message that is kept is known again by its
// text. A simulated disk takes its place at the same port.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>

#include "collector/fake_venue.hpp"
#include "collector/run_log.hpp"

namespace acts::sim {

class SimLog final : public collector::RunLog {
 public:
  std::function<void(std::string_view symbol, UnixNanos now)> on_symbol_added;
  std::function<void(std::string_view symbol, const BookAudit& audit, UnixNanos now)> on_difference;
  // The symbol's stream has opened or was lost; before the book hears of it.
  std::function<void()> before_stream_change;

  // A symbol begins with the book of the run before.
  std::function<void(std::string_view symbol, const binance::SavedBook& book, UnixNanos now)> on_book_restored;

  void run_started(UnixNanos now) override { kept_.run_started(now); }
  void run_ended(std::string_view reason, UnixNanos now) override { kept_.run_ended(reason, now); }
  void message(collector::ConnectionNumber connection, std::string_view bytes, UnixNanos now) override {
    texts_.insert(std::hash<std::string_view>{}(bytes));
    kept_.message(connection, bytes, now);
  }
  void message_held(collector::ConnectionNumber connection, std::string_view bytes, UnixNanos now) override {
    texts_.insert(std::hash<std::string_view>{}(bytes));
    kept_.message_held(connection, bytes, now);
  }
  void held_message(collector::ConnectionNumber connection, std::string_view bytes, UnixNanos now) override {
    kept_.held_message(connection, bytes, now);
  }
  void symbol_added(std::string_view symbol, collector::SymbolStatus status, UnixNanos now) override {
    on_symbol_added(symbol, now);
    kept_.symbol_added(symbol, status, now);
  }
  void book_restored(std::string_view symbol, const binance::SavedBook& book, UnixNanos now) override {
    on_book_restored(symbol, book, now);
    kept_.book_restored(symbol, book, now);
  }
  void book_saved(std::string_view symbol, const collector::SavedFeed& feed, UnixNanos now) override {
    kept_.book_saved(symbol, feed, now);
  }
  void symbol_removed(std::string_view symbol, UnixNanos now) override { kept_.symbol_removed(symbol, now); }
  void stream_opened(std::string_view symbol, UnixNanos now) override {
    before_stream_change();
    kept_.stream_opened(symbol, now);
  }
  void stream_lost(std::string_view symbol, std::string_view reason, UnixNanos now) override {
    before_stream_change();
    kept_.stream_lost(symbol, reason, now);
  }
  void rest_answer(const collector::RequestInfo& request, int status, std::string_view body, UnixNanos now) override {
    kept_.rest_answer(request, status, body, now);
  }
  void rest_failed(const collector::RequestInfo& request, int status, std::string_view reason, UnixNanos now) override {
    kept_.rest_failed(request, status, reason, now);
  }
  void audited(std::string_view symbol, const BookAudit& audit, UnixNanos now) override {
    if (audit.differences() > 0) on_difference(symbol, audit, now);
    ++audits_;
    kept_.audited(symbol, audit, now);
  }
  void timer(std::string_view symbol, UnixNanos due, UnixNanos now) override { kept_.timer(symbol, due, now); }
  void alive(UnixNanos now) override { kept_.alive(now); }
  void connection_opened(collector::ConnectionNumber connection, std::string_view url, UnixNanos now) override {
    kept_.connection_opened(connection, url, now);
  }
  void message_lost(std::string_view reason, UnixNanos now) override { kept_.message_lost(reason, now); }
  void connection_closed(collector::ConnectionNumber connection, std::string_view reason, UnixNanos now) override {
    kept_.connection_closed(connection, reason, now);
  }

  [[nodiscard]] std::uint64_t audits() const { return audits_; }
  [[nodiscard]] bool holds(std::string_view text) const { return texts_.contains(std::hash<std::string_view>{}(text)); }
  [[nodiscard]] bool holds_hash(std::size_t hash) const { return texts_.contains(hash); }
  // The process is killed, and what came after `durable` is not on the disk. When the last thing came that is.
  UnixNanos cut(UnixNanos durable) {
    kept_.cut(durable);
    return kept_.end();
  }
  [[nodiscard]] std::shared_ptr<const binance::SavedBook> left_book(Venue venue, std::string_view symbol) const {
    return kept_.left_book(venue, symbol);
  }
  // Of one symbol by what is its own alone, if one is named.
  [[nodiscard]] std::string replayed_rows(Venue venue, std::string_view symbol = {}) const {
    return kept_.replay(venue, symbol);
  }

 private:
  test::ReplayableLog kept_;
  std::uint64_t audits_ = 0;
  std::unordered_set<std::size_t> texts_;
};

}  // namespace acts::sim
