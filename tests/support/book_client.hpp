// A BookBuilder that lives from a simulated venue with lost, repeated and senseless updates, stale, early and failing
// snapshots, trades and time; after every step what must hold is checked. Steps come from a seed or from a fuzzer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "binance/book_builder.hpp"
#include "support/venue_model.hpp"

namespace acts::test {

class BookClient {
 public:
  BookClient(std::uint64_t seed, bool usdm);

  // One step, chosen by `what`; `how` is its parameter. Returns what is wrong after it; empty if all is well.
  std::string act(std::uint8_t what, std::uint8_t how);

  [[nodiscard]] const binance::BookBuilder& builder() const { return builder_; }

 private:
  void deliver(const VenueEvent& event, std::uint8_t how);
  void answer(std::uint8_t how);
  void see_trade(std::uint8_t how);
  void pass(Nanos span);
  [[nodiscard]] std::string violation();
  [[nodiscard]] std::string check_sync() const;
  [[nodiscard]] std::string check_side(Side side) const;

  VenueModel venue_;
  binance::BookBuilder builder_;
  UnixNanos now_{1'700'000'000'000'000'000};
  std::size_t next_event_ = 0;
  bool asked_ = false;
  std::uint64_t delivered_ = 0;  // updates that were not refused
  std::uint8_t decimals_ = 0;    // of the updates delivered, where the venue's are less
  std::string wrong_;
  VenueBook truth_;
  UpdateId truth_id_{-1};
};

}  // namespace acts::test
