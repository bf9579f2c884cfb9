#include "net/ws_peer.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "acts/base/assert.hpp"

namespace acts {
namespace {

// RFC 6455 section 5.5: a control frame carries at most 125 bytes, two of a close frame's are its code.
constexpr std::size_t kMaxPingPayload = 125;
constexpr std::size_t kMaxCloseReason = 123;

Nanos steady_now() { return std::chrono::steady_clock::now().time_since_epoch(); }

}  // namespace

WsPeer::WsPeer(const Executor& executor, WsPeerOptions options, WsPeerCallbacks callbacks)
    : options_(std::move(options)),
      callbacks_(std::move(callbacks)),
      resumed_at_(std::chrono::steady_clock::now()),
      writer_wake_(executor),
      reader_wake_(executor),
      writer_gone_(executor),
      idle_timer_(executor),
      ping_timer_(executor),
      pong_timer_(executor),
      close_timer_(executor) {}

Task<WsEnd> WsPeer::run(std::shared_ptr<WsConnection> connection) {
  connection_ = std::move(connection);
  is_running_ = true;
  if (was_forced_) connection_->stream().close();
  if (is_stalled_) connection_->stream().stall();
  resumed_at_ = std::chrono::steady_clock::now();
  // The connection is ours as long as we are, so that the callback may know us by our address.
  connection_->on_control(
      [this](WsConnection::Control control, std::string_view payload) { on_control(control, payload); });
  if (options_.idle_timeout.count() > 0) watch_idleness();
  if (options_.ping_interval.count() > 0) ping_regularly();
  is_writing_ = true;
  spawn(writer_wake_.get_executor(), shared_from_this(), write_all());
  if (is_closing_) limit_closing();
  const error_code error = co_await read_all();
  on_reading_over();
  while (is_writing_) {
    error_code ignored;
    writer_gone_.expires_at(SteadyTime::max());
    co_await writer_gone_.async_wait(into(ignored));
  }
  has_ended_ = true;
  for (asio::steady_timer* timer : {&idle_timer_, &ping_timer_, &pong_timer_, &close_timer_}) timer->cancel();
  WsEnd end = end_of(error);
  connection_->stream().close();
  queue_.clear();
  queued_bytes_ = 0;
  co_return end;
}

Task<error_code> WsPeer::read_all() {
  while (true) {
    co_await wait_while_paused();
    const WsConnection::Message message = co_await connection_->read();
    if (message.error) co_return message.error;
    const UnixNanos ts_recv = callbacks_.now ? callbacks_.now() : UnixNanos{};
    // It may have been paused while this read was waiting.
    co_await wait_while_paused();
    if (!is_silent_ && !is_closing_ && !was_forced_) deliver(message, ts_recv);
  }
}

void WsPeer::deliver(const WsConnection::Message& message, UnixNanos ts_recv) {
  if (message.too_long > 0) {
    if (callbacks_.on_too_long) callbacks_.on_too_long(message.too_long);
  } else if (callbacks_.on_message) {
    callbacks_.on_message(message.bytes, ts_recv, message.binary);
  }
}

Task<void> WsPeer::wait_while_paused() {
  while (is_paused_ && !is_closing_ && !was_forced_) {
    error_code ignored;
    reader_wake_.expires_at(SteadyTime::max());
    co_await reader_wake_.async_wait(into(ignored));
  }
}

// A closing handshake of ours may still be under way, and ends it by itself or at its deadline; else there is nobody to
// write to.
void WsPeer::on_reading_over() {
  ended_by_us_ = was_forced_;
  has_ended_ = true;
  writer_wake_.cancel();
  if (is_writing_) limit_closing();
}

Task<void> WsPeer::write_all() {
  error_code error;
  while (!error && !has_ended_ && !was_forced_) {
    if (queue_.empty()) {
      if (is_closing_) break;
      writer_wake_.expires_at(SteadyTime::max());
      error_code ignored;
      co_await writer_wake_.async_wait(into(ignored));
      continue;
    }
    const bool may_send = co_await wait_for_budget();
    if (!may_send) continue;
    const Item item = queue_.front();
    error = co_await write(item);
    queued_bytes_ -= item.bytes->size();
    queue_.pop_front();
  }
  if (is_closing_ && !error && !has_ended_ && !was_forced_) {
    error = co_await connection_->close(close_code_, close_reason_);
    closed_by_us_ = !error;
  }
  is_writing_ = false;
  writer_gone_.cancel();
}

// False: woken before the time, look again.
Task<bool> WsPeer::wait_for_budget() {
  const Nanos wait = options_.budget.wait(steady_now());
  if (wait.count() == 0) co_return true;
  writer_wake_.expires_after(wait);
  error_code ignored;
  co_await writer_wake_.async_wait(into(ignored));
  co_return false;
}

Task<error_code> WsPeer::write(const Item& item) {
  options_.budget.spend(steady_now());
  if (!item.is_ping) co_return co_await connection_->write_text(*item.bytes);
  expect_pong();
  co_return co_await connection_->ping(*item.bytes);
}

bool WsPeer::enqueue(Item item) {
  if (!is_usable() || queue_.size() >= options_.max_queued_messages ||
      item.bytes->size() > options_.max_queued_bytes - std::min(options_.max_queued_bytes, queued_bytes_)) {
    return false;
  }
  queued_bytes_ += item.bytes->size();
  queue_.push_back(std::move(item));
  // Only where it sleeps for want of work: the budget's wait is not cut short.
  if (queue_.size() == 1) writer_wake_.cancel();
  return true;
}

bool WsPeer::send_text(std::shared_ptr<const std::string> message) { return enqueue({std::move(message), false}); }

bool WsPeer::send_ping(std::string_view payload) {
  ACTS_ASSERT(payload.size() <= kMaxPingPayload);
  return enqueue({std::make_shared<const std::string>(payload), true});
}

void WsPeer::close(std::uint16_t code, std::string_view reason) {
  if (!is_usable()) return;
  is_closing_ = true;
  close_code_ = code;
  close_reason_ = reason.substr(0, kMaxCloseReason);
  writer_wake_.cancel();
  reader_wake_.cancel();
  if (is_running_) limit_closing();
}

void WsPeer::limit_closing() {
  if (close_timer_.expiry() > std::chrono::steady_clock::now()) return;
  close_timer_.expires_after(options_.close_timeout);
  close_timer_.async_wait([weak = weak_from_this()](const error_code& error) {
    const std::shared_ptr<WsPeer> self = weak.lock();
    if (error || !self) return;
    self->end_with(NetFault::kTimeout, NetStage::kClosing,
                   fmt::format("the peer did not answer the close within {}", to_string(self->options_.close_timeout)));
  });
}

void WsPeer::abort(bool by_reset) {
  if (by_reset && connection_) connection_->stream().reset();
  end_with(NetFault::kCancelled, NetStage::kOpen, "ended by us");
}

void WsPeer::end_with(NetFault fault, NetStage stage, std::string reason) {
  if (!was_forced_) forced_ = WsEnd{1006, std::move(reason), false, fault, stage};
  was_forced_ = true;
  if (connection_) connection_->stream().close();
  writer_wake_.cancel();
  reader_wake_.cancel();
}

void WsPeer::stall() {
  is_stalled_ = true;
  if (connection_) connection_->stream().stall();
}

void WsPeer::pause() { is_paused_ = true; }

void WsPeer::resume() {
  if (!is_paused_) return;
  is_paused_ = false;
  resumed_at_ = std::chrono::steady_clock::now();
  reader_wake_.cancel();
}

void WsPeer::on_control(WsConnection::Control control, std::string_view payload) {
  if (control == WsConnection::Control::kPing) {
    options_.budget.spend(steady_now());
    if (!is_silent_ && callbacks_.on_ping) callbacks_.on_ping(payload);
    return;
  }
  awaits_pong_ = false;
  pong_timer_.cancel();
  if (!is_silent_ && callbacks_.on_pong) callbacks_.on_pong(payload);
}

void WsPeer::watch_idleness() {
  const auto now = std::chrono::steady_clock::now();
  const SteadyTime last = is_paused_ ? now : std::max(resumed_at_, connection_->stream().last_read());
  // After a stall of ours this may run before what has come meanwhile is read.
  const bool is_idle = now - last >= options_.idle_timeout;
  if (is_idle && !connection_->stream().has_unread()) {
    end_with(NetFault::kTimeout, NetStage::kOpen,
             fmt::format("nothing came for {}: the connection is taken for dead", to_string(options_.idle_timeout)));
    return;
  }
  idle_timer_.expires_at(is_idle ? now + options_.idle_timeout : last + options_.idle_timeout);
  idle_timer_.async_wait([weak = weak_from_this()](const error_code& error) {
    const std::shared_ptr<WsPeer> self = weak.lock();
    if (!error && self && !self->has_ended_) self->watch_idleness();
  });
}

void WsPeer::ping_regularly() {
  ping_timer_.expires_after(options_.ping_interval);
  ping_timer_.async_wait([weak = weak_from_this()](const error_code& error) {
    const std::shared_ptr<WsPeer> self = weak.lock();
    if (error || !self || self->has_ended_) return;
    self->send_ping(std::to_string(++self->pings_sent_));
    self->ping_regularly();
  });
}

void WsPeer::expect_pong() {
  if (options_.pong_timeout.count() == 0 || awaits_pong_) return;
  awaits_pong_ = true;
  pong_timer_.expires_after(options_.pong_timeout);
  pong_timer_.async_wait([weak = weak_from_this()](const error_code& error) {
    const std::shared_ptr<WsPeer> self = weak.lock();
    if (error || !self || !self->awaits_pong_) return;
    self->end_with(NetFault::kTimeout, NetStage::kOpen,
                   fmt::format("no pong within {}", to_string(self->options_.pong_timeout)));
  });
}

WsEnd WsPeer::end_of(const error_code& error) const {
  const NetFault fault = WsConnection::fault_of(error);
  if (closed_by_us_ || fault == NetFault::kClosed) {
    WsConnection::CloseFrame frame = connection_->close_frame();
    return {frame.code, std::move(frame.reason), true, NetFault::kClosed,
            closed_by_us_ ? NetStage::kClosing : NetStage::kOpen};
  }
  if (ended_by_us_) return forced_;
  WsEnd end{WsConnection::code_sent_for(error), error.message(), false, fault, NetStage::kOpen};
  if (fault == NetFault::kTooLarge) {
    end.reason = fmt::format("a message is far longer than the limit of {} bytes", options_.max_message_bytes);
  }
  return end;
}

}  // namespace acts
