// What was made while nobody knew the book, and returns without it. An interval between two samples is of the gaps if
// it touches one: its money cannot be told apart from what the gap hid. Pure.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "acts/base/period_closes.hpp"
#include "acts/base/time.hpp"

namespace acts::report {

// from ... to, which is no part of it.
struct GapSpan {
  UnixNanos from = {};
  UnixNanos to = {};
  friend bool operator==(const GapSpan&, const GapSpan&) = default;
};

// Gaps as one: they may come in any order, and overlap; those without length are none.
class GapTime {
 public:
  explicit GapTime(std::vector<GapSpan> gaps);

  // Whether a moment behind `after` and not behind `until` is in a gap.
  [[nodiscard]] bool touches(UnixNanos after, UnixNanos until) const;
  // Whether all from `from` to `to` is in one.
  [[nodiscard]] bool covers(UnixNanos from, UnixNanos to) const;

 private:
  std::vector<GapSpan> spans_;  // by time, apart from each other
};

// Of each period E_i / E_(i-1) - 1 - (G_i - G_(i-1)) / E_(i-1), with G what was made in gaps up to then: its return
// without what was made in gaps. Periods that `hidden` covers are left out. As many of each as equity has times
// (asserted). Empty where returns_of() is.
std::vector<double> returns_outside_gaps(const Closes& equity, std::span<const double> made_in_gaps,
                                         const GapTime& hidden);

// (1 + r_1) ... (1 + r_n) - 1. None of no returns.
std::optional<double> compounded(std::span<const double> returns);

}  // namespace acts::report
