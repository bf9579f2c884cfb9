#include "live/run_log_recorder.hpp"

namespace acts {

void RunLogRecorder::run_started(UnixNanos now) {
  writer_.note(now, index::RunStarted{version_, venue_, "0", settings_});
}

void RunLogRecorder::run_ended(std::string_view reason, UnixNanos now) {
  writer_.note(now, index::RunEnded{std::string(reason)});
}

void RunLogRecorder::message(collector::ConnectionNumber connection, std::string_view bytes, UnixNanos now) {
  writer_.line(now, connection, bytes, LineUse::kTaken);
}

void RunLogRecorder::message_held(collector::ConnectionNumber connection, std::string_view bytes, UnixNanos now) {
  writer_.line(now, connection, bytes, LineUse::kHeld);
}

void RunLogRecorder::held_message(collector::ConnectionNumber connection, std::string_view bytes, UnixNanos now) {
  writer_.line(now, connection, bytes, LineUse::kRepeated);
}

void RunLogRecorder::book_restored(std::string_view symbol, const binance::SavedBook& book, UnixNanos now) {
  writer_.note(now, index::BookRestored{std::string(symbol), book.book.last_update_id.value(), fingerprint(book.book)});
}

void RunLogRecorder::book_saved(std::string_view symbol, const collector::SavedFeed& feed, UnixNanos now) {
  const BookImage& book = feed.book.book;
  writer_.note(now, index::BookSaved{std::string(symbol), book.last_update_id.value(), fingerprint(book)});
}

void RunLogRecorder::symbol_added(std::string_view symbol, collector::SymbolStatus status, UnixNanos now) {
  writer_.note(now, index::SymbolAdded{std::string(symbol), std::string(to_string(status))});
}

void RunLogRecorder::symbol_removed(std::string_view symbol, UnixNanos now) {
  writer_.note(now, index::SymbolRemoved{std::string(symbol)});
}

void RunLogRecorder::stream_opened(std::string_view symbol, UnixNanos now) {
  writer_.note(now, index::StreamOpened{std::string(symbol)});
}

void RunLogRecorder::stream_lost(std::string_view symbol, std::string_view reason, UnixNanos now) {
  writer_.note(now, index::StreamLost{std::string(symbol), std::string(reason)});
}

void RunLogRecorder::rest_answer(const collector::RequestInfo& request, int status, std::string_view body,
                                 UnixNanos now) {
  writer_.note(now, index::RestAnswer{request.request, std::string(to_string(request.kind)),
                                      std::string(request.symbol), request.limit, status, "", request.sent});
  writer_.line(now, 0, body, LineUse::kTaken);
}

void RunLogRecorder::rest_failed(const collector::RequestInfo& request, int status, std::string_view reason,
                                 UnixNanos now) {
  writer_.note(now, index::RestFailed{request.request, std::string(to_string(request.kind)),
                                      std::string(request.symbol), request.limit, status, std::string(reason)});
}

void RunLogRecorder::audited(std::string_view symbol, const BookAudit& audit, UnixNanos now) {
  writer_.note(now, index::Audit{std::string(symbol), audit.update_id.value(), audit.match, audit.drift, audit.ghost,
                                 audit.missed});
}

void RunLogRecorder::timer(std::string_view symbol, UnixNanos due, UnixNanos now) {
  writer_.note(now, index::Timer{std::string(symbol), due});
}

void RunLogRecorder::alive(UnixNanos now) { writer_.note(now, index::Alive{}); }

void RunLogRecorder::connection_opened(collector::ConnectionNumber connection, std::string_view url, UnixNanos now) {
  writer_.note(now, index::ConnectionOpened{connection, std::string(url)});
}

void RunLogRecorder::message_lost(std::string_view reason, UnixNanos now) {
  writer_.note(now, index::Gap{{}, std::string(reason)});
}

void RunLogRecorder::connection_closed(collector::ConnectionNumber connection, std::string_view reason, UnixNanos now) {
  writer_.note(now, index::ConnectionClosed{connection, std::string(reason)});
}

}  // namespace acts
