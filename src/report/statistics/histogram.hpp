// How many values lie where. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace acts::report {

struct Histogram {
  double low = 0;    // of the first bin
  double width = 0;  // of each
  std::vector<std::uint64_t> counts = {};

  [[nodiscard]] double middle(std::size_t bin) const { return low + (static_cast<double>(bin) + 0.5) * width; }
};

// So many bins (above 0: asserted) of one width from the lowest to the highest value; each has its lower end, the last
// one both. None of fewer than two values, of equal ones, and where that width is no double above 0.
std::optional<Histogram> histogram_of(std::span<const double> values, std::size_t bins);

}  // namespace acts::report
