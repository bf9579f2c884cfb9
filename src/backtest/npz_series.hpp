// Files of hftbacktest's (.npz) one behind the other, as one market: days, mostly. Blocking; not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"

#include "history/export/hft_event.hpp"

namespace acts::backtest {

class NpzSeries final : public history::HftSource {
 public:
  using Open = std::function<Result<std::unique_ptr<history::HftSource>>(const std::string& path)>;

  // In the order given, which must be that of time. `to`: what was received then or later is left out, by the clock
  // that wrote it. `open`: NpzEvents::open() if it is not given.
  explicit NpzSeries(std::vector<std::string> paths, std::optional<UnixNanos> to = {}, Open open = {});

  // Errors: those of the files; kUsage: one begins, by either clock, before the one before it has ended.
  Result<bool> next(history::HftEvent& event) override;

 private:
  // Of one clock: the latest time of the files before, and of this one. INT64_MIN: none.
  struct Clock {
    std::int64_t before = INT64_MIN;
    std::int64_t latest = INT64_MIN;
  };
  Result<bool> next_of_file(history::HftEvent& event);
  [[nodiscard]] Result<void> check_time(Clock& clock, const char* whose, std::int64_t ts) const;

  std::vector<std::string> paths_;
  std::optional<UnixNanos> to_;
  Open open_;
  std::size_t next_ = 0;  // of the files
  std::unique_ptr<history::HftSource> file_;
  Clock venue_;
  Clock local_;
};

}  // namespace acts::backtest
