#include "cli/option.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>

#include "acts/base/nearest_name.hpp"

namespace acts::cli {

std::string flag_of(std::string_view name) {
  std::string flag = "--" + std::string(name);
  std::ranges::replace(flag, '_', '-');
  return flag;
}

std::string negated_flag_of(const OptionSpec& spec) {
  const bool is_on = spec.kind == OptionKind::kSwitch && spec.default_text == "true";
  return is_on ? "--no-" + flag_of(spec.name).substr(2) : std::string();
}

bool is_list(OptionKind kind) noexcept {
  return kind == OptionKind::kTexts || kind == OptionKind::kNumbers || kind == OptionKind::kFiles;
}

Result<void> check_values(const OptionSpec& spec, const Values& values) {
  if (!is_list(spec.kind) && values.size() != 1) return fail(ErrorCode::kUsage, "one value is needed");
  if (spec.kind == OptionKind::kChoice && std::ranges::find(spec.choices, values[0]) == spec.choices.end()) {
    const std::string_view nearest = nearest_name(values[0], spec.choices);
    return fail(ErrorCode::kUsage,
                fmt::format("'{}' is none of {}{}", values[0].substr(0, kMostShown), fmt::join(spec.choices, ", "),
                            !nearest.empty()             ? fmt::format("; did you mean {}?", nearest)
                            : !spec.other_choice.empty() ? fmt::format(": {}", spec.other_choice)
                                                         : ""));
  }
  if (spec.kind == OptionKind::kSwitch && values[0] != "true" && values[0] != "false") {
    return fail(ErrorCode::kUsage, fmt::format("'{}' is neither true nor false", values[0].substr(0, kMostShown)));
  }
  return {};
}

Result<void> check_uses(std::span<const FlagUse> uses, const Given& given, std::string_view asked) {
  for (const FlagUse& use : uses) {
    const bool is_of_it = fmt::format(", {},", use.of).contains(fmt::format(", {},", asked));
    if (is_of_it || std::ranges::find(given, use.name, &GivenOption::name) == given.end()) continue;
    return fail(ErrorCode::kUsage, fmt::format("{} is of {}, not of {}", flag_of(use.name), use.of, asked));
  }
  return {};
}

std::string name_advice(std::string_view typed, std::span<const std::string_view> names) {
  const std::string_view nearest = nearest_name(typed, names);
  if (!nearest.empty()) return fmt::format("did you mean {}?", nearest);
  return fmt::format("there is {}", fmt::join(names, ", "));
}

Result<int> parse_integer(std::string_view text, int lowest, int highest) {
  int value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error == std::errc{} && stop == end && value >= lowest && value <= highest) return value;
  return fail(ErrorCode::kUsage,
              fmt::format("'{}' is not a whole number from {} to {}", text.substr(0, kMostShown), lowest, highest));
}

Result<Nanos> parse_positive_duration(std::string_view text) {
  const Result<Nanos> duration = parse_duration(text.substr(0, kMostShown));
  if (!duration) return duration;
  if (duration->count() == 0) {
    return fail(ErrorCode::kUsage, fmt::format("'{}' is no time at all: write one such as 10s", text));
  }
  return duration;
}

}  // namespace acts::cli
