#include "sim/account/account.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "acts/base/assert.hpp"

namespace acts::sim {
namespace {

Result<void> check_instrument(AccountKind kind, const AccountInstrument& instrument) {
  if (Result<void> checked = instrument.fees.check(instrument.contract); !checked) return checked;
  if (Result<void> checked = instrument.margin.check(); !checked) return checked;
  const bool is_spot = kind == AccountKind::kSpot;
  if (is_spot && (instrument.contract.kind != ContractKind::kLinear || instrument.contract.size != Decimal{1, 0})) {
    return fail(ErrorCode::kUsage, "[account]: kind \"spot\" is of no contracts: \"margin\" is");
  }
  const Decimal& position = instrument.initial_position;
  if (position.units != 0 && (!is_spot || position.units < 0)) {
    return fail(ErrorCode::kUsage, "[account]: initial_base is of kind \"spot\", and not negative");
  }
  if (shortest(position).scale > instrument.scales.quantity) {
    return fail(ErrorCode::kUsage,
                fmt::format("[account]: initial_base: {} has more decimals than lot_size", to_string(position)));
  }
  return {};
}

// Decimals in which all money of these instruments is exact, a middle price's half a tick included.
Result<int> scale_of(const AccountModel& model) {
  int scale = shortest(model.initial_balance).scale;
  for (const AccountInstrument& instrument : model.instruments) {
    const int decimals = std::max(instrument.fees.decimals(instrument.scales), 1);
    const Result<int> least = MoneyTerms::least_scale(instrument.scales, instrument.contract, decimals);
    if (!least) return std::unexpected(least.error());
    scale = std::max(scale, *least);
  }
  return scale;
}

}  // namespace

Result<std::unique_ptr<Account>> Account::make(const AccountModel& model) {
  ACTS_ASSERT(!model.instruments.empty());
  for (const AccountInstrument& instrument : model.instruments) {
    if (Result<void> checked = check_instrument(model.kind, instrument); !checked) {
      return std::unexpected(checked.error());
    }
  }
  const Result<int> scale = scale_of(model);
  if (!scale) return std::unexpected(scale.error());
  const Decimal& balance = model.initial_balance;
  MoneyMath math;
  const int128 cash = math.scaled(balance.units, *scale - balance.scale);
  if (math.has_overflown() || (balance.units < 0 && model.kind != AccountKind::kUnlimited)) {
    return fail(ErrorCode::kUsage, fmt::format("[account]: initial_balance: {} cannot be", to_string(balance)));
  }
  std::unique_ptr<Account> account(new Account);
  account->kind_ = model.kind;
  for (const AccountInstrument& instrument : model.instruments) {
    const MoneyTerms terms(instrument.scales, instrument.contract, *scale);
    const FeeMeter fees(instrument.fees, terms);
    const Decimal position = shortest(instrument.initial_position);
    const int128 units = math.scaled(position.units, instrument.scales.quantity - position.scale);
    if (math.has_overflown() || units > terms.largest_quantity()) {
      return fail(ErrorCode::kUsage, fmt::format("[account]: initial_base: {} cannot be", to_string(position)));
    }
    account->slots_.push_back(
        {.position = {terms, fees.base_scale(), account->slots_.empty() ? cash : 0, static_cast<std::int64_t>(units)},
         .fees = fees,
         .margin = {instrument.margin, *scale}});
  }
  account->settled_ = cash;
  account->volume_ = account->slots_.front().fees.first_volume();
  account->other_left_ = account->slots_.front().fees.other_balance();
  return account;
}

// What an order may need; nothing if that is beyond what is exact.
std::optional<Account::Hold> Account::hold_of(Slot slot, const OrderNeed& need) const {
  const SlotState& state = slots_[slot];
  const MoneyTerms& terms = state.position.terms();
  if (need.left > terms.largest_quantity() || need.price.units() >= MoneyTerms::kMostPrice) return std::nullopt;
  Hold hold{.slot = slot, .side = need.side};
  MoneyMath math;
  const Decimal price = to_decimal(need.price, terms.scales());
  if (kind_ == AccountKind::kMargin) {
    hold.settlement = terms.notional_of(math, need.left, price);
  } else if (kind_ == AccountKind::kSpot) {
    hold.settlement = state.fees.most_besides(math, need.left);
    if (need.side == OrderSide::kBuy) {
      hold.settlement = math.sum(hold.settlement, terms.notional_of(math, need.left, price));
      const Decimal rate = state.fees.most_rate(need.side);
      hold.settlement = math.sum(hold.settlement, terms.part_of(math, need.left, price, rate));
    } else {
      hold.base = need.left;
    }
  }
  return math.has_overflown() ? std::nullopt : std::optional(hold);
}

const Account::Hold* Account::found(ClientOrderId id) const {
  const auto at = holds_.find(id);
  return at == holds_.end() ? nullptr : &at->second;
}

RejectReason Account::check(Slot slot, const OrderNeed& need) const {
  const std::optional<Hold> wanted = hold_of(slot, need);
  if (!wanted) return RejectReason::kQuantityOutOfRange;
  switch (kind_) {
    case AccountKind::kUnlimited: break;
    case AccountKind::kSpot: return check_spot(*wanted, found(need.id));
    case AccountKind::kMargin: return check_margin(need, *wanted, found(need.id));
  }
  return RejectReason::kNone;
}

RejectReason Account::check_spot(const Hold& wanted, const Hold* before) const {
  int128 settlement = wanted.settlement;
  std::int64_t base = wanted.base;
  if (before != nullptr) {
    settlement -= before->settlement;
    base -= before->base;
  }
  const SlotState& slot = slots_[wanted.slot];
  MoneyMath math;
  const int128 base_units = math.scaled(base, slot.position.base_scale() - slot.position.terms().scales().quantity);
  const bool is_there = settlement <= balance() - held_ && base_units <= free_base(wanted.slot);
  return is_there && !math.has_overflown() ? RejectReason::kNone : RejectReason::kInsufficientBalance;
}

// Initial margin of a position that may become as long, or as short, as the open orders of a side make it.
int128 Account::initial_of(MoneyMath& math, const SlotState& slot, int128 buys, int128 sells) const {
  const std::int64_t quantity = slot.position.quantity();
  int128 held = 0;
  if (quantity != 0) {
    ACTS_ASSERT(slot.mark);
    held = slot.position.terms().notional_of(math, quantity, *slot.mark);
  }
  const int128 as_signed = quantity < 0 ? -held : held;
  return slot.margin.initial(std::max({held, math.sum(buys, as_signed), math.sum(sells, -as_signed)}));
}

RejectReason Account::check_margin(const OrderNeed& need, const Hold& wanted, const Hold* before) const {
  if (is_liquidating_) return RejectReason::kInsufficientBalance;
  const SlotState& slot = slots_[wanted.slot];
  const MoneyTerms& terms = slot.position.terms();
  MoneyMath math;
  const auto with = [&](OrderSide side, const Hold& hold) { return hold.side == side ? hold.settlement : int128{0}; };
  const Hold none{};
  const Hold& old = before == nullptr ? none : *before;
  const int128 buys = slot.buys - with(OrderSide::kBuy, old);
  const int128 sells = slot.sells - with(OrderSide::kSell, old);
  const int128 without = initial_of(math, slot, buys, sells);
  const int128 all = initial_of(math, slot, math.sum(buys, with(OrderSide::kBuy, wanted)),
                                math.sum(sells, with(OrderSide::kSell, wanted)));
  // What makes no position larger is never refused: it may be the way out.
  if (all <= without && !math.has_overflown()) return RejectReason::kNone;
  const Decimal price = to_decimal(need.price, terms.scales());
  const std::int64_t quantity = sign(need.side) * need.left;
  const Decimal mark = slot.mark.value_or(price);
  // A price beyond the mark is a loss at once.
  const int128 change = math.sum(terms.cash_of(math, quantity, need.price), terms.value_of(math, quantity, mark));
  int128 cost = change < 0 ? -change : 0;
  cost = math.sum(cost, slot.fees.most_besides(math, need.left));
  cost = math.sum(cost, terms.part_of(math, need.left, price, slot.fees.most_rate(need.side)));
  const int128 needed = math.sum(math.sum(initial_margin(math), -initial_of(math, slot, slot.buys, slot.sells)), all);
  const int128 there = math.sum(equity(math), -cost);
  return there >= needed && !math.has_overflown() ? RejectReason::kNone : RejectReason::kInsufficientBalance;
}

void Account::count(const Hold& hold, int sign) {
  SlotState& slot = slots_[hold.slot];
  if (kind_ == AccountKind::kSpot) {
    held_ += sign * hold.settlement;
    slot.held_base += sign * hold.base;
    return;
  }
  (hold.side == OrderSide::kBuy ? slot.buys : slot.sells) += sign * hold.settlement;
}

void Account::hold(Slot slot, const OrderNeed& need) {
  if (!is_limited()) return;
  const std::optional<Hold> wanted = hold_of(slot, need);
  ACTS_ASSERT(wanted);  // check() has said so, and it has not grown since
  release(need.id);
  count(*wanted, 1);
  holds_.emplace(need.id, *wanted);
}

void Account::release(ClientOrderId id) {
  const auto at = holds_.find(id);
  if (at == holds_.end()) return;
  count(at->second, -1);
  holds_.erase(at);
}

int128 Account::free_base(Slot slot) const {
  const SlotState& state = slots_[slot];
  MoneyMath math;
  const int exponent = state.position.base_scale() - state.position.terms().scales().quantity;
  return math.sum(math.scaled(state.position.quantity() - state.held_base, exponent), -state.position.base_fee());
}

bool Account::is_flat() const {
  return std::ranges::all_of(slots_, [](const SlotState& slot) { return slot.position.quantity() == 0; });
}

std::unexpected<Error> Account::beyond(Slot slot, UnixNanos ts) const {
  return fail(ErrorCode::kBadInput,
              fmt::format("{}: instrument {}: its position or money has more digits than can be exact (position of {} "
                          "units, {} at most): trade less, or leave decimals out of tick size, lot size and fees",
                          to_iso8601(ts), slot, slots_[slot].position.quantity(),
                          slots_[slot].position.terms().largest_quantity()));
}

// A balance does not go below 0: what is missing once nothing is held is not the account's.
void Account::bear_loss(SlotState& slot, FeeCharge& charge) {
  if (kind_ != AccountKind::kMargin || balance() >= 0 || !is_flat()) return;
  const int128 missing = -balance();
  slot.position.bear(missing);
  charge.fee -= missing;
  borne_ += missing;
  settled_ += missing;
}

Result<FillMoney> Account::fill(Slot slot, const FeeTrade& trade, bool is_liquidation) {
  SlotState& state = slots_[slot];
  const MoneyTerms& terms = state.position.terms();
  if (trade.quantity.units() > terms.largest_quantity()) return beyond(slot, trade.ts);
  MoneyMath math;
  FeeCharge charge = state.fees.charge(math, trade, volume_, other_left_);
  if (is_liquidation) {
    const Decimal price = to_decimal(trade.price, terms.scales());
    const Decimal& rate = state.margin.liquidation_fee();
    charge.fee = math.sum(charge.fee, terms.part_of(math, trade.quantity.units(), price, rate));
  }
  const int128 before = state.position.settled();
  if (math.has_overflown() || !state.position.apply(sign(trade.side) * trade.quantity.units(), trade.price, charge)) {
    return beyond(slot, trade.ts);
  }
  settled_ = math.sum(settled_, state.position.settled() - before);
  if (charge.other != 0) {
    other_left_ -= charge.other;
    other_paid_ += charge.other;
    const int exponent = terms.scale() - FeeMeter::kOtherScale - state.fees.schedule().other_price.scale;
    other_value_ += -math.scaled(-math.product(charge.other, state.fees.schedule().other_price.units), exponent);
  }
  if (math.has_overflown()) return beyond(slot, trade.ts);
  if (!state.mark) state.mark = to_decimal(trade.price, terms.scales());
  bear_loss(state, charge);
  if (kind_ == AccountKind::kSpot) ACTS_ASSERT(balance() >= 0 && state.position.quantity() >= 0);
  return FillMoney{.fee = money(charge.fee),
                   .base_fee = {charge.received, charge.received == 0 ? 0 : state.fees.base_scale()}};
}

Result<Decimal> Account::pay_funding(Slot slot, const Decimal& rate, const Decimal& mark, UnixNanos ts) {
  SlotState& state = slots_[slot];
  MoneyMath math;
  const int128 received = state.position.funding_of(math, rate, mark);
  if (math.has_overflown() || !state.position.pay_funding(received)) return beyond(slot, ts);
  settled_ = math.sum(settled_, received);
  return money(received);
}

int128 Account::equity(MoneyMath& math) const {
  int128 total = other_value_;
  for (const SlotState& slot : slots_) {
    const bool is_worth = slot.mark && slot.position.quantity() != 0;
    total = math.sum(total, is_worth ? slot.position.equity(math, *slot.mark) : slot.position.settled());
  }
  return total;
}

int128 Account::initial_margin(MoneyMath& math) const {
  int128 total = 0;
  for (const SlotState& slot : slots_) total = math.sum(total, initial_of(math, slot, slot.buys, slot.sells));
  return total;
}

int128 Account::maintenance_margin(MoneyMath& math) const {
  int128 total = 0;
  for (const SlotState& slot : slots_) {
    if (slot.position.quantity() == 0) continue;
    const int128 notional = slot.position.terms().notional_of(math, slot.position.quantity(), *slot.mark);
    total = math.sum(total, slot.margin.maintenance(math, notional));
  }
  return total;
}

bool Account::is_margin_used_up() const {
  MoneyMath math;
  return equity(math) <= maintenance_margin(math) && !math.has_overflown();
}

bool Account::must_liquidate() {
  if (kind_ != AccountKind::kMargin) return false;
  if (is_flat()) {
    is_liquidating_ = false;
  } else if (!is_liquidating_) {
    is_liquidating_ = is_margin_used_up();
    liquidations_ += is_liquidating_ ? 1U : 0U;
  }
  return is_liquidating_;
}

void Account::verify() const {
  int128 settled = 0;
  for (const SlotState& slot : slots_) settled += slot.position.settled();
  ACTS_ASSERT(settled == settled_);
  if (kind_ != AccountKind::kSpot) return;
  ACTS_ASSERT(balance() >= held_ && held_ >= 0);
  for (Slot slot = 0; slot < slots_.size(); ++slot) ACTS_ASSERT(free_base(slot) >= 0);
}

std::string_view to_string(AccountKind kind) noexcept {
  switch (kind) {
    case AccountKind::kUnlimited: return "none";
    case AccountKind::kSpot: return "spot";
    case AccountKind::kMargin: return "margin";
  }
  return "";
}

Result<AccountKind> parse_account_kind(std::string_view text) {
  for (const AccountKind kind : {AccountKind::kUnlimited, AccountKind::kSpot, AccountKind::kMargin}) {
    if (text == to_string(kind)) return kind;
  }
  return fail(ErrorCode::kUsage, fmt::format("'{}': none, spot or margin?", text));
}

}  // namespace acts::sim
