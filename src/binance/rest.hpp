// Requests to Binance's REST interface and what its answers mean. Pure: whoever has a socket sends the request, hands
// the answer to judge(), and does what the verdict says.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"
#include "acts/market/events.hpp"
#include "acts/market/venue.hpp"

#include "binance/venue_facts.hpp"

namespace acts::binance {

// A GET request.
struct RestRequest {
  std::string target;  // path and query, percent-encoded: "/api/v3/depth?symbol=BTCUSDT&limit=5000"
  int weight = 1;      // what the venue charges for it, whatever the answer
};

RestRequest time_request(Venue venue);
// All symbols: 10 MB and more.
RestRequest exchange_info_request(Venue venue);
// `limit` must be one that allowed_depth_limit() gives (asserted).
RestRequest depth_request(Venue venue, std::string_view symbol, int limit);

// The smallest limit the venue takes that shows at least `wish` levels; its largest if none does.
int allowed_depth_limit(Venue venue, int wish) noexcept;
// Request weight of a depth request; `limit` as above.
int depth_weight(Venue venue, int limit) noexcept;

// Levels a side at which an answer may have been cut, given what was asked for (`limit`). Never more than the truth: an
// answer as long as one of the usual limits below it counts as cut there. `acts exchange` gives no more than its
// recording has, and nothing else tells that; of a venue's book that has just so many levels, what lies beyond them is
// then not known to be empty until a later snapshot. Where nobody knows what was asked for: the next usual limit.
int depth_limit_of(const DepthSnapshot& snapshot) noexcept;

// {"serverTime":1499827319559} of time_request(). Errors: kBadInput.
Result<UnixNanos> parse_server_time(std::string_view body);

// Headers to hand to judge(); names in any case.
inline constexpr std::string_view kUsedWeightHeader = "X-MBX-USED-WEIGHT-1M";
inline constexpr std::string_view kRetryAfterHeader = "Retry-After";

// An answer as received; views need to last for the call only.
struct RestAnswer {
  int status = 0;
  std::string_view body = {};
  std::string_view used_weight = {};  // values of the headers above, empty if there was none
  std::string_view retry_after = {};
  std::optional<UnixNanos> sent = {};  // when the request was written to its connection; nothing: not known
};

enum class RestOutcome : std::uint8_t {
  kOk,           // the body is JSON and no error
  kRateLimited,  // 429, or -1003
  kBanned,       // 418
  kBlocked,      // 403: the web application firewall
  kRestricted,   // 451: not from this place
  kServerError,  // 5xx, 408, or a code that says the same
  kBadRequest,   // an error object; any other 4xx, if that is final
  kUnreadable,   // another status, or something else where JSON must be; any other 4xx, if that passes
};
// "ok", "rate_limited", ...: for logs and metric labels.
std::string_view to_string(RestOutcome outcome) noexcept;

enum class RestAction : std::uint8_t {
  kUse,           // read the body
  kWaitAll,       // send no REST request of any kind to this venue for retry_after
  kTryOtherHost,  // this host will refuse us again: the next of endpoints().rest, after retry_after
  kRetryLater,    // the same request again after a back-off of at least retry_after
  kGiveUp,        // the request itself is wrong: do not repeat it
};

struct RestVerdict {
  RestOutcome outcome = RestOutcome::kOk;
  RestAction action = RestAction::kUse;
  Nanos retry_after{0};
  std::optional<int> used_weight;  // of the current minute, by all programs of this IP address
  int code = 0;                    // the venue's error code; 0 if it gave none
  std::string message;             // one line: what happened and the remedy; empty with kOk
};

// Waits that hold where the venue does not say Retry-After, and the longest we believe.
inline constexpr Nanos kDefaultRateLimitWait = std::chrono::minutes{1};
inline constexpr Nanos kDefaultBanWait = std::chrono::minutes{2};  // a first ban's length
inline constexpr Nanos kBlockedWait = std::chrono::minutes{5};
inline constexpr Nanos kMaxRetryAfter = std::chrono::days{3};  // the longest ban there is

// A 4xx without an error object of the venue: a page of its edge or of something on the way (410 and 404 with HTML were
// seen of an edge that was unwell for a while), or of a server that does not know the path at all.
enum class BareRefusal : std::uint8_t {
  kFinal,    // who asks for something once has its answer
  kPassing,  // who needs it asks again, and another host in the end
};

RestVerdict judge(const RestAnswer& answer, BareRefusal bare = BareRefusal::kFinal);

// For who has no use of the answer: kRetry, or kRefused with kGiveUp. The verdict must not be kOk (asserted).
Error to_error(const RestVerdict& verdict);

// "1200" -> 1200; nothing for what is not a whole number from 0 to 2^31 - 1.
std::optional<int> parse_used_weight(std::string_view value) noexcept;

}  // namespace acts::binance
