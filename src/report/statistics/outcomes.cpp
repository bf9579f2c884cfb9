#include "report/statistics/outcomes.hpp"

#include <cmath>
#include <cstddef>

#include "report/statistics/moments.hpp"
#include "report/statistics/returns.hpp"

namespace acts::report {
namespace {

struct Outcomes {
  std::size_t wins = 0;
  std::size_t losses = 0;
  double won = 0;
  double lost = 0;  // not negative
};

Outcomes counted(std::span<const double> outcomes) {
  Outcomes counts;
  for (const double outcome : outcomes) {
    if (outcome > 0) {
      ++counts.wins;
      counts.won += outcome;
    } else if (outcome < 0) {
      ++counts.losses;
      counts.lost -= outcome;
    }
  }
  return counts;
}

}  // namespace

std::optional<double> profit_factor(std::span<const double> outcomes) {
  const Outcomes counts = counted(outcomes);
  return counts.lost > 0 ? finite(counts.won / counts.lost) : std::nullopt;
}

std::optional<double> win_rate(std::span<const double> outcomes) {
  if (outcomes.empty()) return std::nullopt;
  return static_cast<double>(counted(outcomes).wins) / static_cast<double>(outcomes.size());
}

std::optional<double> payoff(std::span<const double> outcomes) {
  const Outcomes counts = counted(outcomes);
  if (counts.wins == 0 || counts.losses == 0) return std::nullopt;
  return finite(counts.won / static_cast<double>(counts.wins) / (counts.lost / static_cast<double>(counts.losses)));
}

std::optional<double> quality_number(std::span<const double> outcomes) {
  return sharpe(outcomes, static_cast<double>(outcomes.size()));
}

}  // namespace acts::report
