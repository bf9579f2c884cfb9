// Puts what a Collector tells its RunLog into the raw log and index of a RunWriter: src/live/replay.cpp reads it back.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "collector/run_log.hpp"
#include "live/run_settings.hpp"
#include "live/run_writer.hpp"

namespace acts {

class RunLogRecorder final : public collector::RunLog {
 public:
  // `writer` outlives the object.
  RunLogRecorder(RunWriter& writer, std::string version, std::string venue, const RunSettings& settings)
      : writer_(writer), version_(std::move(version)), venue_(std::move(venue)), settings_(to_string(settings)) {}

  void run_started(UnixNanos now) override;
  void run_ended(std::string_view reason, UnixNanos now) override;
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
  void alive(UnixNanos now) override;
  void connection_opened(collector::ConnectionNumber connection, std::string_view url, UnixNanos now) override;
  void message_lost(std::string_view reason, UnixNanos now) override;
  void connection_closed(collector::ConnectionNumber connection, std::string_view reason, UnixNanos now) override;

 private:
  RunWriter& writer_;
  std::string version_;
  std::string venue_;
  std::string settings_;
};

}  // namespace acts
