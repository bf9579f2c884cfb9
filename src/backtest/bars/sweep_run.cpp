#include "backtest/bars/sweep_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <span>
#include <utility>

#include "acts/base/ratio.hpp"
#include "acts/strategy/registry.hpp"

#include "backtest/bars/bar_backtest.hpp"
#include "backtest/bars/bar_sweep.hpp"
#include "backtest/run_identity.hpp"
#include "backtest/strategy_library.hpp"

namespace acts::backtest {
namespace {

// Parameter sets of one pass, and their combinations.
struct Pass {
  std::vector<SweepRow> rows;
  std::vector<std::unique_ptr<Strategy>> strategies;
};

// What is wrong with this combination, if anything; else it is in the pass.
std::optional<std::string> add_set(Pass& pass, const SweepRequest& request, const StrategyType& type, std::size_t i) {
  SweepRow row{.number = i + 1, .given = combination(request.axes, i)};
  std::vector<GivenParameter> given = request.settings.parameters;
  given.insert(given.end(), row.given.begin(), row.given.end());
  const Result<Parameters> parameters = parse_parameters(type.parameters, given);
  if (!parameters) return parameters.error().message;
  Result<std::unique_ptr<Strategy>> strategy = guarded([&] { return type.make(*parameters); });
  if (!strategy) return strategy.error().message;
  pass.rows.push_back(std::move(row));
  pass.strategies.push_back(*std::move(strategy));
  return std::nullopt;
}

Result<void> run_pass(Pass pass, const SweepRequest& request, const BacktestInstrument& instrument,
                      const SweepRowTaker& on_row) {
  Result<std::unique_ptr<BarReader>> bars = open_bars(request.settings.instruments.front(), instrument);
  if (!bars) return std::unexpected(bars.error());
  std::vector<std::unique_ptr<BarReader>> readers;
  readers.push_back(*std::move(bars));
  BarBlocks blocks(std::move(readers));
  Result<BarSweep> sweep =
      BarSweep::make(bar_run_options(request.settings, {&instrument, 1}), std::move(pass.strategies));
  if (!sweep) return std::unexpected(sweep.error());
  if (Result<void> done = sweep->run(blocks, request.threads); !done) return done;
  for (std::size_t i = 0; i < pass.rows.size(); ++i) {
    pass.rows[i].totals = sweep->totals(i);
    if (Result<void> told = on_row(pass.rows[i], instrument); !told) return told;
  }
  return {};
}

// Mean over sample deviation of daily returns, times sqrt(365). None of fewer than two returns, without spread, or
// where equity was not above 0: a return on nothing is none.
std::optional<double> daily_sharpe(const std::vector<Decimal>& equity) {
  constexpr double kDaysAYear = 365;
  std::vector<double> returns;
  returns.reserve(equity.size());
  for (std::size_t i = 1; i < equity.size(); ++i) {
    if (equity[i - 1].units <= 0) return std::nullopt;
    const double before = nearest_double(equity[i - 1].units, power_of_ten(equity[i - 1].scale));
    returns.push_back(nearest_double(equity[i].units, power_of_ten(equity[i].scale)) / before - 1);
  }
  if (returns.size() < 2) return std::nullopt;
  double mean = 0;
  for (const double r : returns) mean += r / static_cast<double>(returns.size());
  double squares = 0;
  for (const double r : returns) squares += (r - mean) * (r - mean);
  const double deviation = std::sqrt(squares / static_cast<double>(returns.size() - 1));
  return deviation > 0 ? std::optional(mean / deviation * std::sqrt(kDaysAYear)) : std::nullopt;
}

}  // namespace

Result<SweepReport> run_sweep(const SweepRequest& request, const SweepRowTaker& on_row) {
  const Result<void> single = check_single(request.settings);
  if (!single) return std::unexpected(single.error());
  Result<BacktestInstrument> instrument = backtest_instrument(request.settings.instruments.front().info);
  if (!instrument) return std::unexpected(instrument.error());
  const Result<const StrategyType*> type = strategy_type_of(request.settings);
  if (!type) return std::unexpected(type.error());
  const Result<std::vector<std::size_t>> plan = plan_sweep(request.axes, request.count, request.seed);
  if (!plan) return std::unexpected(plan.error());
  SweepReport report{.instrument = *std::move(instrument)};
  Pass pass;
  for (std::size_t k = 0; k < plan->size(); ++k) {
    if (std::optional<std::string> refusal = add_set(pass, request, **type, (*plan)[k])) {
      if (report.refused++ == 0) report.refusal = *std::move(refusal);
    } else {
      ++report.sets;
    }
    const bool is_last = k + 1 == plan->size();
    if (pass.rows.empty() || (!is_last && pass.rows.size() < kSetsAPass)) continue;
    if (Result<void> done = run_pass(std::exchange(pass, {}), request, report.instrument, on_row); !done) {
      return std::unexpected(done.error());
    }
  }
  if (report.sets > 0) return report;
  return fail(ErrorCode::kUsage, report.refused > 0 ? report.refusal : "[sweep] has a parameter without values");
}

std::string sweep_header(const std::vector<SweepAxis>& axes) {
  std::string line = "set";
  for (const SweepAxis& axis : axes) line += fmt::format(",{}", axis.name);
  return line + ",bars,orders,fills,position,balance,fee,equity,max_drawdown,turnover,sharpe\n";
}

std::string sweep_line(const SweepRow& row, const BacktestInstrument& instrument) {
  const BarTotals& totals = row.totals;
  const Position& position = totals.positions.front();
  std::string line = fmt::format("{}", row.number);
  for (const GivenParameter& given : row.given) line += fmt::format(",{}", given.text);
  const std::optional<double> sharpe = daily_sharpe(totals.daily_equity);
  return line + fmt::format(",{},{},{},{},{},{},{},{},{},{}\n", totals.bars, totals.orders, totals.fills,
                            to_string(instrument.quantity_of(position.quantity.units())), to_string(position.cash),
                            to_string(position.fee), to_string(totals.equity), to_string(totals.max_drawdown),
                            to_string(totals.turnover), sharpe ? shortest_text(*sharpe) : "");
}

}  // namespace acts::backtest
