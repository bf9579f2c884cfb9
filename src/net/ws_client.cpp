#include "net/ws_client.hpp"

#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include "acts/base/assert.hpp"

#include "net/attempt.hpp"
#include "net/dial.hpp"
#include "net/ws_peer.hpp"

namespace acts {
namespace {

WsPeerOptions peer_options(const WsConnect& options) {
  WsPeerOptions out;
  out.max_queued_messages = options.max_queued_messages;
  out.max_queued_bytes = options.max_queued_bytes;
  out.max_message_bytes = options.max_message_bytes;
  out.budget = SendBudget(options.messages_per_window, options.window);
  out.idle_timeout = options.idle_timeout;
  out.close_timeout = options.close_timeout;
  return out;
}

CloseInfo close_info(const NetError& error) {
  CloseInfo info;
  info.reason = error.message;
  info.kind = error.code;
  info.fault = error.fault;
  info.stage = error.stage;
  return info;
}

HttpHeaders handshake_headers(const WsConnect& options) {
  HttpHeaders headers = options.headers;
  headers.push_back({"User-Agent", options.user_agent});
  return headers;
}

}  // namespace

struct WebSocketClient::Impl : std::enable_shared_from_this<Impl> {
  Impl(EventLoop& event_loop, Clock& wall_clock, WsConnect connect, WsCallbacks on)
      : loop(event_loop.impl()),
        clock(wall_clock),
        options(std::move(connect)),
        callbacks(std::move(on)),
        attempt(std::make_shared<Attempt>(loop.executor())) {}

  EventLoop::Impl& loop;
  Clock& clock;
  WsConnect options;
  WsCallbacks callbacks;
  std::shared_ptr<Attempt> attempt;
  std::shared_ptr<WsPeer> peer;
  std::shared_ptr<ByteStream> stream;
  bool was_opened = false;
  bool is_open = false;
  bool is_detached = false;
  bool closed_by_caller = false;

  void make_peer();
  Task<void> run();
  Task<NetResult<std::shared_ptr<WsConnection>>> connect();
  Task<NetResult<std::shared_ptr<WsConnection>>> shake_hands(Url url);
  void report(CloseInfo info);
  [[nodiscard]] CloseInfo info_of(WsEnd end) const;

