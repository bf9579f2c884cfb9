// The account as the venue of one instrument asks it: whether an order can be borne, what of it is set aside, what a
// fill costs, when funding is paid, and whether all is to be closed. Pure; not thread-safe.
//
// What orders may need is that of the worst price they may be filled at:
//   limit orders        their price
//   market orders       the best price of the other side. On spot, what buys goes no further than what is free pays
//                       for
//   orders that wait    their limit, or the price that they wait for. On spot, what buys without a limit goes no
//   further
//                       than kSlipPercent beyond it, and that is set aside
// Of a pair of which one ends the other, only one can be filled: one of them is set aside, at the worse price. What
// only reduces needs nothing, but on spot.
#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"
#include "acts/market/order.hpp"

#include "backtest/announced.hpp"
#include "backtest/instrument.hpp"
#include "sim/account/account.hpp"
#include "sim/account/funding_book.hpp"
#include "sim/venue.hpp"
#include "sim/venue_order.hpp"

namespace acts::backtest {

class VenueAccount {
 public:
  static constexpr std::int64_t kSlipPercent = 5;

  // `account` outlives this; the instrument is at `slot` in it. `marks`: AnnouncedMark.
  VenueAccount(sim::Account& account, sim::Account::Slot slot, const BacktestInstrument& instrument,
               sim::FundingBook funding, AnnouncementList marks = {});

  // `order` arrives, and may be bound to what the account can bear: kNone, and what it may need is set aside; or why it
  // is refused.
  RejectReason admit(sim::VenueOrder& order, const sim::SimVenue& venue);
  // Two orders of which one ends the other: both, or none.
  RejectReason admit_pair(sim::VenueOrder& first, sim::VenueOrder& second, const sim::SimVenue& venue);
  // An open order is to be as `asked` has it, which may be bound to what the account can bear.
  RejectReason admit_change(sim::VenueOrder& asked, const sim::SimVenue& venue);
  // What the venue tells of an order: what is set aside follows it.
  void on_event(const sim::VenueEvent& event, const sim::SimVenue& venue);
  // Errors: Account::fill().
  Result<sim::FillMoney> fill(const Fill& fill, bool is_first);

  // Whether rows must be looked at one by one, for the account may come to its end at any.
  [[nodiscard]] bool watches_marks() const {
    return account_->kind() == sim::AccountKind::kMargin && (quantity() != 0 || !open_.empty());
  }
  // When the venue tells another mark price; Announced::kNever: no more.
  [[nodiscard]] UnixNanos next_mark() const { return marks_.next(); }
  // Those up to and at `now`: the last one is the mark. False: there was none.
  bool take_marks(UnixNanos now);
  // Those behind `last`, the time of the last row, are none: nothing is known of that time.
  void end_marks(UnixNanos last) { marks_.end_behind(last); }
  [[nodiscard]] const std::optional<Error>& marks_failure() const { return marks_.failure(); }
  // One has come: best prices are no mark any more.
  [[nodiscard]] bool has_mark_price() const { return has_mark_price_; }
  // The best prices, in ticks, are these now, and their middle is the mark. False: they were before.
  bool set_best(std::int64_t bid, std::int64_t ask);
  [[nodiscard]] bool must_liquidate() { return account_->must_liquidate(); }
  [[nodiscard]] std::int64_t quantity() const { return account_->position(slot_).quantity(); }

  [[nodiscard]] sim::FundingBook& funding() { return funding_; }
  // Pays what is due at `now`, if anything is: what was received. `middle`: of the book, for times whose mark price is
  // not known; without one nothing is paid, and missed() counts. Errors: Account::pay_funding().
  Result<std::optional<Decimal>> pay_funding(UnixNanos now, const std::optional<Decimal>& middle);
  [[nodiscard]] std::uint64_t missed_fundings() const { return missed_; }

  [[nodiscard]] const sim::Account& account() const { return *account_; }
  [[nodiscard]] const sim::PositionAccount& position() const { return account_->position(slot_); }

 private:
  struct Open {
    sim::OrderNeed need;
    std::int64_t quantity = 0;  // in all
    int orders = 1;             // of a pair both
  };
  [[nodiscard]] Price worst_price(const sim::VenueOrder& order, const sim::SimVenue& venue) const;
  [[nodiscard]] sim::OrderNeed need_of(const sim::VenueOrder& order, const sim::SimVenue& venue) const;
  [[nodiscard]] bool is_free(const sim::VenueOrder& order) const;
  RejectReason bind(sim::VenueOrder& order, const sim::SimVenue& venue) const;
  [[nodiscard]] bool is_of_spot() const { return account_->kind() == sim::AccountKind::kSpot; }
  void open(const sim::VenueOrder& order, const sim::OrderNeed& need, int orders);
  std::map<ClientOrderId, Open>::iterator find(ClientOrderId id);

  sim::Account* account_;
  sim::Account::Slot slot_;
  std::int64_t tick_;
  Scales scales_;
  sim::FundingBook funding_;
  std::map<ClientOrderId, Open> open_;
  std::map<ClientOrderId, ClientOrderId> leaders_;  // of the second of a pair: the first
  std::int64_t bid_ = 0;
  std::int64_t ask_ = 0;
  Announced marks_;
  bool has_mark_price_ = false;
  std::uint64_t missed_ = 0;
};

}  // namespace acts::backtest
