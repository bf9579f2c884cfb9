#include "backtest/bars/bar_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

#include "acts/base/assert.hpp"
#include "acts/base/ratio.hpp"

#include "backtest/money.hpp"
#include "backtest/sample_check.hpp"

namespace acts::backtest {
namespace {

class NoBook final : public BookView {
 public:
  [[nodiscard]] Scales scales() const override { return {}; }
  [[nodiscard]] std::optional<Level> best(Side /*side*/) const override { return std::nullopt; }
  std::size_t levels(Side /*side*/, std::span<Level> /*out*/) const override { return 0; }
  [[nodiscard]] Quantity quantity_at(Side /*side*/, Price /*price*/) const override { return Quantity{0}; }
  [[nodiscard]] bool covers(Side /*side*/, Price /*price*/) const override { return false; }
};
const NoBook kNoBook;

// The nearest double. Of two integers that doubles hold exactly, as they nearly always are, a division is.
double value_of(Quantity quantity, Scales scales) {
  constexpr std::int64_t kExact = std::int64_t{1} << 53;
  const std::int64_t one = power_of_ten(scales.quantity);
  if (quantity.units() < kExact && one < kExact)
    return static_cast<double>(quantity.units()) / static_cast<double>(one);
  return nearest_double(quantity.units(), one);
}

// Open, and nothing has been asked for that is still to be done.
bool is_free(const BarVenue& venue, ClientOrderId id) {
  const auto orders = venue.open_orders();
  const auto found = std::ranges::find(orders, id, &OpenOrder::id);
  return found != orders.end() && !found->is_requested;
}

Result<BarAccount> account_of(const BarRunOptions& options, std::size_t i, int least_scale) {
  const BarMarket& market = options.markets[i];
  return BarAccount::make(market.instrument.scales, market.contract, market.fees,
                          i == 0 ? options.initial_balance : Decimal{}, least_scale);
}

Result<std::unique_ptr<sim::Account>> limited_account(const BarRunOptions& options) {
  sim::AccountModel model{.kind = options.account, .initial_balance = options.initial_balance};
  for (const BarMarket& market : options.markets) {
    model.instruments.push_back({.scales = market.instrument.scales,
                                 .contract = market.contract,
                                 .fees = market.fees,
                                 .margin = market.margin});
  }
  return sim::Account::make(model);
}

}  // namespace

Result<std::unique_ptr<BarRun>> BarRun::make(const BarRunOptions& options, Strategy& strategy, RunListener* listener) {
  ACTS_ASSERT(!options.markets.empty());
  // All markets' money has one scale, so that it can be added.
  int scale = 0;
  for (std::size_t i = 0; i < options.markets.size(); ++i) {
    const Result<BarAccount> account = account_of(options, i, 0);
    if (!account) return std::unexpected(account.error());
    scale = std::max(scale, account->money_scale());
  }
  std::unique_ptr<BarRun> run(new BarRun(strategy, listener, options));
  if (options.account != sim::AccountKind::kUnlimited) {
    ACTS_ASSERT(options.account != sim::AccountKind::kMargin || options.markets.size() == 1);
    auto limited = limited_account(options);
    if (!limited) return std::unexpected(limited.error());
    run->account_ = *std::move(limited);
    scale = std::max(scale, run->account_->position(0).terms().scale());
  }
  run->markets_.reserve(options.markets.size());
  for (std::size_t i = 0; i < options.markets.size(); ++i) {
    const BarMarket& market = options.markets[i];
    const Result<BarAccount> account = account_of(options, i, scale);
    if (!account) return std::unexpected(account.error());
    const BarVenueOptions venue{.instrument = InstrumentId{static_cast<std::uint32_t>(i)},
                                .scales = market.instrument.scales,
                                .tick = Price{market.instrument.tick},
                                .lot = Quantity{market.instrument.lot},
                                .path = market.path,
                                .filters = market.filters,
                                .rates = market.rates,
                                .account = run->account_.get(),
                                .slot = i};
    run->markets_.push_back({.instrument = market.instrument,
                             .venue = BarVenue(venue, *account),
                             .local = *account,
                             .funding = market.funding,
                             .position = account->position(),
                             .position_value = 0,
                             .mark = Price{},
                             .realised = {},
                             .equity = account->cash()});
    if (market.features.spool != nullptr && !run->wants_.features.empty()) {
      run->features_.emplace_back(market.features, run->wants_.features, InstrumentId{static_cast<std::uint32_t>(i)});
    }
    run->equity_ += account->cash();
  }
  run->measured_ = run->equity_;
  run->highest_ = run->equity_;
  return run;
}

const BarRun::Market& BarRun::market(InstrumentId id) const {
  ACTS_ASSERT(id.value() < markets_.size());
  return markets_[id.value()];
}

const BookView& BarRun::book(InstrumentId /*id*/) const { return kNoBook; }

ClientOrderId BarRun::place(const NewOrder& order) {
  const ClientOrderId id{++last_id_};
  ACTS_ASSERT(order.instrument.value() < markets_.size());
  markets_[order.instrument.value()].venue.place(id, order, now_);
  has_answers_ = true;
  return id;
}

OcoIds BarRun::place_oco(const NewOrder& first, const NewOrder& second) {
  const OcoIds ids{ClientOrderId{last_id_ + 1}, ClientOrderId{last_id_ + 2}};
  last_id_ += 2;
  ACTS_ASSERT(first.instrument.value() < markets_.size());
  markets_[first.instrument.value()].venue.place_oco(ids, first, second, now_);
  has_answers_ = true;
  return ids;
}

BarRun::Market& BarRun::market_of(ClientOrderId id) {
  for (Market& of : markets_) {
    const auto orders = of.venue.open_orders();
    if (std::ranges::find(orders, id, &OpenOrder::id) != orders.end()) return of;
  }
  return markets_.front();
}

bool BarRun::modify(const ModifyOrder& change) {
  BarVenue& venue = market_of(change.id).venue;
  if (!is_free(venue, change.id)) return false;
  venue.modify(change, now_);
  has_answers_ = has_answers_ || !venue.answers().empty();
  return true;
}

bool BarRun::cancel(ClientOrderId id) {
  BarVenue& venue = market_of(id).venue;
  if (!is_free(venue, id)) return false;
  venue.cancel(id, now_);
  has_answers_ = has_answers_ || !venue.answers().empty();
  return true;
}

void BarRun::set_timer(TimerId id, UnixNanos at) {
  stop_timer(id);
  const auto later = std::ranges::find_if(timers_, [at](const Timer& timer) { return timer.at > at; });
  timers_.insert(later, {id, std::max(at, now_)});
}

void BarRun::stop_timer(TimerId id) {
  std::erase_if(timers_, [id](const Timer& timer) { return timer.id == id; });
}

Result<void> BarRun::start(UnixNanos at) {
  now_ = at;
  for (Market& of : markets_) of.funding.begin(at);
  find_next_funding();
  closes_.add(at, value_of_equity(equity_));
  for (const Market& of : markets_) {
    if (listener_ != nullptr) sample(of, std::nullopt);
  }
  if (Result<void> begun = begin_features(at); !begun) return begun;
  strategy_->on_start(*this);
  return drain();
}

Result<void> BarRun::begin_features(UnixNanos at) {
  for (StoredFeatures& features : features_) {
    if (Result<void> begun = features.begin(at); !begun) return begun;
  }
  find_next_features();
  return {};
}

void BarRun::find_next_features() {
  next_features_ = StoredFeatures::kNever;
  for (const StoredFeatures& features : features_) next_features_ = std::min(next_features_, features.next());
  find_next_event();
}

Result<void> BarRun::tell_features(UnixNanos until) {
  while (next_features_ <= until) {
    now_ = std::max(now_, next_features_);
    for (StoredFeatures& features : features_) {
      if (features.next() != next_features_) continue;
      const Result<FeatureValues> values = features.take();
      if (!values) return std::unexpected(values.error());
      strategy_->on_features(*this, told_features_.keep(*values));
      if (Result<void> told = drain(); !told) return told;
    }
    find_next_features();
  }
  return {};
}

void BarRun::find_next_funding() {
  next_funding_ = sim::FundingBook::kNever;
  for (const Market& of : markets_) next_funding_ = std::min(next_funding_, of.funding.next());
  find_next_event();
}

std::optional<FundingRate> BarRun::funding_rate(InstrumentId id) const {
  const Market& of = market(id);
  const std::optional<sim::FundingTime>& last = of.funding.last();
  const UnixNanos next = of.funding.next();
  if (!last || next == sim::FundingBook::kNever) return std::nullopt;
  return FundingRate{.rate = last->rate, .at = next};
}

Result<void> BarRun::pay_fundings(UnixNanos until, std::span<const Bar> bars, BarPart part) {
  if (next_funding_ > until) return {};
  for (Market& of : markets_) {
    const auto bar = std::ranges::find(bars, of.venue.options().instrument, &Bar::instrument);
    Price one = of.mark;
    Price other = of.mark;
    if (bar != bars.end()) {
      one = part == BarPart::kOpen ? bar->open : bar->low;
      other = part == BarPart::kOpen ? bar->open : bar->high;
    }
    while (const std::optional<sim::FundingTime> due = of.funding.take(until)) {
      if (Result<void> paid = pay_funding(of, *due, one, other); !paid) return paid;
    }
  }
  find_next_funding();
  return {};
}

Result<void> BarRun::pay_funding(Market& of, const sim::FundingTime& due, Price one, Price other) {
  if (of.local.quantity() == 0) return {};
  const Scales scales = of.instrument.scales;
  const auto received = of.venue.pay_funding(due.rate, due.mark.value_or(to_decimal(one, scales)),
                                             due.mark.value_or(to_decimal(other, scales)), due.at);
  if (!received || !of.local.pay_funding(*received)) return beyond(of);
  of.position = of.local.position();
  of.has_moved = true;
  if (of.mark.units() == 0) return {};  // its first bar has not closed
  const int128 equity = of.local.equity(of.mark);
  equity_ += equity - of.equity;
  of.equity = equity;
  return {};
}

Result<void> BarRun::stop() {
  strategy_->on_stop(*this);
  if (is_sampled_) return {};
  is_sampled_ = true;
  for (const Market& of : markets_) sample(of, to_decimal(of.mark, of.instrument.scales));
  return {};
}

void BarRun::sample(const Market& market, const std::optional<Decimal>& mark) {
  const Sample sample{.ts = now_,
                      .instrument = market.venue.options().instrument,
                      .mark = mark,
                      .position = market.position,
                      .equity = market.local.money(market.equity)};
  ACTS_ASSERT(adds_up(sample, market.local.terms()));
  listener_->on_sample(sample);
}

// What was so at the close before was so until the period's end.
void BarRun::end_period() {
  const double before = value_of_equity(measured_);
  if (now_ > closes_.next()) closes_.add(closes_.next() - Nanos{1}, before);
  closes_.add(now_, equity_ == measured_ ? before : value_of_equity(equity_));
}

double BarRun::value_of_equity(int128 equity) const {
  return double_of_sum(markets_.front().local.money(equity), capital_);
}

std::unexpected<Error> BarRun::endless(std::string_view what) const {
  return fail(ErrorCode::kBadInput,
              fmt::format("{}: the strategy {}, without end: it must let time pass", to_iso8601(now_), what));
}

std::unexpected<Error> BarRun::beyond(const Market& of) const {
  return fail(ErrorCode::kBadInput,
              fmt::format("{}: {}: its position or money has more digits than can be exact: trade less, or leave "
                          "decimals out of tick size, lot size and fees",
                          to_iso8601(now_), of.instrument.info.symbol));
}

Result<void> BarRun::run_between(UnixNanos until, bool is_open) {
  const UnixNanos last = is_open ? until : UnixNanos{until.value - 1};
  const std::optional<UnixNanos> open = is_open ? std::optional(until) : std::nullopt;
  while (next_features_ <= last) {
    const UnixNanos at = next_features_;
    if (Result<void> run = run_timers({at.value - 1}, open); !run) return run;
    if (Result<void> paid = pay_before(open, at); !paid) return paid;
    if (Result<void> told = tell_features(at); !told) return told;
  }
  return run_timers(last, open);
}

// At the open itself it is paid on its price.
Result<void> BarRun::pay_before(const std::optional<UnixNanos>& open, UnixNanos at) {
  return open ? pay_fundings(std::min(at, UnixNanos{open->value - 1}), {}, BarPart::kOpen) : Result<void>();
}

Result<void> BarRun::run_timers(UnixNanos last, const std::optional<UnixNanos>& open) {
  for (std::size_t count = 0; !timers_.empty(); ++count) {
    const Timer due = timers_.front();
    if (due.at > last) return {};
    if (due.at > now_) count = 0;
    if (count == kMostAnswersAtOnce) {
      return endless("sets a timer in each timer");
    }
    if (++timers_fired_ > most_timers_) {
      return fail(ErrorCode::kBadInput,
                  fmt::format("{}: the strategy was woken by {} timers, and over bars no more are taken: let it look "
                              "less often",
                              to_iso8601(due.at), most_timers_));
    }
    timers_.erase(timers_.begin());
    if (Result<void> paid = pay_before(open, due.at); !paid) return paid;
    now_ = std::max(now_, due.at);
    strategy_->on_timer(*this, due.id);
    if (Result<void> told = drain(); !told) return told;
  }
  return {};
}

Result<void> BarRun::drain() {
  std::size_t count = 0;
  while (has_answers_) {
    has_answers_ = false;
    for (Market& of : markets_) {
      delivered_.clear();
      delivered_.swap(of.venue.answers());
      for (std::size_t i = 0; i < delivered_.size(); ++i) {
        if (++count > kMostAnswersAtOnce) return endless("answers each answer with orders");
        const BarAnswer answer = delivered_[i];
        deliver(of, answer);
      }
    }
  }
  for (const Market& of : markets_) {
    ACTS_ASSERT(of.local.quantity() == of.venue.account().quantity());
    if (of.venue.is_beyond()) return beyond(of);
  }
  return {};
}

void BarRun::deliver(Market& market, const BarAnswer& answer) {
  if (const Fill* const fill = std::get_if<Fill>(&answer)) {
    Fill numbered = *fill;
    numbered.number = ++fills_;
    market.local.apply(*fill);
    market.position = market.local.position();
    market.has_moved = true;
    market.position_value += sign(fill->side) * value_of(fill->quantity, market.instrument.scales);
    if (fill->base_fee.units != 0) {
      market.position_value -= nearest_double(fill->base_fee.units, power_of_ten(fill->base_fee.scale));
    }
    const Decimal realised = market.local.money(
        market.realised.add(fill->side, fill->price.units(), fill->quantity.units(), market.local.terms()));
    if (listener_ != nullptr) {
      sim::MoneyMath math;
      const int128 cash = market.local.terms().cash_of(math, sign(fill->side) * fill->quantity.units(), fill->price);
      listener_->on_fill(
          {.fill = numbered, .realised = realised, .value = market.local.money(cash < 0 ? -cash : cash)});
      listener_->on_marks(numbered.number, {});  // one of each fill, so that its readers find it
    }
    if (wants_.fills) strategy_->on_fill(*this, numbered);
    return;
  }
  const auto& [update, detail] = std::get<BarUpdate>(answer);
  if (listener_ != nullptr) listener_->on_order(update, detail);
  if (wants_.orders && update.event != OrderEvent::kSubmitted) strategy_->on_order(*this, update);
}

BarTotals BarRun::totals() const {
  const auto money = [this](int128 units) { return markets_.front().local.money(units); };
  BarTotals totals{
      .bars = bars_, .orders = last_id_, .fills = fills_, .equity = money(equity_), .max_drawdown = money(drawdown_)};
  int128 turnover = 0;
  totals.positions.reserve(markets_.size());
  for (const Market& of : markets_) {
    totals.positions.push_back(of.position);
    totals.equities.push_back(money(of.equity));
    totals.fills_above_volume += of.venue.fills_above_volume();
    turnover += of.venue.account().turnover();
  }
  totals.turnover = money(turnover);
  RunCloses closes = closes_;
  closes.add(now_, value_of_equity(equity_));
  totals.closes = closes.closes();
  totals.told_features = told_features_.are_told(markets_.size());
  return totals;
}

}  // namespace acts::backtest
