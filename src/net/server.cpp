#include "net/server.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>

#include <unordered_map>

#include "acts/base/assert.hpp"

#include "net/attempt.hpp"
#include "net/event_loop_impl.hpp"
#include "net/http_codec.hpp"
#include "net/server_handles.hpp"
#include "net/tls.hpp"

namespace acts {
namespace {

constexpr std::size_t kReadBytes = 16 * 1024;
constexpr std::size_t kMaxQueuedMessages = 1'000'000;  // of a session; bytes are the limit that matters
constexpr Nanos kAcceptPause = std::chrono::milliseconds{100};

// How a connection goes on after one answer.
enum class After : std::uint8_t { kNextRequest, kFinish, kReset };

int status_of(NetFault fault, const HttpParser& parser) {
  if (fault != NetFault::kTooLarge) return 400;
  return parser.is_body_too_large() ? 413 : 431;
}

HttpServerRequest request_of(const HttpMessage& message, std::string peer, std::uint64_t connection_id) {
  HttpServerRequest request;
  request.method = message.method;
  request.target = message.target;
  const std::size_t question = message.target.find('?');
  request.path = message.target.substr(0, question);
  if (question != std::string::npos) request.query = message.target.substr(question + 1);
  request.headers = message.headers;
  request.body = message.body;
  request.peer_address = std::move(peer);
  request.connection_id = connection_id;
  return request;
}

}  // namespace

struct Server::Impl : std::enable_shared_from_this<Impl> {
  struct Connection {
    std::uint64_t id = 0;
    std::string peer;
    std::shared_ptr<Attempt> attempt;
    std::shared_ptr<ByteStream> stream;
    std::shared_ptr<WsPeer> session;
    std::string pending;  // received, not yet understood
    After after = After::kFinish;
  };
  using ConnectionPtr = std::shared_ptr<Connection>;

  Impl(EventLoop::Impl& event_loop, ServerOptions server_options, HttpHandler http, WsHandler websocket)
      : loop(event_loop),
        options(std::move(server_options)),
        on_request(std::move(http)),
        on_upgrade(std::move(websocket)),
        acceptor(loop.context),
        accept_pause(loop.context) {}

  EventLoop::Impl& loop;
  ServerOptions options;
  HttpHandler on_request;
  WsHandler on_upgrade;
  tcp::acceptor acceptor;
  asio::steady_timer accept_pause;
  std::shared_ptr<TlsContext> tls;
  std::unordered_map<std::uint64_t, ConnectionPtr> connections;
  std::uint64_t last_id = 0;
  ServerStats stats;
  bool is_detached = false;

