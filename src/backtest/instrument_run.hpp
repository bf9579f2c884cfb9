// One instrument of a run: its data, its simulated venue, what is known of it here, and what is under way between the
// two. Times are carried from one step to the next by the engine. Pure but for the data; not thread-safe.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"
#include "acts/market/order.hpp"
#include "acts/strategy/strategy.hpp"

#include "backtest/announced.hpp"
#include "backtest/features/stored_features.hpp"
#include "backtest/fees.hpp"
#include "backtest/fill_marks.hpp"
#include "backtest/instrument.hpp"
#include "backtest/local_side.hpp"
#include "backtest/market_feed.hpp"
#include "backtest/realised.hpp"
#include "backtest/run_listener.hpp"
#include "backtest/venue_account.hpp"
#include "sim/account/account.hpp"
#include "sim/latency.hpp"
#include "sim/venue.hpp"

namespace acts::backtest {

class SharedMarket;

struct InstrumentSetup {
  BacktestInstrument instrument;
  sim::VenueModel venue;  // lot and scale are the instrument's
  sim::LatencyModel latency;
  // The account that it settles in, and its place there; outlives the run. Null: one of its own without a limit, with
  // these fees and this cash.
  sim::Account* account = nullptr;
  sim::Account::Slot slot = 0;
  sim::FundingBook funding = {};  // when it is paid
  Fees fees = {};
  Decimal cash = {};
  AnnouncementList rates = {};  // AnnouncedRate
  AnnouncementList marks = {};  // AnnouncedMark; they count in place of the middle from the first on
  StoredFeatureList features = {};
  // Where its rows come from, one of the two, which outlives the run. In a shared market the run never asks for single
  // rows (take_row()), nor does its listener want marks (asserted).
  MarketFeed* feed = nullptr;
  SharedMarket* shared = nullptr;
};

// The setup's model with what is the instrument's.
sim::VenueModel venue_model(const InstrumentSetup& setup);

// On its way back.
struct Answer {
  UnixNanos arrival = {};
  OrderUpdate update = {};
  std::optional<Fill> fill = {};
  std::optional<Decimal> funding = {};  // received: no order is concerned
  bool answers_request = false;
};

class InstrumentRun {
 public:
  // Of fills by which the venue closes a position: they are of no order.
  static constexpr ClientOrderId kLiquidation = {};
  static constexpr UnixNanos kNever{INT64_MAX};

  // `listener` may be null, and outlives it. `fill_number`: of the last fill of the run, shared by all instruments.
  InstrumentRun(InstrumentSetup setup, InstrumentId id, RunListener* listener, std::uint64_t& fill_number);

  // The account and the first rows of both clocks. Errors: as the feed's; kUsage: Account::make().
  Result<void> begin();

  // Of what is to come; kNever if nothing is.
  [[nodiscard]] UnixNanos next_at_venue() const;
  [[nodiscard]] UnixNanos next_row_here() const { return row_here(); }
  [[nodiscard]] UnixNanos next_answer() const { return answers_.empty() ? kNever : answers_.front().arrival; }
  [[nodiscard]] bool has_more() const;
  // Of the data, at whatever clock.
  [[nodiscard]] bool has_rows() const { return next_row_at_venue() != kNever || row_here() != kNever; }
  // The time of the last one, once has_rows() says no.
  [[nodiscard]] UnixNanos last_row() const;
  // The time of the last one of what is over, once has_more() says no.
  [[nodiscard]] UnixNanos last_event() const { return std::max(last_event_, last_row()); }
  [[nodiscard]] Nanos least_response() const { return setup_.latency.least_response().span(); }

  // The venue until and at `until`: rows before requests of the same time. Errors: as the feed's; kBadInput: money
  // beyond what is exact.
  Result<void> run_venue(UnixNanos until);
  // The same in parts, for venues side by side: rows until and at `until`, which is not behind the next request; then
  // that one.
  [[nodiscard]] UnixNanos next_row_at_venue() const;
  [[nodiscard]] UnixNanos next_request() const { return requests_.empty() ? kNever : requests_.front().arrival; }
  [[nodiscard]] UnixNanos next_funding() const { return account_->funding().next(); }
  // What comes next of the market: a row, a time of funding, or a mark price that may end the account.
  [[nodiscard]] UnixNanos next_of_market() const;
  Result<void> run_venue_rows(UnixNanos until);
  void take_next_request();
  // The next row here if it is not after `until`: it is taken into the local side. The pointer is valid until the next
  // call. Errors: as the feed's.
  Result<const sim::MarketRow*> take_row(UnixNanos until);
  // All rows here not after `until`.
  Result<void> take_rows(UnixNanos until);
  // At what the next answer fills, if it does and is not after `until`.
  [[nodiscard]] std::optional<Price> next_fill_price(UnixNanos until) const;
  // The next answer if it is not after `until`: it is applied here.
  std::optional<Answer> take_answer(UnixNanos until);

  ClientOrderId place(const NewOrder& order, ClientOrderId id, UnixNanos now);
  void place_oco(const NewOrder& first, const NewOrder& second, const OcoIds& ids, UnixNanos now);
  bool modify(const ModifyOrder& change, UnixNanos now);
  bool cancel(ClientOrderId id, UnixNanos now);

