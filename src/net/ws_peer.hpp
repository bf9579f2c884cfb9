// For net/ itself: a WebSocket connection in use, the same on both sides: queue, pacing, pings, idleness, closing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "acts/base/time.hpp"

#include "net/net_error.hpp"
#include "net/send_budget.hpp"
#include "net/ws_connection.hpp"

namespace acts {

struct WsPeerOptions {
  std::size_t max_queued_messages = 0;
  std::size_t max_queued_bytes = 0;
  std::size_t max_message_bytes = 0;
  SendBudget budget{0, std::chrono::seconds{1}};
  Nanos idle_timeout{0};
  Nanos close_timeout{0};
  Nanos ping_interval{0};
  Nanos pong_timeout{0};
};

struct WsPeerCallbacks {
  // The time right after a read; may be left empty.
  std::function<UnixNanos()> now;
  std::function<void(std::string_view bytes, UnixNanos ts_recv, bool binary)> on_message;
  std::function<void(std::string_view payload)> on_ping;
  std::function<void(std::string_view payload)> on_pong;
  std::function<void(std::uint64_t bytes)> on_too_long = {};
};

struct WsEnd {
  std::uint16_t code = 1006;
  std::string reason;
  bool was_clean = false;
  NetFault fault = NetFault::kDisconnected;
  NetStage stage = NetStage::kOpen;
};

class WsPeer : public std::enable_shared_from_this<WsPeer> {
 public:
  WsPeer(const Executor& executor, WsPeerOptions options, WsPeerCallbacks callbacks);

  // After the handshake, once; until the connection has ended. Callbacks come from within.
  Task<WsEnd> run(std::shared_ptr<WsConnection> connection);
  // The handshake failed, or was never done: nothing is queued any more.
  void give_up() noexcept { has_ended_ = true; }
  // No callback is called any more.
  void silence() noexcept { is_silent_ = true; }

  // Before run() too: it is sent then. False: full, closing or ended.
  bool send_text(std::shared_ptr<const std::string> message);
  bool send_ping(std::string_view payload);
  void close(std::uint16_t code, std::string_view reason);
  void abort(bool by_reset);
  // WsSession::stall(). Before run() too.
  void stall();
  void pause();
  void resume();

  [[nodiscard]] bool is_usable() const noexcept { return !has_ended_ && !is_closing_; }
  [[nodiscard]] std::size_t queued_messages() const noexcept { return queue_.size(); }
  [[nodiscard]] std::size_t queued_bytes() const noexcept { return queued_bytes_; }

 private:
  struct Item {
    std::shared_ptr<const std::string> bytes;
    bool is_ping = false;
  };

  bool enqueue(Item item);
  Task<error_code> read_all();
  Task<void> wait_while_paused();
  Task<void> write_all();
  Task<bool> wait_for_budget();
  Task<error_code> write(const Item& item);
  void on_control(WsConnection::Control control, std::string_view payload);
  void watch_idleness();
  void ping_regularly();
  void expect_pong();
  void limit_closing();
  void end_with(NetFault fault, NetStage stage, std::string reason);
  void on_reading_over();
  void deliver(const WsConnection::Message& message, UnixNanos ts_recv);
  [[nodiscard]] WsEnd end_of(const error_code& error) const;

  WsPeerOptions options_;
  WsPeerCallbacks callbacks_;
  std::shared_ptr<WsConnection> connection_;
  std::deque<Item> queue_;
  std::size_t queued_bytes_ = 0;
  std::uint16_t close_code_ = 0;
  std::string close_reason_;
  WsEnd forced_;  // why we ended it, with was_forced_
  std::uint64_t pings_sent_ = 0;
  SteadyTime resumed_at_;
  asio::steady_timer writer_wake_;
  asio::steady_timer reader_wake_;
  asio::steady_timer writer_gone_;
  asio::steady_timer idle_timer_;
  asio::steady_timer ping_timer_;
  asio::steady_timer pong_timer_;
  asio::steady_timer close_timer_;
  bool is_running_ = false;
  bool is_closing_ = false;
  bool is_paused_ = false;
  bool is_stalled_ = false;
  bool is_silent_ = false;
  bool is_writing_ = false;
  bool awaits_pong_ = false;
  bool closed_by_us_ = false;  // our close frame was answered
  bool was_forced_ = false;
  bool ended_by_us_ = false;  // forced before the connection ended by itself
  bool has_ended_ = false;
};

}  // namespace acts
