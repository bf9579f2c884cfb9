// What could not be read of an instrument's data. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace acts::backtest {

struct DataProblems {
  static constexpr std::size_t kMostKept = 10;

  std::uint64_t count = 0;          // of all,
  std::uint64_t damaged_files = 0;  // cut or damaged ones among them, which come first
  std::vector<std::string> first = {};

  void add(std::string_view problem) {
    if (++count <= kMostKept) first.emplace_back(problem);
  }
};

}  // namespace acts::backtest
