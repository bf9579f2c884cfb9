// When funding is paid and at which rate: given up front, or as the venue announces it. Each time is paid once. Pure;
// not thread-safe.
//
// At its time a position pays value x rate, at the mark price of that time: longs to shorts if the rate is positive.
// Binance: "Introduction to Futures Funding Rates"; the stream markPrice announces rate and next time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "acts/base/decimal.hpp"
#include "acts/base/result.hpp"
#include "acts/base/time.hpp"

namespace acts::sim {

struct FundingTime {
  UnixNanos at = {};
  Decimal rate = {};
  std::optional<Decimal> mark = {};  // positive; none: the middle of the book then
};

class FundingBook {
 public:
  static constexpr std::size_t kMostTimes = 1'000'000;
  static constexpr UnixNanos kNever{INT64_MAX};

  FundingBook() = default;
  // Errors: kBadInput: more than kMostTimes, times that do not grow, a rate of a magnitude of 1 or more, a mark that is
  // not positive.
  static Result<FundingBook> of(std::vector<FundingTime> times);

  // At `now` the venue says what it will be at `at`, and its mark price: what it says last before that time counts.
  // Announcements of a time that has been paid are passed over.
  void announce(UnixNanos now, const FundingTime& next);

  // The next time that is to be paid; kNever: none that is known.
  [[nodiscard]] UnixNanos next() const { return has_next() ? (*times_)[next_].at : kNever; }
  // The one at next(), if that is not after `now`: it is over then.
  std::optional<FundingTime> take(UnixNanos now);
  // From here on those before `from` are passed over: nothing was held.
  void begin(UnixNanos from);
  // The last rate that was paid: nothing later may be looked at by a strategy, for a list tells of what is to come.
  [[nodiscard]] const std::optional<FundingTime>& last() const { return last_; }

 private:
  [[nodiscard]] bool has_next() const { return times_ != nullptr && next_ < times_->size(); }
  std::vector<FundingTime>& own_times();

  // Books that are copies of one share what was given until they hear of something else: a sweep has thousands.
  std::shared_ptr<std::vector<FundingTime>> times_;
  std::size_t next_ = 0;
  std::optional<FundingTime> last_;
};

// "time,rate" or "time,rate,mark_price": time in ISO 8601 UTC or milliseconds since 1970, as the archive of Binance has
// it. Errors: kBadInput.
Result<FundingTime> parse_funding_line(std::string_view line);

}  // namespace acts::sim
