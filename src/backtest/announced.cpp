#include "backtest/announced.hpp"

#include <algorithm>

namespace acts::backtest {

std::int64_t altered_rate(std::int64_t units) {
  constexpr std::int64_t kOther = 12'345;
  return kOther - units;
}

void Announced::read_next() {
  if (place_ == read_.size() && list_.spool != nullptr) {
    first_ += read_.size();
    place_ = 0;
    read_.resize(kRead);
    const Result<std::size_t> count = list_.spool->read(first_, read_);
    if (!count) failure_ = count.error();
    read_.resize(count.value_or(0));
  }
  if (read_.empty()) {
    next_ = kNever;
    return;
  }
  const history::Announcement& of = read_[place_];
  const UnixNanos known = of.ts_recv + list_.shift;
  next_ = std::max(next_, kind_ == Kind::kMark ? std::min(of.at, known) : known);
  if (next_ > last_) next_ = kNever;
}

std::optional<history::Announcement> Announced::take(UnixNanos now) {
  std::optional<history::Announcement> taken;
  while (next_ != kNever && next_ <= now) {
    taken = read_[place_++];
    if (list_.cut && next_ >= list_.cut->at) {
      taken->value = kind_ == Kind::kMark ? taken->value + taken->value / 100 + 1 : altered_rate(taken->value);
    }
    read_next();
  }
  return taken;
}

}  // namespace acts::backtest
