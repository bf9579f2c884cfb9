#include "report/sheet/scenario_part.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "acts/base/assert.hpp"

#include "report/sheet/figure_list.hpp"
#include "report/sheet/run_panels.hpp"
#include "report/statistics/exact.hpp"

namespace acts::report {
namespace {

// From the lowest to the highest profit of all; nothing where one is not known.
std::optional<Decimal> band_of(const RunReport& run) {
  std::optional<Decimal> low = run.ledger.total;
  std::optional<Decimal> high = low;
  for (const RunReport& scenario : run.scenarios) {
    const std::optional<Decimal>& profit = scenario.ledger.total;
    if (!profit || !low) return std::nullopt;
    low = std::min(*low, *profit);
    high = std::max(*high, *profit);
  }
  return low ? difference(*high, *low) : std::nullopt;
}

std::optional<double> share_of(const std::optional<Decimal>& part, const std::optional<Decimal>& whole) {
  if (!part || !whole || sign_of(*whole) == 0) return std::nullopt;
  const double share = to_double(*part) / to_double(*whole);
  return share < 0 ? -share : share;
}

// What a panel needs of a run.
RunReport curve_of(const RunReport& run, std::string name) {
  RunReport curve;
  curve.name = std::move(name);
  curve.curve = run.curve;
  curve.drawdown = run.drawdown;
  return curve;
}

}  // namespace

FigureGroup scenario_figures(const RunReport& run) {
  ACTS_ASSERT(!run.scenarios.empty());
  FigureList list("queues", "What rests on the queue");
  list.note(
      "Each is the same strategy over the same data; only where its orders stand in their queues is assumed "
      "otherwise. Own fills change decisions, so no order among them is claimed: the run's own profit need not lie "
      "between the others'.");
  const auto add = [&list](const RunReport& of, const std::string& key, const std::string& label) {
    list.money("profit_" + key, fmt::format("Profit, {}", label), of.ledger.total,
               "closing less opening equity, exact");
    list.count("fills_" + key, fmt::format("Fills, {}", label), of.fill_flow.fills, "of orders, in parts or whole");
  };
  add(run, "run", "this run");
  for (std::size_t i = 0; i < run.scenarios.size(); ++i) {
    add(run.scenarios[i], fmt::format("scenario_{}", i + 1), run.scenarios[i].name);
  }
  const std::optional<Decimal> band = band_of(run);
  list.money("profit_band", "Band of profits", band, "highest less lowest of these profits, exact");
  list.share("profit_on_queue", "Profit that rests on the queue", share_of(band, run.ledger.total),
             "the band's width / this run's profit, as a magnitude; 100 % and more: all of it may be the queue's");
  return list.take();
}

Panel scenario_panel(const RunReport& run) {
  std::vector<RunReport> all;
  all.reserve(run.scenarios.size() + 1);
  all.push_back(curve_of(run, "this run"));
  for (const RunReport& scenario : run.scenarios) all.push_back(curve_of(scenario, scenario.name));
  Panel panel = comparison_panels(all).front();
  if (!run.facts.money.empty()) panel.y_label = run.facts.money;
  panel.title = "Profit since the start, by where orders stand in their queues";
  return panel;
}

std::vector<FigureGroup> all_figures_of(const RunReport& run, const Benchmark* benchmark) {
  std::vector<FigureGroup> groups = figures_of(run, benchmark);
  if (!run.scenarios.empty()) groups.push_back(scenario_figures(run));
  return groups;
}

}  // namespace acts::report
