// Summaries of sweeps for programs, and back.
#include <nlohmann/json.hpp>

#include <cmath>

#include "report/sheet/figures.hpp"
#include "report/statistics/returns.hpp"
#include "report/sweep/sweep_summary.hpp"

namespace acts::report {
namespace {

using nlohmann::ordered_json;

ordered_json json_or_null(const std::optional<double>& value) { return value ? ordered_json(*value) : ordered_json(); }

ordered_json json_of(const ParameterTexts& parameters) {
  ordered_json object = ordered_json::object();
  for (const auto& [name, text] : parameters) object[name] = text;
  return object;
}

ordered_json json_of(const SetFigures& figures) {
  ordered_json object{{"returns", figures.returns}};
  for (const NamedFigure& figure : kSetFigures) object[std::string(figure.name)] = json_or_null(figures.*figure.value);
  return object;
}

ordered_json json_of(const SweepFold& fold) {
  return {{"train_from", to_iso8601(fold.train_from)},
          {"train_to", to_iso8601(fold.train_to)},
          {"test_from", to_iso8601(fold.test_from)},
          {"test_to", to_iso8601(fold.test_to)},
          {"set", fold.set},
          {"parameters", json_of(fold.parameters)},
          {"trained", json_or_null(fold.trained)},
          {"tested", json_or_null(fold.tested)},
          {"test_return", json_or_null(fold.test_return)}};
}

// What a summary lacks is as if it were not known; what is of another kind throws, and is caught once.
template <typename Value>
Value value_in(const ordered_json& object, const char* key) {
  const auto found = object.find(key);
  return found == object.end() || found->is_null() ? Value{} : found->get<Value>();
}

std::size_t count_in(const ordered_json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end()) return 0;
  if (!found->is_number_unsigned()) throw std::invalid_argument(key);
  return found->get<std::size_t>();
}

std::optional<double> real_in(const ordered_json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || found->is_null()) return std::nullopt;
  return found->get<double>();
}

UnixNanos time_in(const ordered_json& object, const char* key) {
  const Result<UnixNanos> time = parse_iso8601(object.at(key).get<std::string>());
  if (!time) throw std::invalid_argument(key);
  return *time;
}

ParameterTexts parameters_in(const ordered_json& object) {
  ParameterTexts texts;
  const auto found = object.find("parameters");
  if (found == object.end()) return texts;
  for (const auto& item : found->items()) texts.emplace_back(item.key(), item.value().get<std::string>());
  return texts;
}

SetFigures figures_in(const ordered_json& object) {
  SetFigures figures{.returns = count_in(object, "returns")};
  for (const NamedFigure& figure : kSetFigures) {
    figures.*figure.value = real_in(object, std::string(figure.name).c_str());
  }
  return figures;
}

SweepFold fold_in(const ordered_json& object) {
  return {.train_from = time_in(object, "train_from"),
          .train_to = time_in(object, "train_to"),
          .test_from = time_in(object, "test_from"),
          .test_to = time_in(object, "test_to"),
          .set = count_in(object, "set"),
          .parameters = parameters_in(object),
          .trained = real_in(object, "trained"),
          .tested = real_in(object, "tested"),
          .test_return = real_in(object, "test_return")};
}

Nanos period_in(const ordered_json& object) {
  const std::string name = value_in<std::string>(object, "period");
  for (const Nanos period : {Nanos{std::chrono::hours{24}}, Nanos{std::chrono::minutes{1}}}) {
    if (name == period_name(period)) return period;
  }
  return std::chrono::seconds{1};
}

