#include "report/sheet/sweep_part.hpp"

#include <fmt/format.h>

#include <chrono>
#include <string_view>

#include "report/page_data.hpp"
#include "report/sheet/figure_list.hpp"
#include "report/svg.hpp"

namespace acts::report {
namespace {

std::string parameters_text(const ParameterTexts& parameters) {
  std::string text;
  for (const auto& [name, value] : parameters) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name, value);
  return text;
}

// Most tests begin at midnight.
std::string moment_text(UnixNanos time) {
  constexpr std::string_view kMidnight = "T00:00:00.000Z";
  std::string text = to_iso8601(time);
  if (text.ends_with(kMidnight)) text.resize(text.size() - kMidnight.size());
  return text;
}

FigureGroup best_figures(const SweepSummary& summary) {
  const std::string risk_free = risk_free_text(summary.risk_free_rate, summary.period);
  FigureList list("best", fmt::format("Best of {} parameter sets", summary.judged));
  for (const std::string& note : summary.notes) list.note(note + ".");
  list.count("sets", "Parameter sets", summary.sets, "that were run");
  list.count("judged", "Sets compared", summary.judged,
             "those with returns, of the same times; the others count as tries");
  list.count("ruined", "Sets that lost all", summary.ruined, "equity fell to 0 or below");
  list.count("periods", "Returns", summary.returns, fmt::format("of each set, by {}", period_name(summary.period)));
  if (summary.best == 0) return list.take();
  list.count("set", "Best set", summary.best, "its number in the table");
  list.text("parameters", "Its parameters", parameters_text(summary.parameters), "what the sweep varied");
  list.number("value", fmt::format("Its objective, {}", summary.objective), summary.best_value,
              "over all returns; the first of equal ones");
  list.number("sharpe", "Its Sharpe ratio", summary.best_sharpe,
              fmt::format("{}; {}", summary.period >= std::chrono::hours{24} ? "a year of 365 days" : "of one period",
                          risk_free));
  list.share("deflated_sharpe", "Deflated Sharpe ratio", summary.deflated_sharpe,
             fmt::format("probability that its true ratio is above what the best of so many sets without merit would "
                         "show (Bailey, Lopez de Prado); {}",
                         risk_free));
  list.share("overfitting_probability", "Probability of overfitting", summary.overfitting,
             fmt::format("how often the set that is best on half of {} blocks, by Sharpe ratio, is in the worse half "
                         "on the others (Bailey, Borwein, Lopez de Prado, Zhu), of all sets that ran: a return "
                         "is 0 once a set has lost all, or has ended; {}",
                         summary.blocks, risk_free));
  return list.take();
}

FigureGroup walk_figures(const SweepSummary& summary) {
  const SetFigures& figures = summary.out_of_sample_figures;
  FigureList list("walk_forward", "Walk-forward");
  list.note(
      "Of each test the set that was best in the training before it, chosen anew of those that had something left "
      "then; "
      "the tests one after the other. Tests are parts of each set's one run: what it holds when one begins it has from "
      "before, and changing sets costs "
      "nothing.");
  list.count("tests", "Tests", summary.folds.size(), "each as long as the others");
  list.count("periods", "Returns", figures.returns, fmt::format("of all tests, by {}", period_name(summary.period)));
  list.share("total_return", "Total return", figures.total_return, "of the tests, compounded");
  list.number("sharpe", "Sharpe ratio", figures.sharpe,
              fmt::format("of the tests' returns; {}", risk_free_text(summary.risk_free_rate, summary.period)));
  list.share("drawdown", "Maximum drawdown", figures.max_drawdown, "min(E / highest E so far - 1), of the tests");
  list.number("calmar", "Calmar ratio", figures.calmar, "growth a year / |maximum drawdown|");
  return list.take();
}

}  // namespace

std::vector<FigureGroup> sweep_figures(const SweepReport& sweep) {
  std::vector<FigureGroup> groups{best_figures(sweep.summary)};
  if (!sweep.summary.folds.empty()) groups.push_back(walk_figures(sweep.summary));
  return groups;
}

std::vector<Panel> sweep_panels(const SweepReport& sweep) {
  const Closes& closes = sweep.summary.out_of_sample;
  if (closes.times.size() < 2) return {};
  Panel panel{.title = "Walk-forward: equity of the tests", .is_time = true, .y_label = "equity, 1 at the start"};
  for (const UnixNanos time : closes.times) panel.x.push_back(unix_seconds(time));
  panel.series.push_back({.name = "out of sample", .mark = Mark::kSteps, .tone = Tone::kMain, .y = closes.values});
  return {std::move(panel)};
}

std::string folds_body(const SweepReport& sweep) {
  const SweepSummary& summary = sweep.summary;
  if (summary.folds.empty()) return {};
  const auto told = [](const std::optional<double>& value) { return value ? number_text(*value) : "undefined"; };
  std::string out = fmt::format(
      "<section class=\"folds\"><h2>Tests of the walk-forward</h2>\n<div class=\"scroll\"><table><thead><tr>"
      "<th>Trained from</th><th>to</th><th>Tested from</th><th>to</th><th>Set</th><th>Parameters</th>"
      "<th>{0} trained</th><th>{0} tested</th><th>Return tested</th></tr></thead>\n<tbody>\n",
      escaped(summary.objective));
  for (const SweepFold& fold : summary.folds) {
    out += fmt::format(
        "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td>"
        "<td>{}</td></tr>\n",
        moment_text(fold.train_from), moment_text(fold.train_to), moment_text(fold.test_from),
        moment_text(fold.test_to), fold.set, escaped(parameters_text(fold.parameters)), told(fold.trained),
        told(fold.tested), told(fold.test_return));
  }
  return out + "</tbody></table></div></section>\n";
}

}  // namespace acts::report
