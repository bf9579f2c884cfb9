#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>

#include "acts/base/assert.hpp"

#include "binance/error_text.hpp"
#include "binance/rest.hpp"
#include "binance/wire.hpp"

namespace acts::binance {
namespace {

using std::string_view;

// An error object is short: what is longer is not searched for one.
constexpr std::size_t kMaxErrorBody = 4096;

struct AnswerError {
  int code = 0;
  std::string message;
};

string_view without_leading_blanks(string_view text) {
  return text.substr(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
}

bool looks_like_json(string_view body) {
  const string_view text = without_leading_blanks(body);
  return text.starts_with('{') || text.starts_with('[');
}

// {"code":-1121,"msg":"Invalid symbol."}: errors are negative; {"code":200,"msg":"success"} is none.
AnswerError find_error(string_view body) {
  AnswerError error;
  if (body.empty() || body.size() > kMaxErrorBody) return error;
  simdjson::dom::parser parser;
  simdjson::dom::object object;
  std::int64_t code = 0;
  if (parser.parse(body.data(), body.size(), true).get(object) != simdjson::SUCCESS) return error;
  if (object["code"].get(code) != simdjson::SUCCESS || code >= 0 || code < std::numeric_limits<int>::min())
    return error;
  error.code = static_cast<int>(code);
  string_view message;
  if (object["msg"].get(message) == simdjson::SUCCESS) error.message = one_line(message);
  return error;
}

RestOutcome outcome_of_code(int code) {
  switch (code) {
    case -1003: return RestOutcome::kRateLimited;
    case -1000:  // unknown error while processing
    case -1001:  // disconnected inside
    case -1006:
    case -1007:  // outcome unknown: a read can be repeated
    case -1008:  // overloaded
    case -1034:  // too many connections
      return RestOutcome::kServerError;
    default: return RestOutcome::kBadRequest;
  }
}

RestOutcome outcome_of(const RestAnswer& answer, const AnswerError& error, BareRefusal bare) {
  switch (answer.status) {
    case 429: return RestOutcome::kRateLimited;
    case 418: return RestOutcome::kBanned;
    case 403: return RestOutcome::kBlocked;
    case 451: return RestOutcome::kRestricted;
    case 408: return RestOutcome::kServerError;
    default: break;
  }
  if (answer.status >= 500 && answer.status < 600) return RestOutcome::kServerError;
  if (error.code != 0) return outcome_of_code(error.code);
  if (answer.status >= 400 && answer.status < 500) {
    return bare == BareRefusal::kFinal ? RestOutcome::kBadRequest : RestOutcome::kUnreadable;
  }
  const bool success = answer.status >= 200 && answer.status < 300;
  return success && looks_like_json(answer.body) ? RestOutcome::kOk : RestOutcome::kUnreadable;
}

RestAction action_of(RestOutcome outcome) {
  switch (outcome) {
    case RestOutcome::kOk: return RestAction::kUse;
    case RestOutcome::kRateLimited:
    case RestOutcome::kBanned: return RestAction::kWaitAll;
    case RestOutcome::kBlocked:
    case RestOutcome::kRestricted: return RestAction::kTryOtherHost;
    case RestOutcome::kServerError:
    case RestOutcome::kUnreadable: return RestAction::kRetryLater;
    case RestOutcome::kBadRequest: return RestAction::kGiveUp;
  }
  return RestAction::kGiveUp;
}

Nanos default_wait(RestOutcome outcome) {
  switch (outcome) {
    case RestOutcome::kRateLimited: return kDefaultRateLimitWait;
    case RestOutcome::kBanned: return kDefaultBanWait;
    case RestOutcome::kBlocked: return kBlockedWait;
    default: return Nanos{0};
  }
}

std::optional<std::int64_t> parse_count(string_view text) {
  std::int64_t value = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || stop != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

Nanos wait_of(RestOutcome outcome, string_view retry_after) {
  if (outcome == RestOutcome::kOk || outcome == RestOutcome::kBadRequest) return Nanos{0};
  const std::optional<std::int64_t> seconds = parse_count(retry_after);
  if (!seconds) return default_wait(outcome);
  constexpr std::int64_t kMost = kMaxRetryAfter / std::chrono::seconds{1};
  return std::chrono::seconds{std::min(*seconds, kMost)};
}

std::string remedy(const RestVerdict& verdict) {
  const std::string wait = acts::to_string(verdict.retry_after);
  switch (verdict.outcome) {
    case RestOutcome::kOk: return {};
    case RestOutcome::kRateLimited:
      return fmt::format("too many requests from this IP address; no REST request for {}", wait);
    case RestOutcome::kBanned: return fmt::format("this IP address is banned; no REST request for {}", wait);
    case RestOutcome::kBlocked: return "the venue's firewall refused it; another host is tried";
    case RestOutcome::kRestricted:
      return "not served to this location; another host is tried (public spot data: https://data-api.binance.vision)";
    case RestOutcome::kServerError: return "the venue failed; the request is repeated";
    case RestOutcome::kBadRequest: return "the request is wrong and is not repeated; check symbol and options";
    case RestOutcome::kUnreadable:
      return "not the JSON of the venue; the request is repeated (is there a proxy or login page on the way?)";
  }
  return {};
}

}  // namespace

string_view to_string(RestOutcome outcome) noexcept {
  switch (outcome) {
    case RestOutcome::kOk: return "ok";
    case RestOutcome::kRateLimited: return "rate_limited";
    case RestOutcome::kBanned: return "banned";
    case RestOutcome::kBlocked: return "blocked";
    case RestOutcome::kRestricted: return "restricted";
    case RestOutcome::kServerError: return "server_error";
    case RestOutcome::kBadRequest: return "bad_request";
    case RestOutcome::kUnreadable: return "unreadable";
  }
  return "unknown";
}

RestVerdict judge(const RestAnswer& answer, BareRefusal bare) {
  const AnswerError error = find_error(answer.body);
  RestVerdict verdict;
  verdict.outcome = outcome_of(answer, error, bare);
  verdict.action = action_of(verdict.outcome);
  verdict.retry_after = wait_of(verdict.outcome, answer.retry_after);
  verdict.used_weight = parse_used_weight(answer.used_weight);
  if (verdict.outcome == RestOutcome::kOk) return verdict;
  verdict.code = error.code;
  const std::string said =
      error.code != 0 ? fmt::format("{} {}", error.code, error.message) : one_line(without_leading_blanks(answer.body));
  verdict.message = fmt::format("answer {} ({}): {}", answer.status, said.empty() ? "empty" : said, remedy(verdict));
  return verdict;
}

Error to_error(const RestVerdict& verdict) {
  ACTS_ASSERT(verdict.outcome != RestOutcome::kOk);
  return {verdict.action == RestAction::kGiveUp ? ErrorCode::kRefused : ErrorCode::kRetry, verdict.message};
}

std::optional<int> parse_used_weight(string_view value) noexcept {
  const std::optional<std::int64_t> count = parse_count(value);
  if (!count || *count > std::numeric_limits<int>::max()) return std::nullopt;
  return static_cast<int>(*count);
}

Result<UnixNanos> parse_server_time(string_view body) {
  simdjson::dom::parser parser;
  std::int64_t stamp = 0;
  if (!body.empty() && body.size() <= kMaxErrorBody &&
      parser.parse(body.data(), body.size(), true)["serverTime"].get(stamp) == simdjson::SUCCESS) {
    if (const std::optional<UnixNanos> time = wire_time(stamp)) return *time;
  }
  return fail(ErrorCode::kBadInput, fmt::format("no server time in '{}'", one_line(body)));
}

}  // namespace acts::binance
