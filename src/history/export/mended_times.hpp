// A single wrong time in a recording would move all the others: the shift of a slow receive clock follows from the
// earliest receipt beside its event, and rows wait until none can precede them. Here such a time is mended: that of a
// message which lies more than kMostLeap off from those of the messages on both sides of it.
//
// A receive time is wrong that lies further than that before, or after, both of its neighbours'. A venue's time is
// wrong if the message seems to have been received that long before it was sent, and with that much less latency than
// any before and than the next. It becomes that of the message before (of the first, the next). What is meant by a
// message: successive events with the same two times. A step that lasts, of whichever clock, is none. The first message
// has its neighbours behind it; of two there is no telling. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"

#include "history/export/hft_event.hpp"

namespace acts::history {

class MendedTimes final : public HftSource {
 public:
  static constexpr Nanos kMostLeap = std::chrono::minutes{1};
  // Told one by one; then once that there are more.
  static constexpr std::size_t kMostTold = 10;

  // `on_problem` is told of each time that is mended; may be empty.
  MendedTimes(std::unique_ptr<HftSource> source, std::function<void(std::string_view)> on_problem)
      : source_(std::move(source)), on_problem_(std::move(on_problem)) {}

  // Errors: the source's.
  Result<bool> next(HftEvent& event) override;

 private:
  struct Times {
    std::int64_t exch;
    std::int64_t local;
    [[nodiscard]] std::int64_t latency() const;
  };
  static Times times_of(const HftEvent& event) { return {event.exch_ts, event.local_ts}; }

  Result<void> read_message();
  [[nodiscard]] bool is_wrong_receipt(const Times& times) const;
  [[nodiscard]] bool is_wrong_first_receipt(const Times& times) const;
  [[nodiscard]] bool is_wrong_event(const Times& times) const;
  [[nodiscard]] bool has_next() const { return !coming_.empty(); }
  [[nodiscard]] Times next_times() const { return times_of(coming_.front()); }
  void mend();
  void tell(std::string_view which, std::int64_t wrong, std::int64_t instead);

  std::unique_ptr<HftSource> source_;
  std::function<void(std::string_view)> on_problem_;
  std::vector<HftEvent> message_;
  std::size_t taken_ = 0;           // of its events
  std::vector<HftEvent> coming_;    // the next message,
  std::optional<HftEvent> beyond_;  // and the first event of the one behind it
  bool has_begun_ = false;
  std::optional<Times> before_;        // of the last message, mended
  std::optional<std::int64_t> least_;  // latency of any before
  std::size_t told_ = 0;
};

}  // namespace acts::history
