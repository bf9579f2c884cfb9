// For net/ itself: what is behind the handles a server gives to its handlers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "net/server.hpp"
#include "net/ws_peer.hpp"

namespace acts {

HttpResponse text_response(int status, std::string_view text);

// What a handler has decided about one request. The connection's coroutine waits for it.
struct HttpReply::Impl {
  explicit Impl(const Executor& executor) : answered(executor, SteadyTime::max()) {}

  asio::steady_timer answered;
  bool is_pending = true;
  std::string raw;  // sent as it is, if not empty
  std::optional<HttpResponse> response;
  std::size_t body_bytes = 0;  // of the response's body, so many are sent
  bool is_reset = false;

  // False: too late, or the second time.
  bool settle() {
    if (!is_pending) return false;
    is_pending = false;
    answered.cancel();
    return true;
  }
  void respond(HttpResponse with) {
    if (!settle()) return;
    body_bytes = with.body.size();
    response = std::move(with);
  }
};

struct WsSession::Impl {
  std::shared_ptr<WsPeer> peer;
  std::uint64_t id = 0;
};

struct WsUpgrade::Impl {
  Impl(const Executor& on, WsPeerOptions session_options, std::uint64_t connection_id)
      : executor(on),
        options(std::move(session_options)),
        id(connection_id),
        reply(std::make_shared<HttpReply::Impl>(on)) {}

  Executor executor;
  WsPeerOptions options;
  std::uint64_t id;
  std::shared_ptr<HttpReply::Impl> reply;  // of a refusal
  std::shared_ptr<WsSession::Impl> session;
  std::function<void(const WsSessionEnd&)> on_close;
};

}  // namespace acts
