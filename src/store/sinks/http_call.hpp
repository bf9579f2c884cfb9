// HTTP requests to a database with a limit on every wait, by libcurl. One connection, kept open between requests.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "acts/base/result.hpp"

#include "store/sinks/sink.hpp"

namespace acts {

struct HttpCall {
  std::string url;  // with its query; no login
  std::vector<std::string> headers;
  std::string body;
  bool compress = false;  // the body, by gzip
};

struct HttpAnswer {
  int status = 0;
  std::string body;
};

class HttpCaller {
 public:
  // `user` and `password`: basic authentication; both empty: none.
  HttpCaller(std::string user, std::string password, SinkLimits limits);
  ~HttpCaller();
  HttpCaller(const HttpCaller&) = delete;
  HttpCaller& operator=(const HttpCaller&) = delete;

  // Any status is an answer. They follow no redirection. Errors: kRetry: no answer, or one above kMostBytes.
  Result<HttpAnswer> post(const HttpCall& call);
  // Without the body.
  Result<HttpAnswer> get(const HttpCall& call);
  // Closes the connection.
  void close();

  static constexpr std::size_t kMostBytes = std::size_t{256} << 20;

 private:
  struct State;
  Result<HttpAnswer> perform(const HttpCall& call, bool has_body);
  std::unique_ptr<State> state_;
};

// Why libcurl takes no such address ("Port number was not a decimal number between 0 and 65535"); "": it takes it.
std::string url_problem(const std::string& url);
// "a b/ü" -> "a%20b%2F%C3%BC".
std::string url_encoded(std::string_view text);
// And back; what is no code stays as it is.
std::string url_decoded(std::string_view text);

}  // namespace acts
