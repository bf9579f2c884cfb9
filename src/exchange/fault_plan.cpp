#include "exchange/fault_plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "acts/base/nearest_name.hpp"

namespace acts::exchange {
namespace {

using enum FaultKind;

constexpr std::string_view kOfMessages = "symbols streams connections probability count";
constexpr std::string_view kOfConnections = "connections probability";
constexpr std::string_view kOfSubscriptions = "connections probability count";
constexpr std::string_view kOfRequests = "requests symbols probability count";

// In the order of FaultKind.
constexpr std::array<FaultFacts, kFaultKinds> kFacts{{
    {kLose, "lose", false, "", "symbols streams probability count"},
    {kDrop, "drop", false, "", kOfMessages},
    {kDuplicate, "duplicate", false, "", kOfMessages},
    {kDelay, "delay", false, "by", kOfMessages},
    {kCorrupt, "corrupt", false, "", kOfMessages},
    {kFreeze, "freeze", false, "symbols", ""},
    {kMute, "mute", false, "", "connections"},
    {kClose, "close", true, "", "code reason connections probability"},
    {kHalfOpen, "half_open", true, "", "for connections probability"},
    {kServerShutdown, "server_shutdown", true, "", kOfConnections},
    {kGarbage, "garbage", true, "", kOfConnections},
    {kInvalidUtf8, "invalid_utf8", true, "", kOfConnections},
    {kHugeMessage, "huge_message", true, "", "bytes connections probability"},
    {kRefuseConnection, "refuse_connection", false, "", "status retry_after probability count"},
    {kNoAcknowledgement, "no_acknowledgement", false, "", kOfSubscriptions},
    {kSilentSubscription, "silent_subscription", false, "", kOfSubscriptions},
    {kAnswer429, "answer_429", false, "", "retry_after requests symbols probability count"},
    {kAnswer418, "answer_418", false, "", "retry_after requests symbols probability count"},
    {kAnswer403, "answer_403", false, "", kOfRequests},
    {kAnswer500, "answer_500", false, "", kOfRequests},
    {kAnswer503, "answer_503", false, "", kOfRequests},
    {kAnswerErrorIn200, "answer_error_in_200", false, "", kOfRequests},
    {kAnswerTruncated, "answer_truncated", false, "", "bytes requests symbols probability count"},
    {kAnswerReset, "answer_reset", false, "", kOfRequests},
    {kAnswerNever, "answer_never", false, "", kOfRequests},
    {kAnswerLate, "answer_late", false, "by", kOfRequests},
    {kAnswerStale, "answer_stale", false, "by", "symbols probability count"},
    {kHalt, "halt", false, "symbols", ""},
    {kDelist, "delist", false, "symbols", ""},
    {kList, "list", true, "symbols", ""},
    {kTickSize, "tick_size", false, "symbols tick_size", ""},
    {kClockSkew, "clock_skew", false, "by", ""},
}};
static_assert([] {
  for (std::size_t i = 0; i < kFacts.size(); ++i) {
    if (static_cast<std::size_t>(kFacts[i].kind) != i) return false;
  }
  return true;
}());

}  // namespace

std::span<const FaultFacts> fault_facts() noexcept { return kFacts; }
const FaultFacts& facts_of(FaultKind kind) noexcept { return kFacts[static_cast<std::size_t>(kind)]; }
std::string_view name_of(FaultKind kind) noexcept { return facts_of(kind).name; }

Nanos FaultPlan::oldest_book() const {
  Nanos oldest{0};
  for (const FaultRule& rule : rules) {
    if (rule.kind == kAnswerStale) oldest = std::max(oldest, rule.by);
  }
  return oldest;
}

std::size_t FaultPlan::largest_message() const {
  std::size_t largest = 0;
  for (const FaultRule& rule : rules) {
    if (rule.kind == kHugeMessage) largest = std::max(largest, rule.bytes);
  }
  return largest;
}

Result<void> check_plan_symbols(const FaultPlan& plan, std::span<const std::string_view> listed) {
  for (std::size_t i = 0; i < plan.rules.size(); ++i) {
    for (const std::string& symbol : plan.rules[i].symbols) {
      if (std::ranges::find(listed, symbol) != listed.end()) continue;
      const std::string_view nearest = nearest_name(symbol, listed);
      return fail(ErrorCode::kUsage,
                  fmt::format("{}: faults[{}].symbols: the market has no '{}': {}", plan.file, i, symbol,
                              nearest.empty() ? std::string("name one that is served")
                                              : fmt::format("did you mean '{}'?", nearest)));
    }
  }
  return {};
}

}  // namespace acts::exchange
