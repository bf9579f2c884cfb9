#include "backtest/features/stored_features.hpp"

#include <algorithm>
#include <bit>
#include <utility>

#include "acts/base/assert.hpp"
#include "acts/base/split_mix.hpp"

namespace acts::backtest {
namespace {

constexpr std::size_t kMostRowsRead = 64;
constexpr std::size_t kMostNumbersRead = 4096;

}  // namespace

double altered_feature(double value, std::uint64_t chance) {
  constexpr std::uint64_t kEighths = 8;
  const double part = static_cast<double>(1 + chance % kEighths) / static_cast<double>(kEighths);
  return value == 0 ? part : -value * part;
}

StoredFeatures::StoredFeatures(StoredFeatureList list, std::span<const std::string> wanted, InstrumentId id)
    : list_(std::move(list)), id_(id), values_(wanted.size()) {
  ACTS_ASSERT(list_.spool != nullptr && list_.spool->columns() == list_.names.size());
  most_read_ = std::clamp<std::size_t>(kMostNumbersRead / (list_.names.size() + 1), 1, kMostRowsRead);
  places_.reserve(wanted.size());
  for (const std::string& name : wanted) {
    const auto found = std::ranges::find(list_.names, name);
    ACTS_ASSERT(found != list_.names.end());
    places_.push_back(static_cast<std::size_t>(found - list_.names.begin()));
  }
}

Result<void> StoredFeatures::begin(UnixNanos start) {
  begin_ = start;
  // The first one that is known later.
  std::uint64_t low = 0;
  std::uint64_t high = list_.spool->size();
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    if (Result<void> read = list_.spool->read(middle, 1, read_); !read) return read;
    if (known(read_.ts(0)) <= start) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  number_ = low == 0 ? 0 : low - 1;
  place_ = 0;
  if (Result<void> read = list_.spool->read(number_, most_read_, read_); !read) return read;
  return find_next();
}

Result<void> StoredFeatures::find_next() {
  next_ = kNever;
  if (number_ == list_.spool->size()) return {};
  if (place_ == read_.size()) {
    place_ = 0;
    if (Result<void> read = list_.spool->read(number_, most_read_, read_); !read) return read;
  }
  next_ = std::max(known(read_.ts(place_)), begin_);
  return {};
}

Result<FeatureValues> StoredFeatures::take() {
  ACTS_ASSERT(next_ != kNever);
  const UnixNanos ts = read_.ts(place_);
  const bool is_other = list_.cut && next_ >= list_.cut->at;
  for (std::size_t i = 0; i < places_.size(); ++i) {
    const double value = read_.value(place_, places_[i]);
    values_[i] = value;
    if (!is_other) continue;
    const std::uint64_t what = std::bit_cast<std::uint64_t>(ts.value) ^ (places_[i] << 56U);
    values_[i] = altered_feature(value, SplitMix(list_.cut->seed ^ SplitMix(what).next()).next());
  }
  ++number_;
  ++place_;
  if (Result<void> found = find_next(); !found) return std::unexpected(found.error());
  return FeatureValues{.instrument = id_, .ts = ts + list_.shift, .values = values_};
}

}  // namespace acts::backtest
