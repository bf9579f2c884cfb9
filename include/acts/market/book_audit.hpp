// Compares a book with a fresh snapshot of the venue's: whether what it claims to know is so. Pure.
//
// Only levels that the book claims are compared: exact ones, and absence, inside both the snapshot's window and K. What
// was set or deleted after the snapshot, also by an update that only began before it, may have either value there and
// is left out.
#pragma once

#include <cstddef>
#include <optional>

#include "acts/market/events.hpp"
#include "acts/market/order_book.hpp"

namespace acts {

struct BookAudit {
  // Quantity zero: no such level.
  struct Difference {
    Side side = Side::kBid;
    Price price;
    Quantity ours;
    Quantity theirs;
    friend bool operator==(const Difference&, const Difference&) = default;
  };

  UpdateId update_id = kNoUpdateId;  // the snapshot's
  std::size_t match = 0;             // levels that both have, with the same quantity
  std::size_t drift = 0;             // with another quantity
  std::size_t ghost = 0;             // in the book, and not in the snapshot
  std::size_t missed = 0;            // in the snapshot, and not in the book
  std::size_t newer = 0;             // left out, see above
  // The first one of the bids from the best on, else of the asks; at the book's scales.
  std::optional<Difference> first;

  [[nodiscard]] std::size_t differences() const { return drift + ghost + missed; }
  // False: the book claimed nothing that the snapshot could confirm or deny.
  [[nodiscard]] bool compared() const { return match + differences() > 0; }
  friend bool operator==(const BookAudit&, const BookAudit&) = default;
};

// Before the snapshot is merged. The snapshot has the book's scales and is not older than what OrderBook::can_merge()
// allows (both asserted). Of one ahead of the book nothing is compared. O(n log n) in the levels of both.
BookAudit audit(const OrderBook& book, const DepthSnapshot& snapshot);

}  // namespace acts
