#include "backtest/npz_series.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "history/import/npz_events.hpp"

namespace acts::backtest {
namespace {

Result<std::unique_ptr<history::HftSource>> open_npz_events(const std::string& path) {
  auto events = history::NpzEvents::open(path);
  if (!events) return std::unexpected(events.error());
  return *std::move(events);
}

}  // namespace

NpzSeries::NpzSeries(std::vector<std::string> paths, std::optional<UnixNanos> to, Open open)
    : paths_(std::move(paths)), to_(to), open_(open ? std::move(open) : Open(open_npz_events)) {}

Result<bool> NpzSeries::next(history::HftEvent& event) {
  for (;;) {
    const Result<bool> there = next_of_file(event);
    if (!there || !*there) return there;
    if (!to_ || event.local_ts < to_->value) return true;
  }
}

Result<bool> NpzSeries::next_of_file(history::HftEvent& event) {
  for (;;) {
    if (file_ == nullptr) {
      if (next_ == paths_.size()) return false;
      auto opened = open_(paths_[next_]);
      if (!opened) return std::unexpected(opened.error());
      file_ = *std::move(opened);
      ++next_;
      venue_.before = venue_.latest;
      local_.before = local_.latest;
    }
    const Result<bool> there = file_->next(event);
    if (!there) return there;
    if (!*there) {
      file_.reset();
      continue;
    }
    if ((event.ev & history::hft::kExchange) != 0) {
      if (const Result<void> checked = check_time(venue_, "the venue's", event.exch_ts); !checked) {
        return std::unexpected(checked.error());
      }
    }
    if ((event.ev & history::hft::kLocal) != 0) {
      if (const Result<void> checked = check_time(local_, "our", event.local_ts); !checked) {
        return std::unexpected(checked.error());
      }
    }
    return true;
  }
}

Result<void> NpzSeries::check_time(Clock& clock, const char* whose, std::int64_t ts) const {
  clock.latest = std::max(clock.latest, ts);
  if (ts >= clock.before) return {};
  return fail(ErrorCode::kUsage,
              fmt::format("{}: by {} clock it has an event of {}, and {} before it goes to {}: name files in the order "
                          "of time, without what another has",
                          paths_[next_ - 1], whose, to_iso8601({ts}), paths_[next_ - 2], to_iso8601({clock.before})));
}

}  // namespace acts::backtest
