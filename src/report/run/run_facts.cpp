#include "report/run/run_facts.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <utility>

#include "acts/base/time.hpp"

namespace acts::report {
namespace {

using nlohmann::ordered_json;

std::string fact_text(const ordered_json& value) {
  std::string text =
      value.is_string() ? value.get<std::string>() : value.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
  if (text.size() > RunFacts::kMostFactBytes) {
    text.resize(RunFacts::kMostFactBytes);
    text += " …";
  }
  return text;
}

// Depth first, without recursion: what is on the stack is bounded by the text.
void flatten(const ordered_json& root, std::vector<Fact>& facts, std::uint64_t& left_out) {
  std::vector<std::pair<std::string, const ordered_json*>> open{{"", &root}};
  while (!open.empty()) {
    const auto [path, value] = std::move(open.back());
    open.pop_back();
    if (facts.size() >= RunFacts::kMostFacts) {
      ++left_out;
      continue;
    }
    if (!value->is_structured() || value->empty() || path.size() > RunFacts::kMostFactBytes) {
      if (!path.empty()) facts.push_back({path, value->is_structured() ? "none" : fact_text(*value)});
      continue;
    }
    std::vector<std::pair<std::string, const ordered_json*>> children;
    std::size_t number = 0;
    // What stands behind "gaps" and "trade_gaps" must not fall out for them.
    const std::size_t most = path.ends_with("gaps") ? RunFacts::kMostGapsAsFacts : RunFacts::kMostFacts;
    for (const auto& item : value->items()) {
      if (children.size() == most) {
        left_out += value->size() - children.size();
        break;
      }
      if (value->is_array()) {
        children.emplace_back(fmt::format("{}[{}]", path, number++), &item.value());
      } else {
        children.emplace_back(path.empty() ? item.key() : fmt::format("{}.{}", path, item.key()), &item.value());
      }
    }
    open.insert(open.end(), children.rbegin(), children.rend());
  }
}

std::optional<double> seconds_of(const ordered_json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_string()) return std::nullopt;
  const auto time = parse_iso8601(found->get_ref<const std::string&>());
  return time ? std::optional(static_cast<double>(time->value) / 1e9) : std::nullopt;
}

void take_gaps(const ordered_json& run, RunFacts& facts) {
  const auto gaps = run.find("gaps");
  if (gaps == run.end() || !gaps->is_array()) return;
  std::optional<double> first;
  for (const ordered_json& gap : *gaps) {
    if (!gap.is_object()) continue;
    const auto from = seconds_of(gap, "from");
    const auto to = seconds_of(gap, "to");
    if (!from || !to) continue;
    if (facts.gap_count++ < RunFacts::kMostFacts) facts.gaps.push_back({.from = *from, .to = *to});
    if (first && *first <= *from) continue;
    first = from;
    facts.first_gap = gap.at("from").get<std::string>();
  }
}

// All instruments have the same (check_assets()).
std::string settlement_asset_of(const ordered_json& run) {
  constexpr std::size_t kMostAssetBytes = 20;
  const auto instruments = run.find("instruments");
  const bool has_several = instruments != run.end() && instruments->is_array() && !instruments->empty();
  const ordered_json& of = has_several ? instruments->front() : run;
  const auto asset = of.is_object() ? of.find("settlement_asset") : of.end();
  if (!of.is_object() || asset == of.end() || !asset->is_string()) return "";
  std::string name = asset->get<std::string>();
  if (name.size() > kMostAssetBytes) name.clear();
  return name;
}

// Money of several assets has no sum, and everything in a report is of one.
Result<void> check_assets(const ordered_json& run) {
  constexpr std::size_t kMostAssetBytes = 60;
  const auto instruments = run.find("instruments");
  if (instruments == run.end() || !instruments->is_array()) return {};
  std::string first;
  for (const ordered_json& instrument : *instruments) {
    if (!instrument.is_object()) continue;
    const auto asset = instrument.find("settlement_asset");
    if (asset == instrument.end() || !asset->is_string()) continue;
    std::string name = asset->dump(-1, ' ', true, ordered_json::error_handler_t::replace);
    if (name.size() > kMostAssetBytes) name.resize(kMostAssetBytes);
    if (first.empty()) first = name;
    if (name == first) continue;
    return fail(ErrorCode::kBadInput,
                fmt::format("the run's instruments settle in {} and {}, which have no sum to report on: run them "
                            "by themselves, or read the totals of each in run.json",
                            first, name));
  }
  return {};
}

RunFacts facts_in(ordered_json& run) {
  RunFacts facts;
  take_gaps(run, facts);
  facts.money = settlement_asset_of(run);
  if (const auto configuration = run.find("configuration"); configuration != run.end() && configuration->is_string()) {
    facts.configuration = configuration->get<std::string>();
    run.erase(configuration);
  }
  flatten(run, facts.run, facts.left_out);
  return facts;
}

}  // namespace

Result<RunFacts> parse_run_object(std::string_view text) {
  ordered_json run = ordered_json::parse(text.begin(), text.end(), nullptr, false);
  if (!run.is_object()) return fail(ErrorCode::kBadInput, "'run' is no object");
  return facts_in(run);
}

Result<RunFacts> parse_run_facts(std::string_view text) {
  // Of a long run the fills are most of the file: they are passed over, not kept.
  const auto keep = [](int depth, ordered_json::parse_event_t event, const ordered_json& parsed) {
    return depth != 1 || event != ordered_json::parse_event_t::key || parsed != "fills";
  };
  ordered_json root;
  try {
    root = ordered_json::parse(text.begin(), text.end(), keep);
  } catch (const ordered_json::parse_error& error) {
    return fail(ErrorCode::kBadInput, fmt::format("byte {}: no JSON: the file is cut or damaged", error.byte));
  } catch (const ordered_json::exception&) {
    return fail(ErrorCode::kBadInput, "a number in it is too large for JSON: the file is damaged");
  }
  const auto run = root.is_object() ? root.find("run") : root.end();
  const auto totals = root.is_object() ? root.find("totals") : root.end();
  if (!root.is_object() || run == root.end() || totals == root.end() || !run->is_object() || !totals->is_object()) {
    return fail(ErrorCode::kBadInput,
                "there are no objects 'run' and 'totals' in it: it is to be what acts backtest "
                "--out writes");
  }
  if (Result<void> of_one = check_assets(*run); !of_one) return std::unexpected(of_one.error());
  RunFacts facts = facts_in(*run);
  if (const auto fills = totals->find("fills"); fills != totals->end() && fills->is_number_unsigned()) {
    facts.fills = fills->get<std::uint64_t>();
  }
  flatten(*totals, facts.totals, facts.left_out);
  return facts;
}

}  // namespace acts::report
