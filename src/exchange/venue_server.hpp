// One venue's port: carries bytes between net's server and a VenueCore, and its deadlines to the loop's timers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "acts/base/clock.hpp"

#include "exchange/venue_core.hpp"
#include "net/event_loop.hpp"
#include "net/server.hpp"

namespace acts::exchange {

class VenueServer : public std::enable_shared_from_this<VenueServer> {
 public:
  // `loop` and `clock` outlive the object.
  VenueServer(EventLoop& loop, Clock& clock, std::unique_ptr<VenueCore> core, bool as_fast_as_read);
  ~VenueServer();
  VenueServer(const VenueServer&) = delete;
  VenueServer& operator=(const VenueServer&) = delete;

  Result<std::uint16_t> listen(const ServerOptions& options);
  // Takes what is due and waits for what comes next; also to be called when another venue started the market.
  void pump();
  // Called after anything that may have started a market or ended one.
  void on_progress(std::function<void()> callback) { on_progress_ = std::move(callback); }

  // A request that gets no answer is forgotten, by a reset, after so much real time.
  static constexpr Nanos kNeverAnswered = kLatestAnswer;

  // All of them; code 0: by a reset, without a close frame.
  void close_sessions(std::uint16_t code, std::string_view reason);

  [[nodiscard]] const VenueCore& core() const { return *core_; }
  [[nodiscard]] VenueCore& core() { return *core_; }

 private:
  void on_request(const HttpServerRequest& request, HttpReply reply);
  static void carry_out(RestReply answer, HttpReply& reply);
  void on_upgrade(const HttpServerRequest& request, WsUpgrade upgrade);
  void after_event();
  void flush();
  void deliver(Outgoing outgoing);
  [[nodiscard]] bool backlogged(std::size_t bytes) const;
  void wait_until(UnixNanos deadline, UnixNanos now);
  void pump_soon();
  void log_problems();

  EventLoop& loop_;
  Clock& clock_;
  std::unique_ptr<VenueCore> core_;
  bool as_fast_as_read_;
  std::unique_ptr<Server> server_;
  std::map<SessionId, WsSession> sessions_;
  std::function<void()> on_progress_;
  EventLoop::TimerId timer_ = 0;
  UnixNanos timer_deadline_;
  bool pump_posted_ = false;
};

}  // namespace acts::exchange
