#include "cli/load_settings.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <iterator>
#include <optional>

#include "binance/streams.hpp"
#include "binance/symbols.hpp"
#include "binance/venue_facts.hpp"
#include "cli/command.hpp"
#include "cli/sink_options.hpp"
#include "net/ca_file.hpp"

namespace acts::cli {
namespace {

constexpr std::array<Venue, 2> kVenues{Venue::kBinanceSpot, Venue::kBinanceUsdm};
constexpr std::string_view kVenuesPrefix = "venues.";
constexpr std::string_view kUpdateInterval = "update_interval";
constexpr std::string_view kWsApiUnused = "nothing asks the WebSocket API";

// What a key takes in TOML, in words; "" if this type will do.
std::string_view type_wanted(OptionKind kind, ConfigType type) {
  const auto any = [type](auto... types) { return ((type == types) || ...); };
  switch (kind) {
    case OptionKind::kInteger: return any(ConfigType::kInteger) ? "" : "a whole number";
    case OptionKind::kSwitch: return any(ConfigType::kSwitch) ? "" : "true or false";
    case OptionKind::kDuration: return any(ConfigType::kText) ? "" : R"(a duration as text, such as "30m")";
    case OptionKind::kTexts:
    case OptionKind::kFiles:
      return any(ConfigType::kTexts, ConfigType::kEmptyList) ? "" : R"(a list of texts, such as ["a", "b"])";
    case OptionKind::kNumbers:
      return any(ConfigType::kNumbers, ConfigType::kEmptyList) ? "" : "a list of numbers, such as [1, 4]";
    case OptionKind::kText:
    case OptionKind::kChoice: break;
  }
  return any(ConfigType::kText) ? "" : "text in quotes";
}

std::optional<Venue> venue_of_section(std::string_view section) {
  for (const Venue venue : kVenues) {
    if (section.starts_with(kVenuesPrefix) && section.substr(kVenuesPrefix.size()) == to_string(venue)) return venue;
  }
  return std::nullopt;
}

template <typename Table>
std::vector<std::string_view> names_of(const Table& table) {
  std::vector<std::string_view> names;
  for (const auto& option : table) names.push_back(option.spec.name);
  return names;
}

// Of "collect.limit" and "venues.binance-spot.rest_url", where there is such a key; else nothing.
const OptionSpec* key_of_section(std::string_view section) {
  const std::size_t dot = std::min(section.rfind('.'), section.size());
  const std::string_view name = section.substr(std::min(dot + 1, section.size()));
  const auto spec_in = [name](const auto& table) -> const OptionSpec* {
    const auto found = std::ranges::find(table, name, [](const auto& option) { return option.spec.name; });
    return found == table.end() ? nullptr : &found->spec;
  };
  if (section.substr(0, dot) == "collect") return spec_in(collect_options());
  return venue_of_section(section.substr(0, dot)) ? spec_in(venue_options()) : nullptr;
}

std::vector<std::string> section_names() {
  std::vector<std::string> names{"collect"};
  for (const Venue venue : kVenues) names.push_back(fmt::format("{}{}", kVenuesPrefix, to_string(venue)));
  for (const SinkKind kind : kAllSinkKinds) names.push_back(fmt::format("{}{}", kSinksPrefix, to_string(kind)));
  return names;
}

Result<void> check_section(const ConfigEntry& entry) {
  if (entry.section == "collect" || entry.section == "venues" || entry.section == "sinks" ||
      venue_of_section(entry.section))
    return {};
  if (const OptionSpec* key = key_of_section(entry.section)) {
    const std::string_view wanted = type_wanted(key->kind, ConfigType::kOther);
    if (entry.is_inline)
      return fail(ErrorCode::kUsage, fmt::format("{}: {} is needed, not a table", key->name, wanted));
    return fail(ErrorCode::kUsage,
                fmt::format("no section [{}]: {} is a key, which takes {}", entry.section, key->name, wanted));
  }
  const std::vector<std::string> names = section_names();
  const std::vector<std::string_view> sections(names.begin(), names.end());
  return fail(ErrorCode::kUsage,
              fmt::format("no section [{}]: {}", entry.section, name_advice(entry.section, sections)));
}

// [sinks.mongodb] is both sections; what is wrong is said of the one that stands there.
bool is_begun_by(const ConfigEntry& outer, const ConfigEntry& inner) {
  return outer.key.empty() && outer.line == inner.line && inner.section.starts_with(outer.section + ".");
}

// "collect" of [[collect]] and of collect = 5.
bool is_section(const ConfigEntry& entry) {
  if (entry.section.empty()) return entry.key == "collect" || entry.key == "venues" || entry.key == "sinks";
  if (entry.section == "sinks") return entry.type == ConfigType::kOther || entry.type == ConfigType::kEmptyList;
  return venue_of_section(fmt::format("{}.{}", entry.section, entry.key)).has_value();
}

std::unexpected<Error> unknown_key(const ConfigEntry& entry, const std::vector<std::string_view>& names) {
  if (is_section(entry)) {
    const std::string section = entry.section.empty() ? entry.key : fmt::format("{}.{}", entry.section, entry.key);
    return fail(ErrorCode::kUsage, fmt::format("'{}' is a section: write it as [{}], once", section, section));
  }
  if (entry.section.empty()) {
    return fail(ErrorCode::kUsage, fmt::format("key '{}' is in no section: put it below [collect]", entry.key));
  }
  if (entry.section == "venues" || entry.section == "sinks") {
    return fail(ErrorCode::kUsage, fmt::format("no key '{}' in [{}]: put it below [{}]", entry.key, entry.section,
                                               entry.section == "venues" ? "venues.binance-spot" : "sinks.mongodb"));
  }
  return fail(ErrorCode::kUsage,
              fmt::format("no key '{}' in [{}]: {}", entry.key, entry.section, name_advice(entry.key, names)));
}

std::vector<std::string> lines_of(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r";
  std::vector<std::string> lines;
  text = without_byte_order_mark(text);
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    line = line.substr(0, line.find('#'));
    line.remove_prefix(std::min(line.find_first_not_of(kBlanks), line.size()));
    line = line.substr(0, line.find_last_not_of(kBlanks) + 1);
    if (!line.empty()) lines.emplace_back(line);
  }
  return lines;
}

std::string interval_names(Venue venue) {
  const auto intervals = binance::limits(venue).depth_intervals;
  std::vector<Nanos> sorted(intervals.begin(), intervals.end());
  std::ranges::sort(sorted);
  std::vector<std::string> names;
  names.reserve(sorted.size());
  for (const Nanos interval : sorted) {
    names.push_back(fmt::format("{}ms", interval / std::chrono::milliseconds{1}));
  }
  return fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace

Result<void> SettingsLoader::read_config(std::string_view text, const std::string& name) {
  const Result<std::vector<ConfigEntry>> entries = parse_config(text, name);
  if (!entries) return std::unexpected(entries.error());
  for (auto next = entries->begin(); next != entries->end();) {
    const ConfigEntry& e = *next++;
    if (next != entries->end() && is_begun_by(e, *next)) continue;
    place_ = fmt::format("{}:{}: ", name, e.line);
    if (const Result<void> done = entry(e); !done) {
      return fail(ErrorCode::kUsage, fmt::format("{}:{}: {}", name, e.line, done.error().message));
    }
    places_[e.key] = fmt::format("{}:{}: {}", name, e.line, e.key);
  }
  return {};
}

void SettingsLoader::note_unused(const std::string& what, std::string_view why) {
  settings_.notices.push_back(fmt::format("{}{}: has no effect yet: {}", place_, what, why));
}

Result<void> SettingsLoader::entry(const ConfigEntry& entry) {
  if (entry.section.starts_with(kSinksPrefix)) return sink_entry(entry);
  if (entry.key.empty()) return check_section(entry);
  if (const std::optional<Venue> venue = venue_of_section(entry.section)) {
    const auto option = std::ranges::find(venue_options(), entry.key, [](const auto& o) { return o.spec.name; });
    if (option == venue_options().end()) return unknown_key(entry, names_of(venue_options()));
    if (Result<void> ok = value(option->spec, entry); !ok) return ok;
    const Result<void> set = option->set(settings_.addresses_of(*venue), entry.values[0]);
    if (set && !option->has_effect) note_unused(entry.key, kWsApiUnused);
    return set ? set : fail(ErrorCode::kUsage, fmt::format("{}: {}", entry.key, set.error().message));
  }
  const auto option = std::ranges::find(collect_options(), entry.key, [](const auto& o) { return o.spec.name; });
  if (entry.section != "collect" || option == collect_options().end())
    return unknown_key(entry, names_of(collect_options()));
  if (Result<void> ok = value(option->spec, entry); !ok) return ok;
  if (entry.key == kUpdateInterval) update_interval_ = entry.values[0];
  const Result<void> set = set_option(*option, settings_, entry.values);
  return set ? set : fail(ErrorCode::kUsage, fmt::format("{}: {}", entry.key, set.error().message));
}

Result<void> SettingsLoader::sink_entry(const ConfigEntry& entry) {
  const std::string name = entry.section.substr(kSinksPrefix.size());
  auto sink = std::ranges::find(settings_.sinks, name, &SinkSettings::name);
  if (sink == settings_.sinks.end()) {
    auto made = new_sink(name);
    if (!made) return std::unexpected(made.error());
    settings_.sinks.push_back(std::move(*made));
    sink = std::prev(settings_.sinks.end());
    places_[entry.section] = fmt::format("{}[{}]", place_, entry.section);
  }
  if (entry.key.empty()) return {};
  const auto option = std::ranges::find(sink_options(), entry.key, [](const auto& o) { return o.spec.name; });
  if (option == sink_options().end()) return unknown_key(entry, names_of(sink_options()));
  if (Result<void> ok = value(option->spec, entry); !ok) return ok;
  places_[fmt::format("{}.{}", entry.section, entry.key)] = fmt::format("{}[{}]", place_, entry.section);
  const Result<void> set = set_option(*option, *sink, entry.values);
  return set ? set : fail(ErrorCode::kUsage, fmt::format("{}: {}", entry.key, set.error().message));
}

Result<void> SettingsLoader::check_sinks() const {
  for (const SinkSettings& sink : settings_.sinks) {
    const std::string section = std::string(kSinksPrefix) + sink.name;
    const Result<void> checked = check(sink);
    if (checked) continue;
    // The message begins with the key, which may be missing.
    const std::string& said = checked.error().message;
    const std::string key = fmt::format("{}.{}", section, said.substr(0, said.find(':')));
    return at_option(places_.contains(key) ? key : section, said);
  }
  return {};
}

Result<void> SettingsLoader::value(const OptionSpec& spec, const ConfigEntry& entry) const {
  const std::string_view wanted = type_wanted(spec.kind, entry.type);
  if (wanted.empty()) return {};
  return fail(ErrorCode::kUsage, fmt::format("{}: {} is needed, not {}", entry.key, wanted, in_words(entry.type)));
}

Result<void> SettingsLoader::apply(const Given& given) {
  place_.clear();
  // The positional symbols and --symbols add up; together they stand for the file's.
  Given flags;
  for (const GivenOption& g : given) {
    const auto known = std::ranges::find(flags, g.name, &GivenOption::name);
    if (g.name == "symbols" && known != flags.end()) {
      known->values.insert(known->values.end(), g.values.begin(), g.values.end());
    } else {
      flags.push_back(g);
    }
    if (g.name == kUpdateInterval) update_interval_ = g.values[0];
    // One that stands without a flag is called as the usage line calls it.
    places_[g.name] = g.is_positional ? std::string(symbols_positional().placeholder) : flag_of(g.name);
  }
  if (Result<void> set = set_given(collect_options(), settings_, flags); !set) return set;
  for (const GivenOption& g : flags) {
    const auto option = std::ranges::find(venue_options(), g.name, [](const auto& o) { return o.spec.name; });
    if (option == venue_options().end()) continue;
    for (const std::string& text : g.values) {
      if (Result<void> set = apply_address(*option, text); !set) return set;
    }
  }
  return {};
}

Result<void> SettingsLoader::apply_address(const VenueOption& option, const std::string& text) {
  Venue venue = settings_.venue;
  std::string address = text;
  for (const Venue named : kVenues) {
    const std::string prefix = fmt::format("{}:", to_string(named));
    if (!text.starts_with(prefix)) continue;
    venue = named;
    address = text.substr(prefix.size());
  }
  const Result<void> set = option.set(settings_.addresses_of(venue), address);
  if (set && !option.has_effect) note_unused(flag_of(option.spec.name), kWsApiUnused);
  return set ? set : at_option(option.spec.name, set.error().message);
}

std::unexpected<Error> SettingsLoader::at_option(std::string_view name, const std::string& message) const {
  const auto place = places_.find(name);
  return fail(ErrorCode::kUsage,
              fmt::format("{}: {}", place == places_.end() ? flag_of(name) : place->second, message));
}

Result<CollectSettings> SettingsLoader::finish(const ReadFile& read) {
  if (Result<void> done = expand_symbols(read); !done) return std::unexpected(done.error());
  if (Result<void> done = check_venues(); !done) return std::unexpected(done.error());
  if (Result<void> done = check_sinks(); !done) return std::unexpected(done.error());
  note_half_addresses();
  return settings_;
}

Result<void> SettingsLoader::expand_symbols(const ReadFile& read) {
  std::vector<std::string> symbols;
  for (const std::string& typed : settings_.symbols) {
    std::vector<std::string> names{typed};
    if (typed.starts_with('@')) {
      const Result<std::string> text = read(typed.substr(1));
      if (!text) return at_option("symbols", text.error().message);
      names = lines_of(*text);
    }
    for (const std::string& name : names) {
      if (const auto wish = binance::parse_symbol_wish(name, settings_.venue); !wish) {
        return at_option("symbols", names.size() == 1 && names[0] == typed
                                        ? wish.error().message
                                        : fmt::format("{}: {}", typed.substr(1), wish.error().message));
      }
      if (std::ranges::find(symbols, name) == symbols.end()) symbols.push_back(name);
    }
    if (symbols.size() > CollectSettings::kMaxSymbols) {
      return at_option("symbols", fmt::format("more than {} symbols: spread them over several collectors",
                                              CollectSettings::kMaxSymbols));
    }
  }
  settings_.symbols = std::move(symbols);
  return {};
}

std::vector<Venue> SettingsLoader::used_venues() const {
  std::vector<Venue> used;
  for (const Venue venue : kVenues) {
    const bool is_used = std::ranges::any_of(settings_.symbols, [&](const std::string& typed) {
      return binance::parse_symbol_wish(typed, settings_.venue)->venue == venue;
    });
    if (is_used || (settings_.symbols.empty() && venue == settings_.venue)) used.push_back(venue);
  }
  return used;
}

Result<void> SettingsLoader::check_venues() const {
  const std::vector<Venue> used = used_venues();
  int largest = 0;
  for (const Venue venue : used) {
    const binance::VenueLimits& limits = binance::limits(venue);
    largest = std::max(largest, limits.largest_depth_limit);
    if (std::ranges::find(limits.depth_intervals, settings_.update_interval) == limits.depth_intervals.end()) {
      return at_option(kUpdateInterval, fmt::format("'{}' is not offered by {}: there is {}", update_interval_,
                                                    to_string(venue), interval_names(venue)));
    }
  }
  if (settings_.limit > largest) {
    return at_option("limit", fmt::format("'{}' is more than the venue shows: at most {}", settings_.limit, largest));
  }
  if (Result<void> checked = check_streams(used); !checked) return checked;
  return check_addresses(used);
}

// Each stream is of one venue at least, and each venue has one of them.
Result<void> SettingsLoader::check_streams(std::span<const Venue> used) const {
  for (const std::string& stream : settings_.streams) {
    const bool offered =
        std::ranges::any_of(used, [&](Venue venue) { return binance::parse_stream_type(venue, stream).has_value(); });
    if (!offered) return at_option("streams", binance::parse_stream_type(used[0], stream).error().message);
  }
  for (const Venue venue : used) {
    if (const auto streams = streams_of(settings_, venue); !streams)
      return at_option("streams", streams.error().message);
  }
  return {};
}

// Who turns one venue to another address, to the offline exchange say, does not mean the next venue to be asked at its
// own on the internet. In a file each venue has its own section to look at.
Result<void> SettingsLoader::check_addresses(std::span<const Venue> used) const {
  const auto check = [&](std::string_view name, std::string VenueAddresses::* address) -> Result<void> {
    const auto place = places_.find(name);
    if (place == places_.end() || place->second != flag_of(name)) return {};
    for (const Venue venue : used) {
      if (!(settings_.addresses_of(venue).*address).empty()) continue;
      return at_option(name, fmt::format("says nothing of {}, of which there are symbols: add {} {}:URL",
                                         to_string(venue), flag_of(name), to_string(venue)));
    }
    return {};
  };
  if (Result<void> rest = check("rest_url", &VenueAddresses::rest_url); !rest) return rest;
  return check("stream_url", &VenueAddresses::stream_url);
}

// A mirror of one of them may be meant; an offline exchange's book would be the venue's with the exchange's changes.
void SettingsLoader::note_half_addresses() {
  for (const Venue venue : used_venues()) {
    const VenueAddresses& own = settings_.addresses_of(venue);
    if (own.rest_url.empty() == own.stream_url.empty()) continue;
    const bool has_rest = !own.rest_url.empty();
    settings_.notices.push_back(fmt::format("{} of {} is set and {} is not: snapshots come from {}, updates from {}",
                                            has_rest ? "rest_url" : "stream_url", to_string(venue),
                                            has_rest ? "stream_url" : "rest_url", has_rest ? own.rest_url : "the venue",
                                            has_rest ? "the venue" : own.stream_url));
  }
}

Result<void> SettingsLoader::check_ca_file() const {
  const Result<void> checked = acts::check_ca_file(settings_.ca_file);
  return checked ? checked : at_option("ca_file", checked.error().message);
}

namespace {

Result<void> read_config_of(const Given& given, SettingsLoader& loader) {
  const auto config = std::ranges::find(given, "config", &GivenOption::name);
  const std::string path(config == given.end() ? kDefaultConfigFile : std::string_view(config->values[0]));
  if (config == given.end() && ::access(path.c_str(), F_OK) != 0) return {};
  const Result<std::string> text = read_text_file(path, kMaxConfigBytes);
  return text ? loader.read_config(*text, path) : std::unexpected(text.error());
}

// Names the configuration that is read unasked: once read, it is missed when it has gone.
Given with_config(Given given) {
  const std::string path(kDefaultConfigFile);
  const bool is_named = std::ranges::find(given, "config", &GivenOption::name) != given.end();
  if (!is_named && ::access(path.c_str(), F_OK) == 0) given.push_back({.name = "config", .values = {path}});
  return given;
}

}  // namespace

OptionSpec data_dir_spec() {
  for (const OptionSpec& spec : settings_flags()) {
    if (spec.name == "data_dir") return spec;
  }
  return {};
}

Result<CollectSettings> archive_settings_of(const Given& given) {
  Given of_archive;
  std::ranges::copy_if(given, std::back_inserter(of_archive),
                       [](const auto& g) { return g.name == "data_dir" || g.name.starts_with("keep_"); });
  SettingsLoader loader;
  if (const Result<void> read = read_config_of(given, loader); !read) return std::unexpected(read.error());
  if (const Result<void> set = loader.apply(of_archive); !set) return std::unexpected(set.error());
  return loader.so_far();
}

Result<std::string> data_dir_of(const Given& given) {
  const Result<CollectSettings> settings = archive_settings_of(given);
  if (!settings) return std::unexpected(settings.error());
  return settings->data_dir;
}

Result<std::string> present_data_dir_of(const Given& given) {
  Result<std::string> data_dir = data_dir_of(given);
  std::error_code ignored;
  if (!data_dir || std::filesystem::is_directory(*data_dir, ignored)) return data_dir;
  return fail(ErrorCode::kUsage,
              fmt::format("{}: there is no such directory: name the one that has the data by --data-dir", *data_dir));
}

Result<CollectSettings> load_settings(const Given& given) {
  SettingsLoader loader;
  if (const Result<void> read = read_config_of(given, loader); !read) return std::unexpected(read.error());
  if (const Result<void> set = loader.apply(given); !set) return std::unexpected(set.error());
  if (const Result<void> checked = loader.check_ca_file(); !checked) return std::unexpected(checked.error());
  Result<CollectSettings> settings =
      loader.finish([](const std::string& file) { return read_text_file(file, kMaxSymbolFileBytes); });
  if (!settings) return settings;
  for (SinkSettings& sink : settings->sinks) {
    if (const Result<void> read = read_password(sink); !read) return std::unexpected(read.error());
  }
  settings->reload = [again = with_config(given)] { return load_settings(again); };
  return settings;
}

Result<LogSettings> log_settings(const Given& given) {
  Given common;
  for (const GivenOption& g : given) {
    if (g.name == "log_level" || g.name == "log_format") common.push_back(g);
  }
  CollectSettings settings;
  if (const Result<void> set = set_given(collect_options(), settings, common); !set)
    return std::unexpected(set.error());
  return settings.log;
}

std::vector<OptionSpec> settings_flags() {
  std::vector<OptionSpec> flags;
  for (const OptionSpec& spec : specs_of(collect_options())) {
    const std::vector<OptionSpec> common = common_options();
    if (std::ranges::find(common, spec.name, &OptionSpec::name) == common.end()) flags.push_back(spec);
  }
  for (const VenueOption& option : venue_options()) flags.push_back(option.spec);
  for (OptionSpec& spec : flags) {
    const bool is_address =
        std::ranges::any_of(venue_options(), [&](const auto& o) { return o.spec.name == spec.name; });
    if (is_address) spec.kind = OptionKind::kTexts;  // one a venue
  }
  return flags;
}

OptionSpec symbols_positional() {
  OptionSpec spec = collect_options().front().spec;
  spec.placeholder = "SYMBOL";
  return spec;
}

}  // namespace acts::cli
