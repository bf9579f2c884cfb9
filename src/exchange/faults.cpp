#include "exchange/faults.hpp"

#include <fmt/format.h>

#include <chrono>

namespace acts::exchange {
namespace {

HttpResponse json(int status, int code, std::string_view message) {
  return {status,
          {{"Content-Type", "application/json;charset=UTF-8"}, {"Server", "nginx"}},
          fmt::format(R"({{"code":{},"msg":"{}"}})", code, message)};
}

HttpResponse page(int status, std::string_view reason) {
  return {status,
          {{"Content-Type", "text/html"}, {"Server", "CloudFront"}},
          fmt::format("<html>\r\n<head><title>{0} {1}</title></head>\r\n<body>\r\n<center><h1>{0} {1}</h1></center>\r\n"
                      "</body>\r\n</html>\r\n",
                      status, reason)};
}

HttpResponse response_of(RestFault fault, Nanos retry_after, UnixNanos now) {
  const auto wait = fmt::format("{}", std::chrono::ceil<std::chrono::seconds>(retry_after).count());
  HttpResponse response;
  switch (fault) {
    case RestFault::kTooManyRequests:
      response = json(429, -1003, "Too many requests; please use the websocket for live updates.");
      response.headers.push_back({"Retry-After", wait});
      return response;
    case RestFault::kBanned:
      response = json(418, -1003,
                      fmt::format("Way too many requests; IP banned until {}.", to_unix_millis(now + retry_after)));
      response.headers.push_back({"Retry-After", wait});
      return response;
    case RestFault::kForbidden: return page(403, "Forbidden");
    case RestFault::kUnavailable: return page(503, "Service Unavailable");
    case RestFault::kServerError: return json(500, -1000, "An unknown error occurred while processing the request.");
    case RestFault::kReset: break;
  }
  response.status = 0;
  return response;
}

}  // namespace

void Faults::fail_requests(RestFault fault, std::uint64_t count, std::string_view endpoint, Nanos retry_after) {
  rest_fault_ = fault;
  rest_faults_left_ = count;
  rest_endpoint_ = endpoint;
  retry_after_ = retry_after;
}

bool Faults::lets_through(const MarketMessage& message, const ListedSymbol& symbol) {
  bool passes = !silent_.contains(symbol.instrument.symbol);
  const auto lost = message.is_depth_update ? lost_.find(symbol.instrument.symbol) : lost_.end();
  if (passes && lost != lost_.end()) {
    passes = false;
    if (--lost->second == 0) lost_.erase(lost);
  }
  withheld_ += static_cast<std::uint64_t>(!passes);
  return passes;
}

std::optional<HttpResponse> Faults::take_rest_fault(std::string_view path, UnixNanos now) {
  if (rest_faults_left_ == 0 || !path.ends_with(rest_endpoint_)) return std::nullopt;
  --rest_faults_left_;
  ++failed_;
  return response_of(rest_fault_, retry_after_, now);
}

const TrueBook* Faults::stale_book(std::string_view symbol) const {
  const auto found = stale_.find(symbol);
  return found == stale_.end() ? nullptr : &found->second;
}

Nanos Faults::answer_delay(std::string_view path) const { return path.ends_with("/depth") ? depth_delay_ : Nanos{0}; }

}  // namespace acts::exchange
