// Tables beside a run: a sweep's and a benchmark's. What is taken has a cell for every two parameters, and prices by
// time.
#include <algorithm>
#include <cstddef>
#include <string_view>

#include "acts/base/assert.hpp"

#include "report/sheet/benchmark_table.hpp"
#include "report/sheet/parameter_table.hpp"

using namespace acts::report;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::string_view header = text.substr(0, text.find('\n'));
  const auto lines_of = [&](auto take) {
    std::string_view rest = text.substr(std::min(header.size() + 1, text.size()));
    while (!rest.empty()) {
      const std::string_view line = rest.substr(0, rest.find('\n'));
      take(line);
      rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    }
  };
  if (auto table = ParameterTable::open(header, "a", "b", "c")) {
    lines_of([&](std::string_view line) { (void)table->add(line); });
    const HeatTable map = table->table();
    ACTS_ASSERT(map.cells.size() == map.columns.size() * map.rows.size());
    for (const int heat : heat_of(map)) ACTS_ASSERT(heat >= -4 && heat <= 4);
  }
  if (auto table = BenchmarkTable::open(header)) {
    lines_of([&](std::string_view line) { (void)table->add(line); });
    const Benchmark benchmark = std::move(*table).take("b");
    ACTS_ASSERT(std::ranges::is_sorted(benchmark.prices.times));
    ACTS_ASSERT(benchmark.prices.times.size() == benchmark.prices.values.size());
  }
  return 0;
}
