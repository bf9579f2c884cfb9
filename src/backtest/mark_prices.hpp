// Mark prices of an instrument by the venue's clock: a list that many runs share, and how far one of them has come.
// Pure; not thread-safe but for the list, which does not change.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "acts/base/decimal.hpp"
#include "acts/base/time.hpp"

namespace acts::backtest {

struct MarkPrice {
  UnixNanos at = {};       // at the venue; in a list none lies before the one before
  std::int64_t price = 0;  // in units of 10^-kScale; positive

  static constexpr int kScale = 8;
};
using MarkPriceList = std::shared_ptr<const std::vector<MarkPrice>>;

class MarkPrices {
 public:
  static constexpr UnixNanos kNever{INT64_MAX};

  explicit MarkPrices(MarkPriceList list = nullptr) : list_(std::move(list)) {}

  // When there is another one; kNever: there is none.
  [[nodiscard]] UnixNanos next() const {
    return list_ == nullptr || next_ == list_->size() ? kNever : (*list_)[next_].at;
  }
  // The last one not after `now`, if it was not taken before.
  std::optional<Decimal> take(UnixNanos now) {
    const std::size_t before = next_;
    while (next() != kNever && next() <= now) ++next_;
    if (next_ == before) return std::nullopt;
    return Decimal{(*list_)[next_ - 1].price, MarkPrice::kScale};
  }

 private:
  MarkPriceList list_;
  std::size_t next_ = 0;
};

}  // namespace acts::backtest
