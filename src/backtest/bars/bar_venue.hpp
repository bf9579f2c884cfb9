// A venue of which only bars are known: the orders of one instrument against what a bar says was traded. Pure.
//
// Of the price's path through a bar four points are sure: it begins at the open, ends at the close, touched high and
// low and nothing beyond. Fills follow from that, and where they do not, the worse case is taken (BarPath::kWorst):
//
// - What has been ordered before a bar arrives at its open. A market order fills there. A limit order through the open
//   takes the open's price; post-only it expires. A resting one that the open has passed fills at its own price.
// - A stop that the open has passed fills at the open, else, if the bar touches its price, at that price: what slips
//   beyond is not known. A stop-limit that is triggered within a bar is a limit order from the next open on.
// - A resting limit order fills if the bar trades through its price, at its price: where it only touches, others may
//   have stood before us.
// - Orders that only reduce: first stops, then what takes a profit, then what opens, then stops again. So of a stop and
//   a profit in one bar the stop counts, and a position opened within a bar can be stopped in it, but not take a
//   profit.
// - Of what is asked for within a bar it is not known where the price was then, whatever the path: the worse of before
//   and after. What changes or cancels an order that has arrived is done at the close, behind the path and in the order
//   in which it was asked for (defer_requests()). Until then a stop is there, and may fill; a limit order, or what
//   takes a profit, may have been gone, and does not. Of an order that has ended it is refused. What is placed
//   meanwhile arrives with the next open, stops as well.
// - A bar without volume fills nothing.
// - Of a pair of which one ends the other, the one that is looked at first in this order.
//
// The other paths say where the price went, and what it touches is filled on the way: a touched limit order too.
//
// A venue's rules (sim/venue_filters.hpp) are looked at where an order is placed, before it arrives, and where a change
// is made: at the last open or close that is known. Own orders never meet each other: each takes what the bar says that
// others traded.
//
// Of an account with a limit (sim/account/account.hpp):
//
// - An order is looked at when it arrives, with the open: what it may need is set aside, a market order's at the open's
//   price. One that cannot be borne expires. A change of one that has arrived is looked at when it is made.
// - On spot what buys without a limit is looked at again where it fills: the price may have leapt over it.
// - On margin the position is closed where margin ends: at the open, if it has leapt over that price, else at the first
//   tick on the way at which it does; a fill that uses it up ends it there. Of kWorst that way goes to the bar's worst
//   price for the position: first for the one that was there, with what its stops have made of it, then for the one
//   that the bar's fills have made. It begins at the open, or where the bar last opened something. Open orders are
//   cancelled before.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "acts/base/time.hpp"
#include "acts/market/bar.hpp"
#include "acts/market/order.hpp"
#include "acts/strategy/strategy.hpp"

#include "backtest/bars/bar_account.hpp"
#include "backtest/bars/bar_path.hpp"
#include "sim/account/account.hpp"
#include "sim/trigger_book.hpp"
#include "sim/venue_filters.hpp"
#include "sim/venue_order.hpp"

namespace acts::backtest {

struct BarVenueOptions {
  InstrumentId instrument = {};
  Scales scales = {};
  Price tick = Price{1};
  Quantity lot = Quantity{1};
  BarPath path = BarPath::kWorst;
  sim::VenueFilters filters = {};
  sim::OrderRates rates = {};
  // With a limit, and outlives the venue; null: nothing is checked. Of kMargin the instrument is its only one.
  sim::Account* account = nullptr;
  sim::Account::Slot slot = 0;
};

struct BarUpdate {
  OrderUpdate update = {};
  sim::RefusalDetail detail = {};  // of a refusal
};
// What the venue says, in its order. A fill stands before the update of its order.
using BarAnswer = std::variant<Fill, BarUpdate>;

class BarVenue {
 public:
  // More resting orders, or more in one order (units), are refused.
  static constexpr std::size_t kMostOrders = 1000;
  static constexpr std::int64_t kMostQuantity = 10'000'000'000'000;

  BarVenue(const BarVenueOptions& options, const BarAccount& account)
      : options_(options),
        account_(account),
        orders_in_time_(sim::RateWindows::of_orders(options.rates)),
        requests_in_time_(sim::RateWindows::of_requests(options.rates)) {}

  // The last price that is known: rules that need one go by it. 0: none yet.
  void note_price(Price price) { last_price_ = price; }