SweepSummary summary_in(const ordered_json& root) {
  SweepSummary summary{.objective = root.at("objective").get<std::string>(),
                       .period = period_in(root),
                       .sets = count_in(root, "sets"),
                       .judged = count_in(root, "judged"),
                       .ruined = count_in(root, "ruined"),
                       .returns = count_in(root, "returns")};
  summary.risk_free_rate = real_in(root, "risk_free_rate").value_or(0);
  if (!is_risk_free_rate(summary.risk_free_rate)) throw std::invalid_argument("risk_free_rate");
  summary.overfitting = real_in(root, "overfitting_probability");
  summary.blocks = count_in(root, "blocks");
  summary.notes = value_in<std::vector<std::string>>(root, "notes");
  if (const auto best = root.find("best"); best != root.end() && best->is_object()) {
    summary.best = count_in(*best, "set");
    summary.parameters = parameters_in(*best);
    summary.best_value = real_in(*best, "value");
    summary.best_sharpe = real_in(*best, "sharpe");
    summary.deflated_sharpe = real_in(*best, "deflated_sharpe");
  }
  if (const auto run = root.find("run"); run != root.end() && run->is_object())
    summary.run = run->dump(-1, ' ', false, ordered_json::error_handler_t::replace);
  if (const auto table = root.find("table"); table != root.end() && table->is_object()) {
    summary.table_sha256 = value_in<std::string>(*table, "sha256");
  }
  const auto walk = root.find("walk_forward");
  if (walk == root.end() || !walk->is_object()) return summary;
  for (const ordered_json& fold : walk->at("folds")) summary.folds.push_back(fold_in(fold));
  for (const ordered_json& close : walk->at("equity")) {
    summary.out_of_sample.times.push_back(time_in(close, "time"));
    summary.out_of_sample.values.push_back(close.at("value").get<double>());
  }
  summary.out_of_sample_figures = figures_in(walk->at("figures"));
  return summary;
}

}  // namespace

std::string to_json(const SweepSummary& summary) {
  ordered_json root{{"objective", summary.objective},
                    {"period", period_name(summary.period)},
                    {"risk_free_rate", summary.risk_free_rate},
                    {"sets", summary.sets},
                    {"judged", summary.judged},
                    {"ruined", summary.ruined},
                    {"returns", summary.returns},
                    {"best", nullptr}};
  if (summary.best != 0) {
    root["best"] = {{"set", summary.best},
                    {"parameters", json_of(summary.parameters)},
                    {"value", json_or_null(summary.best_value)},
                    {"sharpe", json_or_null(summary.best_sharpe)},
                    {"deflated_sharpe", json_or_null(summary.deflated_sharpe)}};
  }
  root["overfitting_probability"] = json_or_null(summary.overfitting);
  root["blocks"] = summary.blocks;
  root["notes"] = summary.notes;
  root["walk_forward"] = nullptr;
  if (!summary.folds.empty()) {
    ordered_json folds = ordered_json::array();
    for (const SweepFold& fold : summary.folds) folds.push_back(json_of(fold));
    ordered_json equity = ordered_json::array();
    for (std::size_t i = 0; i < summary.out_of_sample.times.size(); ++i) {
      equity.push_back(
          {{"time", to_iso8601(summary.out_of_sample.times[i])}, {"value", summary.out_of_sample.values[i]}});
    }
    root["walk_forward"] = {{"folds", std::move(folds)},
                            {"figures", json_of(summary.out_of_sample_figures)},
                            {"equity", std::move(equity)}};
  }
  root["table"] = nullptr;
  if (!summary.table_sha256.empty()) root["table"] = {{"sha256", summary.table_sha256}};
  const ordered_json run = ordered_json::parse(summary.run, nullptr, false);
  root["run"] = run.is_object() ? run : ordered_json();
  return root.dump(1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

Result<SweepSummary> parse_sweep_summary(std::string_view json) {
  constexpr std::string_view kWhat = "it is no summary of a sweep: name the table that acts sweep --output has written";
  // What is written again is so by a function that calls itself.
  constexpr int kMostDepth = 32;
  bool is_too_deep = false;
  const auto look = [&is_too_deep](int depth, ordered_json::parse_event_t /*event*/, const ordered_json& /*parsed*/) {
    is_too_deep = is_too_deep || depth > kMostDepth;
    return !is_too_deep;
  };
  const ordered_json root = ordered_json::parse(json, look, false);
  if (is_too_deep || !root.is_object()) return fail(ErrorCode::kBadInput, std::string(kWhat));
  try {
    return summary_in(root);
  } catch (const std::exception&) {
    return fail(ErrorCode::kBadInput, std::string(kWhat));
  }
}

}  // namespace acts::report
