// A group of figures as it grows. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "report/sheet/figures.hpp"

namespace acts::report {

class FigureList {
 public:
  FigureList(std::string key, std::string title) : group_{.key = std::move(key), .title = std::move(title)} {}

  // One more sentence.
  void note(std::string_view text);
  // Of each: what it is, and its convention.
  void text(std::string key, std::string label, const std::string& value, std::string convention);
  void count(std::string key, std::string label, std::uint64_t value, std::string convention);
  void money(std::string key, std::string label, const std::optional<Decimal>& value, std::string convention);
  void number(std::string key, std::string label, std::optional<double> value, std::string convention);
  void share(std::string key, std::string label, std::optional<double> value, std::string convention);  // as per cent
  void span(std::string key, std::string label, std::optional<double> seconds, std::string convention);
  [[nodiscard]] FigureGroup take() { return std::move(group_); }

 private:
  FigureGroup group_;
};

// Groups of figures.hpp that say how a run traded.
FigureGroup ledger_figures(const RunReport& run);
FigureGroup fill_figures(const RunReport& run);
FigureGroup order_figures(const RunReport& run);

}  // namespace acts::report
