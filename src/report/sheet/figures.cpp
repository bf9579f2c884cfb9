#include "report/sheet/figures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <utility>

#include "acts/base/ratio.hpp"

#include "report/sheet/figure_list.hpp"
#include "report/statistics/gap_time.hpp"
#include "report/statistics/moments.hpp"
#include "report/statistics/outcomes.hpp"
#include "report/statistics/returns.hpp"

namespace acts::report {
namespace {

constexpr std::string_view kUndefinedReturns =
    "Returns are undefined: equity is not above 0 at the start of every period. Say with --capital what was set aside "
    "for the run.";

double run_days(const RunReport& run) {
  return std::chrono::duration<double, std::ratio<86400>>(run.last - run.first).count();
}

FigureGroup result_figures(const RunReport& run) {
  FigureList list("result", "Result");
  list.text("from", "First sample", to_iso8601(run.first), "UTC, rounded down to a millisecond");
  list.text("to", "Last sample", to_iso8601(run.last), "UTC, rounded down to a millisecond");
  list.span("length", "Length", std::chrono::duration<double>(run.last - run.first).count(), "last less first sample");
  list.number("gap_minutes", "Gaps in the data, minutes", run.facts.gap_minutes,
              "while nobody knew the book, over all instruments; returns count them like other time, but those "
              "outside of gaps");
  list.money("profit_in_gaps", "Profit in gaps of the data",
             run.in_gaps ? run.in_gaps->profit : std::optional<Decimal>(),
             "change of equity, exact, over the intervals between an instrument's samples that touch a gap of its "
             "data: what it rests on nobody knew; undefined of data that does not tell");
  list.money(
      "opening_equity", "Opening equity", run.opening_equity,
      "cash + what positions are worth at their marks - fees + funding at the first sample, over all instruments");
  list.money("closing_equity", "Closing equity", run.closing_equity, "the same at the last sample");
  list.money("profit", "Profit", run.ledger.total, "closing less opening equity, exact");
  list.money("fees", "Fees", run.ledger.fees, "of all fills; above 0: received, below: paid");
  list.money("funding", "Funding", run.ledger.funding, "above 0: received, below: paid");
  std::optional<Decimal> without_fees;
  if (run.ledger.total && run.ledger.fees) without_fees = difference(*run.ledger.total, *run.ledger.fees);
  list.money("profit_without_fees", "Profit without fees", without_fees, "profit less fees, exact");
  if (!run.facts.money.empty()) list.text("asset", "Settled in", run.facts.money, "the asset of all amounts of money");
  list.money("capital", "Capital", run.capital, "of --capital: added to equity for all that is relative to it");
  return list.take();
}

void add_outside_gaps(FigureList& list, const RunReport& run, const std::string& year, const std::string& risk_free) {
  static constexpr std::string_view kLeftOut =
      "r less what was made between samples that touch a gap, / E before; periods wholly in gaps left out";
  const bool is_known = run.in_gaps && run.in_gaps->profit;
  std::vector<double> returns;
  if (is_known) {
    returns = returns_outside_gaps(run.closes, run.in_gaps->made.values, run.in_gaps->hidden);
  }
  const std::optional<double> count =
      is_known ? std::optional(static_cast<double>(returns.size())) : std::optional<double>();
  list.number("periods_outside_gaps", "Returns outside gaps", count,
              fmt::format("how many there are: {}; undefined of data that does not tell", kLeftOut));
  list.share("total_return_outside_gaps", "Total return outside gaps", compounded(returns),
             fmt::format("of these, compounded: {}", kLeftOut));
  list.number("sharpe_outside_gaps", "Sharpe ratio outside gaps",
              sharpe(excess_of(returns, risk_free_of(run)), periods_a_year(run.period)),
              fmt::format("of these, mean excess return / sample deviation{}, each counting as a whole period; {}",
                          year, risk_free));
}

FigureGroup return_figures(const RunReport& run) {
  const bool is_daily = run.period >= std::chrono::hours{24};
  const std::vector<double> returns = returns_of(run);
  const std::vector<double> excess = excess_of(returns, risk_free_of(run));
  const std::string risk_free = risk_free_text(run.risk_free_rate, run.period);
  const double n = periods_a_year(run.period);
  const std::string year = is_daily ? ", a year of 365 days" : fmt::format(", of one {}", period_name(run.period));
  FigureList list("returns", fmt::format("Returns by {}", period_name(run.period)));
  list.note(is_daily
                ? "Equity at 00:00 UTC of each day, at the first and at the last sample; r = E / E before - 1."
                : fmt::format("Equity at each full {} UTC, at the first and at the last sample; r = E / E before - "
                              "1. The run is shorter than three days: nothing is extrapolated to a year.",
                              period_name(run.period)));
  if (returns.empty()) list.note(kUndefinedReturns);
  const auto& equity = run.closes.values;
  const bool has_equity = !returns.empty();
  list.count("periods", "Returns", returns.size(), "how many there are");
  list.share("total_return", "Total return", has_equity ? total_return(equity.front(), equity.back()) : std::nullopt,
             "last / first equity - 1");
  list.share("cagr", "Growth a year",
             has_equity ? growth_a_year(equity.front(), equity.back(), run_days(run)) : std::nullopt,
             "(last / first equity)^(365 / days) - 1; undefined below a day");
  list.share("mean_return", "Mean return", mean(returns), "of a period");
  list.share("volatility", "Volatility", volatility(returns, n), fmt::format("sample deviation (n - 1){}", year));
  list.share("risk_free_rate", "Risk-free rate", run.risk_free_rate,
             "a year, of --risk-free-rate: taken off each return for what says so");
  list.number("sharpe", "Sharpe ratio", sharpe(excess, n),
              fmt::format("mean excess return / sample deviation{}; {}", year, risk_free));
  list.number("sortino", "Sortino ratio", sortino(excess, n),
              fmt::format("mean excess return / root of (sum of squared excess returns below 0 / number of all){}; {}",
                          year, risk_free));
  list.number("omega", "Omega ratio", omega(returns), "sum of gains / sum of losses, threshold 0");
  list.share("probabilistic_sharpe", "Probabilistic Sharpe", probabilistic_sharpe(excess),
             fmt::format("that the true ratio is above 0, given length, skew and kurtosis (Bailey, Lopez de Prado); {}",
                         risk_free));
  list.number("skew", "Skew", skewness(returns), "adjusted for the sample's size (G1)");
  list.number("kurtosis", "Excess kurtosis", excess_kurtosis(returns), "adjusted (G2); 0 of a normal distribution");
  list.share("var", "Value at risk 95 %", historical_var(returns), "5 % quantile of returns, linear between two");
  list.share("cvar", "Expected shortfall 95 %", historical_cvar(returns), "mean of the returns not above it");
  list.share("normal_var", "Normal value at risk 95 %", normal_var(returns), "mean - 1.645 deviations");
  list.share("normal_cvar", "Normal shortfall 95 %", normal_cvar(returns), "mean - 2.063 deviations");
  list.number("tail_ratio", "Tail ratio", tail_ratio(returns), "|95 % quantile| / |5 % quantile|");
  list.share("winning_periods", "Winning periods", win_rate(returns), "share of returns above 0, of all");
  list.number("period_profit_factor", "Profit factor of periods", profit_factor(returns), "as the Omega ratio at 0");
  list.number("period_payoff", "Payoff of periods", payoff(returns), "mean gain / mean loss");
  add_outside_gaps(list, run, year, risk_free);
  return list.take();
}

FigureGroup drawdown_figures(const RunReport& run) {
  const auto& equity = run.closes.values;
  const auto growth =
      returns_of(run).empty() ? std::nullopt : growth_a_year(equity.front(), equity.back(), run_days(run));
  const auto depth = deepest_drawdown(equity);
  std::optional<double> calmar;
  if (growth && depth && *depth < 0) calmar = finite(*growth / -*depth);
  FigureList list("drawdown", "Drawdown");
  list.share("max_drawdown", "Maximum drawdown", depth,
             fmt::format("min(E / highest E so far - 1), equity by {}", period_name(run.period)));
  list.share("max_drawdown_samples", "Maximum drawdown, all samples", run.drawdown.deepest().share,
             "the same over every sample of equity.csv");
  list.number("max_drawdown_money", "Maximum drawdown in money", run.drawdown.deepest().money,
              "min(E - highest E so far), every sample");
  list.span("longest_drawdown", "Longest drawdown", std::chrono::duration<double>(run.drawdown.longest()).count(),
            "from a peak to the next sample that reaches it, or to the last");
  list.number("calmar", "Calmar ratio", calmar, "growth a year / |maximum drawdown|");
  list.share("ulcer_index", "Ulcer index", ulcer_index(equity), "root of the mean square of E / highest E so far - 1");
  return list.take();
}

// Returns of the same periods.
struct PairedReturns {
  std::vector<double> mine;
  std::vector<double> theirs;
  std::size_t stale = 0;  // periods in which the benchmark says nothing new
};

// Of the periods over which the benchmark has a return of its own: a price at either end that is not older than a
// period, and not the same one. What is carried on would be a return of 0, or of other days.
PairedReturns paired_returns(const RunReport& run, const Closes& prices) {
  const std::vector<double> returns = returns_of(run);
  PairedReturns paired;
  const auto price_at = [&prices](UnixNanos time) { return std::ranges::upper_bound(prices.times, time); };
  for (std::size_t i = 0; i < returns.size(); ++i) {
    const auto begin = price_at(run.closes.times[i]);
    const auto end = price_at(run.closes.times[i + 1]);
    if (begin == prices.times.begin()) continue;
    const auto is_fresh = [&run](UnixNanos price, UnixNanos time) { return price > time - run.period; };
    const auto first = static_cast<std::size_t>(begin - prices.times.begin()) - 1;
    const auto last = static_cast<std::size_t>(end - prices.times.begin()) - 1;
    const bool is_own = first != last && is_fresh(prices.times[first], run.closes.times[i]) &&
                        is_fresh(prices.times[last], run.closes.times[i + 1]);
    if (!is_own) {
      ++paired.stale;
      continue;
    }
    if (!(prices.values[first] > 0)) continue;
    paired.mine.push_back(returns[i]);
    paired.theirs.push_back(prices.values[last] / prices.values[first] - 1);
  }
  return paired;
}

FigureGroup benchmark_figures(const RunReport& run, const Benchmark& benchmark) {
  const auto [mine, theirs, stale] = paired_returns(run, benchmark.prices);
  const AgainstBenchmark found = against(mine, theirs, periods_a_year(run.period), risk_free_of(run));
  const std::string scale = run.period >= std::chrono::hours{24} ? " x 365" : "";
  FigureList list("benchmark", fmt::format("Against {}", benchmark.name));
  if (stale > 0) {
    list.note(
        fmt::format("{} of {} periods are left out, as the benchmark has no new price in them, or an older one "
                    "than of the {} before: take prices of each {}.",
                    stale, stale + mine.size(), period_name(run.period), period_name(run.period)));
  }
  list.count("benchmark_periods", "Periods of both", mine.size(),
             "at whose start and end the benchmark has a price of its own, not older than a period");
  list.count("benchmark_stale", "Periods without its price", stale, "left out: since the benchmark's first price");
  list.number("beta", "Beta", found.beta, "covariance / variance of the benchmark's returns");
  list.share("alpha", "Alpha", found.alpha,
             fmt::format("(mean excess return - beta x benchmark's mean excess return){}; {}", scale,
                         risk_free_text(run.risk_free_rate, run.period)));
  list.number("correlation", "Correlation", found.correlation, "Pearson's, of returns");
  list.number("information_ratio", "Information ratio", found.information_ratio,
              fmt::format("mean / sample deviation of the difference of returns{}",
                          scale.empty() ? "" : ", a year of 365 days"));
  return list.take();
}

FigureGroup trade_figures(const RunReport& run) {
  FigureList list("trades", "Closed trades");
  list.note(
      "A trade is what a fill closes of what was opened before it, first in, first out; its profit is after the "
      "fees of both, shared by quantity.");
  if (!run.outcomes) list.note("Undefined here: there are more open lots or trades than are held in memory.");
  const std::vector<double> none;
  const std::vector<double>& outcomes = run.outcomes ? *run.outcomes : none;
  list.count("trades", "Trades", outcomes.size(), "fills that made a position smaller");
  list.share("win_rate", "Win rate", win_rate(outcomes), "share with a profit above 0, of all");
  list.number("profit_factor", "Profit factor", profit_factor(outcomes), "sum of profits / sum of losses");
  list.number("payoff", "Payoff", payoff(outcomes), "mean profit / mean loss");
  list.number("expectancy", "Expectancy", mean(outcomes), "mean profit of a trade");
  list.number("sqn", "System quality number", quality_number(outcomes),
              "mean / sample deviation x root of n, n not capped");
  list.span("median_holding", "Time held, median", quantile(run.held_seconds.values(), 0.5),
            "of a trade: mean over what it closed, by quantity");
  return list.take();
}

}  // namespace

std::vector<double> returns_of(const RunReport& run) { return returns_of(std::span(run.closes.values)); }

double risk_free_of(const RunReport& run) { return risk_free_of(run.risk_free_rate, run.period); }

std::string risk_free_text(double a_year, Nanos period) {
  if (a_year == 0) return "risk-free rate 0";
  const std::string_view name = period_name(period);
  const int periods = name == "day" ? 365 : name == "minute" ? 365 * 24 * 60 : 365 * 24 * 60 * 60;
  return fmt::format("risk-free rate {} a year, (1 {} {})^(1 / {}) - 1 a {}", shortest_text(a_year),
                     a_year < 0 ? '-' : '+', shortest_text(std::abs(a_year)), periods, name);
}

std::string_view period_name(Nanos period) {
  if (period >= std::chrono::hours{24}) return "day";
  return period >= kMinute ? "minute" : "second";
}

double periods_a_year(Nanos period) { return period >= std::chrono::hours{24} ? 365 : 1; }

std::vector<FigureGroup> figures_of(const RunReport& run, const Benchmark* benchmark) {
  std::vector<FigureGroup> groups;
  groups.push_back(result_figures(run));
  groups.push_back(return_figures(run));
  groups.push_back(drawdown_figures(run));
  if (benchmark != nullptr) groups.push_back(benchmark_figures(run, *benchmark));
  groups.push_back(trade_figures(run));
  groups.push_back(ledger_figures(run));
  groups.push_back(fill_figures(run));
  groups.push_back(order_figures(run));
  return groups;
}

}  // namespace acts::report
