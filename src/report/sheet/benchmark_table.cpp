#include "report/sheet/benchmark_table.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "acts/base/decimal.hpp"
#include "acts/base/time.hpp"

#include "report/statistics/exact.hpp"

namespace acts::report {
namespace {

constexpr std::array<std::string_view, 2> kPriceColumns{"time", "price"};
constexpr std::array<std::string_view, 2> kCloseColumns{"time", "close"};

}  // namespace

Result<BenchmarkTable> BenchmarkTable::open(std::string_view header) {
  auto table = CsvTable::open(header, kPriceColumns);
  if (!table) table = CsvTable::open(header, kCloseColumns);
  if (table) return BenchmarkTable(*std::move(table));
  return fail(ErrorCode::kBadInput, "there are no columns 'time' and 'price' (or 'close') in it");
}

Result<void> BenchmarkTable::add(std::string_view line) {
  if (const Result<void> read = table_.read(line); !read) return read;
  const auto time = parse_iso8601(table_.field(0));
  if (!time || (!prices_.times.empty() && *time <= prices_.times.back())) {
    return fail(ErrorCode::kBadInput, fmt::format("time '{}' is none in ISO 8601 (UTC) after that of the line above",
                                                  table_.field(0).substr(0, 80)));
  }
  const auto price = parse_decimal(table_.field(1));
  if (!price || price->units <= 0) {
    return fail(ErrorCode::kBadInput,
                fmt::format("{} '{}' is no decimal number above 0", table_.name(1), table_.field(1).substr(0, 80)));
  }
  if (prices_.times.size() == kMostPrices) {
    return fail(ErrorCode::kBadInput, fmt::format("more than {} prices: one a minute is enough", kMostPrices));
  }
  prices_.times.push_back(*time);
  prices_.values.push_back(to_double(*price));
  return {};
}

}  // namespace acts::report
