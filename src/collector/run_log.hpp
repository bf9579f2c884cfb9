// The port through which a run is recorded: it is told of everything that goes into the MarketPipeline, in the same
// order and with the same time, so that replaying it into another pipeline gives the same rows to the byte. The
// pipeline's part in a replay stands at each call.
//
// Called before the pipeline is, but for audited(). Views last for the call only.
#pragma once

#include <string_view>

#include "acts/base/time.hpp"
#include "acts/market/book_audit.hpp"

#include "binance/saved_book.hpp"
#include "collector/actions.hpp"
#include "collector/symbol_status.hpp"

namespace acts::collector {

// A REST request that the pipeline, or the reader of a recording, should know of.
struct RequestInfo {
  RequestNumber request = 0;
  RequestKind kind = RequestKind::kTime;
  std::string_view symbol;  // empty: of none
  int limit = 0;            // depth and probe: levels asked for
  UnixNanos sent = {};      // when it was written to its connection; not known: when the shell was asked to
};

class RunLog {
 public:
  virtual ~RunLog() = default;

  // on_timer(now).
  // Just before its first symbols; requests and connections may have been told of before.
  virtual void run_started(UnixNanos now) = 0;
  virtual void run_ended(std::string_view reason, UnixNanos now) = 0;

  // A message has come. on_message(bytes, now), unless it is held.
  virtual void message(ConnectionNumber connection, std::string_view bytes, UnixNanos now) = 0;
  // Nothing in the pipeline: the message waits, or says what another connection has said.
  virtual void message_held(ConnectionNumber connection, std::string_view bytes, UnixNanos now) = 0;
  // One that was held: on_message(bytes, now).
  virtual void held_message(ConnectionNumber connection, std::string_view bytes, UnixNanos now) = 0;

  // add(symbol, now), then set_status(status). Called again when the status changes.
  virtual void symbol_added(std::string_view symbol, SymbolStatus status, UnixNanos now) = 0;
  // The symbol, just added, begins with the book that an earlier run has left: resume_after_pause(book, now).
  virtual void book_restored(std::string_view symbol, const binance::SavedBook& book, UnixNanos now) = 0;
  // The symbol, as it stands, is kept: forget_past().
  virtual void book_saved(std::string_view symbol, const SavedFeed& feed, UnixNanos now) = 0;
  // remove().
  virtual void symbol_removed(std::string_view symbol, UnixNanos now) = 0;
  // on_stream_open(now).
  virtual void stream_opened(std::string_view symbol, UnixNanos now) = 0;
  // on_connection_lost(now).
  virtual void stream_lost(std::string_view symbol, std::string_view reason, UnixNanos now) = 0;

  // Kind depth: on_depth_answer(body, limit, now); kind audit: on_audit_answer(body, limit, now); any other: nothing.
  virtual void rest_answer(const RequestInfo& request, int status, std::string_view body, UnixNanos now) = 0;
  // Kind depth: on_depth_failed(now); any other: nothing. status: 0 if there was no answer.
  virtual void rest_failed(const RequestInfo& request, int status, std::string_view reason, UnixNanos now) = 0;
  // Nothing in the pipeline: what has just been told made it compare the symbol's book, with this result.
  virtual void audited(std::string_view symbol, const BookAudit& audit, UnixNanos now) = 0;
  // on_timer(now). `symbol`: whose timer is due; empty: a minute is over, and whatever is due by then.
  virtual void timer(std::string_view symbol, UnixNanos due, UnixNanos now) = 0;
  // Nothing in the pipeline: a message was thrown away; which symbol's it was cannot be told.
  virtual void message_lost(std::string_view reason, UnixNanos now) = 0;
  // Nothing in the pipeline: called once a second while the run is alive and reads its connections.
  virtual void alive(UnixNanos now) = 0;

  // Nothing in the pipeline: for the reader.
  virtual void connection_opened(ConnectionNumber connection, std::string_view url, UnixNanos now) = 0;
  virtual void connection_closed(ConnectionNumber connection, std::string_view reason, UnixNanos now) = 0;
};

// Records nothing.
class NullRunLog : public RunLog {
 public:
  void run_started(UnixNanos) override {}
  void run_ended(std::string_view, UnixNanos) override {}
  void message(ConnectionNumber, std::string_view, UnixNanos) override {}
  void message_held(ConnectionNumber, std::string_view, UnixNanos) override {}
  void held_message(ConnectionNumber, std::string_view, UnixNanos) override {}
  void book_restored(std::string_view, const binance::SavedBook&, UnixNanos) override {}
  void book_saved(std::string_view, const SavedFeed&, UnixNanos) override {}
  void symbol_added(std::string_view, SymbolStatus, UnixNanos) override {}
  void symbol_removed(std::string_view, UnixNanos) override {}
  void stream_opened(std::string_view, UnixNanos) override {}
  void stream_lost(std::string_view, std::string_view, UnixNanos) override {}
  void rest_answer(const RequestInfo&, int, std::string_view, UnixNanos) override {}
  void rest_failed(const RequestInfo&, int, std::string_view, UnixNanos) override {}
  void audited(std::string_view, const BookAudit&, UnixNanos) override {}
  void timer(std::string_view, UnixNanos, UnixNanos) override {}
  void message_lost(std::string_view, UnixNanos) override {}
  void alive(UnixNanos) override {}
  void connection_opened(ConnectionNumber, std::string_view, UnixNanos) override {}
  void connection_closed(ConnectionNumber, std::string_view, UnixNanos) override {}
};

}  // namespace acts::collector
