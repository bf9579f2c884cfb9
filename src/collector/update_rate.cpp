#include "collector/update_rate.hpp"

#include <algorithm>
#include <utility>

namespace acts::collector {

void UpdateRate::on_second(const binance::DepthSync::Counters& counters, std::optional<UnixNanos> since,
                           UnixNanos now) {
  if (!from_) {
    if (!since) return;
    from_ = since;
  }
  const Nanos span = now - *from_;
  if (span < kShortest) return;
  if (!merged_) superseded_ = counters.stale;
  merged_ = counters.merged > 0;
  const std::uint64_t seen = counters.applied + superseded_;
  const std::uint64_t before = std::exchange(counted_, seen);
  const double updates = seen > before ? static_cast<double>(seen - before) : 0.0;
  from_ = now;
  sum_ += kWeightOfLast * (updates * 1e9 / static_cast<double>(span.count()) - sum_);
  weight_ += kWeightOfLast * (1 - weight_);
}

}  // namespace acts::collector
