// What was found in a day, in bounded memory: faults, outliers and changes of unit one by one, up to a limit a day;
// what is ordinary in bulk, and what is beyond the limit, in one line a day. Pure.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "history/quality/finding.hpp"

namespace acts::history {

class DayFindings {
 public:
  // So many of a kind and day are told one by one.
  static constexpr std::uint64_t kMostADay = 1000;

  explicit DayFindings(FindingSink told) : told_(std::move(told)) {}

  void add(Finding finding);
  // Tells what was held back.
  void end_day();

 private:
  struct Sum {
    Finding finding;
    std::uint64_t places = 0;  // 0: there is none
  };

  FindingSink told_;
  std::array<std::uint64_t, kFindingKinds> singles_{};
  std::array<std::array<Sum, 2>, kFindingKinds> sums_{};  // of each kind: unexplained, in a known outage
};

}  // namespace acts::history
