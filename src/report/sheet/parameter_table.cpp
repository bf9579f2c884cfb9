#include "report/sheet/parameter_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>
#include <utility>

namespace acts::report {
namespace {

std::optional<double> number_in(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

// Its place among the values seen; none if there are too many.
std::optional<std::size_t> place_of(std::vector<std::string>& values, std::string_view text) {
  const auto found = std::ranges::find(values, text);
  const auto place = static_cast<std::size_t>(found - values.begin());
  if (found == values.end()) {
    if (values.size() == ParameterTable::kMostValues) return std::nullopt;
    values.emplace_back(text);
  }
  return place;
}

std::unexpected<Error> too_many(std::string_view parameter) {
  return fail(ErrorCode::kBadInput, fmt::format("more than {} values of '{}': a map of so many shows nothing",
                                                ParameterTable::kMostValues, parameter));
}

std::vector<std::size_t> order_of(const std::vector<std::string>& values) {
  const bool are_numbers =
      std::ranges::all_of(values, [](const std::string& text) { return number_in(text).has_value(); });
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, [&](std::size_t a, std::size_t b) {
    if (!are_numbers) return values[a] < values[b];
    return std::pair(*number_in(values[a]), a) < std::pair(*number_in(values[b]), b);
  });
  return order;
}

}  // namespace

Result<ParameterTable> ParameterTable::open(std::string_view header, std::string across, std::string down,
                                            std::string statistic) {
  ParameterTable made;
  made.names_ = std::make_unique<std::array<std::string, 3>>(
      std::array<std::string, 3>{std::move(across), std::move(down), std::move(statistic)});
  const std::array<std::string, 3>& names = *made.names_;
  made.wanted_ =
      std::make_unique<std::array<std::string_view, 3>>(std::array<std::string_view, 3>{names[0], names[1], names[2]});
  auto csv = CsvTable::open(header, *made.wanted_);
  if (!csv) return std::unexpected(csv.error());
  made.csv_ = *std::move(csv);
  return made;
}

Result<void> ParameterTable::add(std::string_view line) {
  if (const Result<void> read = csv_->read(line); !read) return read;
  // First what may be refused: a line that is leaves no trace.
  const std::string_view text = csv_->field(2);
  const auto value = number_in(text);
  if (!text.empty() && !value) {
    return fail(ErrorCode::kBadInput, fmt::format("{} '{}' is no number", csv_->name(2), text.substr(0, 80)));
  }
  const auto across = place_of(across_, csv_->field(0));
  if (!across) return too_many(csv_->name(0));
  const auto down = place_of(down_, csv_->field(1));
  if (!down) return too_many(csv_->name(1));
  cells_.resize(down_.size() * kMostValues);
  if (!value) return {};
  Cell& cell = cells_[*down * kMostValues + *across];
  cell.total += *value;
  ++cell.lines;
  return {};
}

HeatTable ParameterTable::table() const {
  HeatTable table{.title = fmt::format("{} by {} (across) and {} (down)", (*names_)[2], (*names_)[0], (*names_)[1]),
                  .corner = (*names_)[1],
                  .is_about_zero = false};
  const std::vector<std::size_t> columns = order_of(across_);
  for (const std::size_t column : columns) table.columns.push_back(across_[column]);
  for (const std::size_t row : order_of(down_)) {
    table.rows.push_back(down_[row]);
    for (const std::size_t column : columns) {
      const Cell& cell = cells_[row * kMostValues + column];
      HeatCell& shown = table.cells.emplace_back();
      const double value = cell.lines > 0 ? cell.total / static_cast<double>(cell.lines) : 0;
      if (cell.lines == 0 || !std::isfinite(value)) continue;
      shown.value = value;
      shown.text = fmt::format("{:.4g}{}", value, cell.lines > 1 ? fmt::format(" ({})", cell.lines) : std::string());
    }
  }
  return table;
}

}  // namespace acts::report
