// The tear sheet as a page.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "report/assets.hpp"
#include "report/page_data.hpp"
#include "report/sheet/explorer.hpp"
#include "report/sheet/run_panels.hpp"
#include "report/sheet/scenario_part.hpp"
#include "report/sheet/sheet.hpp"
#include "report/sheet/sweep_part.hpp"
#include "report/sheet/year_bars.hpp"
#include "report/svg.hpp"

namespace acts::report {
namespace {

// What stands first, large: group and figure.
constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kHighlights{
    {{"result", "profit"},
     {"result", "profit_without_fees"},
     {"returns", "total_return"},
     {"returns", "sharpe"},
     {"drawdown", "max_drawdown_samples"},
     {"drawdown", "max_drawdown_money"},
     {"fills", "fills"},
     {"fills", "maker_ratio"}}};
constexpr std::string_view kUndefinedText = "undefined";

using Groups = std::vector<FigureGroup>;

std::string figure_cell(const Figure& figure) {
  return figure.text == kUndefinedText ? "<td class=\"undefined\">undefined</td>"
                                       : fmt::format("<td>{}</td>", escaped(figure.text));
}

void append_highlights(std::string& out, const Groups& groups) {
  out += "<dl class=\"cards\">\n";
  for (const auto& [group_key, key] : kHighlights) {
    const auto group = std::ranges::find(groups, group_key, &FigureGroup::key);
    if (group == groups.end()) continue;
    const auto figure = std::ranges::find(group->figures, key, &Figure::key);
    if (figure == group->figures.end()) continue;
    out += fmt::format("<div><dt>{}</dt><dd>{}</dd></div>\n", escaped(figure->label), escaped(figure->text));
  }
  out += "</dl>\n";
}

// What all runs have alike, or each run's.
template <typename TextOf>
std::string shared_text(std::span<const Groups> runs, std::span<const std::string> names, TextOf text_of) {
  std::string first = text_of(runs[0]);
  if (std::ranges::all_of(runs, [&](const Groups& groups) { return text_of(groups) == first; })) return first;
  std::string out;
  for (std::size_t run = 0; run < runs.size(); ++run) {
    out += fmt::format("{}{}: {}", run == 0 ? "" : "; ", names[run], text_of(runs[run]));
  }
  return out;
}

// A column a run; each has the same figures.
void append_group(std::string& out, std::span<const Groups> runs, std::span<const std::string> names, std::size_t at) {
  const FigureGroup& first = runs[0][at];
  const std::string title = shared_text(runs, names, [at](const Groups& groups) { return groups[at].title; });
  const std::string note = shared_text(runs, names, [at](const Groups& groups) { return groups[at].note; });
  out += fmt::format("<section class=\"figures{}\"><h2>{}</h2>\n", runs.size() == 1 ? " single" : "", escaped(title));
  if (!note.empty()) out += fmt::format("<p>{}</p>\n", escaped(note));
  out += "<div class=\"scroll\"><table><thead><tr><th scope=\"col\">Figure</th>";
  for (const std::string& name : names) {
    out += fmt::format("<th scope=\"col\">{}</th>", names.size() == 1 ? "Value" : escaped(name));
  }
  out += "<th scope=\"col\" class=\"convention\">Convention</th></tr></thead>\n<tbody>\n";
  for (std::size_t i = 0; i < first.figures.size(); ++i) {
    out += fmt::format("<tr><th scope=\"row\">{}</th>", escaped(first.figures[i].label));
    for (const Groups& groups : runs) out += figure_cell(groups[at].figures[i]);
    const auto convention = [at, i](const Groups& groups) { return groups[at].figures[i].convention; };
    out += fmt::format("<td class=\"convention\">{}</td></tr>\n", escaped(shared_text(runs, names, convention)));
  }
  out += "</tbody></table></div></section>\n";
}

void append_counts(std::string& out, const RunReport& run, bool is_named) {
  for (const CountTable& table : counts_of(run)) {
    out += fmt::format("<section class=\"counts\"><h2>{}{}</h2>\n<table><tbody>\n",
                       is_named ? escaped(run.name + ": ") : "", escaped(table.title));
    for (const auto& [name, count] : table.counts) {
      out += fmt::format("<tr><th scope=\"row\">{}</th><td>{}</td></tr>\n", escaped(name), count);
    }
    out += "</tbody></table></section>\n";
  }
}

void append_heat(std::string& out, const HeatTable& table) {
  const std::vector<int> heat = heat_of(table);
  out += fmt::format("<section class=\"heat\"><h2>{}</h2>\n<div class=\"scroll\"><table><thead><tr><th>{}</th>",
                     escaped(table.title), escaped(table.corner));
  for (const std::string& name : table.columns) out += fmt::format("<th scope=\"col\">{}</th>", escaped(name));
  out += "</tr></thead>\n<tbody>\n";
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    out += fmt::format("<tr><th scope=\"row\">{}</th>", escaped(table.rows[row]));
    for (std::size_t column = 0; column < table.columns.size(); ++column) {
      const std::size_t at = row * table.columns.size() + column;
      out += fmt::format("<td class=\"heat{}\">{}</td>", heat[at] + 4, escaped(table.cells[at].text));
    }
    out += "</tr>\n";
  }
  out += "</tbody></table></div></section>\n";
}

void append_facts(std::string& out, const std::string& name, const RunFacts& facts) {
  out += fmt::format("<section class=\"facts\"><h2>{}</h2>\n<div class=\"scroll\"><table><tbody>\n",
                     escaped(fmt::format("What was run: {}", name)));
  for (const Fact& fact : facts.run) {
    out += fmt::format("<tr><th scope=\"row\">{}</th><td>{}</td></tr>\n", escaped(fact.path), escaped(fact.text));
  }
  out += "</tbody></table></div>\n";
  if (facts.left_out > 0) out += fmt::format("<p>{} more are in its JSON.</p>\n", facts.left_out);
  if (!facts.configuration.empty()) {
    out += "<details><summary>Configuration</summary><pre>";
    for (std::string_view rest = facts.configuration; !rest.empty();) {
      const std::string_view line = rest.substr(0, rest.find('\n'));
      out += escaped(line) + '\n';
      rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    }
    out += "</pre></details>\n";
  }
  if (facts.totals.empty()) {
    out += "</section>\n";
    return;
  }
  out += "<details><summary>Totals of run.json</summary><table><tbody>\n";
  for (const Fact& fact : facts.totals) {
    out += fmt::format("<tr><th scope=\"row\">{}</th><td>{}</td></tr>\n", escaped(fact.path), escaped(fact.text));
  }
  out += "</tbody></table></details></section>\n";
}

void append_instruments(std::string& out, const RunReport& run) {
  if (run.instruments.size() < 2) return;
  const auto told = [](const std::optional<Decimal>& value) {
    return value ? to_string(*value) : std::string("undefined");
  };
  out +=
      "<section class=\"instruments\"><h2>Instruments</h2>\n<div class=\"scroll\"><table><thead><tr><th>Instrument</th>"
      "<th>Fills</th><th>Position</th><th>Profit</th><th>Spread</th><th>Inventory</th><th>Fees</th><th>Funding</th>"
      "<th>Unexplained</th></tr></thead><tbody>\n";
  for (const InstrumentReport& instrument : run.instruments) {
    const LedgerLines& lines = instrument.ledger;
    out += fmt::format("<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td>", escaped(instrument.name), lines.fills,
                       to_string(instrument.last.position));
    for (const auto* money :
         {&lines.total, &lines.spread, &lines.inventory, &lines.fees, &lines.funding, &lines.unexplained}) {
      out += fmt::format("<td>{}</td>", told(*money));
    }
    out += "</tr>\n";
  }
  out += "</tbody></table></div></section>\n";
}

// Of several instruments their venues and models, named as those of one: once where they are the same for all, else
// behind the instrument's name.
std::vector<Fact> facts_of_instruments(const RunFacts& facts) {
  struct Told {
    std::string_view place;  // "instruments[1]"
    const Fact* fact;
  };
  std::map<std::string_view, std::string_view> names;      // by place
  std::map<std::string_view, std::vector<Told>> subjects;  // by "venue", "models.queue"
  for (const Fact& fact : facts.run) {
    const std::string_view path = fact.path;
    const std::size_t dot = path.find("].");
    if (!path.starts_with("instruments[") || dot == std::string_view::npos) continue;
    const std::string_view place = path.substr(0, dot + 1);
    const std::string_view subject = path.substr(dot + 2);
    if (subject == "name") names[place] = fact.text;
    if (subject == "venue" || subject.starts_with("models.")) subjects[subject].push_back({place, &fact});
  }
  std::vector<Fact> out;
  for (const auto& [subject, told] : subjects) {
    const std::string& first = told.front().fact->text;
    const bool is_same = told.size() == names.size() &&
                         std::ranges::all_of(told, [&first](const Told& of) { return of.fact->text == first; });
    if (is_same) out.push_back({std::string(subject), first});
    for (const Told& of : told) {
      if (is_same) break;
      const auto name = names.find(of.place);
      out.push_back({fmt::format("{} of {}", subject, name == names.end() ? of.place : name->second), of.fact->text});
    }
  }
  return out;
}

// What tells a run from others, in one line, the first words of its facts in this order; all of them stand at the
// page's end.
std::string identity_of(const RunFacts& facts) {
  static constexpr std::array<std::string_view, 10> kWanted{"id",      "name", "strategy", "venue", "symbol",
                                                            "version", "seed", "models",   "data[", "gaps"};
  static constexpr std::size_t kMostShown = 48;
  static constexpr std::size_t kMostBytes = 80;
  std::vector<Fact> all = facts.run;
  for (Fact& fact : facts_of_instruments(facts)) all.push_back(std::move(fact));
  std::string out;
  std::size_t shown = 0;
  for (const std::string_view wanted : kWanted) {
    for (const Fact& fact : all) {
      const bool is_group = wanted == "data[" || wanted == "models" || wanted == "gaps";
      const bool is_venue = wanted == "venue" && fact.path.starts_with("venue of ");
      const bool is_wanted = is_group ? fact.path.starts_with(wanted) : is_venue || fact.path == wanted;
      if (!is_wanted || fact.text.size() > kMostBytes || shown == kMostShown) continue;
      out += fmt::format("{}{} {}", shown == 0 ? "" : " \u00b7 ", fact.path, fact.text);
      ++shown;
    }
  }
  return out;
}

// What the run's data lacks: ", 3 gaps in the data, of 0.34 minutes, the first from 2024-08-08T23:54:21.211104613Z".
std::string trouble_of(const RunFacts& facts) {
  const auto told = [&facts](std::string_view path) {
    const auto found = std::ranges::find(facts.run, path, &Fact::path);
    return found == facts.run.end() ? std::string("0") : found->text;
  };
  std::string text;
  const auto add = [&text](const std::string& count, std::string_view one, std::string_view several) {
    if (count != "0" && count != "null") text += fmt::format(", {} {}", count, count == "1" ? one : several);
  };
  for (const Fact& fact : facts.run) {
    if (fact.path.starts_with("assumptions[")) text += ", " + fact.text;
  }
  add(told("problems.damaged_files"), "damaged file", "damaged files");
  add(told("problems.count"), "problem reading the data", "problems reading the data");
  add(told("missing_bars"), "bar missing", "bars missing");
  add(told("missing_trades"), "trade missing", "trades missing");
  if (std::ranges::find(facts.run, Fact{"trades", "0"}) != facts.run.end()) text += ", no trades in the data";
  add(fmt::format("{}", facts.gap_count), "gap in the data", "gaps in the data");
  if (facts.gap_count == 0) return text;
  return text + fmt::format(", of {} minutes, the first from {}", told("gap_minutes"), facts.first_gap);
}

std::string sweep_subtitle(const SweepReport& sweep) {
  return fmt::format("{}: {} parameter sets{}", sweep.name, sweep.summary.sets, trouble_of(sweep.facts));
}

std::string subtitle_of(const RunReport& run) {
  std::string text = fmt::format("{} to {} UTC, {} samples, {} fills, {} order events", to_iso8601(run.first),
                                 to_iso8601(run.last), run.samples, run.fill_flow.fills, run.order_events);
  if (!run.facts.money.empty()) text += fmt::format(", money in {}", run.facts.money);
  if (run.facts.gap_count > 0 && run.in_gaps && run.in_gaps->profit) {
    text += fmt::format(", {} of the profit in gaps of the data (between samples that touch one)",
                        to_string(*run.in_gaps->profit));
  }
  std::string trouble;
  const auto crossed = std::ranges::find(run.facts.run, "crossed_updates", &Fact::path);
  if (crossed != run.facts.run.end() && crossed->text != "0") {
    trouble += fmt::format(", the book crossed by {} updates", crossed->text);
  }
  trouble += trouble_of(run.facts);
  return trouble.empty() || !run.facts.is_part ? text + trouble : text + "; of all its instruments" + trouble;
}

void append_panels(std::string& out, std::span<const Panel> panels) {
  out +=
      "<section class=\"charts\"><p>A drag zooms all charts of time, a double click shows all again. Times are UTC."
      "</p>\n";
  for (std::size_t i = 0; i < panels.size(); ++i) {
    out += fmt::format("<figure><figcaption>{}</figcaption><div id=\"{}\"></div></figure>\n", escaped(panels[i].title),
                       panel_id(i));
  }
  out += "</section>\n";
}

void append_single(std::string& out, const RunReport& run) {
  append_instruments(out, run);
  if (run.period < std::chrono::hours{24} || returns_of(run).empty()) return;
  const HeatTable months = month_table(run.closes);
  append_heat(out, months);
  out += years_body(months);
}

std::string title_of(const Sheet& sheet) {
  if (sheet.runs.size() == 1) return sheet.runs[0].name;
  if (sheet.runs.empty() && sheet.sweeps.size() == 1) return sheet.sweeps[0].name;
  return sheet.runs.empty() ? "Parameters" : fmt::format("{} runs side by side", sheet.runs.size());
}

std::string page_of(const std::string& title, const std::string& body, const std::string& panels,
                    const std::string& tables) {
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\" data-theme=\"auto\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src 'sha256-{0}'; style-src "
      "'sha256-{1}'; base-uri 'none'; form-action 'none'\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" "
      "content=\"light dark\">\n<title>{2}</title>\n<style>{3}</style>\n</head>\n<body>\n{4}"
      "<script type=\"application/json\" id=\"panels\">{5}</script>\n"
      "<script type=\"application/json\" id=\"tables\">{6}</script>\n<script>{7}</script>\n</body>\n</html>\n",
      kSheetScriptSum, kSheetStyleSum, escaped(title), kSheetStyle, body, panels, tables, kSheetScript);
}

}  // namespace

