#include "report/sweep/set_figures.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <chrono>
#include <span>
#include <string>
#include <vector>

#include "report/sheet/figures.hpp"
#include "report/statistics/drawdown.hpp"
#include "report/statistics/moments.hpp"
#include "report/statistics/returns.hpp"

namespace acts::report {

SetFigures set_figures(const Closes& closes, Nanos period, double risk_free_rate) {
  const std::span<const double> equity(closes.values);
  const std::vector<double> returns = returns_of(equity);
  SetFigures figures{.returns = returns.size(), .max_drawdown = deepest_drawdown(equity)};
  if (returns.empty()) return figures;
  const double days =
      std::chrono::duration<double, std::ratio<86400>>(closes.times.back() - closes.times.front()).count();
  const double n = periods_a_year(period);
  figures.total_return = total_return(equity.front(), equity.back());
  figures.cagr = growth_a_year(equity.front(), equity.back(), days);
  figures.volatility = volatility(returns, n);
  const std::vector<double> excess = excess_of(returns, risk_free_of(risk_free_rate, period));
  figures.sharpe = sharpe(excess, n);
  figures.sortino = sortino(excess, n);
  figures.probabilistic_sharpe = probabilistic_sharpe(excess);
  if (figures.cagr && figures.max_drawdown && *figures.max_drawdown < 0) {
    figures.calmar = finite(*figures.cagr / -*figures.max_drawdown);
  }
  return figures;
}

Result<NamedFigure> parse_objective(std::string_view name) {
  std::vector<std::string_view> names;
  for (const NamedFigure& figure : kSetFigures) {
    if (figure.name == "volatility" || figure.name == "drawdown") continue;
    if (figure.name == name) return figure;
    names.push_back(figure.name);
  }
  return fail(ErrorCode::kUsage, fmt::format("no objective '{}': one of {}", name, fmt::join(names, ", ")));
}

}  // namespace acts::report
