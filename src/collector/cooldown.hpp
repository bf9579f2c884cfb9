// For how long a venue lets nothing be asked: the Retry-After of a 429 or 418. It holds for the address of the machine,
// and so for the run after this one too: a run that is killed and begins anew must not ask within it, as the venue
// makes a ban longer each time. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "acts/base/time.hpp"

#include "binance/rest.hpp"

namespace acts::collector {

struct Cooldown {
  enum class Scope : std::uint8_t { kRest, kStreams };  // requests; attempts to connect
  Scope scope = Scope::kRest;
  UnixNanos told;       // when the answer came, by the clock of the run that got it; >= 0
  UnixNanos until;      // nothing may be asked before; >= told
  bool banned = false;  // 418
  friend bool operator==(const Cooldown&, const Cooldown&) = default;
};
// "rest", "streams": also in the names of files.
std::string_view to_string(Cooldown::Scope scope) noexcept;

// However long it is said to be: no venue's is longer.
inline constexpr Nanos kLongestCooldown = binance::kMaxRetryAfter;

// What is left, for a run that begins now, of one that an earlier run was told; nothing if it is over. A clock that has
// been set back since (now < told) does not tell how much of it has passed: it begins anew, `told` being now then. It
// ends within kLongestCooldown of `now`, whatever the earlier run's clock said.
std::optional<Cooldown> left_of(const Cooldown& earlier, UnixNanos now);
// Of those of `scope`, or of all, the one with what is left of it that ends last; nothing if all are over.
struct CooldownLeft {
  const Cooldown* earlier = nullptr;  // one of those given
  Cooldown left;
};
std::optional<CooldownLeft> longest_left(std::span<const Cooldown> earlier, std::optional<Cooldown::Scope> scope,
                                         UnixNanos now);

// Those of one scope in a run: which of them the next run has to know. Each is to be kept before anything is asked.
class CooldownMemory {
 public:
  explicit CooldownMemory(Cooldown::Scope scope) : scope_(scope) {}

  // Just told, until then. What is to be kept; nothing if what is kept already says it. Whole seconds are kept, rounded
  // up: several answers at once, each with the same Retry-After, are one.
  std::optional<Cooldown> on_told(UnixNanos until, bool banned, UnixNanos now);
  // Of an earlier run, by left_of(): it is kept already.
  void resume(const Cooldown& earlier) { kept_ = earlier; }

 private:
  Cooldown::Scope scope_;
  std::optional<Cooldown> kept_;
};

}  // namespace acts::collector
