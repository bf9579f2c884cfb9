// Figures for programs.
#include <nlohmann/json.hpp>

#include "acts/base/ratio.hpp"

#include "report/run/csv_table.hpp"
#include "report/sheet/scenario_part.hpp"
#include "report/sheet/sheet.hpp"
#include "report/sheet/sweep_part.hpp"

namespace acts::report {
namespace {

using nlohmann::ordered_json;

const Benchmark* benchmark_of(const Sheet& sheet) { return sheet.benchmark ? &*sheet.benchmark : nullptr; }

ordered_json value_of(const Figure& figure) {
  if (!figure.exact.empty()) return figure.exact;
  return figure.number ? ordered_json(*figure.number) : ordered_json();
}

ordered_json facts_of(const std::vector<Fact>& facts) {
  ordered_json object = ordered_json::object();
  for (const Fact& fact : facts) object[fact.path] = fact.text;
  return object;
}

ordered_json json_of(const std::vector<FigureGroup>& all) {
  ordered_json groups = ordered_json::object();
  for (const FigureGroup& group : all) {
    ordered_json figures = ordered_json::object();
    for (const Figure& figure : group.figures) {
      figures[figure.key] = {{"value", value_of(figure)}, {"convention", figure.convention}};
    }
    groups[group.key] = std::move(figures);
  }
  return groups;
}

ordered_json json_of(const RunReport& run, const Benchmark* benchmark) {
  ordered_json tables = ordered_json::object();
  for (const CountTable& table : counts_of(run)) {
    ordered_json counts = ordered_json::object();
    for (const auto& [name, count] : table.counts) counts[name] = count;
    tables[table.key] = std::move(counts);
  }
  return {{"name", run.name},
          {"period", period_name(run.period)},
          {"run", facts_of(run.facts.run)},
          {"totals", facts_of(run.facts.totals)},
          {"figures", json_of(all_figures_of(run, benchmark))},
          {"counts", std::move(tables)}};
}

void append_csv(std::string& out, const std::string& name, const std::vector<FigureGroup>& groups) {
  for (const FigureGroup& group : groups) {
    for (const Figure& figure : group.figures) {
      append_csv_field(out, name);
      for (const std::string& field :
           {group.key, figure.key, figure.number ? shortest_text(*figure.number) : figure.exact, figure.convention}) {
        out += ',';
        append_csv_field(out, field);
      }
      out += '\n';
    }
  }
}

}  // namespace

std::string to_json(const Sheet& sheet) {
  ordered_json runs = ordered_json::array();
  for (const RunReport& run : sheet.runs) runs.push_back(json_of(run, benchmark_of(sheet)));
  ordered_json root = ordered_json::object();
  root["runs"] = std::move(runs);
  for (const SweepReport& sweep : sheet.sweeps) {
    root["sweeps"].push_back(
        {{"name", sweep.name}, {"run", facts_of(sweep.facts.run)}, {"figures", json_of(sweep_figures(sweep))}});
  }
  return root.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

std::string to_csv(const Sheet& sheet) {
  std::string out = "run,group,figure,value,convention\n";
  for (const RunReport& run : sheet.runs) append_csv(out, run.name, all_figures_of(run, benchmark_of(sheet)));
  for (const SweepReport& sweep : sheet.sweeps) append_csv(out, sweep.name, sweep_figures(sweep));
  return out;
}

}  // namespace acts::report
