// What a source had and could not be taken, for _rejects/<id>.csv: counted, and listed up to a limit. Pure.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "acts/base/result.hpp"

namespace acts::history {

class RejectList {
 public:
  static constexpr std::uint64_t kMostListed = 10'000;

  // `place`: line or record, from 1. `text` may hold anything: it is cut, and made harmless. What is listed already
  // counts once: of a file with several data sets each may tell it. Errors: kBadInput, if there are more than `most`
  // now.
  Result<void> add(std::uint64_t place, std::string_view reason, std::string_view text, std::uint64_t most);

  [[nodiscard]] std::uint64_t count() const { return count_; }
  // "line 7: why"; empty without any.
  [[nodiscard]] const std::string& first() const { return first_; }
  // CSV with a header: line, reason, text; of the first kMostListed. Empty without any.
  [[nodiscard]] const std::string& csv() const { return csv_; }

 private:
  std::uint64_t count_ = 0;
  std::string first_;
  std::string csv_;
  std::set<std::string> listed_;  // the lines of it
};

}  // namespace acts::history