  [[nodiscard]] LocalSide& here() { return *here_; }
  [[nodiscard]] const LocalSide& here() const { return *here_; }
  [[nodiscard]] const BacktestInstrument& instrument() const { return setup_.instrument; }
  [[nodiscard]] const StoredFeatureList& features() const { return setup_.features; }
  [[nodiscard]] std::optional<Decimal> middle_here() const;
  // cash + value of the position at `mark` - fee + funding, as known here; without a mark the position counts nothing.
  [[nodiscard]] Decimal equity_here(const std::optional<Decimal>& mark) const;
  // The last that was announced by `now`; if there are no announcements the last that was paid, and when the next one
  // is: of a list nothing later is told. `now`: not before that of the call before.
  [[nodiscard]] std::optional<FundingRate> funding_rate(UnixNanos now);
  [[nodiscard]] const VenueAccount& account() const { return *account_; }
  // Marks what can be marked no more, and checks that both sides agree: position and sum of fills.
  void end();

 private:
  enum class Ask : std::uint8_t { kPlace, kPlaceOco, kModify, kCancel };
  struct Request {
    UnixNanos arrival;
    Ask ask;
    sim::VenueOrder order;
    sim::VenueOrder second;  // of kPlaceOco
    std::int64_t left = 0;   // of kModify: as known here when it was sent
  };
  Result<void> open_account();
  [[nodiscard]] UnixNanos row_here() const;
  void send(Ask ask, const sim::VenueOrder& order, UnixNanos now, const sim::VenueOrder& second = {},
            std::int64_t left = 0);
  void refuse_on_the_way(Ask ask, const sim::VenueOrder& order, UnixNanos arrival);
  void take_request(Request& request);
  RejectReason admit(Request& request);
  void refuse(const Request& request, RejectReason reason, sim::RefusalDetail detail);
  // When a mark price may end the account.
  [[nodiscard]] UnixNanos next_mark() const;
  // The account's mark is that of now. False: it was so.
  bool update_mark(UnixNanos now);
  void watch_margin(UnixNanos ts, bool has_events);
  void liquidate(UnixNanos ts);
  void pay_funding(UnixNanos now);
  // `asked`: the request that they answer; null: none. `answers_request`: with this one it is answered.
  void take_events(const Request* asked);
  void take_event(const sim::VenueEvent& event, const Request* asked, bool answers_request);
  [[nodiscard]] UnixNanos first_mark_of_new_fill() const;
  // Nothing: its money would be beyond what is exact, and the run is over (failure_).
  std::optional<Fill> made_fill(const sim::VenueEvent& event);
  ToldFill told_fill(const Fill& fill);
  // What is held from the start counts as bought at the first middle at the venue, or as this is filled.
  void price_initial_lot(const std::optional<Decimal>& otherwise);
  void push_answer(const Answer& answer);
  [[nodiscard]] bool is_on_tick(Price price) const;
  [[nodiscard]] RejectReason fault_of(const NewOrder& order) const;
  void reject_here(const NewOrder& order, ClientOrderId id, RejectReason reason, UnixNanos now);
  void open_here(const NewOrder& order, ClientOrderId id, ClientOrderId linked);
  // As it is sent, which is told.
  sim::VenueOrder submitted(const NewOrder& order, ClientOrderId id, ClientOrderId linked, UnixNanos now);
  [[nodiscard]] sim::VenueOrder venue_order_of(const OpenOrder& order) const;
  Result<void> run_rows(UnixNanos until);
  void pass(UnixNanos ts) { last_event_ = std::max(last_event_, ts); }
  // A block is used up.
  void pass_rows(const sim::MarketRow* end) {
    last_row_ = std::max(last_row_, UnixNanos{end[-1].ts});
    pass(last_row_);
  }
  Result<void> more_rows_at_venue();
  Result<void> more_rows_here();
  void mark(UnixNanos ts);
  void tell_marks();
  [[nodiscard]] OrderUpdate update_of(const sim::VenueOrder& order) const;
  [[nodiscard]] Decimal middle_of(std::int64_t double_ticks) const;

  InstrumentSetup setup_;
  InstrumentId id_;
  RunListener* listener_;
  bool has_marks_;
  std::uint64_t* fill_number_;
  std::unique_ptr<sim::SimVenue> own_venue_;  // null in a shared market
  sim::SimVenue& venue_;
  std::unique_ptr<LocalSide> here_;
  const sim::MarketRow* venue_row_ = &sim::kEndRow;
  const sim::MarketRow* local_row_ = &sim::kEndRow;
  sim::MarketRow taken_row_ = {};
  UnixNanos last_request_ = {INT64_MIN};  // arrivals keep the order of sending,
  UnixNanos last_answer_ = {INT64_MIN};   // and so do answers
  UnixNanos last_row_ = {INT64_MIN};      // of the blocks that are used up
  UnixNanos last_event_ = {INT64_MIN};    // of the blocks that are used up, and of requests and answers
  std::deque<Request> requests_;
  std::deque<Answer> answers_;
  std::unique_ptr<sim::Account> own_account_;
  std::unique_ptr<VenueAccount> account_;
  Announced rates_;
  std::optional<FundingRate> announced_rate_;
  std::optional<Error> failure_;  // ends the run
  FillMarks marks_;
  Realised realised_;
  bool has_initial_lot_ = false;  // which has no price yet
  Quantity held_at_begin_ = {};
  Quantity filled_ = {};  // bought less sold, of all fills
};

}  // namespace acts::backtest