  // Requests: decided about at once, for the way to the venue is short beside a bar, or, of what has arrived, between
  // defer_requests() and on_path(), behind the path; what was decided is in answers().
  // An order arrives with the next open, or, placed between on_open() and on_path() and no market order, with
  // on_reply().
  void place(ClientOrderId id, const NewOrder& order, UnixNanos now);
  // Both come in, or both are refused.
  void place_oco(const OcoIds& ids, const NewOrder& first, const NewOrder& second, UnixNanos now);
  void modify(const ModifyOrder& change, UnixNanos now);
  void cancel(ClientOrderId id, UnixNanos now);

  // The open of a bar: arrivals and what it has passed. Then, as often as orders were placed in reply, on_reply() for
  // them to arrive at the same price; defer_requests() once all of it has been told; then the rest of the bar.
  void on_open(const Bar& bar);
  void on_reply(const Bar& bar);
  void defer_requests() { defers_ = true; }
  void on_path(const Bar& bar);

  [[nodiscard]] bool is_idle() const { return orders_.empty() && !watches_margin(); }
  // Not final, in the order of their placing.
  [[nodiscard]] std::span<const OpenOrder> open_orders() const { return orders_; }
  [[nodiscard]] const BarAccount& account() const { return account_; }
  // Funding at this rate on the position as it is, at the worse of two prices (they may be of any scale): what was
  // received; nothing, and nothing has changed, if that is beyond what is exact.
  std::optional<int128> pay_funding(const Decimal& rate, const Decimal& one, const Decimal& other, UnixNanos ts);
  [[nodiscard]] const BarVenueOptions& options() const { return options_; }
  // Fills of more than what their bar traded in all: of what the bar says they are not possible.
  [[nodiscard]] std::uint64_t fills_above_volume() const { return fills_above_volume_; }

  // A fill would have brought money or position beyond what is exact: it was not made, and the run is to end.
  [[nodiscard]] bool is_beyond() const { return is_beyond_; }

  // In order; who has read them clears them.
  [[nodiscard]] std::vector<BarAnswer>& answers() { return answers_; }

 private:
  struct Extra {
    bool is_arriving = true;
    bool is_admitted = false;  // by the account, once
    bool is_doubtful = false;  // a request that changes or ends it waits for the close
    bool is_reduce_only = false;
    bool is_triggered = false;                 // of a stop-limit or take-profit-limit
    bool is_done = false;                      // leaves orders_ at the end of the phase
    std::optional<sim::Trigger> trigger = {};  // of those that wait for a price, in price units
  };
  // A request of which the venue knows once the path is over.
  struct Deferred {
    ModifyOrder change = {};
    bool is_cancel = false;
    OpenOrder order = {};  // as it was
  };
  static constexpr std::size_t kNowhere = SIZE_MAX;
  // Of a known path, from at_ on.
  struct Leg {
    std::int64_t to;
    bool is_down;
  };
  enum class Group : std::uint8_t { kStops, kProfits, kPlain };

