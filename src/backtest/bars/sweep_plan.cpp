#include "backtest/bars/sweep_plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

#include "acts/base/assert.hpp"
#include "acts/base/decimal.hpp"
#include "acts/base/split_mix.hpp"

#include "backtest/money.hpp"
#include "history/import/plain_decimal.hpp"

namespace acts::backtest {
namespace {

// 0 ... below - 1, each as likely: what would favour the first is drawn again. By hand, as <random>'s distributions do
// not promise the same numbers with every library.
std::uint64_t drawn_below(SplitMix& random, std::uint64_t below) {
  const std::uint64_t refused = (0 - below) % below;
  std::uint64_t drawn = random.next();
  while (drawn < refused) drawn = random.next();
  return drawn % below;
}

// Digits enough for any parameter, and few enough that two of any scale can be compared and added.
Result<Decimal> bound_of(std::string_view name, const std::string& text) {
  const Result<Decimal> parsed = parse_decimal(history::without_exponent(text).value_or(text));
  const int128 most = power_of_ten(kMaxScale);
  if (parsed && parsed->units <= most && parsed->units >= -most) return parsed;
  return fail(ErrorCode::kUsage,
              text.empty() ? fmt::format("{} is missing: a range has from, to and step", name)
                           : fmt::format("{} = {}: a range has decimals of 18 digits at most, such as 5, 0.1 or 1e-6",
                                         name, text));
}

}  // namespace

Result<std::vector<std::string>> values_of(const SweepRange& range) {
  const Result<Decimal> from = bound_of("from", range.from);
  const Result<Decimal> to = bound_of("to", range.to);
  const Result<Decimal> step = bound_of("step", range.step);
  for (const Result<Decimal>* const part : {&from, &to, &step}) {
    if (!*part) return std::unexpected(part->error());
  }
  if (step->units <= 0 || *to < *from) {
    return fail(ErrorCode::kUsage,
                fmt::format("a range from {} to {} by {} has no value: the step must be above 0, and "
                            "from not above to",
                            range.from, range.to, range.step));
  }
  std::vector<std::string> values;
  for (Decimal value = *from; value <= *to; value = plus(value, *step)) {
    if (values.size() == kMostAxisValues) {
      return fail(ErrorCode::kUsage,
                  fmt::format("a range from {} to {} by {} has more than {} values: take a larger step", range.from,
                              range.to, range.step, kMostAxisValues));
    }
    values.push_back(to_string(value));
  }
  return values;
}

std::size_t combinations_of(std::span<const SweepAxis> axes) {
  std::size_t count = 1;
  for (const SweepAxis& axis : axes) {
    if (axis.values.empty()) return 0;
    if (count > kMostSweepSets / axis.values.size()) return kMostSweepSets + 1;
    count *= axis.values.size();
  }
  return count;
}

std::vector<GivenParameter> combination(std::span<const SweepAxis> axes, std::size_t i) {
  std::vector<GivenParameter> given(axes.size());
  for (std::size_t axis = axes.size(); axis-- > 0;) {
    const SweepAxis& of = axes[axis];
    given[axis] = {.name = of.name, .text = of.values[i % of.values.size()], .place = of.place};
    i /= of.values.size();
  }
  ACTS_ASSERT(i == 0);
  return given;
}

Result<std::vector<std::size_t>> plan_sweep(std::span<const SweepAxis> axes, std::optional<std::size_t> count,
                                            std::uint64_t seed) {
  const std::size_t all = combinations_of(axes);
  if (all > kMostSweepSets) {
    return fail(ErrorCode::kUsage, fmt::format("more than {} combinations: take fewer values", kMostSweepSets));
  }
  std::vector<std::size_t> chosen;
  if (!count || *count >= all) {
    chosen.reserve(all);
    for (std::size_t i = 0; i < all; ++i) chosen.push_back(i);
    return chosen;
  }
  // R. Floyd's sampling: `count` different numbers with as many draws.
  SplitMix random(seed);
  std::unordered_set<std::size_t> drawn;
  for (std::size_t top = all - *count; top < all; ++top) {
    const std::size_t i = drawn_below(random, top + 1);
    drawn.insert(drawn.contains(i) ? top : i);
  }
  chosen.assign(drawn.begin(), drawn.end());
  std::ranges::sort(chosen);
  return chosen;
}

}  // namespace acts::backtest
