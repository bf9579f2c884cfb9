#include "sim/latency_span.hpp"

#include <fmt/format.h>

namespace acts::sim {

Result<Latency> Latency::of(Nanos span) {
  if (span < Nanos{0}) return fail(ErrorCode::kUsage, "a latency is not negative");
  if (span > kMost) {
    return fail(ErrorCode::kUsage,
                fmt::format("{} are no latency: at most {}", acts::to_string(span), acts::to_string(kMost)));
  }
  return Latency{span};
}

}  // namespace acts::sim
