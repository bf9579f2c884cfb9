#include "sim/account/funding_book.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

namespace acts::sim {
namespace {

constexpr Decimal kWhole{1, 0};
constexpr Decimal kMostMark{1'000'000'000'000'000, 0};
constexpr std::int64_t kNanosPerMilli = 1'000'000;

bool is_funding_rate(const Decimal& rate) { return rate < kWhole && rate > Decimal{-1, 0}; }
bool is_mark(const Decimal& mark) { return mark.units > 0 && mark < kMostMark; }

std::string_view take_field(std::string_view& line) {
  const std::size_t end = std::min(line.find(','), line.size());
  const std::string_view field = line.substr(0, end);
  line.remove_prefix(std::min(end + 1, line.size()));
  return field;
}

std::optional<UnixNanos> funding_moment(std::string_view text) {
  std::int64_t millis = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, millis);
  if (error == std::errc() && stop == end) {
    if (millis <= 0 || millis > INT64_MAX / kNanosPerMilli) return std::nullopt;
    return UnixNanos{millis * kNanosPerMilli};
  }
  const Result<UnixNanos> time = parse_iso8601(text);
  return time && time->value > 0 ? std::optional(*time) : std::nullopt;
}

}  // namespace

Result<FundingBook> FundingBook::of(std::vector<FundingTime> times) {
  if (times.size() > kMostTimes) {
    return fail(ErrorCode::kBadInput, fmt::format("more than {} times of funding", kMostTimes));
  }
  for (std::size_t i = 0; i < times.size(); ++i) {
    const FundingTime& time = times[i];
    if (i > 0 && time.at <= times[i - 1].at) {
      return fail(ErrorCode::kBadInput,
                  fmt::format("row {}: {} is not after the time before it: a time is paid once, in order", i + 1,
                              to_iso8601(time.at)));
    }
    if (!is_funding_rate(time.rate) || (time.mark && !is_mark(*time.mark))) {
      return fail(ErrorCode::kBadInput,
                  fmt::format("row {}: a rate between -1 and 1, and a mark price above 0", i + 1));
    }
  }
  FundingBook book;
  book.times_ = std::make_shared<std::vector<FundingTime>>(std::move(times));
  return book;
}

std::vector<FundingTime>& FundingBook::own_times() {
  if (times_ == nullptr) {
    times_ = std::make_shared<std::vector<FundingTime>>();
  } else if (times_.use_count() > 1) {
    times_ = std::make_shared<std::vector<FundingTime>>(*times_);
  }
  return *times_;
}

void FundingBook::announce(UnixNanos now, const FundingTime& next) {
  if (!is_funding_rate(next.rate) || (next.mark && !is_mark(*next.mark))) return;
  if (next.at <= now || (last_ && next.at <= last_->at)) return;
  std::vector<FundingTime>& times = own_times();
  // A venue that thinks again: what it said of later times does not count.
  while (has_next() && times.back().at > next.at) times.pop_back();
  if (has_next() && times.back().at == next.at) {
    times.back() = next;
  } else if (times.size() < kMostTimes) {
    times.push_back(next);
  }
}

std::optional<FundingTime> FundingBook::take(UnixNanos now) {
  if (next() > now || !has_next()) return std::nullopt;
  last_ = (*times_)[next_++];
  return last_;
}

void FundingBook::begin(UnixNanos from) {
  while (next() < from) take(from);
}

Result<FundingTime> parse_funding_line(std::string_view line) {
  std::string_view left = line;
  const auto moment = funding_moment(take_field(left));
  const Result<Decimal> rate = parse_decimal(take_field(left));
  FundingTime time;
  bool is_good = moment && rate && is_funding_rate(*rate);
  if (is_good && !left.empty()) {
    const Result<Decimal> mark = parse_decimal(left);
    is_good = mark && is_mark(*mark);
    if (is_good) time.mark = *mark;
  }
  if (!is_good) {
    return fail(ErrorCode::kBadInput, fmt::format("'{}': time,rate or time,rate,mark_price is needed, such as "
                                                  "2024-08-08T08:00:00Z,0.0001,61685.5",
                                                  line.substr(0, 80)));
  }
  time.at = *moment;
  time.rate = *rate;
  return time;
}

}  // namespace acts::sim
