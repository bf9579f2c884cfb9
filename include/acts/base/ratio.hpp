// Ratios of exact integers as doubles.
#pragma once

#include <string>

#include "acts/base/decimal.hpp"

namespace acts {

// The double nearest to numerator / denominator, ties to even: rounded once, hence the same on every machine.
// Asserts 0 < denominator < 2^126. Results below the normal range of a double do not occur for such operands.
double nearest_double(int128 numerator, int128 denominator) noexcept;

// Shortest text that reads back as the same double: "0.1", "-2.5e-07". Finite values only (asserted).
std::string shortest_text(double value);

}  // namespace acts
