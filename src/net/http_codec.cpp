#include "net/http_codec.hpp"

#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/rfc7230.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/websocket/rfc6455.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <variant>

#include "acts/base/assert.hpp"

namespace acts {
namespace {

namespace http = boost::beast::http;
namespace websocket = boost::beast::websocket;
using boost::system::error_code;
using RequestParser = http::request_parser<http::string_body>;
using ResponseParser = http::response_parser<http::string_body>;

template <typename Fields>
HttpHeaders take_headers(const Fields& fields) {
  HttpHeaders headers;
  for (const auto& field : fields) {
    headers.push_back({std::string(field.name_string()), std::string(field.value())});
  }
  return headers;
}

constexpr std::size_t kShortestChunkedEnd = 5;

bool is_line_break(char c) { return c == '\r' || c == '\n' || c == '\0'; }

bool is_token(std::string_view text) {
  return !text.empty() && std::ranges::none_of(text, [](char c) {
    return c <= ' ' || c == 127 || std::string_view("()<>@,;:\\\"/[]?={}").contains(c);
  });
}

bool names(const HttpHeaders& headers, std::string_view name) { return find_header(headers, name) != nullptr; }

std::string on_one_line(std::string text) {
  std::ranges::replace_if(text, is_line_break, ' ');
  return text;
}

}  // namespace

struct HttpParser::Impl {
  std::variant<RequestParser, ResponseParser> parser;
  std::string problem;
  bool is_body_too_large = false;

  template <typename F>
  decltype(auto) with(F&& f) {
    return std::visit(std::forward<F>(f), parser);
  }

  NetFault fault_of(const error_code& error) {
    problem = error.message();
    is_body_too_large = error == http::error::body_limit;
    if (error == http::error::header_limit || error == http::error::body_limit ||
        error == http::error::buffer_overflow) {
      return NetFault::kTooLarge;
    }
    if (error == http::error::partial_message || error == http::error::end_of_stream) return NetFault::kTruncated;
    return NetFault::kMalformed;
  }
};

HttpParser::HttpParser(Kind kind, HttpLimits limits) : impl_(std::make_unique<Impl>()) {
  if (kind != Kind::kRequest) impl_->parser.emplace<ResponseParser>();
  impl_->with([&](auto& parser) {
    parser.header_limit(static_cast<std::uint32_t>(
        std::min<std::size_t>(limits.max_header_bytes, std::numeric_limits<std::uint32_t>::max())));
    parser.body_limit(limits.max_body_bytes);
    parser.eager(true);
  });
  if (kind == Kind::kResponseToHead) std::get<ResponseParser>(impl_->parser).skip(true);
}

HttpParser::~HttpParser() = default;
HttpParser::HttpParser(HttpParser&&) noexcept = default;
HttpParser& HttpParser::operator=(HttpParser&&) noexcept = default;

NetFault HttpParser::feed(std::string& bytes) {
  std::size_t taken = 0;
  error_code error;
  impl_->with([&](auto& parser) {
    while (!error && !parser.is_done() && taken < bytes.size()) {
      // At least this much follows in a chunked body ("0", two line ends). Boost 1.81 asserts on a last chunk cut
      // shorter.
      const bool is_in_chunks = parser.is_header_done() && parser.chunked();
      if (is_in_chunks && bytes.size() - taken < kShortestChunkedEnd) break;
      const std::size_t used = parser.put(boost::asio::buffer(bytes.data() + taken, bytes.size() - taken), error);
      taken += used;
      if (used == 0) break;
    }
  });
  bytes.erase(0, taken);
  if (!error || error == http::error::need_more) return NetFault::kNone;
  return impl_->fault_of(error);
}

NetFault HttpParser::end_of_stream() {
  if (is_done()) return NetFault::kNone;
  error_code error;
  // Beast would assert on an end before the first byte.
  if (!has_begun()) {
    error = http::error::end_of_stream;
  } else {
    impl_->with([&](auto& parser) { parser.put_eof(error); });
  }
  return error ? impl_->fault_of(error) : NetFault::kNone;
}

bool HttpParser::has_begun() const noexcept {
  return impl_->with([](auto& parser) { return parser.got_some(); });
}
bool HttpParser::has_header() const noexcept {
  return impl_->with([](auto& parser) { return parser.is_header_done(); });
}
bool HttpParser::is_done() const noexcept {
  return impl_->with([](auto& parser) { return parser.is_done(); });
}
bool HttpParser::is_body_too_large() const noexcept { return impl_->is_body_too_large; }
const std::string& HttpParser::problem() const noexcept { return impl_->problem; }

bool HttpParser::expects_continue() const {
  return has_header() && !is_done() && impl_->with([](auto& parser) {
    return boost::beast::iequals(parser.get()[http::field::expect], "100-continue");
  });
}

HttpMessage HttpParser::take() {
  ACTS_ASSERT(is_done());
  HttpMessage message;
  impl_->with([&](auto& parser) {
    // An answer that ends with the connection, or leaves it unclear where it ends, cannot be followed by another.
    message.keep_alive = parser.keep_alive() && !parser.need_eof();
    message.headers = take_headers(parser.get());
    message.body = std::move(parser.get().body());
  });
  if (auto* const request = std::get_if<RequestParser>(&impl_->parser)) {
    message.method = std::string(request->get().method_string());
    message.target = std::string(request->get().target());
    message.is_upgrade = websocket::is_upgrade(request->get());
  } else {
    message.status = static_cast<int>(std::get<ResponseParser>(impl_->parser).get().result_int());
  }
  return message;
}

Result<std::string> serialize_request(std::string_view method, std::string_view target, std::string_view host,
                                      const HttpHeaders& headers, std::string_view body) {
  if (!is_token(method)) return fail(ErrorCode::kUsage, fmt::format("'{}' is not an HTTP method", method));
  std::string out = fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\nConnection: keep-alive\r\n", method, target, host);
  for (const HttpHeader& header : headers) {
    // The value may be a secret: only the name is repeated.
    if (!is_token(header.name) || std::ranges::any_of(header.value, is_line_break)) {
      return fail(ErrorCode::kUsage,
                  fmt::format("the request header '{}' cannot be sent: a name is one word, a value one line",
                              on_one_line(header.name)));
    }
    out += fmt::format("{}: {}\r\n", header.name, header.value);
  }
  if (!body.empty() || method == "POST" || method == "PUT") out += fmt::format("Content-Length: {}\r\n", body.size());
  out += "\r\n";
  out += body;
  return out;
}

std::string serialize_response_head(const HttpResponse& response, std::size_t body_bytes, bool keep_alive) {
  std::string out = fmt::format("HTTP/1.1 {} {}\r\n", response.status, status_text(response.status));
  for (const HttpHeader& header : response.headers) {
    out += fmt::format("{}: {}\r\n", on_one_line(header.name), on_one_line(header.value));
  }
  const bool has_no_body = response.status < 200 || response.status == 204 || response.status == 304;
  if (!has_no_body && !names(response.headers, "Content-Length") && !names(response.headers, "Transfer-Encoding")) {
    out += fmt::format("Content-Length: {}\r\n", body_bytes);
  }
  if (!names(response.headers, "Connection")) {
    out += fmt::format("Connection: {}\r\n", keep_alive ? "keep-alive" : "close");
  }
  out += "\r\n";
  return out;
}

}  // namespace acts
