#include "cli/backtest_config.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <span>
#include <utility>
#include <vector>

#include "binance/error_text.hpp"
#include "cli/backtest_check.hpp"
#include "cli/backtest_keys.hpp"
#include "cli/backtest_sweep_keys.hpp"
#include "cli/config_file.hpp"
#include "cli/option.hpp"

namespace acts::cli {
namespace {

namespace fs = std::filesystem;
using backtest::BacktestSettings;
using backtest::InstrumentSettings;

constexpr std::string_view kData = "data";
constexpr std::string_view kInstrument = "instrument";
constexpr std::string_view kPartPrefix = "instrument.";
// Parameters' texts are the strategy's, whose declaration says what they must be.
constexpr std::string_view kStrategy = "strategy";

// Which instrument the entry is of, from 0; of a section that stands once, the first.
std::size_t place_among(const ConfigEntry& entry) { return entry.table == 0 ? 0 : entry.table - 1; }

// "exchange" of "exchange.queue"; empty if this is no part of an instrument.
std::string_view part_of(std::string_view section) {
  const std::string_view first = section.substr(0, section.find('.'));
  const auto found = std::ranges::find(instrument_parts(), first);
  return found == instrument_parts().end() ? std::string_view() : first;
}

// Of [instrument.NAME]: NAME; else the section.
std::string_view own_section(std::string_view section) {
  if (!section.starts_with(kPartPrefix)) return section;
  const std::string_view rest = section.substr(kPartPrefix.size());
  return part_of(rest).empty() ? section : rest;
}
bool is_own_part(std::string_view section) { return own_section(section) != section; }

std::vector<std::string> sections_of_all_keys() {
  std::vector<std::string> sections;
  const auto add = [&sections](std::string section) {
    if (std::ranges::find(sections, section) == sections.end()) sections.push_back(std::move(section));
  };
  for (const InstrumentKey& key : data_keys()) add(std::string(key.section));
  for (const InstrumentKey& key : part_keys()) add(std::string(key.section));
  for (const RunKey& key : run_keys()) add(std::string(key.section));
  add(std::string(kSweepSection));
  for (const InstrumentKey& key : part_keys()) add(fmt::format("{}{}", kPartPrefix, key.section));
  return sections;
}

Result<void> check_section(const ConfigEntry& entry) {
  const std::vector<std::string> sections = sections_of_all_keys();
  if (std::ranges::find(sections, entry.section) != sections.end()) return {};
  const std::vector<std::string_view> names(sections.begin(), sections.end());
  return fail(ErrorCode::kUsage, fmt::format("no section [{}]: {}", entry.section, name_advice(entry.section, names)));
}

std::unexpected<Error> unknown_key(const ConfigEntry& entry) {
  if (entry.section.empty()) {
    return fail(ErrorCode::kUsage, fmt::format("key '{}' is in no section: put it below [data]", entry.key));
  }
  std::vector<std::string_view> names;
  const auto add = [&](const auto& keys) {
    for (const auto& key : keys) {
      if (key.section == own_section(entry.section)) names.push_back(key.key);
    }
  };
  add(data_keys());
  add(part_keys());
  add(run_keys());
  return fail(ErrorCode::kUsage,
              fmt::format("no key '{}' in [{}]: {}", entry.key, entry.section, name_advice(entry.key, names)));
}

template <typename Settings>
const ConfigKey<Settings>* find_key(std::span<const ConfigKey<Settings>> keys, const ConfigEntry& entry) {
  const std::string_view section = own_section(entry.section);
  const auto found = std::ranges::find_if(
      keys, [&](const ConfigKey<Settings>& key) { return key.section == section && key.key == entry.key; });
  return found == keys.end() ? nullptr : &*found;
}

template <typename Settings>
Result<void> set_key(const ConfigKey<Settings>& key, Settings& settings, const ConfigEntry& entry) {
  if (std::ranges::find(key.types, entry.type) == key.types.end()) {
    return fail(ErrorCode::kUsage,
                fmt::format("{}: {} is needed, not {}", entry.key, key.wanted, in_words(entry.type)));
  }
  const Result<void> set = key.set(settings, entry.values);
  return set ? set : fail(ErrorCode::kUsage, fmt::format("{}: {}", entry.key, set.error().message));
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

class ConfigReader {
 public:
  ConfigReader(std::vector<ConfigEntry> entries, std::string name)
      : entries_(std::move(entries)), name_(std::move(name)) {}

  Result<BacktestSettings> read() {
    if (const Result<void> counted = count_instruments(); !counted) return with_place(name_, counted.error());
    for (const ConfigEntry& entry : entries_) {
      const std::string place = fmt::format("{}:{}", name_, entry.line);
      const Result<void> taken = SweepKeys::is_of_sweep(entry) ? sweep_.take(entry, place) : take(entry, place);
      if (!taken) return with_place(place, taken.error());
    }
    if (const Result<void> swept = std::move(sweep_).finish(settings_); !swept) return std::unexpected(swept.error());
    if (const Result<void> complete = check_complete(); !complete) return std::unexpected(complete.error());
    resolve_paths();
    return std::move(settings_);
  }

 private:
  static std::unexpected<Error> with_place(const std::string& place, const Error& error) {
    return fail(ErrorCode::kUsage, fmt::format("{}: {}", place, error.message));
  }
  [[nodiscard]] std::size_t count_of(std::string_view section) const {
    return static_cast<std::size_t>(std::ranges::count_if(
        entries_, [section](const ConfigEntry& entry) { return entry.section == section && entry.key.empty(); }));
  }
  // One of each of [[data]] and [[instrument]] is an instrument.
  Result<void> count_instruments() {
    const std::size_t data = count_of(kData);
    const std::size_t rules = count_of(kInstrument);
    if (std::max(data, rules) > backtest::kMostInstruments) {
      return fail(ErrorCode::kUsage, fmt::format("more than {} instruments", backtest::kMostInstruments));
    }
    if (data != rules && std::max(data, rules) > 1) {
      return fail(ErrorCode::kUsage, fmt::format("[[data]] stands {} times and [[instrument]] {}: one of each is an "
                                                 "instrument, in the same order",
                                                 data, rules));
    }
    settings_.instruments.resize(std::max<std::size_t>(data, 1));
    return {};
  }
  [[nodiscard]] bool has_own(std::size_t instrument, std::string_view part) const {
    return std::ranges::any_of(entries_, [&](const ConfigEntry& entry) {
      return is_own_part(entry.section) && part_of(own_section(entry.section)) == part &&
             place_among(entry) == instrument;
    });
  }

  Result<void> take(const ConfigEntry& entry, const std::string& place) {
    if (entry.key.empty()) return check_section(entry);
    if (const InstrumentKey* const key = find_key(data_keys(), entry)) {
      return set_key(*key, settings_.instruments[place_among(entry)], entry);
    }
    if (const InstrumentKey* const key = find_key(part_keys(), entry)) return take_part(*key, entry);
    if (const RunKey* const key = find_key(run_keys(), entry)) return set_key(*key, settings_, entry);
    return entry.section == kStrategy ? take_parameter(settings_, entry, place) : Result<void>(unknown_key(entry));
  }
  Result<void> take_part(const InstrumentKey& key, const ConfigEntry& entry) {
    if (is_own_part(entry.section)) return set_key(key, settings_.instruments[place_among(entry)], entry);
    for (std::size_t i = 0; i < settings_.instruments.size(); ++i) {
      if (has_own(i, part_of(entry.section))) continue;
      if (Result<void> set = set_key(key, settings_.instruments[i], entry); !set) return set;
    }
    return {};
  }

  // What holds for one instrument, as if it were the only one.
  [[nodiscard]] std::vector<ConfigEntry> entries_of(std::size_t instrument) const {
    std::vector<ConfigEntry> out;
    for (const ConfigEntry& entry : entries_) {
      const bool is_of_one = entry.section == kData || entry.section == kInstrument || is_own_part(entry.section);
      const std::string_view part = is_of_one ? std::string_view() : part_of(entry.section);
      const bool is_replaced = !part.empty() && has_own(instrument, part);
      if (is_replaced || (is_of_one && place_among(entry) != instrument)) continue;
      out.push_back(entry);
      out.back().section = own_section(entry.section);
    }
    return out;
  }
  // Where the instrument stands, if there are several.
  [[nodiscard]] std::string place_of(std::size_t instrument) const {
    const auto found = std::ranges::find_if(entries_, [instrument](const ConfigEntry& entry) {
      return entry.section == kData && entry.key.empty() && entry.table == instrument + 1;
    });
    return found == entries_.end() ? name_ : fmt::format("{}:{}", name_, found->line);
  }
  Result<void> check_kinds() const {
    const auto kind_of = [this](std::size_t instrument) {
      const auto found = std::ranges::find_if(entries_, [instrument](const ConfigEntry& entry) {
        return entry.section == kData && entry.key == "kind" && place_among(entry) == instrument;
      });
      return found == entries_.end() ? std::string("books") : found->values[0];
    };
    for (std::size_t i = 1; i < settings_.instruments.size(); ++i) {
      if (kind_of(i) == kind_of(0)) continue;
      return with_place(place_of(i),
                        {ErrorCode::kUsage, fmt::format("kind in [data]: these are {}, the first are {}: a "
                                                        "run is over books or over bars",
                                                        kind_of(i), kind_of(0))});
    }
    return {};
  }
  [[nodiscard]] Result<void> check_complete() const {
    if (Result<void> same = check_kinds(); !same) return same;
    for (std::size_t i = 0; i < settings_.instruments.size(); ++i) {
      const Result<void> checked = check_instrument(settings_.instruments[i], settings_.is_bars, entries_of(i));
      if (!checked) return with_place(place_of(i), checked.error());
    }
    const Result<void> checked = check_run(settings_, entries_);
    return checked ? checked : with_place(name_, checked.error());
  }

  // Files lie relative to the configuration.
  void resolve_paths() {
    const fs::path folder = fs::path(name_).parent_path();
    const auto resolve = [&folder](std::string& path) {
      if (!path.empty()) path = (folder / path).string();
    };
    for (InstrumentSettings& instrument : settings_.instruments) {
      for (std::string& file : instrument.files) file = (folder / file).string();
      resolve(instrument.data_dir);
      if (instrument.latency.file) resolve(*instrument.latency.file);
      resolve(instrument.funding_file);
      for (std::string& file : instrument.features_files) resolve(file);
    }
    resolve(settings_.library);
  }

  std::vector<ConfigEntry> entries_;
  std::string name_;
  BacktestSettings settings_;
  SweepKeys sweep_;
};

}  // namespace

Result<BacktestSettings> parse_backtest_config(std::string_view text, const std::string& name) {
  constexpr std::array<std::string_view, 2> kOfInstruments{kData, kInstrument};
  Result<std::vector<ConfigEntry>> entries = parse_config(text, name, kOfInstruments);
  if (!entries) return std::unexpected(entries.error());
  Result<BacktestSettings> settings = ConfigReader(*std::move(entries), name).read();
  if (settings) return settings;
  // Errors quote values, in which ends of lines can be.
  const Error& error = settings.error();
  return fail(error.code, binance::one_line(error.message, error.message.size()));
}

}  // namespace acts::cli
