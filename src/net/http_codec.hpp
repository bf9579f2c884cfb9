// HTTP/1.1 messages to and from bytes, without sockets.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "acts/base/result.hpp"

#include "net/http_message.hpp"
#include "net/net_error.hpp"

namespace acts {

struct HttpLimits {
  std::size_t max_header_bytes = 0;
  std::size_t max_body_bytes = 0;
};

// What is common to requests and responses.
struct HttpMessage {
  std::string method;  // requests
  std::string target;  // requests
  int status = 0;      // responses
  HttpHeaders headers;
  std::string body;
  bool keep_alive = false;  // the connection can be used for another message
  bool is_upgrade = false;  // asks for, or grants, "Upgrade: websocket"
};

// Reads one message: feed it until it is done. Not thread-safe.
class HttpParser {
 public:
  enum class Kind : unsigned char { kRequest, kResponse, kResponseToHead };

  HttpParser(Kind kind, HttpLimits limits);
  ~HttpParser();
  HttpParser(HttpParser&&) noexcept;
  HttpParser& operator=(HttpParser&&) noexcept;

  // Takes from the front of `bytes` what belongs to the message and removes it; the rest stays (the next message, or
  // the end of a line not yet whole). kNone or what is wrong: kMalformed, kTooLarge.
  NetFault feed(std::string& bytes);
  // The peer has ended the stream. kNone if that ends the message properly, else kTruncated.
  NetFault end_of_stream();

  [[nodiscard]] bool has_begun() const noexcept;  // a byte of it has come
  [[nodiscard]] bool has_header() const noexcept;
  [[nodiscard]] bool is_done() const noexcept;
  // With kTooLarge: it was the body, not the header.
  [[nodiscard]] bool is_body_too_large() const noexcept;
  // Why the last call failed, in words.
  [[nodiscard]] const std::string& problem() const noexcept;
  // The header is whole, the client waits to be told that the body is welcome (Expect: 100-continue).
  [[nodiscard]] bool expects_continue() const;
  // Once, when done.
  [[nodiscard]] HttpMessage take();

  struct Impl;

 private:
  std::unique_ptr<Impl> impl_;
};

// Adds Host, Connection and Content-Length. Errors: kUsage for a method, a name or a value that cannot stand in a
// header.
Result<std::string> serialize_request(std::string_view method, std::string_view target, std::string_view host,
                                      const HttpHeaders& headers, std::string_view body);
// Adds Content-Length of `body_bytes` and Connection, unless the headers name them; without the body. A line break in a
// header becomes a blank.
std::string serialize_response_head(const HttpResponse& response, std::size_t body_bytes, bool keep_alive);

}  // namespace acts