  Task<void> accept_all();
  Task<void> serve(tcp::socket socket, ConnectionPtr connection);
  Task<bool> start_stream(tcp::socket socket, ConnectionPtr connection);
  Task<After> serve_one(ConnectionPtr connection);
  Task<NetResult<HttpMessage>> read_request(Connection& connection, HttpParser& parser);
  Task<After> answer(ConnectionPtr connection, HttpMessage message);
  Task<After> upgrade(ConnectionPtr connection, HttpMessage message);
  Task<void> wait_for(HttpReply::Impl& reply, Connection& connection);
  Task<After> write_reply(Connection& connection, HttpReply::Impl& reply, bool keep_alive, bool is_head);
  Task<bool> write(Connection& connection, std::string bytes);
  Task<void> run_session(ConnectionPtr connection, HttpMessage message, std::shared_ptr<WsUpgrade::Impl> accepted);
  Task<void> finish(Connection& connection);
  [[nodiscard]] WsPeerOptions session_options() const;
};

WsPeerOptions Server::Impl::session_options() const {
  WsPeerOptions out;
  out.max_queued_messages = kMaxQueuedMessages;
  out.max_queued_bytes = options.max_queued_bytes;
  out.max_message_bytes = options.max_message_bytes;
  out.close_timeout = options.close_timeout;
  out.ping_interval = options.ping_interval;
  out.pong_timeout = options.pong_timeout;
  return out;
}

Task<void> Server::Impl::accept_all() {
  while (acceptor.is_open()) {
    error_code error;
    tcp::socket socket = co_await acceptor.async_accept(into(error));
    if (error == asio::error::operation_aborted || !acceptor.is_open()) break;
    if (error) {
      // Out of descriptors, most likely: at once it would only fail again.
      accept_pause.expires_after(kAcceptPause);
      co_await accept_pause.async_wait(into(error));
      continue;
    }
    if (connections.size() >= options.max_connections) {
      ++stats.refused;
      continue;
    }
    ++stats.accepted;
    auto connection = std::make_shared<Connection>();
    connection->id = ++last_id;
    const tcp::endpoint peer = socket.remote_endpoint(error);
    if (!error) connection->peer = peer.address().to_string();
    connection->attempt = std::make_shared<Attempt>(loop.executor());
    connections.emplace(connection->id, connection);
    spawn(loop.executor(), shared_from_this(), serve(std::move(socket), connection));
  }
}

Task<void> Server::Impl::serve(tcp::socket socket, ConnectionPtr connection) {
  error_code ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  socket.set_option(asio::socket_base::keep_alive(true), ignored);
  const bool has_started = co_await start_stream(std::move(socket), connection);
  After after = has_started ? After::kNextRequest : After::kReset;
  while (after == After::kNextRequest && !is_detached) after = co_await serve_one(connection);
  if (connection->stream && after == After::kReset) connection->stream->reset();
  if (connection->stream && after == After::kFinish && !is_detached) co_await finish(*connection);
  connection->attempt->disarm();
  connection->attempt->on_stop(nullptr);
  connections.erase(connection->id);
}

Task<bool> Server::Impl::start_stream(tcp::socket socket, ConnectionPtr connection) {
  if (!tls) {
    connection->stream = make_plain_stream(std::move(socket));
    co_return true;
  }
  connection->attempt->arm(options.request_timeout);
  NetResult<std::shared_ptr<ByteStream>> stream =
      co_await start_tls_server(tls, std::move(socket), connection->attempt);
  connection->attempt->disarm();
  if (!stream) {
    ++stats.malformed;
    co_return false;
  }
  connection->stream = *std::move(stream);
  co_return true;
}

Task<After> Server::Impl::serve_one(ConnectionPtr connection) {
  HttpParser parser(HttpParser::Kind::kRequest, {options.max_header_bytes, options.max_request_bytes});
  NetResult<HttpMessage> message = co_await read_request(*connection, parser);
  if (is_detached) co_return After::kReset;
  if (!message) {
    // Nothing of a request had come: the client had no more to ask.
    if (!parser.has_begun() && connection->pending.empty()) co_return After::kFinish;
    ++stats.malformed;
    if (message.error().fault == NetFault::kTruncated) co_return After::kFinish;
    if (message.error().fault == NetFault::kTimeout) co_return After::kReset;
    HttpReply::Impl refusal(loop.executor());
    refusal.respond(text_response(status_of(message.error().fault, parser), message.error().message));
    co_return co_await write_reply(*connection, refusal, false, false);
  }
  if (message->is_upgrade) co_return co_await upgrade(connection, *std::move(message));
  co_return co_await answer(connection, *std::move(message));
}

Task<NetResult<HttpMessage>> Server::Impl::read_request(Connection& connection, HttpParser& parser) {
  Attempt& attempt = *connection.attempt;
  attempt.stage = NetStage::kHeader;
  attempt.arm(connection.pending.empty() ? options.idle_timeout : options.request_timeout);
  attempt.on_stop([stream = connection.stream] { stream->close(); });
  bool has_continued = false;
  std::string chunk(kReadBytes, '\0');
  while (true) {
    const NetFault fault = parser.feed(connection.pending);
    if (fault != NetFault::kNone) co_return std::unexpected(attempt.failure(fault, "request", parser.problem()));
    if (parser.is_done()) break;
    if (parser.expects_continue() && !std::exchange(has_continued, true)) {
      std::string leave = "HTTP/1.1 100 Continue\r\n\r\n";
      const bool is_written = co_await write(connection, std::move(leave));
      if (!is_written)
        co_return std::unexpected(attempt.failure(NetFault::kTruncated, "request", "the client has gone"));
    }
    const bool was_waiting = !parser.has_begun() && connection.pending.empty();
    error_code error;
    const std::size_t bytes = co_await connection.stream->async_read_some(asio::buffer(chunk), into(error));
    if (error || attempt.is_stopped())
      co_return std::unexpected(attempt.failure(NetFault::kTruncated, "request", error.message()));
    connection.pending.append(chunk, 0, bytes);
    if (was_waiting) attempt.arm(options.request_timeout);
  }
  attempt.disarm();
  co_return parser.take();
}

Task<After> Server::Impl::answer(ConnectionPtr connection, HttpMessage message) {
  auto reply = std::make_shared<HttpReply::Impl>(loop.executor());
  const bool is_head = message.method == "HEAD";
  const bool keep_alive = message.keep_alive;
  on_request(request_of(message, connection->peer, connection->id), HttpReply(reply));
  co_await wait_for(*reply, *connection);
  co_return co_await write_reply(*connection, *reply, keep_alive, is_head);
}

Task<void> Server::Impl::wait_for(HttpReply::Impl& reply, Connection& connection) {
  if (!reply.is_pending) co_return;
  reply.answered.expires_after(options.reply_timeout);
  connection.attempt->on_stop([&reply] { reply.answered.cancel(); });
  error_code ignored;
  co_await reply.answered.async_wait(into(ignored));
  connection.attempt->on_stop([stream = connection.stream] { stream->close(); });
  reply.respond(text_response(503, "no answer in time"));
}

Task<After> Server::Impl::write_reply(Connection& connection, HttpReply::Impl& reply, bool keep_alive, bool is_head) {
  if (is_detached || reply.is_reset) co_return After::kReset;
  std::string bytes = std::move(reply.raw);
  bool goes_on = false;
  if (reply.response) {
    const HttpResponse& response = *reply.response;
    const std::string* const connection_header = find_header(response.headers, "Connection");
    const bool is_whole = reply.body_bytes == response.body.size();
    goes_on = keep_alive && is_whole && (connection_header == nullptr || *connection_header != "close");
    bytes = serialize_response_head(response, response.body.size(), goes_on);
    if (!is_head) bytes.append(response.body, 0, reply.body_bytes);
  }
  const bool is_written = co_await write(connection, std::move(bytes));
  if (!is_written) co_return After::kReset;
  co_return goes_on ? After::kNextRequest : After::kFinish;
}

Task<bool> Server::Impl::write(Connection& connection, std::string bytes) {
  connection.attempt->arm(options.write_timeout);
  error_code error;
  co_await asio::async_write(*connection.stream, asio::buffer(bytes), into(error));
  connection.attempt->disarm();
  co_return !error && !connection.attempt->is_stopped();
}

Task<After> Server::Impl::upgrade(ConnectionPtr connection, HttpMessage message) {
  auto decision = std::make_shared<WsUpgrade::Impl>(loop.executor(), session_options(), connection->id);
  if (on_upgrade) {
    on_upgrade(request_of(message, connection->peer, connection->id), WsUpgrade(decision));
  } else {
    decision->reply->respond(text_response(404, "no WebSocket here"));
  }
  co_await wait_for(*decision->reply, *connection);
  if (!decision->session) co_return co_await write_reply(*connection, *decision->reply, message.keep_alive, false);
  co_await run_session(connection, std::move(message), decision);
  // The closing handshake, or the reset, is behind us.
  co_return After::kReset;
}

Task<void> Server::Impl::run_session(ConnectionPtr connection, HttpMessage message,
                                     std::shared_ptr<WsUpgrade::Impl> accepted) {
  const std::shared_ptr<WsPeer> peer = accepted->session->peer;
  connection->session = peer;
  ++stats.websocket_sessions;
  if (!connection->pending.empty()) connection->stream->unread(std::exchange(connection->pending, {}));
  auto websocket = std::make_shared<WsConnection>(connection->stream, options.max_message_bytes);
  connection->attempt->arm(options.request_timeout);
  const error_code error = co_await websocket->accept(message);
  connection->attempt->disarm();
  WsEnd end;
  if (error) {
    ++stats.malformed;
    end.reason = error.message();
    peer->give_up();
  } else {
    end = co_await peer->run(websocket);
  }
  --stats.websocket_sessions;
  connection->session = nullptr;
  if (!is_detached && accepted->on_close) accepted->on_close({end.code, std::move(end.reason), end.was_clean});
}

Task<void> Server::Impl::finish(Connection& connection) {
  auto finished = std::make_shared<asio::steady_timer>(loop.executor(), SteadyTime::max());
  connection.stream->finish([finished](error_code, std::size_t) { finished->cancel(); });
  error_code ignored;
  co_await finished->async_wait(into(ignored));
}

Server::Server(EventLoop& loop, ServerOptions options, HttpHandler on_request, WsHandler on_upgrade)
    : impl_(std::make_shared<Impl>(loop.impl(), std::move(options), std::move(on_request), std::move(on_upgrade))) {
  ACTS_ASSERT(impl_->on_request);
}

Server::~Server() {
  impl_->is_detached = true;
  stop_listening();
  const auto connections = impl_->connections;
  for (const auto& [id, connection] : connections) {
    if (connection->session) {
      connection->session->silence();
      connection->session->abort(true);
    }
    connection->attempt->cancel();
  }
}

Result<std::uint16_t> Server::listen() {
  const ServerOptions& options = impl_->options;
  const std::string where = fmt::format("{} port {}", options.address, options.port);
  if (options.tls) {
    Result<std::shared_ptr<TlsContext>> tls = server_tls(options.tls->certificate_file, options.tls->key_file);
    if (!tls) return std::unexpected(std::move(tls).error());
    impl_->tls = *std::move(tls);
  }
  error_code error;
  const asio::ip::address address = asio::ip::make_address(options.address, error);
  if (error)
    return fail(ErrorCode::kUsage,
                fmt::format("cannot listen at {}: the address is none, write 127.0.0.1 or ::1", where));
  const tcp::endpoint endpoint(address, options.port);
  tcp::acceptor& acceptor = impl_->acceptor;
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) {
    stop_listening();
    return fail(ErrorCode::kUsage,
                fmt::format("cannot listen at {}, {}: choose another address or port", where, error.message()));
  }
  spawn(impl_->loop.executor(), impl_, impl_->accept_all());
  return acceptor.local_endpoint(error).port();
}

void Server::stop_listening() {
  error_code ignored;
  impl_->acceptor.close(ignored);
  impl_->accept_pause.cancel();
}

ServerStats Server::stats() const noexcept {
  ServerStats stats = impl_->stats;
  stats.open = impl_->connections.size();
  return stats;
}

}  // namespace acts