  bool defer(std::size_t i, const ModifyOrder& change, bool is_cancel);
  void apply_deferred();
  void apply_change(std::size_t i, const ModifyOrder& change);
  void take_out(std::size_t i);
  void arrive(std::size_t i, const Bar& bar);
  void arrive_limit(std::size_t i, const Bar& bar);
  void pass_open(std::size_t i, const Bar& bar);
  void run_path(const Bar& bar);
  void walk(const Bar& bar, Price to);
  [[nodiscard]] std::size_t next_on_way(const Leg& leg) const;
  [[nodiscard]] bool is_on_way(std::size_t i, const Leg& leg) const;
  [[nodiscard]] std::int64_t reached_at(std::size_t i) const;
  void touch(std::size_t i, const Bar& bar);
  void run_worst(const Bar& bar);
  void run_group(Group group, const Bar& bar);
  [[nodiscard]] Group group_of(std::size_t i) const;
  [[nodiscard]] bool is_stop(std::size_t i) const;
  [[nodiscard]] bool is_profit(std::size_t i) const;
  [[nodiscard]] bool is_limit(std::size_t i) const;
  [[nodiscard]] bool is_live(std::size_t i) const { return !extras_[i].is_arriving && !extras_[i].is_done; }
  // On the path: it may be gone already, and only of stops that is the better case.
  [[nodiscard]] bool can_fill(std::size_t i) const { return is_live(i) && (!extras_[i].is_doubtful || is_stop(i)); }
  // The price at which something happens to it: of limits their price, of the others what triggers them; 0: none.
  [[nodiscard]] std::int64_t trigger_of(std::size_t i) const;
  // Whether a price that goes down reaches it; else one that goes up.
  [[nodiscard]] bool is_below(std::size_t i) const;
  void follow_trail(std::int64_t price);
  void trigger(std::size_t i, const Bar& bar, Price price);
  [[nodiscard]] bool is_strict() const { return options_.path == BarPath::kWorst; }
  struct Refusal {
    RejectReason reason = RejectReason::kNone;
    sim::RefusalDetail detail = {};
  };
  // `before`: what comes with it, and counts as open. It is counted for its rate.
  // What of it could never leave.
  [[nodiscard]] RejectReason shape_against(std::size_t i, const ModifyOrder& change) const;
  [[nodiscard]] bool moves_trigger(std::size_t i, const ModifyOrder& change) const;
  // One more request, with so many orders or changes in it. Nothing: it may come.
  std::optional<Refusal> take_rates(std::uint32_t orders);
  [[nodiscard]] Refusal refusal_of(const NewOrder& order, const NewOrder* before) const;
  [[nodiscard]] RejectReason shape_against(const NewOrder& order) const;
  [[nodiscard]] sim::FilterView filter_view() const;
  // Whole ticks (not checked here).
  void take(ClientOrderId id, const NewOrder& order, ClientOrderId linked);
  void answer(std::size_t i, const Refusal& against);
  // The other one of its pair, once.
  void end_linked(std::size_t i, OrderEvent event);

  // What has to do with the account.
  [[nodiscard]] bool is_on(sim::AccountKind kind) const {
    return options_.account != nullptr && options_.account->kind() == kind;
  }
  [[nodiscard]] bool watches_margin() const { return is_on(sim::AccountKind::kMargin) && account_.quantity() != 0; }
  void set_mark(std::int64_t price);
  [[nodiscard]] Price worst_price(std::size_t i) const;
  [[nodiscard]] sim::OrderNeed need_of(std::size_t i) const;
  RejectReason set_aside(std::size_t i);
  RejectReason admit(std::size_t i);
  void hold_alone(std::size_t i);
  void release(std::size_t i);
  [[nodiscard]] bool can_pay(std::size_t i, Price price) const;
  void refuse(std::size_t i, RejectReason against);
  std::optional<sim::FeeCharge> charge(const sim::FeeTrade& trade, bool is_liquidation);
  void begin_account(const Bar& bar);
  bool is_used_up_at(std::int64_t price);
  // Where the way of the position as it is begins.
  [[nodiscard]] std::int64_t margin_begin() const { return opened_at_.value_or(at_); }
  bool end_margin(const Bar& bar, std::int64_t to);
  void end_margin_at_worst(const Bar& bar);
  void liquidate(const Bar& bar, std::int64_t price);

  void fill(std::size_t i, const Bar& bar, Price price, FillCause cause);
  void tell_fill(const Fill& fill, const sim::FeeCharge& charge);
  void finish(std::size_t i, OrderEvent event, OrderStatus status, RejectReason reason, sim::RefusalDetail detail = {});
  [[nodiscard]] OrderUpdate update_of(const OpenOrder& order, OrderEvent event, RejectReason reason) const;
  void tell(std::size_t i, OrderEvent event, RejectReason reason = RejectReason::kNone, sim::RefusalDetail detail = {});
  [[nodiscard]] std::size_t index_of(ClientOrderId id) const;
  void sweep_out();

  BarVenueOptions options_;
  BarAccount account_;
  std::vector<OpenOrder> orders_;
  std::vector<Extra> extras_;  // of each of them
  std::vector<BarAnswer> answers_;
  sim::RateWindows orders_in_time_;
  sim::RateWindows requests_in_time_;
  Price last_price_ = {};
  std::vector<Deferred> deferred_;  // one an order at most
  bool defers_ = false;
  UnixNanos now_;
  std::int64_t at_ = 0;                         // where the price is on its way
  std::optional<std::int64_t> opened_at_ = {};  // of the worst path: where this bar last opened something, within it
  std::uint64_t fills_above_volume_ = 0;
  std::uint64_t fill_number_ = 0;
  bool is_beyond_ = false;
};

}  // namespace acts::backtest
