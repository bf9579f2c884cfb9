#include "acts/strategy/parameters.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include "acts/base/assert.hpp"
#include "acts/base/nearest_name.hpp"
#include "acts/base/ratio.hpp"

namespace acts {
namespace {

using Value = Parameters::Value;

template <typename Number>
std::optional<Number> parse_number(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// Also "5e-05", the form in which a number without quotes comes out of TOML: its digits, moved by the exponent.
std::optional<Decimal> parse_exact(std::string_view text) {
  const std::size_t e = text.find_first_of("eE");
  const Result<Decimal> digits = parse_decimal(text.substr(0, e));
  if (!digits) return std::nullopt;
  if (e == std::string_view::npos) return *digits;
  std::string_view power = text.substr(e + 1);
  if (power.starts_with('+')) power.remove_prefix(1);
  const std::optional<int> exponent = parse_number<int>(power);
  if (!exponent || *exponent > kMaxScale || *exponent < -kMaxScale) return std::nullopt;
  const int scale = digits->scale - *exponent;
  if (scale > kMaxScale) return std::nullopt;
  if (scale >= 0) return Decimal{digits->units, scale};
  if (digits->units > INT64_MAX || digits->units < INT64_MIN) return std::nullopt;
  return Decimal{digits->units * power_of_ten(-scale), 0};
}

std::optional<Value> parse_value(ParameterType type, std::string_view text) {
  const auto wrapped = [](const auto& parsed) { return parsed ? std::optional<Value>(*parsed) : std::nullopt; };
  switch (type) {
    case ParameterType::kDecimal: return wrapped(parse_exact(text));
    case ParameterType::kReal: {
      const std::optional<double> number = parse_number<double>(text);
      return number && std::isfinite(*number) ? std::optional<Value>(*number) : std::nullopt;
    }
    case ParameterType::kInteger: return wrapped(parse_number<std::int64_t>(text));
    case ParameterType::kDuration: return wrapped(parse_duration(text));
    case ParameterType::kSwitch:
      if (text == "true" || text == "false") return Value(text == "true");
      return std::nullopt;
    case ParameterType::kText: return Value(std::string(text));
  }
  return std::nullopt;
}

std::string text_of(const Value& value) {
  if (const auto* decimal = std::get_if<Decimal>(&value)) return to_string(*decimal);
  if (const auto* real = std::get_if<double>(&value)) return shortest_text(*real);
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return fmt::format("{}", *integer);
  if (const auto* duration = std::get_if<Nanos>(&value)) return to_string(*duration);
  if (const auto* is_on = std::get_if<bool>(&value)) return *is_on ? "true" : "false";
  return std::get<std::string>(value);
}

std::string range_of(const ParameterSpec& spec) {
  if (!spec.choices.empty()) return fmt::format("{}", fmt::join(spec.choices, ", "));
  if (spec.type == ParameterType::kText) return spec.most.empty() ? "" : fmt::format("at most {} bytes", spec.most);
  if (!spec.least.empty() && !spec.most.empty()) return fmt::format("{} to {}", spec.least, spec.most);
  if (!spec.least.empty()) return fmt::format("at least {}", spec.least);
  return spec.most.empty() ? "" : fmt::format("at most {}", spec.most);
}

bool is_in_range(const ParameterSpec& spec, const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) {
    const bool is_chosen = spec.choices.empty() || std::ranges::find(spec.choices, *text) != spec.choices.end();
    return is_chosen && (spec.most.empty() || text->size() <= parse_number<std::size_t>(spec.most).value_or(0));
  }
  if (std::holds_alternative<bool>(value)) return true;
  const auto bound = [&spec](std::string_view text) {
    const std::optional<Value> parsed = parse_value(spec.type, text);
    ACTS_ASSERT(parsed.has_value());  // the declaration's own
    return *parsed;
  };
  if (!spec.least.empty() && value < bound(spec.least)) return false;
  return spec.most.empty() || !(bound(spec.most) < value);
}

std::unexpected<Error> refuse(std::string_view place, const std::string& message) {
  return fail(ErrorCode::kUsage, place.empty() ? message : fmt::format("{}: {}", place, message));
}

Result<Value> value_of(const ParameterSpec& spec, std::string_view text, std::string_view place) {
  std::optional<Value> value = parse_value(spec.type, text);
  if (!value && spec.type == ParameterType::kDuration) {
    return refuse(place, fmt::format("{}: {}", spec.name, parse_duration(text).error().message));
  }
  if (!value) return refuse(place, fmt::format("{}: '{}' is no {}", spec.name, text, in_words(spec.type)));
  if (!is_in_range(spec, *value)) {
    return refuse(place, fmt::format("{}: '{}' is out of range: {}", spec.name, text, range_of(spec)));
  }
  return *std::move(value);
}

std::unexpected<Error> no_such(std::span<const ParameterSpec> specs, const GivenParameter& given) {
  if (specs.empty()) {
    return refuse(given.place, fmt::format("no parameter '{}' of this strategy: it has none", given.name));
  }
  std::vector<std::string_view> names;
  names.reserve(specs.size());
  for (const ParameterSpec& spec : specs) names.push_back(spec.name);
  const std::string_view nearest = nearest_name(given.name, names);
  const std::string advice =
      nearest.empty() ? fmt::format("there is {}", fmt::join(names, ", ")) : fmt::format("did you mean {}?", nearest);
  return refuse(given.place, fmt::format("no parameter '{}' of this strategy: {}", given.name, advice));
}

}  // namespace

const Value& Parameters::value(std::string_view name) const {
  const auto found = values_.find(name);
  ACTS_ASSERT(found != values_.end());
  return found->second;
}

namespace {

template <typename T>
const T& as(const Value& value) {
  const T* const typed = std::get_if<T>(&value);
  ACTS_ASSERT(typed != nullptr);
  return *typed;
}

}  // namespace

Decimal Parameters::decimal(std::string_view name) const { return as<Decimal>(value(name)); }
double Parameters::real(std::string_view name) const { return as<double>(value(name)); }
std::int64_t Parameters::integer(std::string_view name) const { return as<std::int64_t>(value(name)); }
Nanos Parameters::duration(std::string_view name) const { return as<Nanos>(value(name)); }
bool Parameters::is_on(std::string_view name) const { return as<bool>(value(name)); }
const std::string& Parameters::text(std::string_view name) const { return as<std::string>(value(name)); }

std::map<std::string, std::string> Parameters::canonical() const {
  std::map<std::string, std::string> texts;
  for (const auto& [name, value] : values_) texts.emplace(name, text_of(value));
  return texts;
}

Result<Parameters> parse_parameters(std::span<const ParameterSpec> specs, std::span<const GivenParameter> given) {
  Parameters parameters;
  for (const GivenParameter& one : given) {
    const auto spec = std::ranges::find(specs, std::string_view(one.name), &ParameterSpec::name);
    if (spec == specs.end()) return no_such(specs, one);
    Result<Value> value = value_of(*spec, one.text, one.place);
    if (!value) return std::unexpected(value.error());
    if (!parameters.values_.emplace(one.name, *std::move(value)).second) {
      return refuse(one.place, fmt::format("{} is given twice: leave one out", one.name));
    }
  }
  for (const ParameterSpec& spec : specs) {
    if (parameters.values_.contains(spec.name)) continue;
    if (spec.default_text.empty() && spec.type != ParameterType::kText) {
      return refuse("", fmt::format("{} must be given: {}", spec.name, spec.help));
    }
    Result<Value> value = value_of(spec, spec.default_text, "");
    ACTS_ASSERT(value.has_value());  // the declaration's own
    parameters.values_.emplace(spec.name, *std::move(value));
  }
  return parameters;
}

std::string describe(std::span<const ParameterSpec> specs) {
  std::string out;
  for (const ParameterSpec& spec : specs) {
    const std::string range = range_of(spec);
    out += fmt::format("  {} ({}", spec.name, in_words(spec.type));
    if (!range.empty()) out += fmt::format(", {}", range);
    if (!spec.default_text.empty()) {
      out += fmt::format(", default {}", spec.default_text);
    } else if (spec.type != ParameterType::kText) {
      out += ", must be given";
    }
    out += fmt::format("): {}\n", spec.help);
  }
  return out;
}

std::string_view in_words(ParameterType type) noexcept {
  switch (type) {
    case ParameterType::kDecimal: return "decimal number";
    case ParameterType::kReal: return "number";
    case ParameterType::kInteger: return "whole number";
    case ParameterType::kDuration: return "duration";
    case ParameterType::kSwitch: return "switch (true or false)";
    case ParameterType::kText: break;
  }
  return "text";
}

}  // namespace acts
