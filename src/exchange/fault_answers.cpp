#include <fmt/format.h>

#include <chrono>

#include "exchange/faults.hpp"

namespace acts::exchange {
namespace {

HttpResponse json(int status, int code, std::string_view message) {
  return {status,
          {{"Content-Type", "application/json;charset=UTF-8"}, {"Server", "nginx"}},
          fmt::format(R"({{"code":{},"msg":"{}"}})", code, message)};
}

HttpResponse page(int status) {
  return {status,
          {{"Content-Type", "text/html"}, {"Server", "CloudFront"}},
          fmt::format("<html>\r\n<head><title>{0} {1}</title></head>\r\n<body>\r\n<center><h1>{0} {1}</h1></center>\r\n"
                      "</body>\r\n</html>\r\n",
                      status, status_text(status))};
}

HttpResponse with_retry_after(HttpResponse response, Nanos wait) {
  const auto whole = std::chrono::ceil<std::chrono::seconds>(wait).count();
  response.headers.push_back({"Retry-After", fmt::format("{}", whole)});
  return response;
}

HttpResponse refusal(const FaultRule& rule) {
  if (rule.code == 0) return {0, {}, {}};
  HttpResponse response = page(rule.code);
  return rule.code == 418 || rule.code == 429 ? with_retry_after(std::move(response), rule.retry_after) : response;
}

}  // namespace

HttpResponse fault_answer(const FaultRule& rule, UnixNanos now) {
  switch (rule.kind) {
    case FaultKind::kAnswer429:
      return with_retry_after(json(429, -1003, "Too many requests; please use the websocket for live updates."),
                              rule.retry_after);
    case FaultKind::kAnswer418:
      return with_retry_after(
          json(418, -1003,
               fmt::format("Way too many requests; IP banned until {}.", to_unix_millis(now + rule.retry_after))),
          rule.retry_after);
    case FaultKind::kAnswer403: return page(403);
    case FaultKind::kAnswer503: return page(503);
    case FaultKind::kAnswer500: return json(500, -1000, "An unknown error occurred while processing the request.");
    case FaultKind::kAnswerErrorIn200: return json(200, -1001, "Internal error; unable to process your request.");
    case FaultKind::kRefuseConnection: return refusal(rule);
    default: return {0, {}, {}};
  }
}

}  // namespace acts::exchange
