// A plan of faults is any text. It is refused in one line, or it is a plan that plays: for a day of it the edges come
// in order and are bounded, whatever its times are.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "acts/base/assert.hpp"

#include "exchange/faults.hpp"

namespace {

using namespace acts;
using namespace acts::exchange;
using namespace std::chrono_literals;

constexpr UnixNanos kStart{1723161240'000'000'000};
constexpr std::size_t kMostEdgesARule = 250;

void play(const FaultPlan& plan) {
  Faults faults;
  faults.play(plan, kStart);
  for (const Nanos at : {Nanos(0s), Nanos(1s), Nanos(1h), Nanos(24h), Nanos(24h * 300)}) {
    const UnixNanos now = kStart + at;
    const auto edges = faults.take_edges(now);
    ACTS_ASSERT(edges.size() <= plan.rules.size() * kMostEdgesARule);
    ACTS_ASSERT(std::ranges::is_sorted(edges, {}, &FaultEdge::at));
    ACTS_ASSERT(faults.next_edge() > now);
    (void)faults.on_message(1, "BTCUSDT", binance::StreamKind::kDepth, now);
    (void)faults.on_request("depth", "BTCUSDT", now);
    (void)faults.on_subscribe(1, now);
    (void)faults.on_connect(now);
    (void)faults.symbol_state("BTCUSDT", now);
    (void)faults.clock_skew(now);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Result<FaultPlan> plan =
      parse_fault_plan(std::string_view(reinterpret_cast<const char*>(data), size), "plan.json");
  if (plan) {
    play(*plan);
  } else {
    ACTS_ASSERT(plan.error().message.starts_with("plan.json") && !plan.error().message.contains('\n'));
  }
  return 0;
}
