// What the last n values come to, for anything that can be joined: a sum, moments, the highest.
//
// Nothing is ever taken out of a total, so nothing drifts and nothing cancels: after a year the result is that of the
// window alone. Values come in blocks of n. Of the block before, the totals of its ends are kept; the window is one of
// those joined with the total of the block so far (van Herk 1992, Gil and Werman 1993). Two joins a value on average; n
// of them with the first value of a block. Memory: n values and n totals. Not thread-safe.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "acts/base/assert.hpp"

namespace acts::indicators {

// Of a window, in values: 1 ... kMaxPeriod.
inline constexpr int kMaxPeriod = 1'000'000;

// `Fold` has a type `Total`, `static Total of(Value)` and `static Total join(const Total& older, const Total& newer)`.
template <typename Value, typename Fold>
class WindowFold {
 public:
  using Total = typename Fold::Total;

  explicit WindowFold(int period) {
    ACTS_ASSERT(period >= 1 && period <= kMaxPeriod);
    ring_.resize(static_cast<std::size_t>(period));
    ends_.resize(ring_.size());
  }

  void add(Value value) {
    if (at_ == ring_.size()) begin_block();
    ring_[at_] = value;
    const Total total = Fold::of(value);
    begun_ = at_ == 0 ? total : Fold::join(begun_, total);
    ++at_;
  }

  [[nodiscard]] int period() const { return static_cast<int>(ring_.size()); }
  // Whether there have been n values.
  [[nodiscard]] bool is_full() const { return has_ends_ || at_ == ring_.size(); }
  // Of the last n values, or of all while they are fewer. There is one (asserted).
  [[nodiscard]] Total total() const {
    ACTS_ASSERT(at_ > 0);
    return has_ends_ && at_ < ring_.size() ? Fold::join(ends_[at_], begun_) : begun_;
  }
  [[nodiscard]] Value newest() const {
    ACTS_ASSERT(at_ > 0);
    return ring_[at_ - 1];
  }

  // Where the next value goes, and the values: restore() of both gives the same totals to the bit.
  [[nodiscard]] std::size_t position() const { return at_; }
  [[nodiscard]] std::span<const Value> ring() const { return ring_; }
  // `ring`: of period() values; `position` <= period(), and above 0 if `is_full` (asserted).
  void restore(std::span<const Value> ring, std::size_t position, bool is_full) {
    ACTS_ASSERT(ring.size() == ring_.size() && position <= ring.size() && (position > 0 || !is_full));
    ring_.assign(ring.begin(), ring.end());
    has_ends_ = is_full && position < ring.size();
    if (has_ends_) fold_ends(position);
    at_ = 0;
    for (const Value value : ring.first(position)) {
      const Total total = Fold::of(value);
      begun_ = at_ == 0 ? total : Fold::join(begun_, total);
      ++at_;
    }
  }

 private:
  void begin_block() {
    fold_ends(1);
    has_ends_ = true;
    at_ = 0;
  }
  // ends_[i]: of the block's values from i on. Those before `from` are not asked for any more.
  void fold_ends(std::size_t from) {
    for (std::size_t i = ring_.size(); i-- > from;) {
      const Total total = Fold::of(ring_[i]);
      ends_[i] = i + 1 == ring_.size() ? total : Fold::join(total, ends_[i + 1]);
    }
  }

  std::vector<Value> ring_;  // up to at_ the block under way, behind it what is left of the one before
  std::vector<Total> ends_;
  Total begun_{};
  std::size_t at_ = 0;
  bool has_ends_ = false;
};

struct SumFold {
  using Total = double;
  static Total of(double value) { return value; }
  static Total join(Total older, Total newer) { return older + newer; }
};

template <typename Value>
struct MaxFold {
  using Total = Value;
  static Total of(Value value) { return value; }
  static Total join(Total older, Total newer) { return older < newer ? newer : older; }
};

template <typename Value>
struct MinFold {
  using Total = Value;
  static Total of(Value value) { return value; }
  static Total join(Total older, Total newer) { return newer < older ? newer : older; }
};

// Mean and sum of squared distances from it. Joined as in T. Chan, G. Golub, R. LeVeque, "Updating Formulae and a
// Pairwise Algorithm for Computing Sample Variances" (1979), which loses nothing where the spread is small beside the
// mean; of equal values the sum is 0 exactly.
struct Moments {
  double count = 0;
  double mean = 0;
  double squares = 0;
};
struct MomentsFold {
  using Total = Moments;
  static Total of(double value) { return {.count = 1, .mean = value, .squares = 0}; }
  static Total join(const Total& older, const Total& newer) {
    const double count = older.count + newer.count;
    const double distance = newer.mean - older.mean;
    const double share = newer.count / count;
    return {.count = count,
            .mean = older.mean + distance * share,
            .squares = older.squares + newer.squares + distance * distance * older.count * share};
  }
};

}  // namespace acts::indicators
