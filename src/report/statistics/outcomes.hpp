// Statistics of outcomes, one a closed trade (or a period): what each won or lost. Undefined is empty. Pure.
#pragma once

#include <optional>
#include <span>

namespace acts::report {

// Sum of what was won over the sum of what was lost; none without a loss.
std::optional<double> profit_factor(std::span<const double> outcomes);
// Share of those above 0, of all.
std::optional<double> win_rate(std::span<const double> outcomes);
// Mean of those above 0 over the mean of those below 0, as a magnitude; none without both.
std::optional<double> payoff(std::span<const double> outcomes);
// System quality number (Van Tharp): mean / deviation sqrt(n), n not capped; none without a spread.
std::optional<double> quality_number(std::span<const double> outcomes);

}  // namespace acts::report
