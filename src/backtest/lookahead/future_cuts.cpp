#include "backtest/lookahead/future_cuts.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>
#include <variant>

#include "backtest/decisions/decision_log.hpp"

namespace acts::backtest {
namespace {

// Of one that a strategy sets for itself nobody else hears.
bool is_of_order(const Decision& decision) {
  switch (decision.kind) {
    case DecisionKind::kPlace:
    case DecisionKind::kPlaceOco:
    case DecisionKind::kModify:
    case DecisionKind::kCancel: return true;
    case DecisionKind::kSetTimer:
    case DecisionKind::kStopTimer: break;
  }
  return false;
}

// A call of the log, numbered from 0, and if it decides something its number among those that do.
struct LoggedCall {
  UnixNanos now = {};
  std::uint64_t number = 0;
  bool decides = false;
  std::uint64_t deciding = 0;
};

// All of them, each once what was asked for in it is known.
template <typename Take>
Result<void> read_calls(const std::string& path, Take take) {
  Result<std::unique_ptr<DecisionLogReader>> log = open_decision_log(path);
  if (!log) return std::unexpected(log.error());
  std::uint64_t calls = 0;
  std::uint64_t deciding = 0;
  LoggedCall last;
  for (;; (*log)->take()) {
    const Result<const DecisionRecord*> record = (*log)->peek();
    if (!record) return std::unexpected(record.error());
    if (const auto* const decision = std::get_if<Decision>(*record)) {
      if (calls == 0 || last.decides || !is_of_order(*decision)) continue;
      last.decides = true;
      last.deciding = deciding++;
      continue;
    }
    if (calls > 0) take(last);
    const auto* const call = std::get_if<ToldCall>(*record);
    if (call == nullptr) return {};
    last = {.now = call->now, .number = calls++};
  }
}

// So many below `end`, sorted.
std::vector<std::uint64_t> drawn_below(std::uint64_t end, std::size_t count, std::mt19937_64& random) {
  std::vector<std::uint64_t> drawn(end == 0 ? 0 : count);
  for (std::uint64_t& number : drawn) number = random() % end;
  std::ranges::sort(drawn);
  return drawn;
}

bool has_number(const std::vector<std::uint64_t>& drawn, std::uint64_t number) {
  return std::ranges::binary_search(drawn, number);
}

}  // namespace

Result<FutureCuts> draw_future_cuts(const std::string& path, std::size_t count, std::mt19937_64& random) {
  FutureCuts cuts;
  const Result<void> counted = read_calls(path, [&cuts](const LoggedCall& call) {
    ++cuts.calls;
    cuts.deciding += call.decides ? 1U : 0U;
  });
  if (!counted) return std::unexpected(counted.error());
  const std::vector<std::uint64_t> deciding = drawn_below(cuts.deciding, count - count / 3, random);
  const std::vector<std::uint64_t> any = drawn_below(cuts.calls, count - deciding.size(), random);
  const Result<void> found = read_calls(path, [&](const LoggedCall& call) {
    if (!has_number(any, call.number) && !(call.decides && has_number(deciding, call.deciding))) return;
    if (cuts.times.empty() || cuts.times.back() != call.now) cuts.times.push_back(call.now);
  });
  if (!found) return std::unexpected(found.error());
  const Result<void> looked = read_calls(path, [&cuts](const LoggedCall& call) {
    const auto next = std::ranges::lower_bound(cuts.times, call.now);
    if (!call.decides || next == cuts.times.end()) return;
    cuts.within_second += *next - call.now <= std::chrono::seconds{1} ? 1U : 0U;
    cuts.within_minute += *next - call.now <= std::chrono::minutes{1} ? 1U : 0U;
  });
  return looked ? Result<FutureCuts>(std::move(cuts)) : std::unexpected(looked.error());
}

}  // namespace acts::backtest
