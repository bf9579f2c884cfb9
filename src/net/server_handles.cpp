#include "net/server_handles.hpp"

#include <algorithm>

namespace acts {

HttpResponse text_response(int status, std::string_view text) {
  return {status, {{"Content-Type", "text/plain; charset=utf-8"}}, std::string(text) + "\n"};
}

std::string_view HttpServerRequest::header(std::string_view name) const noexcept {
  const std::string* const value = find_header(headers, name);
  return value == nullptr ? std::string_view{} : std::string_view{*value};
}

HttpReply::HttpReply(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpReply::HttpReply(HttpReply&&) noexcept = default;
HttpReply& HttpReply::operator=(HttpReply&& other) noexcept {
  const HttpReply old(std::exchange(impl_, std::move(other.impl_)));
  return *this;
}
HttpReply::~HttpReply() {
  if (impl_) impl_->respond(text_response(500, "no answer was given"));
}

void HttpReply::send(HttpResponse response) { impl_->respond(std::move(response)); }

void HttpReply::send(int status, std::string_view content_type, std::string body) {
  send({status, {{"Content-Type", std::string(content_type)}}, std::move(body)});
}

void HttpReply::send_raw(std::string bytes) {
  if (impl_->settle()) impl_->raw = std::move(bytes);
}

void HttpReply::send_truncated(HttpResponse response, std::size_t body_bytes) {
  if (!impl_->settle()) return;
  impl_->body_bytes = std::min(body_bytes, response.body.size());
  impl_->response = std::move(response);
}

void HttpReply::reset() {
  if (impl_->settle()) impl_->is_reset = true;
}

bool HttpReply::is_pending() const noexcept { return impl_ && impl_->is_pending; }

WsUpgrade::WsUpgrade(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
WsUpgrade::WsUpgrade(WsUpgrade&&) noexcept = default;
WsUpgrade& WsUpgrade::operator=(WsUpgrade&& other) noexcept {
  const WsUpgrade old(std::exchange(impl_, std::move(other.impl_)));
  return *this;
}
WsUpgrade::~WsUpgrade() {
  if (impl_) impl_->reply->respond(text_response(500, "no answer was given"));
}

WsSession WsUpgrade::accept(WsSessionCallbacks callbacks) {
  if (!impl_->reply->settle()) return WsSession{};
  auto session = std::make_shared<WsSession::Impl>();
  session->id = impl_->id;
  WsPeerCallbacks on{{}, {}, std::move(callbacks.on_ping), std::move(callbacks.on_pong)};
  if (callbacks.on_message) {
    on.on_message = [to = std::move(callbacks.on_message)](std::string_view bytes, UnixNanos, bool binary) {
      to(bytes, binary);
    };
  }
  session->peer = std::make_shared<WsPeer>(impl_->executor, std::move(impl_->options), std::move(on));
  impl_->session = session;
  impl_->on_close = std::move(callbacks.on_close);
  return WsSession(std::move(session));
}

void WsUpgrade::refuse(HttpResponse response) { impl_->reply->respond(std::move(response)); }

void WsUpgrade::reset() {
  if (impl_->reply->settle()) impl_->reply->is_reset = true;
}

WsSession::WsSession(std::shared_ptr<Impl> impl) : impl_(impl), id_(impl->id) {}

bool WsSession::is_open() const noexcept {
  const std::shared_ptr<Impl> impl = impl_.lock();
  return impl && impl->peer->is_usable();
}

std::size_t WsSession::queued_bytes() const noexcept {
  const std::shared_ptr<Impl> impl = impl_.lock();
  return impl ? impl->peer->queued_bytes() : 0;
}

bool WsSession::send_text(std::shared_ptr<const std::string> message) {
  const std::shared_ptr<Impl> impl = impl_.lock();
  return impl && impl->peer->send_text(std::move(message));
}

bool WsSession::send_text(std::string message) {
  return send_text(std::make_shared<const std::string>(std::move(message)));
}

bool WsSession::send_ping(std::string_view payload) {
  const std::shared_ptr<Impl> impl = impl_.lock();
  return impl && impl->peer->send_ping(payload);
}

void WsSession::close(std::uint16_t code, std::string_view reason) {
  if (const std::shared_ptr<Impl> impl = impl_.lock()) impl->peer->close(code, reason);
}

void WsSession::reset() {
  if (const std::shared_ptr<Impl> impl = impl_.lock()) impl->peer->abort(true);
}

void WsSession::stall() {
  if (const std::shared_ptr<Impl> impl = impl_.lock()) impl->peer->stall();
}

void WsSession::pause_reading() {
  if (const std::shared_ptr<Impl> impl = impl_.lock()) impl->peer->pause();
}

void WsSession::resume_reading() {
  if (const std::shared_ptr<Impl> impl = impl_.lock()) impl->peer->resume();
}

}  // namespace acts
