// Ranges of a sweep as written, three lines: what is taken goes up in equal steps and ends by its end.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "acts/base/assert.hpp"
#include "acts/base/decimal.hpp"

#include "backtest/bars/sweep_plan.hpp"
#include "history/import/plain_decimal.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto line = [&text] {
    const std::size_t end = text.find('\n');
    const std::string_view taken = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    return std::string(taken);
  };
  acts::backtest::SweepRange range;
  range.from = line();
  range.to = line();
  range.step = line();
  const auto values = acts::backtest::values_of(range);
  if (!values) return 0;
  ACTS_ASSERT(!values->empty() && values->size() <= acts::backtest::kMostAxisValues);
  const auto exact = [](const std::string& bound) {
    return acts::parse_decimal(acts::history::without_exponent(bound).value_or(bound)).value();
  };
  const acts::Decimal to = exact(range.to);
  ACTS_ASSERT(acts::parse_decimal(values->front()).value() == exact(range.from));
  ACTS_ASSERT(acts::parse_decimal(values->back()).value() <= to);
  return 0;
}
