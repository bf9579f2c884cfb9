// Round numbers and moments for the ticks of an axis. Pure.
#pragma once

#include <string>
#include <vector>

namespace acts::report {

struct Tick {
  double value = 0;
  std::string label;

  friend bool operator==(const Tick&, const Tick&) = default;
};

// 1, 2 or 5 times a power of ten apart, `most` of them at most (2 at least); none if a limit is not finite. low <=
// high.
std::vector<Tick> number_ticks(double low, double high, std::size_t most);
// Seconds since 1970 UTC: whole minutes, hours, days or months, labelled by date where the time is midnight.
std::vector<Tick> time_ticks(double low, double high, std::size_t most);

// "2021-02-11" of a day since 1970-01-01 UTC.
std::string date_text(std::int64_t day);

}  // namespace acts::report
