#include "net/ws_connection.hpp"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/stream.hpp>

#include "net/text_frames.hpp"

namespace acts {

namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;

// Found by Beast by their names. It calls them when the last frame has been sent.
template <typename Handler>
void async_teardown(beast::role_type, ByteStream& stream, Handler&& handler) {
  stream.finish(
      [handler = std::forward<Handler>(handler)](error_code error, std::size_t) mutable { std::move(handler)(error); });
}
inline void teardown(beast::role_type, ByteStream& stream, error_code&) { stream.close(); }

struct WsConnection::Impl {
  explicit Impl(ByteStream& stream) : ws(stream) {}
  // Deflate off at compile time: it costs seconds of building, and latency.
  websocket::stream<ByteStream&, false> ws;
  beast::flat_buffer buffer;
  std::size_t max_message_bytes = 0;
  std::shared_ptr<TextFrames> texts;  // a client's
};

WsConnection::WsConnection(std::shared_ptr<ByteStream> stream, std::size_t max_message_bytes)
    : stream_(std::move(stream)), impl_(std::make_unique<Impl>(*stream_)) {
  auto& ws = impl_->ws;
  impl_->max_message_bytes = max_message_bytes;
  ws.read_message_max(max_message_bytes);
  ws.auto_fragment(false);
  ws.text(true);
  // Deadlines are the callers'.
  ws.set_option(websocket::stream_base::timeout{websocket::stream_base::none(), websocket::stream_base::none(), false});
}

WsConnection::~WsConnection() = default;

Task<error_code> WsConnection::connect(std::string host, std::string target, HttpHeaders headers, Refusal& refusal) {
  impl_->ws.set_option(websocket::stream_base::decorator([&headers](websocket::request_type& request) {
    for (const HttpHeader& header : headers) request.set(header.name, header.value);
  }));
  impl_->ws.read_message_max(impl_->max_message_bytes * kDiscardFactor);
  impl_->texts = std::make_shared<TextFrames>();
  stream_->set_filter([texts = impl_->texts](std::span<char> bytes) { texts->pass(bytes); });
  websocket::response_type response;
  error_code error;
  co_await impl_->ws.async_handshake(response, host, target, into(error));
  impl_->ws.set_option(websocket::stream_base::decorator([](websocket::request_type&) {}));
  if (error == websocket::error::upgrade_declined) {
    refusal.status = static_cast<int>(response.result_int());
    for (const auto& field : response) {
      refusal.headers.push_back({std::string(field.name_string()), std::string(field.value())});
    }
    refusal.body = std::move(response.body());
  }
  co_return error;
}

Task<error_code> WsConnection::accept(const HttpMessage& message) {
  http::request<http::empty_body> request(http::string_to_verb(message.method), message.target, 11);
  for (const HttpHeader& header : message.headers) request.insert(header.name, header.value);
  error_code error;
  co_await impl_->ws.async_accept(request, into(error));
  co_return error;
}

Task<WsConnection::Message> WsConnection::read() {
  Message message;
  impl_->buffer.clear();
  do {
    co_await impl_->ws.async_read_some(impl_->buffer, 0, into(message.error));
    if (message.too_long == 0 && impl_->buffer.size() <= impl_->max_message_bytes) continue;
    message.too_long += impl_->buffer.size();
    impl_->buffer.clear();
  } while (!message.error && !impl_->ws.is_message_done());
  const auto bytes = impl_->buffer.cdata();
  message.bytes = {static_cast<const char*>(bytes.data()), bytes.size()};
  if (message.error) co_return message;
  message.binary = impl_->texts ? !impl_->texts->take_is_text() : impl_->ws.got_binary();
  co_return message;
}

Task<error_code> WsConnection::write_text(std::string_view message) {
  error_code error;
  co_await impl_->ws.async_write(asio::buffer(message), into(error));
  co_return error;
}

Task<error_code> WsConnection::ping(std::string_view payload) {
  error_code error;
  co_await impl_->ws.async_ping(websocket::ping_data(payload.data(), payload.size()), into(error));
  co_return error;
}

Task<error_code> WsConnection::close(std::uint16_t code, std::string_view reason) {
  error_code error;
  const websocket::close_reason why(websocket::close_code{code}, beast::string_view(reason.data(), reason.size()));
  co_await impl_->ws.async_close(why, into(error));
  co_return error;
}

void WsConnection::on_control(std::function<void(Control, std::string_view)> callback) {
  impl_->ws.control_callback([callback = std::move(callback)](websocket::frame_type type, beast::string_view payload) {
    if (type == websocket::frame_type::close) return;
    callback(type == websocket::frame_type::ping ? Control::kPing : Control::kPong, {payload.data(), payload.size()});
  });
}

NetFault WsConnection::fault_of(const error_code& error) {
  if (!error || error == websocket::error::closed) return NetFault::kClosed;
  if (error == websocket::error::message_too_big || error == websocket::error::buffer_overflow)
    return NetFault::kTooLarge;
  if (error == http::error::end_of_stream || error == http::error::partial_message) return NetFault::kDisconnected;
  const bool is_malformed = error == websocket::condition::protocol_violation ||
                            error == websocket::condition::handshake_failed ||
                            error.category() == make_error_code(http::error::bad_version).category();
  return is_malformed ? NetFault::kMalformed : NetFault::kDisconnected;
}

std::uint16_t WsConnection::code_sent_for(const error_code& error) {
  switch (fault_of(error)) {
    case NetFault::kTooLarge: return websocket::close_code::too_big;
    case NetFault::kMalformed:
      return error == websocket::error::bad_frame_payload ? websocket::close_code::bad_payload
                                                          : websocket::close_code::protocol_error;
    default: return websocket::close_code::abnormal;
  }
}

WsConnection::CloseFrame WsConnection::close_frame() const {
  const websocket::close_reason& reason = impl_->ws.reason();
  CloseFrame frame;
  if (reason.code != websocket::close_code::none) frame.code = reason.code;
  frame.reason.assign(reason.reason.data(), reason.reason.size());
  return frame;
}

}  // namespace acts