  // Of the handshake's answer, where it was no.
  WsConnection::Refusal refusal;
};

void WebSocketClient::Impl::make_peer() {
  WsPeerCallbacks on;
  // The peer runs within run(), which keeps us.
  on.now = [this] { return clock.now(); };
  on.on_message = callbacks.on_message;
  on.on_too_long = callbacks.on_too_long;
  on.on_ping = callbacks.on_ping;
  peer = std::make_shared<WsPeer>(loop.executor(), peer_options(options), std::move(on));
}

Task<void> WebSocketClient::Impl::run() {
  // So that nothing is called inside open().
  co_await asio::post(loop.executor(), asio::use_awaitable);
  NetResult<std::shared_ptr<WsConnection>> connection = co_await connect();
  attempt->disarm();
  if (!connection) {
    peer->give_up();
    report(close_info(connection.error()));
    co_return;
  }
  if (is_detached) co_return;
  is_open = true;
  callbacks.on_open();
  WsEnd end = co_await peer->run(*std::move(connection));
  report(info_of(std::move(end)));
}

Task<NetResult<std::shared_ptr<WsConnection>>> WebSocketClient::Impl::connect() {
  Result<Url> url = parse_url(options.url);
  if (url && !url->is_websocket()) {
    url = fail(ErrorCode::kUsage, fmt::format("'{}' is not for WebSockets: write it as wss://host/path", options.url));
  }
  if (!url) co_return std::unexpected(net_error(NetFault::kUrl, NetStage::kStart, url.error().message));
  DialTarget target{*url, std::nullopt, options.ca_file, options.address_timeout};
  if (const Proxy* const proxy = options.proxy.proxy_for(*url)) target.proxy = *proxy;
  NetResult<std::shared_ptr<ByteStream>> dialled = co_await dial(loop, std::move(target), attempt);
  if (!dialled) co_return std::unexpected(std::move(dialled).error());
  stream = *std::move(dialled);
  stream->set_read_buffer(options.read_buffer_bytes);
  co_return co_await shake_hands(*std::move(url));
}

Task<NetResult<std::shared_ptr<WsConnection>>> WebSocketClient::Impl::shake_hands(Url url) {
  attempt->stage = NetStage::kHandshake;
  attempt->on_stop([held = stream] { held->close(); });
  auto connection = std::make_shared<WsConnection>(stream, options.max_message_bytes);
  std::string host = url.authority();
  HttpHeaders headers = handshake_headers(options);
  const error_code error = co_await connection->connect(std::move(host), url.target, std::move(headers), refusal);
  attempt->on_stop(nullptr);
  if (!error && !attempt->is_stopped()) co_return connection;
  const std::string what = fmt::format("WebSocket handshake with {}", url.host_and_port());
  if (refusal.status == 0) {
    co_return std::unexpected(attempt->failure(WsConnection::fault_of(error), what, error.message()));
  }
  co_return std::unexpected(
      attempt->failure(NetFault::kRefused, what,
                       fmt::format("refused with HTTP status {} {}", refusal.status, status_text(refusal.status))));
}

CloseInfo WebSocketClient::Impl::info_of(WsEnd end) const {
  CloseInfo info;
  info.code = end.code;
  info.reason = std::move(end.reason);
  info.was_clean = end.was_clean;
  info.fault = end.fault;
  info.stage = end.stage;
  info.kind = closed_by_caller ? ErrorCode::kCancelled : code_of(end.fault);
  return info;
}

void WebSocketClient::Impl::report(CloseInfo info) {
  is_open = false;
  if (is_detached) return;
  if (info.fault == NetFault::kRefused) {
    info.http_status = refusal.status;
    if (const std::string* const value = find_header(refusal.headers, "Retry-After")) {
      info.retry_after = parse_retry_after(*value, clock.now());
    }
    info.body = refusal.body.substr(0, kMaxRefusalBody);
  }
  callbacks.on_close(info);
}

WebSocketClient::WebSocketClient(EventLoop& loop, Clock& clock, WsConnect options, WsCallbacks callbacks)
    : impl_(std::make_shared<Impl>(loop, clock, std::move(options), std::move(callbacks))) {
  ACTS_ASSERT(impl_->callbacks.on_open && impl_->callbacks.on_message && impl_->callbacks.on_close);
  impl_->make_peer();
}

WebSocketClient::~WebSocketClient() {
  impl_->is_detached = true;
  impl_->peer->silence();
  abort();
}

void WebSocketClient::open() {
  ACTS_ASSERT(!impl_->was_opened);
  impl_->was_opened = true;
  impl_->attempt->arm(impl_->options.connect_timeout);
  spawn(impl_->loop.executor(), impl_, impl_->run());
}

Result<void> WebSocketClient::send_text(std::string message) {
  const std::string& url = impl_->options.url;
  if (!impl_->is_open || !impl_->peer->is_usable()) {
    return fail(ErrorCode::kRetry, fmt::format("{}: not open, nothing was sent: wait for on_open()", url));
  }
  if (!impl_->peer->send_text(std::make_shared<const std::string>(std::move(message)))) {
    return fail(ErrorCode::kRetry,
                fmt::format("{}: {} messages wait to be sent already, this one was not queued: send fewer", url,
                            impl_->peer->queued_messages()));
  }
  return {};
}

void WebSocketClient::close(std::uint16_t code, std::string_view reason) {
  impl_->closed_by_caller = true;
  if (impl_->is_open) {
    impl_->peer->close(code, reason);
  } else {
    impl_->attempt->cancel();
  }
}

void WebSocketClient::abort() {
  impl_->closed_by_caller = true;
  impl_->attempt->cancel();
  impl_->peer->abort(false);
}

void WebSocketClient::pause_reading() { impl_->peer->pause(); }
void WebSocketClient::resume_reading() { impl_->peer->resume(); }
bool WebSocketClient::is_open() const noexcept { return impl_->is_open && impl_->peer->is_usable(); }
std::size_t WebSocketClient::queued_messages() const noexcept { return impl_->peer->queued_messages(); }

}  // namespace acts
