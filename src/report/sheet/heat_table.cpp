#include "report/sheet/heat_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>

namespace acts::report {
namespace {

constexpr std::size_t kMonthColumns = 13;  // and the year
constexpr double kMostHeat = 4;

std::chrono::year_month_day day_of(UnixNanos time) {
  const auto day = std::chrono::floor<std::chrono::days>(std::chrono::sys_time<Nanos>(Nanos{time.value}));
  return {day};
}

}  // namespace

std::vector<int> heat_of(const HeatTable& table) {
  double low = 0;
  double high = 0;
  bool has_value = table.is_about_zero;
  for (const HeatCell& cell : table.cells) {
    if (!cell.value) continue;
    low = has_value ? std::min(low, *cell.value) : *cell.value;
    high = has_value ? std::max(high, *cell.value) : *cell.value;
    has_value = true;
  }
  const double middle = table.is_about_zero ? 0 : low / 2 + high / 2;
  const double most = std::max(high - middle, middle - low);
  std::vector<int> heat;
  heat.reserve(table.cells.size());
  for (const HeatCell& cell : table.cells) {
    const double share = cell.value && most > 0 ? (*cell.value - middle) / most : 0;
    heat.push_back(static_cast<int>(std::lround(std::clamp(share, -1.0, 1.0) * kMostHeat)));
  }
  return heat;
}

HeatTable month_table(const Closes& closes) {
  HeatTable table{
      .title = "Returns by month, UTC",
      .corner = "year",
      .columns = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec", "Year"}};
  const auto compound = [](HeatCell& cell, double growth) {
    cell.value = (1 + cell.value.value_or(0)) * growth - 1;
    cell.text = fmt::format("{:.2f} %", *cell.value * 100);
  };
  int year = 0;
  for (std::size_t i = 1; i < closes.values.size(); ++i) {
    const auto day = day_of(closes.times[i] - Nanos{1});
    const int its_year = static_cast<int>(day.year());
    while (table.rows.empty() || year < its_year) {
      year = table.rows.empty() ? its_year : year + 1;
      table.rows.push_back(fmt::format("{}", year));
      table.cells.resize(table.rows.size() * kMonthColumns);
    }
    const std::size_t row = (table.rows.size() - 1) * kMonthColumns;
    const double growth = closes.values[i] / closes.values[i - 1];
    compound(table.cells[row + static_cast<unsigned>(day.month()) - 1], growth);
    compound(table.cells[row + kMonthColumns - 1], growth);
  }
  return table;
}

}  // namespace acts::report
