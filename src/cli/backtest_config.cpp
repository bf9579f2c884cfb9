#include "cli/backtest_config.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <span>
#include <vector>

#include "cli/config_file.hpp"
#include "cli/option.hpp"

namespace acts::cli {
namespace {

namespace fs = std::filesystem;
using backtest::BacktestSettings;
using backtest::ClockShift;

// Parameters' texts are the strategy's, whose declaration says what they must be.
constexpr std::string_view kStrategy = "strategy";
constexpr std::string_view kSweep = "sweep";

struct GivenRange {
  std::string name;
  std::string place;
  backtest::SweepRange range = {};
};
using SweepRanges = std::vector<GivenRange>;

struct BacktestKey {
  std::string_view section;
  std::string_view key;
  std::vector<ConfigType> types;
  std::string_view wanted;  // in words, with the article
  // Errors: what is wrong with the value.
  Result<void> (*set)(BacktestSettings& settings, const Values& values);
};

Result<void> set_decimal(Decimal& decimal, const std::string& text) {
  const Result<Decimal> parsed = parse_decimal(text);
  if (!parsed) return fail(ErrorCode::kUsage, fmt::format("'{}' is no decimal number, such as \"0.001\"", text));
  decimal = *parsed;
  return {};
}

Result<void> set_optional(std::optional<Decimal>& decimal, const std::string& text) {
  return set_decimal(decimal.emplace(), text);
}

Result<void> set_fee(Decimal& rate, const std::string& text) {
  if (const Result<void> set = set_decimal(rate, text); !set) return set;
  constexpr int kMost = backtest::Fees::kMostDecimals;
  const Decimal one{1, 0};
  if (rate.scale > kMost || rate >= one || rate <= Decimal{-1, 0}) {
    return fail(ErrorCode::kUsage,
                fmt::format("'{}' is no rate: a part of the value, below 1, with at most {} decimals", text, kMost));
  }
  return {};
}

Result<void> set_latency(sim::Latency& latency, const std::string& text) {
  const Result<Nanos> span = parse_duration(text);
  if (!span) return std::unexpected(span.error());
  const Result<sim::Latency> parsed = sim::Latency::of(*span);
  if (!parsed) return std::unexpected(parsed.error());
  latency = *parsed;
  return {};
}

Result<void> set_moment(std::optional<UnixNanos>& moment, const std::string& text) {
  const Result<UnixNanos> parsed = parse_iso8601(text);
  if (!parsed) return std::unexpected(parsed.error());
  moment = *parsed;
  return {};
}

Result<void> set_clock_shift(ClockShift& shift, const std::string& text) {
  if (text == "auto" || text == "none") {
    shift.kind = text == "auto" ? ClockShift::Kind::kAuto : ClockShift::Kind::kNone;
    return {};
  }
  const Result<Nanos> by = parse_duration(text);
  if (!by) return fail(ErrorCode::kUsage, fmt::format("'{}': auto, none or a duration, such as \"1300ms\"", text));
  shift = {ClockShift::Kind::kFixed, *by};
  return {};
}

// One of two words; true for the second.
Result<bool> choose(const std::string& text, std::string_view first, std::string_view second) {
  if (text == first || text == second) return text == second;
  return fail(ErrorCode::kUsage, fmt::format("'{}': {} or {}?", text, first, second));
}

Result<void> set_venue_of(BacktestSettings& s, const Values& v) {
  const Result<Venue> venue = parse_venue(v[0]);
  if (!venue) return std::unexpected(venue.error());
  s.instrument.venue = *venue;
  return {};
}

Result<void> set_queue_kind(BacktestSettings& s, const Values& v) {
  const Result<sim::QueueKind> kind = sim::parse_queue_kind(v[0]);
  if (!kind) return std::unexpected(kind.error());
  s.queue.kind = *kind;
  return {};
}

Result<void> set_queue_power(BacktestSettings& s, const Values& v) {
  double n = 0;
  std::from_chars(v[0].data(), v[0].data() + v[0].size(), n);
  constexpr double kMostPower = 100;
  const bool is_usable = n > 0 && n <= kMostPower;  // not of what is no number
  if (!is_usable) return fail(ErrorCode::kUsage, fmt::format("'{}': above 0, at most 100", v[0]));
  s.queue.n = n;
  return {};
}

Result<void> set_sample(BacktestSettings& s, const Values& v) {
  const Result<Nanos> span = parse_positive_duration(v[0]);
  if (!span) return std::unexpected(span.error());
  s.sample = *span;
  return {};
}

Result<void> set_data_kind(BacktestSettings& s, const Values& v) {
  const Result<bool> is_bars = choose(v[0], "books", "bars");
  if (!is_bars) return std::unexpected(is_bars.error());
  s.is_bars = *is_bars;
  return {};
}

Result<void> set_bar_path(BacktestSettings& s, const Values& v) {
  const Result<backtest::BarPath> path = backtest::parse_bar_path(v[0]);
  if (!path) return std::unexpected(path.error());
  s.bar_path = *path;
  return {};
}

Result<void> set_fills(BacktestSettings& s, const Values& v) {
  const Result<bool> is_partial = choose(v[0], "full", "partial");
  if (!is_partial) return std::unexpected(is_partial.error());
  s.fills = *is_partial ? sim::FillSizes::kPartial : sim::FillSizes::kFull;
  return {};
}

Result<void> set_compatibility(BacktestSettings& s, const Values& v) {
  const Result<bool> is_compatible = choose(v[0], "none", "hftbacktest");
  if (!is_compatible) return std::unexpected(is_compatible.error());
  s.as_hftbacktest = *is_compatible;
  return {};
}

Result<void> set_latency_model(BacktestSettings& s, const Values& v) {
  const Result<bool> is_recorded = choose(v[0], "constant", "recorded");
  if (!is_recorded) return std::unexpected(is_recorded.error());
  if (*is_recorded && !s.latency.file) s.latency.file.emplace();
  return {};
}

// Of bars alone.
std::vector<BacktestKey> bar_keys() {
  using enum ConfigType;
  return {
      {"data", "kind", {kText}, "text in quotes", set_data_kind},
      {"data",
       "data_dir",
       {kText},
       "text in quotes",
       [](BacktestSettings& s, const Values& v) { return s.data_dir = v[0], Result<void>(); }},
      {"data",
       "source",
       {kText},
       "text in quotes, such as \"agg_trades\"",
       [](BacktestSettings& s, const Values& v) { return s.source = v[0], Result<void>(); }},
      {"data",
       "source_interval",
       {kText},
       "text in quotes, such as \"1m\"",
       [](BacktestSettings& s, const Values& v) { return s.source_interval = v[0], Result<void>(); }},
      {"data",
       "origin",
       {kText},
       "text in quotes",
       [](BacktestSettings& s, const Values& v) { return s.origin = v[0], Result<void>(); }},
      {"data",
       "interval",
       {kText},
       "text in quotes, such as \"5m\"",
       [](BacktestSettings& s, const Values& v) { return s.interval = v[0], Result<void>(); }},
      {"exchange", "bar_path", {kText}, "text in quotes", set_bar_path},
  };
}

std::vector<BacktestKey> with_bar_keys(std::vector<BacktestKey> keys) {
  const std::vector<BacktestKey> bars = bar_keys();
  keys.insert(keys.end(), bars.begin(), bars.end());
  return keys;
}

const std::vector<BacktestKey>& keys() {
  using enum ConfigType;
  static const std::vector<BacktestKey> kKeys = with_bar_keys({
      {"data", "venue", {kText}, "text in quotes", set_venue_of},
      {"data",
       "symbol",
       {kText},
       "text in quotes",
       [](BacktestSettings& s, const Values& v) { return s.instrument.symbol = v[0], Result<void>(); }},
      {"data",
       "files",
       {kTexts},
       "a list of texts, such as [\"btcusdt.gz\"]",
       [](BacktestSettings& s, const Values& v) { return s.files = v, Result<void>(); }},
      {"data",
       "from",
       {kText},
       "a time in quotes",
       [](BacktestSettings& s, const Values& v) { return set_moment(s.from, v[0]); }},
      {"data",
       "to",
       {kText},
       "a time in quotes",
       [](BacktestSettings& s, const Values& v) { return set_moment(s.to, v[0]); }},
      {"data",
       "clock_shift",
       {kText},
       "text in quotes",
       [](BacktestSettings& s, const Values& v) { return set_clock_shift(s.clock_shift, v[0]); }},
      {"instrument",
       "tick_size",
       {kText},
       "a decimal in quotes",
       [](BacktestSettings& s, const Values& v) { return set_optional(s.instrument.tick_size, v[0]); }},
      {"instrument",
       "lot_size",
       {kText},
       "a decimal in quotes",
       [](BacktestSettings& s, const Values& v) { return set_optional(s.instrument.lot_size, v[0]); }},
      {"latency", "model", {kText}, "text in quotes", set_latency_model},
      {"latency",
       "file",
       {kText},
       "text in quotes",
       [](BacktestSettings& s, const Values& v) { return s.latency.file = v[0], Result<void>(); }},
      {"latency",
       "entry",
       {kText},
       "a duration in quotes, such as \"10ms\"",
       [](BacktestSettings& s, const Values& v) { return set_latency(s.latency.entry, v[0]); }},
      {"latency",
       "response",
       {kText},
       "a duration in quotes, such as \"10ms\"",
       [](BacktestSettings& s, const Values& v) { return set_latency(s.latency.response, v[0]); }},
      {"account",
       "initial_balance",
       {kText, kInteger},
       "a decimal in quotes",
       [](BacktestSettings& s, const Values& v) { return set_decimal(s.initial_balance, v[0]); }},
      {"fees",
       "maker",
       {kText},
       "a decimal in quotes",
       [](BacktestSettings& s, const Values& v) { return set_fee(s.fees.maker, v[0]); }},
      {"fees",
       "taker",
       {kText},
       "a decimal in quotes",
       [](BacktestSettings& s, const Values& v) { return set_fee(s.fees.taker, v[0]); }},
      {"exchange", "fills", {kText}, "text in quotes", set_fills},
      {"exchange", "queue", {kText}, "text in quotes, or { model = \"power3\", n = 3 }", set_queue_kind},
      {"exchange", "compatibility", {kText}, "text in quotes", set_compatibility},
      {"exchange.queue", "model", {kText}, "text in quotes", set_queue_kind},
      {"exchange.queue", "n", {kInteger, kNumber}, "a number", set_queue_power},
      {"report", "sample", {kText}, "a duration in quotes, such as \"1s\"", set_sample},
      {kStrategy,
       "library",
       {kText},
       "text in quotes, such as \"libmine.so\"",
       [](BacktestSettings& s, const Values& v) { return s.library = v[0], Result<void>(); }},
      {kStrategy,
       "name",
       {kText},
       "text in quotes",
       [](BacktestSettings& s, const Values& v) { return s.strategy = v[0], Result<void>(); }},
  });
  return kKeys;
}

// [sweep]: a parameter's values, or a section of its own with a range.
bool is_of_sweep(const ConfigEntry& entry) {
  return entry.section == kSweep || entry.section.starts_with(fmt::format("{}.", kSweep));
}

Result<void> take_values(BacktestSettings& settings, const ConfigEntry& entry, const std::string& place) {
  using enum ConfigType;
  if (entry.type == kOther || entry.type == kEmptyList) {
    return fail(ErrorCode::kUsage,
                fmt::format("{}: a list of values is needed, such as [5, 10], or a range: {{ from = 5, "
                            "to = 50, step = 5 }}",
                            entry.key));
  }
  settings.sweep.push_back({.name = entry.key, .values = entry.values, .place = place});
  return {};
}

// The three keys of a range come one by one.
Result<void> take_range_key(SweepRanges& ranges, const ConfigEntry& entry, const std::string& place) {
  using enum ConfigType;
  const std::string name = entry.section.substr(kSweep.size() + 1);
  if (ranges.empty() || ranges.back().name != name) ranges.push_back({.name = name, .place = place});
  if (entry.key.empty()) return {};
  backtest::SweepRange& range = ranges.back().range;
  constexpr std::array<std::string_view, 3> kKeys{"from", "to", "step"};
  const auto found = std::ranges::find(kKeys, std::string_view(entry.key));
  if (found == kKeys.end()) {
    return fail(ErrorCode::kUsage, fmt::format("no key '{}' in [{}]: {}", entry.key, entry.section,
                                               name_advice(entry.key, {kKeys.begin(), kKeys.end()})));
  }
  if (entry.type != kText && entry.type != kInteger && entry.type != kNumber) {
    return fail(ErrorCode::kUsage, fmt::format("{}: a number is needed, not {}", entry.key, in_words(entry.type)));
  }
  std::string* const parts[] = {&range.from, &range.to, &range.step};
  *parts[found - kKeys.begin()] = entry.values[0];
  return {};
}

Result<void> add_ranges(BacktestSettings& settings, const SweepRanges& ranges) {
  for (const GivenRange& given : ranges) {
    Result<std::vector<std::string>> values = backtest::values_of(given.range);
    if (!values) {
      return fail(ErrorCode::kUsage, fmt::format("{}: {}: {}", given.place, given.name, values.error().message));
    }
    settings.sweep.push_back({.name = given.name, .values = *std::move(values), .place = given.place});
  }
  return {};
}

Result<void> check_section(const ConfigEntry& entry) {
  std::vector<std::string_view> sections;
  for (const BacktestKey& key : keys()) {
    if (std::ranges::find(sections, key.section) == sections.end()) sections.push_back(key.section);
  }
  sections.push_back(kSweep);
  if (std::ranges::find(sections, std::string_view(entry.section)) != sections.end()) return {};
  return fail(ErrorCode::kUsage,
              fmt::format("no section [{}]: {}", entry.section, name_advice(entry.section, sections)));
}

std::unexpected<Error> unknown_key(const ConfigEntry& entry) {
  if (entry.section.empty()) {
    return fail(ErrorCode::kUsage, fmt::format("key '{}' is in no section: put it below [data]", entry.key));
  }
  std::vector<std::string_view> names;
  for (const BacktestKey& key : keys()) {
    if (key.section == entry.section) names.push_back(key.key);
  }
  return fail(ErrorCode::kUsage,
              fmt::format("no key '{}' in [{}]: {}", entry.key, entry.section, name_advice(entry.key, names)));
}

Result<void> take_parameter(BacktestSettings& settings, const ConfigEntry& entry, const std::string& place) {
  using enum ConfigType;
  if (entry.type == kText || entry.type == kInteger || entry.type == kNumber || entry.type == kSwitch) {
    settings.parameters.push_back({entry.key, entry.values[0], place});
    return {};
  }
  return fail(ErrorCode::kUsage,
              fmt::format("{}: a text, a number or a switch is needed, not {}", entry.key, in_words(entry.type)));
}

Result<void> take_entry(BacktestSettings& settings, const ConfigEntry& entry, const std::string& place) {
  if (entry.key.empty()) return check_section(entry);
  const auto key = std::ranges::find_if(
      keys(), [&entry](const BacktestKey& k) { return k.section == entry.section && k.key == entry.key; });
  if (key == keys().end()) {
    return entry.section == kStrategy ? take_parameter(settings, entry, place) : Result<void>(unknown_key(entry));
  }
  if (std::ranges::find(key->types, entry.type) == key->types.end()) {
    return fail(ErrorCode::kUsage,
                fmt::format("{}: {} is needed, not {}", entry.key, key->wanted, in_words(entry.type)));
  }
  const Result<void> set = key->set(settings, entry.values);
  return set ? set : fail(ErrorCode::kUsage, fmt::format("{}: {}", entry.key, set.error().message));
}

// What is not looked at must not look as if it counted.
struct UnusedKey {
  std::string_view section;
  std::string_view key;  // empty: all of the section
};
Result<void> check_unused(const std::vector<ConfigEntry>& entries, std::span<const UnusedKey> unused,
                          std::string_view why) {
  for (const UnusedKey& of : unused) {
    const auto found = std::ranges::find_if(entries, [&of](const ConfigEntry& entry) {
      return entry.section == of.section && !entry.key.empty() && (of.key.empty() || entry.key == of.key);
    });
    if (found == entries.end()) continue;
    return fail(ErrorCode::kUsage, fmt::format("{} in [{}] is {}: take it out", found->key, found->section, why));
  }
  return {};
}

Result<void> check_latency(const std::vector<ConfigEntry>& entries, const BacktestSettings& settings) {
  constexpr std::array<UnusedKey, 1> kOfRecorded{{{"latency", "file"}}};
  constexpr std::array<UnusedKey, 2> kOfConstant{{{"latency", "entry"}, {"latency", "response"}}};
  const bool is_constant = std::ranges::any_of(entries, [](const ConfigEntry& entry) {
    return entry.section == "latency" && entry.key == "model" && entry.values[0] == "constant";
  });
  if (is_constant) return check_unused(entries, kOfRecorded, "of the model \"recorded\"");
  return settings.latency.file ? check_unused(entries, kOfConstant, "of the model \"constant\"") : Result<void>();
}

Result<void> check_books(const std::vector<ConfigEntry>& entries) {
  constexpr std::array<UnusedKey, 6> kOfBars{{{"data", "data_dir"},
                                              {"data", "source"},
                                              {"data", "source_interval"},
                                              {"data", "origin"},
                                              {"data", "interval"},
                                              {"exchange", "bar_path"}}};
  return check_unused(entries, kOfBars, "of bars, which kind = \"bars\" in [data] asks for");
}

Result<void> check_bars(const std::vector<ConfigEntry>& entries, const BacktestSettings& settings) {
  const Nanos latency = settings.latency.entry.span() + settings.latency.response.span();
  if (settings.latency.file || latency > Nanos{0}) {
    return fail(ErrorCode::kUsage,
                "bars know no latency: an order of a close is at the venue before the next open; take "
                "[latency] out");
  }
  if (settings.as_hftbacktest) {
    return fail(ErrorCode::kUsage, "compatibility in [exchange] is of order books: take it out for bars");
  }
  constexpr std::array<UnusedKey, 4> kOfBooks{
      {{"data", "clock_shift"}, {"exchange", "fills"}, {"exchange", "queue"}, {"exchange.queue", ""}}};
  return check_unused(entries, kOfBooks, "of order books, and these are bars");
}

bool is_given(const std::vector<ConfigEntry>& entries, std::string_view section, std::string_view key) {
  return std::ranges::any_of(entries,
                             [&](const ConfigEntry& entry) { return entry.section == section && entry.key == key; });
}

Result<void> check_complete(const BacktestSettings& settings, const std::vector<ConfigEntry>& entries) {
  const auto missing = [](std::string_view what) {
    return fail(ErrorCode::kUsage, fmt::format("{} is missing", what));
  };
  // The files need not say it, and a report must not tell of a venue that nobody has named.
  if (!is_given(entries, "data", "venue")) return missing("venue in [data]");
  if (settings.instrument.symbol.empty()) return missing("symbol in [data]");
  const bool is_of_catalog = settings.is_bars && !settings.data_dir.empty();
  if (settings.files.empty() && !is_of_catalog) return missing("files in [data]");
  if (!settings.files.empty() && !settings.data_dir.empty()) {
    return fail(ErrorCode::kUsage, "files and data_dir in [data]: take one of them out");
  }
  if (!settings.instrument.tick_size) return missing("tick_size in [instrument]");
  if (!settings.instrument.lot_size) return missing("lot_size in [instrument]");
  if (settings.strategy.empty() && settings.library.empty()) return missing("name in [strategy]");
  if (settings.latency.file && settings.latency.file->empty()) return missing("file in [latency], of recorded ones,");
  if (Result<void> fits = check_latency(entries, settings); !fits) return fits;
  return settings.is_bars ? check_bars(entries, settings) : check_books(entries);
}

}  // namespace

Result<BacktestSettings> parse_backtest_config(std::string_view text, const std::string& name) {
  const Result<std::vector<ConfigEntry>> entries = parse_config(text, name);
  if (!entries) return std::unexpected(entries.error());
  BacktestSettings settings;
  SweepRanges ranges;
  for (const ConfigEntry& entry : *entries) {
    const std::string place = fmt::format("{}:{}", name, entry.line);
    Result<void> taken;
    if (!is_of_sweep(entry)) {
      taken = take_entry(settings, entry, place);
    } else if (entry.section != kSweep) {
      taken = take_range_key(ranges, entry, place);
    } else if (!entry.key.empty()) {
      taken = take_values(settings, entry, place);
    }
    if (!taken) return fail(ErrorCode::kUsage, fmt::format("{}: {}", place, taken.error().message));
  }
  if (const Result<void> added = add_ranges(settings, ranges); !added) return std::unexpected(added.error());
  if (const Result<void> complete = check_complete(settings, *entries); !complete) {
    return fail(ErrorCode::kUsage, fmt::format("{}: {}", name, complete.error().message));
  }
  const fs::path folder = fs::path(name).parent_path();
  for (std::string& file : settings.files) file = (folder / file).string();
  if (!settings.library.empty()) settings.library = (folder / settings.library).string();
  if (!settings.data_dir.empty()) settings.data_dir = (folder / settings.data_dir).string();
  if (settings.latency.file) settings.latency.file = (folder / *settings.latency.file).string();
  return settings;
}

}  // namespace acts::cli
