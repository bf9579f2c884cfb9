// The account that orders are placed with: what there is of the settlement asset, held positions, and what open orders
// may need. One for all instruments of a run that settle in it: they share its balance and margin. It stands
// at the venue: what it knows is what has happened there. Pure; not thread-safe.
//
//   kUnlimited   nothing is checked: cash and position may go below 0, and borrowing costs nothing
//   kSpot        what is bought is paid with what is there, and what is sold is held: what an order may need, its fees
//                included, is set aside when it arrives, or it is refused. No balance goes below 0 (asserted)
//   kMargin      an order must leave equity at or above the initial margin of positions and open orders; where equity
//                comes down to the maintenance margin all is liquidated; what others must bear of a loss is told
// Rules: Binance, "Spot Trading API, account locks"; "USD-M Futures, initial margin, liquidation and insurance fund".
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "acts/base/decimal.hpp"
#include "acts/base/result.hpp"
#include "acts/base/time.hpp"
#include "acts/market/order.hpp"

#include "sim/account/contract.hpp"
#include "sim/account/fee_schedule.hpp"
#include "sim/account/margin.hpp"
#include "sim/account/position_account.hpp"

namespace acts::sim {

enum class AccountKind : std::uint8_t { kUnlimited, kSpot, kMargin };

struct AccountInstrument {
  Scales scales = {};
  Contract contract = {};
  FeeSchedule fees = {};
  MarginModel margin = {};
  Decimal initial_position = {};  // base asset that is there from the start; kSpot alone
};

struct AccountModel {
  AccountKind kind = AccountKind::kUnlimited;
  Decimal initial_balance = {};  // settlement asset; booked with the first instrument
  std::vector<AccountInstrument> instruments = {};
};

// An order as the account must be able to bear it.
struct OrderNeed {
  ClientOrderId id = {};
  OrderSide side = OrderSide::kBuy;
  Price price = {};       // the worst that it may be filled at; positive
  std::int64_t left = 0;  // units that are to be filled, positive
};

struct FillMoney {
  Decimal fee = {};  // as of Fill
  Decimal base_fee = {};
};

class Account {
 public:
  // An instrument's place in AccountModel::instruments.
  using Slot = std::size_t;

  // Errors: kUsage: what fees and margins do not allow, more decimals than money has, a balance that cannot be.
  static Result<std::unique_ptr<Account>> make(const AccountModel& model);

  [[nodiscard]] AccountKind kind() const { return kind_; }
  // Whether orders are to be told of by check(), hold() and release().
  [[nodiscard]] bool is_limited() const { return kind_ != AccountKind::kUnlimited; }

  // Whether an order, or an open one as it shall be from now on, can be borne: kNone, kInsufficientBalance,
  // kQuantityOutOfRange.
  [[nodiscard]] RejectReason check(Slot slot, const OrderNeed& need) const;
  // Of an order that needs nothing: only whether there can be so much, and whether the venue closes the position
  // itself.
  [[nodiscard]] RejectReason check_quantity(Slot slot, std::int64_t quantity) const {
    if (is_liquidating_) return RejectReason::kInsufficientBalance;
    return quantity <= slots_[slot].position.terms().largest_quantity() ? RejectReason::kNone
                                                                        : RejectReason::kQuantityOutOfRange;
  }
  // The order is open so, and what it may need is set aside; in place of what was before for it.
  void hold(Slot slot, const OrderNeed& need);
  void release(ClientOrderId id);

  // A fill, at the venue. Errors: kBadInput: money or position beyond what is exact; nothing has changed.
  Result<FillMoney> fill(Slot slot, const FeeTrade& trade, bool is_liquidation);
  // Paid at once on the position as it is: what was received. `rate`: longs pay if positive; `mark`: positive.
  // Errors: as fill().
  Result<Decimal> pay_funding(Slot slot, const Decimal& rate, const Decimal& mark, UnixNanos ts);
  void set_mark(Slot slot, const Decimal& mark) { slots_[slot].mark = mark; }

