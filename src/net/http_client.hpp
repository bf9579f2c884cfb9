// HTTP/1.1 client: TLS with verification and SNI, keep-alive, a deadline over everything. On the event loop's thread
// only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "acts/base/time.hpp"

#include "net/event_loop.hpp"
#include "net/http_message.hpp"
#include "net/net_error.hpp"
#include "net/proxy.hpp"

namespace acts {

struct HttpClientOptions {
  std::string ca_file = {};  // PEM; "" = the system's certificate authorities
  std::string user_agent = "acts";
  ProxySettings proxy = {};  // see proxy_settings_from_environment(); default: no proxy
  std::size_t max_header_bytes = 64 * 1024;
  std::size_t max_body_bytes = 64 * 1024 * 1024;
  std::size_t max_in_flight = 64;         // further requests fail with kBusy
  std::size_t max_idle_connections = 16;  // the one longest idle is closed
  Nanos idle_timeout = std::chrono::seconds{30};
  Nanos address_timeout = std::chrono::seconds{5};  // at most, to connect to one address: all share the request's
};

struct HttpRequest {
  std::string method = "GET";
  std::string url = {};      // http or https
  HttpHeaders headers = {};  // besides Host, User-Agent, Content-Length, Connection
  std::string body = {};
  Nanos timeout = std::chrono::seconds{30};  // from request() to the last byte of the body
  // Called, if not empty, when the connection is there and the first byte is about to be written; again where the
  // request is sent again.
  std::function<void()> on_write = {};
};

class HttpClient {
 public:
  using RequestId = std::uint64_t;
  using Callback = std::function<void(NetResult<HttpResponse>)>;

  HttpClient(EventLoop& loop, HttpClientOptions options);
  // Ends all requests; their callbacks are not called. May be called from a callback.
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  // Calls back exactly once, never inside this call. Every HTTP status is a response: 418, 429, 451, 403 are the
  // caller's to judge. A GET or HEAD that meets a kept connection which the server had closed is sent again once on a
  // new one; nothing else is repeated.
  RequestId request(HttpRequest request, Callback callback);
  // The callback is not called any more. False: unknown, or answered already.
  bool cancel(RequestId id);

  [[nodiscard]] std::size_t in_flight() const noexcept;
  // Connections made so far: with keep-alive fewer than requests.
  [[nodiscard]] std::uint64_t connections_opened() const noexcept;

  struct Impl;

 private:
  std::shared_ptr<Impl> impl_;
};

}  // namespace acts