std::string to_page(const Sheet& sheet) {
  const Benchmark* const benchmark = sheet.benchmark ? &*sheet.benchmark : nullptr;
  const bool is_single = sheet.runs.size() == 1;
  std::vector<Groups> runs;
  std::vector<std::string> names;
  for (const RunReport& run : sheet.runs) {
    runs.push_back(is_single ? all_figures_of(run, benchmark) : figures_of(run, benchmark));
    names.push_back(run.name);
  }
  const std::string title = title_of(sheet);
  std::string body = fmt::format("<h1>{}</h1>\n", escaped(title));
  for (const RunReport& run : sheet.runs) {
    body += fmt::format("<p>{}{}</p>\n", is_single ? "" : escaped(run.name + ": "), escaped(subtitle_of(run)));
  }
  if (is_single) {
    body += fmt::format("<p class=\"identity\">{}</p>\n", escaped(identity_of(sheet.runs[0].facts)));
    append_highlights(body, runs[0]);
  }
  for (const SweepReport& sweep : sheet.sweeps) {
    body += fmt::format("<p>{}</p>\n<p class=\"identity\">{}</p>\n", escaped(sweep_subtitle(sweep)),
                        escaped(identity_of(sweep.facts)));
  }
  std::vector<Panel> panels;
  if (!sheet.runs.empty()) panels = is_single ? run_panels(sheet.runs[0]) : comparison_panels(sheet.runs);
  if (is_single && !sheet.runs[0].scenarios.empty()) panels.insert(panels.begin(), scenario_panel(sheet.runs[0]));
  for (const SweepReport& sweep : sheet.sweeps) {
    for (Panel& panel : sweep_panels(sweep)) panels.push_back(std::move(panel));
  }
  if (!panels.empty()) append_panels(body, panels);
  for (const SweepReport& sweep : sheet.sweeps) {
    const std::array<Groups, 1> groups{sweep_figures(sweep)};
    const std::array<std::string, 1> sweep_names{sweep.name};
    for (std::size_t i = 0; i < groups[0].size(); ++i) append_group(body, groups, sweep_names, i);
    body += folds_body(sweep);
  }
  for (const HeatTable& table : sheet.parameters) append_heat(body, table);
  if (is_single) append_single(body, sheet.runs[0]);
  if (!runs.empty()) {
    for (std::size_t i = 0; i < runs[0].size(); ++i) append_group(body, runs, names, i);
  }
  for (const RunReport& run : sheet.runs) append_counts(body, run, !is_single);
  std::string tables = R"({"books":[],"tables":[]})";
  if (is_single) {
    body += explorer_body(sheet.runs[0]);
    tables = explorer_json(sheet.runs[0]);
  }
  for (const RunReport& run : sheet.runs) append_facts(body, run.name, run.facts);
  for (const SweepReport& sweep : sheet.sweeps) {
    if (!sweep.facts.run.empty()) append_facts(body, sweep.name, sweep.facts);
  }
  return page_of(title, body, panels_json(panels), tables);
}

}  // namespace acts::report