  // Whether all is to be closed: equity has come down to the maintenance margin, and something is still held.
  // Asked after each change of a mark and each fill.
  bool must_liquidate();
  [[nodiscard]] bool is_liquidating() const { return is_liquidating_; }
  [[nodiscard]] std::uint64_t liquidations() const { return liquidations_; }
  // What others have borne of losses beyond the balance, which was put to 0.
  [[nodiscard]] Decimal borne_by_others() const { return money(borne_); }
  // What was paid of another asset for fees: of that asset.
  [[nodiscard]] Decimal other_paid() const { return {other_paid_, FeeMeter::kOtherScale}; }

  [[nodiscard]] const PositionAccount& position(Slot slot) const { return slots_[slot].position; }
  [[nodiscard]] const FeeMeter& fees(Slot slot) const { return slots_[slot].fees; }
  [[nodiscard]] Decimal money(int128 units) const { return slots_.front().position.terms().money(units); }
  // What there is of the settlement asset: of it open orders hold a part.
  [[nodiscard]] int128 balance() const { return settled_ + other_value_; }
  [[nodiscard]] int128 held() const { return held_; }
  // Of what was bought on spot, in units of 10^-base_scale(): less what open orders hold.
  [[nodiscard]] int128 free_base(Slot slot) const;
  // balance() with what positions are worth at their marks.
  int128 equity(MoneyMath& math) const;
  // Of kMargin: equity has come down to the maintenance margin, as marks and positions are now.
  [[nodiscard]] bool is_margin_used_up() const;
  int128 initial_margin(MoneyMath& math) const;
  int128 maintenance_margin(MoneyMath& math) const;
  // That all sums agree. Asserts.
  void verify() const;

 private:
  struct Hold {
    Slot slot = 0;
    OrderSide side = OrderSide::kBuy;
    int128 settlement = 0;  // kSpot: set aside; kMargin: value
    std::int64_t base = 0;  // kSpot: units of the lot's scale
  };
  struct SlotState {
    PositionAccount position;
    FeeMeter fees;
    MarginTerms margin;
    std::optional<Decimal> mark = {};
    std::int64_t held_base = 0;
    int128 buys = 0;  // kMargin: value of open orders
    int128 sells = 0;
  };
  Account() = default;
  [[nodiscard]] std::optional<Hold> hold_of(Slot slot, const OrderNeed& need) const;
  [[nodiscard]] const Hold* found(ClientOrderId id) const;
  [[nodiscard]] RejectReason check_spot(const Hold& wanted, const Hold* before) const;
  [[nodiscard]] RejectReason check_margin(const OrderNeed& need, const Hold& wanted, const Hold* before) const;
  int128 initial_of(MoneyMath& math, const SlotState& slot, int128 buys, int128 sells) const;
  void count(const Hold& hold, int sign);
  void bear_loss(SlotState& slot, FeeCharge& charge);
  [[nodiscard]] bool is_flat() const;
  [[nodiscard]] std::unexpected<Error> beyond(Slot slot, UnixNanos ts) const;

  AccountKind kind_ = AccountKind::kUnlimited;
  std::vector<SlotState> slots_;
  std::map<ClientOrderId, Hold> holds_;
  VolumeWindow volume_;
  int128 settled_ = 0;      // of all slots
  int128 held_ = 0;         // kSpot: of it
  int128 other_left_ = 0;   // units of 10^-8 of the asset that fees are paid in,
  int128 other_paid_ = 0;   // what has been paid of it,
  int128 other_value_ = 0;  // and what that was worth: a fee that has not come out of the balance
  int128 borne_ = 0;
  std::uint64_t liquidations_ = 0;
  bool is_liquidating_ = false;
};

std::string_view to_string(AccountKind kind) noexcept;          // "none", "spot", "margin"
Result<AccountKind> parse_account_kind(std::string_view text);  // Errors: kUsage

}  // namespace acts::sim
