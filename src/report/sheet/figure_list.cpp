#include "report/sheet/figure_list.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>

namespace acts::report {
namespace {

constexpr std::string_view kUndefined = "undefined";

struct Unit {
  double seconds;
  std::string_view name;
};
constexpr std::array<Unit, 7> kUnits{
    {{86400, "d"}, {3600, "h"}, {60, "min"}, {1, "s"}, {1e-3, "ms"}, {1e-6, "µs"}, {1e-9, "ns"}}};

}  // namespace

std::string span_text(double seconds) {
  for (const Unit& unit : kUnits) {
    if (std::abs(seconds) >= unit.seconds) return fmt::format("{:.3g} {}", seconds / unit.seconds, unit.name);
  }
  return "0 s";
}

std::string number_text(double value) { return fmt::format("{:.6g}", value == 0 ? 0 : value); }

void FigureList::note(std::string_view text) {
  if (!group_.note.empty()) group_.note += ' ';
  group_.note += text;
}

void FigureList::text(std::string key, std::string label, const std::string& value, std::string convention) {
  group_.figures.push_back({.key = std::move(key),
                            .label = std::move(label),
                            .text = value,
                            .exact = value,
                            .convention = std::move(convention)});
}

void FigureList::count(std::string key, std::string label, std::uint64_t value, std::string convention) {
  group_.figures.push_back({.key = std::move(key),
                            .label = std::move(label),
                            .text = fmt::format("{}", value),
                            .number = static_cast<double>(value),
                            .convention = std::move(convention)});
}

void FigureList::money(std::string key, std::string label, const std::optional<Decimal>& value,
                       std::string convention) {
  std::string exact = value ? to_string(*value) : std::string();
  std::string told = value ? exact : std::string(kUndefined);
  group_.figures.push_back({.key = std::move(key),
                            .label = std::move(label),
                            .text = std::move(told),
                            .exact = std::move(exact),
                            .convention = std::move(convention)});
}

void FigureList::number(std::string key, std::string label, std::optional<double> value, std::string convention) {
  group_.figures.push_back({.key = std::move(key),
                            .label = std::move(label),
                            .text = value ? number_text(*value) : std::string(kUndefined),
                            .number = value,
                            .convention = std::move(convention)});
}

void FigureList::share(std::string key, std::string label, std::optional<double> value, std::string convention) {
  number(std::move(key), std::move(label), value, std::move(convention));
  if (value) group_.figures.back().text = fmt::format("{:.4g} %", *value == 0 ? 0 : *value * 100);
}

void FigureList::span(std::string key, std::string label, std::optional<double> seconds, std::string convention) {
  number(std::move(key), std::move(label), seconds, std::move(convention));
  if (seconds) group_.figures.back().text = span_text(*seconds);
}

}  // namespace acts::report
