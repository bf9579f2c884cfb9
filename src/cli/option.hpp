// An option, declared once: its flag, its key in acts.toml, its help and how it is set come from the same place.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"

namespace acts::cli {

// Characters of a value that a message shows.
inline constexpr std::size_t kMostShown = 80;

enum class OptionKind : std::uint8_t {
  kText,
  kChoice,  // one of OptionSpec::choices
  kInteger,
  kSwitch,    // "true" or "false"
  kDuration,  // "30m"
  kTexts,     // on the command line separated by commas
  kNumbers,   // the same
  kFiles,     // on the command line all arguments up to the next flag
};

// What was given, as text: one for the single kinds.
using Values = std::vector<std::string>;

struct OptionSpec {
  std::string_view name;              // the key: "data_dir"; the flag is "--data-dir"
  std::string_view placeholder = {};  // "DIR"
  OptionKind kind = OptionKind::kText;
  std::string_view help = {};
  std::string_view default_text = {};
  std::vector<std::string_view> choices = {};
  std::string_view other_choice = {};  // what to do where it is none of them
  bool is_required = false;
};

template <typename Settings>
struct Option {
  OptionSpec spec;
  // Errors: kUsage; the message says what is wrong with the values, not where they stand.
  Result<void> (*set)(Settings& settings, const Values& values);
};

struct GivenOption {
  std::string name;
  Values values;
  bool is_positional = false;  // stood without a flag
};
using Given = std::vector<GivenOption>;

std::string flag_of(std::string_view name);
// "--no-record" of a switch that is on without being asked for; else empty.
std::string negated_flag_of(const OptionSpec& spec);  // "data_dir" -> "--data-dir"
bool is_list(OptionKind kind) noexcept;

// Choices, and the number of values. Errors: kUsage.
Result<void> check_values(const OptionSpec& spec, const Values& values);

template <typename Settings>
Result<void> set_option(const Option<Settings>& option, Settings& settings, const Values& values) {
  if (Result<void> checked = check_values(option.spec, values); !checked) return checked;
  return option.set(settings, values);
}

// Sets what the command line gave; names that are not in the table are somebody else's. Errors: kUsage, with the flag.
template <typename Settings>
Result<void> set_given(std::span<const Option<Settings>> table, Settings& settings, const Given& given) {
  for (const GivenOption& g : given) {
    const auto option = std::ranges::find(table, g.name, [](const auto& o) { return o.spec.name; });
    if (option == table.end()) continue;
    if (Result<void> done = set_option(*option, settings, g.values); !done) {
      return fail(done.error().code, flag_of(g.name) + ": " + done.error().message);
    }
  }
  return {};
}

template <typename Settings>
std::vector<OptionSpec> specs_of(std::span<const Option<Settings>> table) {
  std::vector<OptionSpec> specs;
  for (const Option<Settings>& option : table) specs.push_back(option.spec);
  return specs;
}

// A flag that has an effect with one of these alone: actions of a command, formats. "of" is a list such as "merge,
// latency".
struct FlagUse {
  std::string_view name;
  std::string_view of;
};
// Errors: kUsage: a flag that is given, and is of others than `asked`: it would have no effect.
Result<void> check_uses(std::span<const FlagUse> uses, const Given& given, std::string_view asked);

// "did you mean data_dir?", or else "there is a, b, c".
std::string name_advice(std::string_view typed, std::span<const std::string_view> names);

// For setters. Errors: kUsage, without a place.
Result<int> parse_integer(std::string_view text, int lowest, int highest);
Result<Nanos> parse_positive_duration(std::string_view text);

}  // namespace acts::cli
