#include "acts/base/nearest_name.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace acts {
namespace {

// A name so far off is no slip of the finger.
std::size_t most_slips(std::string_view typed) { return typed.size() < 4 ? 1 : typed.size() < 10 ? 2 : 3; }

}  // namespace

std::size_t edit_distance(std::string_view a, std::string_view b) {
  // Rows of the table for the prefixes of a: two before, one before, this one.
  std::vector<std::size_t> before_last(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::swap(before_last, last);
    std::swap(last, row);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
  }
  return row[b.size()];
}

std::string_view nearest_name(std::string_view typed, std::span<const std::string_view> names) {
  std::string_view nearest;
  std::size_t best = most_slips(typed) + 1;
  for (const std::string_view name : names) {
    // Also bounds the work for what is no name at all.
    if (typed.size() > name.size() + best || name.size() > typed.size() + best) continue;
    const std::size_t distance = edit_distance(typed, name);
    if (distance >= best) continue;
    best = distance;
    nearest = name;
  }
  return nearest;
}

}  // namespace acts
