// A plan of what goes wrong at the exchange: a seed and rules, each of which says what, to whom and when. A value; what
// follows from it at a moment is decided in faults.hpp. docs/faults.md is for those who write one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "acts/base/decimal.hpp"
#include "acts/base/result.hpp"
#include "acts/base/time.hpp"

#include "binance/streams.hpp"
#include "exchange/outgoing.hpp"

namespace acts::exchange {

enum class FaultKind : std::uint8_t {
  // Messages of the market.
  kLose,       // reach nobody
  kDrop,       // do not reach one connection; each for itself, as the three that follow
  kDuplicate,  // come twice
  kDelay,      // come later, and so do those that follow in the same stream
  kCorrupt,    // are cut in the middle
  kFreeze,     // streams of a symbol say nothing
  kMute,       // a connection's streams say nothing; pings and replies go on
  // Connections.
  kClose,
  kHalfOpen,  // nothing is sent or answered any more, the socket stays open
  kServerShutdown,
  kGarbage,  // a message that is no JSON
  kInvalidUtf8,
  kHugeMessage,
  kRefuseConnection,
  kNoAcknowledgement,
  kSilentSubscription,
  // Answers of REST.
  kAnswer429,
  kAnswer418,
  kAnswer403,
  kAnswer500,
  kAnswer503,
  kAnswerErrorIn200,
  kAnswerTruncated,
  kAnswerReset,
  kAnswerNever,
  kAnswerLate,
  kAnswerStale,
  // The market.
  kHalt,
  kDelist,
  kList,  // not listed before
  kTickSize,
  kClockSkew,
};
inline constexpr std::size_t kFaultKinds = 32;

// As plans write it: "half_open".
std::string_view name_of(FaultKind kind) noexcept;

struct FaultRule {
  FaultKind kind = FaultKind::kDrop;

  // Whom it hits; empty: all.
  std::vector<std::string> symbols = {};          // "BTCUSDT"
  std::vector<binance::StreamKind> streams = {};  // of messages
  std::vector<SessionId> connections = {};        // numbered from 1 as they are opened
  std::vector<std::string> requests = {};         // "depth", "exchangeInfo", "time", "ping"

  // When: `at` after the start for the first time, then every so often, each time for so long.
  Nanos at{0};
  std::optional<Nanos> every = {};
  std::optional<Nanos> lasts = {};          // "for"; until the next time, or for ever, if not given
  std::optional<std::uint64_t> times = {};  // it comes so often at most
  std::optional<std::uint64_t> count = {};  // hits at most so many each time
  double probability = 1;                   // of each hit, 0 to 1

  // What; each means something to some kinds only.
  Nanos by{0};  // a delay or an age; of clock_skew also negative
  Nanos retry_after = std::chrono::seconds{1};
  int code = 0;  // of a close frame, or an HTTP status; 0: a reset
  std::string reason = {};
  std::size_t bytes = 0;
  std::optional<Decimal> tick_size = {};
};

struct FaultPlan {
  std::uint64_t seed = 1;
  std::vector<FaultRule> rules = {};
  std::string file = {};  // where it was read, for messages

  // The greatest age of a book that it asks for, and the greatest message.
  [[nodiscard]] Nanos oldest_book() const;
  [[nodiscard]] std::size_t largest_message() const;
};

// What a rule of a kind can have, as the names of keys in a plan.
struct FaultFacts {
  FaultKind kind;
  std::string_view name;
  bool is_moment;          // it happens at a time, not during one
  std::string_view needs;  // keys separated by blanks, "kind" and the times of all aside
  std::string_view takes;
};
std::span<const FaultFacts> fault_facts() noexcept;
const FaultFacts& facts_of(FaultKind kind) noexcept;

inline constexpr std::size_t kMaxFaultRules = 1000;
inline constexpr std::size_t kMaxPlanBytes = 1024 * 1024;
inline constexpr std::size_t kMaxHugeBytes = 300 * 1024 * 1024;
inline constexpr Nanos kMaxPlanTime = std::chrono::days{366};
inline constexpr Nanos kOldestBook = std::chrono::minutes{1};
inline constexpr Nanos kLatestAnswer = std::chrono::minutes{10};

// Reads a plan as JSON text. `file` stands in messages. Errors, kUsage: one line with file, place and remedy.
Result<FaultPlan> parse_fault_plan(std::string_view json, std::string_view file);
Result<FaultPlan> read_fault_plan(const std::string& file);

// Every symbol of the plan is one of these; else kUsage, as above. `listed` are those of all venues together.
Result<void> check_plan_symbols(const FaultPlan& plan, std::span<const std::string_view> listed);

}  // namespace acts::exchange
