// The best bid and ask over several venues: each venue's rows of one symbol, joined by their time. A venue's row at t
// is made of what was received there before t, so the joined one is too. Pure; not thread-safe.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "acts/base/decimal.hpp"
#include "acts/base/time.hpp"
#include "acts/features/row.hpp"

namespace acts {

struct PricedQuantity {
  Decimal price;
  Decimal quantity;
};

// Of one venue at one boundary. A side is none where it is empty, or the venue's book cannot be trusted then.
struct VenueTop {
  std::string symbol;
  UnixNanos sample_time;
  std::optional<PricedQuantity> bid{};
  std::optional<PricedQuantity> ask{};
};

// What a venue's row says, which has the columns of every minute row: nothing but its key unless its state is live.
VenueTop top_of(const MinuteRow& row, const RowSchema& schema);

// Columns venue (all names, joined by "+"), symbol (as the first venue spells it), sample_time, best_bid,
// best_bid_quantity, best_bid_venue, best_ask, best_ask_quantity, best_ask_venue, spread (best_ask - best_bid: below
// zero where one venue bids more than another asks), venues (how many have a live row). Of equal prices the larger
// quantity is the best, then the earlier venue.
class VenueBest {
 public:
  // At least one venue (asserted).
  explicit VenueBest(std::vector<std::string> venues);

  static RowSchema schema();

  // In the order of time; what steps back is left out. Rows of a venue are kept until those of the others have come.
  void add(std::size_t venue, VenueTop top);
  // No more rows will come of it.
  void end(std::size_t venue);
  // Whose rows are needed for the next one; none: next() has one, or all have ended.
  [[nodiscard]] std::optional<std::size_t> waits_for() const;
  // The next row; none: see waits_for().
  std::optional<MinuteRow> next();

 private:
  struct Source {
    std::string name;
    std::deque<VenueTop> tops{};
    std::optional<UnixNanos> last{};
    bool has_ended = false;
  };
  std::vector<Source> sources_;
  std::string names_;
};

}  // namespace acts
