// What the equity of one parameter set says: the figures of a sweep's table, by the conventions of docs/report.md, as
// the tear sheet of the same run has them. Pure.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

#include "acts/base/period_closes.hpp"
#include "acts/base/result.hpp"

namespace acts::report {

// Undefined is empty. `total_return` ... `probabilistic_sharpe`: none where equity is not above 0 at the start of each
// period.
struct SetFigures {
  std::size_t returns = 0;
  std::optional<double> total_return = {};
  std::optional<double> cagr = {};
  std::optional<double> volatility = {};
  std::optional<double> sharpe = {};
  std::optional<double> sortino = {};
  std::optional<double> calmar = {};
  std::optional<double> max_drawdown = {};  // min(E / highest so far - 1)
  std::optional<double> probabilistic_sharpe = {};
};

// `period`: between closes; of a day figures are made those of a year. `risk_free_rate`: a year (is_risk_free_rate(),
// asserted); of `sharpe`, `sortino` and `probabilistic_sharpe`.
SetFigures set_figures(const Closes& closes, Nanos period, double risk_free_rate = 0);

// Those with a value of their own, by the names that tear sheets export them under.
struct NamedFigure {
  std::string_view name;
  std::optional<double> SetFigures::* value;
};
inline constexpr std::array<NamedFigure, 8> kSetFigures{{{"total_return", &SetFigures::total_return},
                                                         {"cagr", &SetFigures::cagr},
                                                         {"volatility", &SetFigures::volatility},
                                                         {"sharpe", &SetFigures::sharpe},
                                                         {"sortino", &SetFigures::sortino},
                                                         {"calmar", &SetFigures::calmar},
                                                         {"drawdown", &SetFigures::max_drawdown},
                                                         {"probabilistic_sharpe", &SetFigures::probabilistic_sharpe}}};

// By which sets can be ranked, the highest first: total_return, cagr, sharpe, sortino, calmar, probabilistic_sharpe.
// Errors: kUsage: none of them.
Result<NamedFigure> parse_objective(std::string_view name);

}  // namespace acts::report
