#include "report/run/run_facts.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <functional>
#include <utility>

#include "acts/base/time.hpp"

namespace acts::report {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t kMostShownBytes = 60;  // of a name in an error

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

std::string text_of(const ordered_json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

void take_gaps(const ordered_json& run, RunFacts& facts) {
  const auto gaps = run.find("gaps");
  if (gaps == run.end() || !gaps->is_array()) return;
  facts.tells_gaps = true;
  if (const auto minutes = run.find("gap_minutes"); minutes != run.end() && minutes->is_number()) {
    facts.gap_minutes = minutes->get<double>();
  }
  std::optional<UnixNanos> first;
  for (const ordered_json& gap : *gaps) {
    if (!gap.is_object()) continue;
    const auto from = parse_iso8601(text_of(gap, "from"));
    const auto to = parse_iso8601(text_of(gap, "to"));
    if (!from || !to) continue;
    if (facts.gap_count++ < RunFacts::kMostFacts) {
      facts.gaps.push_back({.from = *from, .to = *to, .instrument = text_of(gap, "instrument")});
    }
    if (first && *first <= *from) continue;
    first = *from;
    facts.first_gap = gap.at("from").get<std::string>();
  }
}

InstrumentFacts instrument_in(const ordered_json& instrument) {
  InstrumentFacts facts{.asset = text_of(instrument, "settlement_asset")};
  const auto models = instrument.find("models");
  if (models == instrument.end() || !models->is_object()) return facts;
  const auto contract = models->find("contract");
  if (contract == models->end() || !contract->is_string()) return facts;
  facts.contract = parse_contract(contract->get_ref<const std::string&>());
  return facts;
}

void take_instruments(const ordered_json& run, RunFacts& facts) {
  facts.alone = instrument_in(run);
  const auto instruments = run.find("instruments");
  if (instruments == run.end() || !instruments->is_array()) return;
  for (const ordered_json& instrument : *instruments) {
    if (!instrument.is_object() || facts.instruments.size() == RunFacts::kMostFacts) continue;
    const auto name = instrument.find("name");
    if (name == instrument.end() || !name->is_string()) continue;
    facts.instruments.emplace(name->get<std::string>(), instrument_in(instrument));
  }
}

// Each once, in the order of the instruments' names.
std::vector<std::string> assets_of(const RunFacts& facts) {
  std::vector<std::string> assets;
  const auto take = [&assets](const InstrumentFacts& of) {
    if (!of.asset.empty() && std::ranges::find(assets, of.asset) == assets.end()) assets.push_back(of.asset);
  };
  for (const auto& [name, of] : facts.instruments) take(of);
  if (facts.instruments.empty()) take(facts.alone);
  return assets;
}

std::string shown(std::string_view name) {
  std::string text = ordered_json(name).dump(-1, ' ', true, ordered_json::error_handler_t::replace);
  if (text.size() > kMostShownBytes) text.resize(kMostShownBytes);
  return text;
}

std::string list_of(const std::vector<std::string>& assets) {
  std::string list;
  for (std::size_t i = 0; i < assets.size(); ++i) {
    list += fmt::format("{}{}", i == 0 ? "" : i + 1 == assets.size() ? " and " : ", ", shown(assets[i]));
  }
  return list;
}

RunFacts facts_in(ordered_json& run) {
  RunFacts facts;
  take_gaps(run, facts);
  take_instruments(run, facts);
  if (const auto configuration = run.find("configuration"); configuration != run.end() && configuration->is_string()) {
    facts.configuration = configuration->get<std::string>();
    run.erase(configuration);
  }
  flatten(run, facts.run, facts.left_out);
  return facts;
}

}  // namespace

const InstrumentFacts& RunFacts::of(std::string_view instrument) const {
  const auto found = instruments.find(instrument);
  return found == instruments.end() ? alone : found->second;
}

bool RunFacts::is_left_out(std::string_view instrument) const {
  const auto found = is_part ? instruments.find(instrument) : instruments.end();
  return found != instruments.end() && found->second.asset != money;
}

Result<void> choose_asset(RunFacts& facts, std::string_view asset) {
  const std::vector<std::string> assets = assets_of(facts);
  if (asset.empty() && assets.size() > 1) {
    return fail(
        ErrorCode::kUsage,
        fmt::format("the run's instruments settle in {}, which have no sum to report on: choose one with --asset",
                    list_of(assets)));
  }
  if (!asset.empty() && std::ranges::find(assets, asset) == assets.end()) {
    return fail(ErrorCode::kUsage, fmt::format("--asset {}: the run's instruments settle in {}", shown(asset),
                                               assets.empty() ? "what its run.json does not tell" : list_of(assets)));
  }
  if (assets.empty()) return {};
  facts.is_part = assets.size() > 1;
  facts.money = asset.empty() ? assets.front() : std::string(asset);
  return {};
}

namespace {

// What is deeper is passed over: an object that grows copies what it has by a function that calls itself.
bool is_shallow(int depth, ordered_json::parse_event_t /*event*/, const ordered_json& /*parsed*/) {
  return depth < RunFacts::kMostDepth;
}

}  // namespace

Result<RunFacts> parse_run_object(std::string_view text) {
  ordered_json run = ordered_json::parse(text.begin(), text.end(), is_shallow, false);
  if (!run.is_object()) return fail(ErrorCode::kBadInput, "'run' is no object");
  return facts_in(run);
}

Result<RunFacts> parse_run_facts(std::string_view text) {
  // Of a long run the fills are most of the file: they are passed over, not kept.
  const auto keep = [](int depth, ordered_json::parse_event_t event, const ordered_json& parsed) {
    const bool is_fills = depth == 1 && event == ordered_json::parse_event_t::key && parsed == "fills";
    return !is_fills && is_shallow(depth, event, parsed);
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
  RunFacts facts = facts_in(*run);
  if (const auto fills = totals->find("fills"); fills != totals->end() && fills->is_number_unsigned()) {
    facts.fills = fills->get<std::uint64_t>();
  }
  flatten(*totals, facts.totals, facts.left_out);
  return facts;
}

}  // namespace acts::report
