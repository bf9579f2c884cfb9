#include "collector/cooldown.hpp"

#include <algorithm>

namespace acts::collector {
namespace {

constexpr Nanos kStep = std::chrono::seconds{1};

}  // namespace

std::string_view to_string(Cooldown::Scope scope) noexcept {
  switch (scope) {
    case Cooldown::Scope::kRest: return "rest";
    case Cooldown::Scope::kStreams: return "streams";
  }
  return "unknown";
}

std::optional<Cooldown> left_of(const Cooldown& earlier, UnixNanos now) {
  const Nanos length = std::clamp(earlier.until - earlier.told, Nanos{0}, kLongestCooldown);
  Cooldown left = earlier;
  left.told = std::min(earlier.told, now);
  left.until = left.told + length;
  return now < left.until ? std::optional(left) : std::nullopt;
}

std::optional<CooldownLeft> longest_left(std::span<const Cooldown> earlier, std::optional<Cooldown::Scope> scope,
                                         UnixNanos now) {
  std::optional<CooldownLeft> longest;
  for (const Cooldown& one : earlier) {
    if (scope && one.scope != *scope) continue;
    const std::optional<Cooldown> left = left_of(one, now);
    if (left && (!longest || longest->left.until < left->until)) longest = CooldownLeft{&one, *left};
  }
  return longest;
}

std::optional<Cooldown> CooldownMemory::on_told(UnixNanos until, bool banned, UnixNanos now) {
  if (until <= now) return std::nullopt;
  Cooldown next{scope_, now, next_multiple(until - Nanos{1}, kStep), banned};
  if (kept_ && now < kept_->until) {
    next.banned = next.banned || kept_->banned;
    if (kept_->until >= next.until) {
      next.told = kept_->told;
      next.until = kept_->until;
    }
    if (next == *kept_) return std::nullopt;
  }
  kept_ = next;
  return kept_;
}

}  // namespace acts::collector
