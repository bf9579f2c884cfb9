// What can be set about a strategy: each parameter is declared once, with its type, range, default and one line of
// help, and is from there read from a configuration, shown by --help, swept over, and part of a run's identity. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "acts/base/decimal.hpp"
#include "acts/base/result.hpp"
#include "acts/base/time.hpp"

namespace acts {

enum class ParameterType : std::uint8_t {
  kDecimal,   // exact: prices, quantities, money; "0.1"
  kReal,      // a double, finite: ratios and such; 5e-5
  kInteger,   // 64 bits; 10
  kDuration,  // "100ms"; not negative
  kSwitch,    // true, false
  kText,
};

struct ParameterSpec {
  std::string_view name;  // snake_case, as in the configuration
  ParameterType type = ParameterType::kReal;
  std::string_view help;               // one line, without a full stop
  std::string_view default_text = {};  // as in a configuration, without quotes; "" (but for texts): must be given
  std::string_view least = {};         // the range, as default_text; "": none. Not of kSwitch
  std::string_view most = {};          // of kText: the most bytes
  std::span<const std::string_view> choices = {};  // of kText: what it may be; empty: anything
};

// As somebody has written it. `place` begins messages ("run.toml:27"); may be empty.
struct GivenParameter {
  std::string name;
  std::string text;
  std::string place = {};
};

// Values of all parameters of one strategy.
class Parameters {
 public:
  // Names come from the declaration: one that is not in it, or has another type, is a defect (asserted).
  [[nodiscard]] Decimal decimal(std::string_view name) const;
  [[nodiscard]] double real(std::string_view name) const;
  [[nodiscard]] std::int64_t integer(std::string_view name) const;
  [[nodiscard]] Nanos duration(std::string_view name) const;
  [[nodiscard]] bool is_on(std::string_view name) const;
  [[nodiscard]] const std::string& text(std::string_view name) const;

  // In a form that is the same for equal values, by name: "0.1", "5e-05", "10", "100ms", "true". For identities and
  // reports.
  [[nodiscard]] std::map<std::string, std::string> canonical() const;

  using Value = std::variant<Decimal, double, std::int64_t, Nanos, bool, std::string>;

 private:
  friend Result<Parameters> parse_parameters(std::span<const ParameterSpec> specs,
                                             std::span<const GivenParameter> given);
  [[nodiscard]] const Value& value(std::string_view name) const;
  std::map<std::string, Value, std::less<>> values_;
};

// Values as given, defaults where nothing is. Errors: kUsage, one line with the place: no such parameter (with the
// nearest name), given twice, missing, of another type, not finite, or out of its range.
Result<Parameters> parse_parameters(std::span<const ParameterSpec> specs, std::span<const GivenParameter> given);

// For --help: name, type, range, default (or that there is none) and help, a line each.
std::string describe(std::span<const ParameterSpec> specs);

// "decimal number", "number", "whole number", "duration", "switch (true or false)", "text".
std::string_view in_words(ParameterType type) noexcept;

}  // namespace acts
