// REST requests that wait for budget, the most urgent first; of equals, the one that waits longest.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "binance/depth_sync.hpp"
#include "binance/messages.hpp"
#include "collector/actions.hpp"

namespace acts::collector {

// In the order in which they are served. What costs one weight a minute never waits for what costs thousands.
enum class Urgency : std::uint8_t {
  kInfo,
  kTime,
  kNeverSynced,
  kGap,  // the top of the book may be wrong
  kProbe,
  kCrossed,
  kEdge,     // the price nears K's edge
  kDeepen,   // the last snapshot was a small one, because many were wanted: K grows to --limit
  kDeepGap,  // a gap whose suspects lie outside the largest band only
  kRefresh,
  kAudit,
};
Urgency urgency_of(binance::SnapshotWanted::Why why, bool has_snapshot, bool is_deep) noexcept;
// How much of the venue's limit, per cent, requests so urgent may bring the use to. What can wait leaves room for gaps
// in the same minute; the last 5 are for other programs of the same address, whose use we hear of with every answer.
int share_percent(Urgency urgency) noexcept;
inline constexpr int kLargestSharePercent = 95;

struct RestJob {
  RequestKind kind = RequestKind::kTime;
  Urgency urgency = Urgency::kTime;
  binance::InstrumentIndex instrument = binance::kNoInstrument;
  int limit = 0;
  int weight = 1;
  friend bool operator==(const RestJob&, const RestJob&) = default;
};

// Bounded: one entry a kind and instrument.
class RestQueue {
 public:
  // If it is there already, it keeps its place, or takes the more urgent one.
  void push(const RestJob& job);
  // nullptr: nothing waits.
  [[nodiscard]] const RestJob* front() const;
  [[nodiscard]] const RestJob* find(RequestKind kind, binance::InstrumentIndex instrument) const;
  void pop_front();
  [[nodiscard]] std::optional<Urgency> urgency(RequestKind kind, binance::InstrumentIndex instrument) const;
  // What waits becomes more, or less, urgent: behind all that are so already.
  void requeue(RequestKind kind, binance::InstrumentIndex instrument, Urgency urgency);
  void remove(RequestKind kind, binance::InstrumentIndex instrument) { erase({kind, instrument}); }
  // Whatever waits for this instrument.
  void remove(binance::InstrumentIndex instrument);
  void clear();
  [[nodiscard]] bool contains(RequestKind kind, binance::InstrumentIndex instrument) const;
  [[nodiscard]] std::size_t size() const { return order_.size(); }

 private:
  using Name = std::pair<RequestKind, binance::InstrumentIndex>;
  using Place = std::tuple<Urgency, std::uint64_t>;

  void erase(const Name& name);

  std::map<Place, RestJob> order_;
  std::map<Name, Place> places_;
  std::uint64_t next_ = 0;
};

}  // namespace acts::collector
