// A simulated venue: a true order book that lives from a seed, tells its changes as depth events and answers with
// snapshots of any past state, as far as a limit goes.
//
// Every change of a level has its own id; an event bundles a range of ids and tells the last quantity of each level
// touched, so that snapshots may lie between the ids of one event. Bids are below the middle price, asks above it; no
// state is crossed. Scales are {0, 0}: prices from 1 to kHighestPrice.
#pragma once

#include <cstdint>
#include <map>
#include <random>
#include <span>
#include <vector>

#include "acts/market/events.hpp"

namespace acts::test {

struct VenueBook {
  std::map<Price, Quantity> bids;
  std::map<Price, Quantity> asks;

  [[nodiscard]] std::map<Price, Quantity>& side(Side side) { return side == Side::kBid ? bids : asks; }
  [[nodiscard]] const std::map<Price, Quantity>& side(Side side) const { return side == Side::kBid ? bids : asks; }
  void set(Side side, Level level);
  friend bool operator==(const VenueBook&, const VenueBook&) = default;
};

// Owns what a DepthUpdate points to.
struct VenueEvent {
  UpdateId first_update_id;
  UpdateId last_update_id;
  UpdateId previous_last_update_id;  // zero on a spot venue
  std::vector<Level> bids;
  std::vector<Level> asks;

  [[nodiscard]] DepthUpdate view() const;
};

// Owns what a DepthSnapshot points to.
struct VenueSnapshot {
  UpdateId last_update_id;
  int limit = 0;
  std::vector<Level> bids;
  std::vector<Level> asks;

  [[nodiscard]] DepthSnapshot view() const;
};

class VenueModel {
 public:
  static constexpr std::int64_t kReach = 400;  // the farthest level from the middle when it is set
  static constexpr std::int64_t kHighestPrice = 6 * kReach;

  // A USD-M venue skips ids between events and names the previous event's last id.
  VenueModel(std::uint64_t seed, bool usdm);

  // The next event, also found in events().
  const VenueEvent& step();
  [[nodiscard]] std::span<const VenueEvent> events() const { return events_; }

  [[nodiscard]] UpdateId first_id() const { return kFirstId; }
  [[nodiscard]] UpdateId last_id() const { return last_id_; }
  // The true book just after `id`, first_id() <= id <= last_id().
  [[nodiscard]] VenueBook book_at(UpdateId id) const;
  [[nodiscard]] VenueSnapshot snapshot(UpdateId id, int limit) const;
  // Brings a true book from one id to a later one.
  void advance(VenueBook& book, UpdateId from, UpdateId to) const;

 private:
  struct Change {
    UpdateId id;
    Side side;
    Level after;
    Quantity before;
  };
  static constexpr UpdateId kFirstId{1'000};

  std::uint64_t below(std::uint64_t end) { return random_() % end; }
  bool one_in(std::uint64_t n) { return below(n) == 0; }
  void set(Side side, Level level);
  void move_middle();
  void place_level();
  void remove_level();

  bool usdm_;
  std::mt19937_64 random_;
  std::int64_t middle_ = 3 * kReach;
  UpdateId last_id_ = kFirstId;
  VenueBook book_;
  std::vector<Change> changes_;
  std::vector<VenueEvent> events_;
};

}  // namespace acts::test
