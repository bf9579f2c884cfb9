// What became of orders, out of their events in order: how many, why not, how long. Not thread-safe. Pure.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "report/run/run_rows.hpp"

namespace acts::report {

// Values for percentiles: the first kMost of them, and how many there were.
class Samples {
 public:
  static constexpr std::size_t kMost = 1'000'000;

  void add(double value) {
    if (values_.size() < kMost) values_.push_back(value);
    ++count_;
  }
  [[nodiscard]] std::uint64_t count() const { return count_; }
  [[nodiscard]] const std::vector<double>& values() const { return values_; }

 private:
  std::vector<double> values_;
  std::uint64_t count_ = 0;
};

class OrderFlow {
 public:
  static constexpr std::size_t kMostOpen = 1'000'000;  // orders at a time; of more, times are not told
  static constexpr std::size_t kMostReasons = 100;     // then "other reasons"

  void on_order(const OrderRow& row);

  [[nodiscard]] std::uint64_t count(OrderEvent event) const {
    return counts_[static_cast<std::size_t>(std::to_underlying(event))];
  }
  // Of orders of whose acceptance is told, those of which something was filled.
  [[nodiscard]] std::uint64_t accepted_orders() const { return accepted_; }
  [[nodiscard]] std::uint64_t filled_orders() const { return filled_; }
  // Orders that were refused; other rejections are of modifications and cancellations, which change nothing.
  [[nodiscard]] std::uint64_t rejected_orders() const { return rejected_; }
  [[nodiscard]] const std::map<std::string, std::uint64_t>& rejects() const { return rejects_; }
  // Seconds: as the strategy sees it, from an order's submission until the first answer is received (of runs that tell
  // when); at the venue, from acceptance to the first fill.
  [[nodiscard]] const Samples& answer_times() const { return answers_; }
  [[nodiscard]] const Samples& queue_times() const { return queued_; }

 private:
  struct Open {
    std::optional<UnixNanos> submitted;
    std::optional<UnixNanos> accepted;
    bool has_fill = false;
  };
  void on_answer(Open& order, const OrderRow& row);
  void on_fill(Open& order, const OrderRow& row);

  std::array<std::uint64_t, kOrderEvents> counts_{};
  std::map<std::pair<std::string, std::string>, Open> open_;  // by instrument and id; an id may come again
  std::map<std::string, std::uint64_t> rejects_;
  std::uint64_t accepted_ = 0;
  std::uint64_t filled_ = 0;
  std::uint64_t rejected_ = 0;
  Samples answers_;
  Samples queued_;
};

}  // namespace acts::report
