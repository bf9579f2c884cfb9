// What trading costs, and the meter that charges it. Exact; what is finer than money's scale is rounded against the
// account: up where it pays, down where it receives. Pure.
//
//   fee = value x (rate of maker or taker + rate of the side) + quantity x per_quantity + flat
//
// The rates of maker and taker are those of the highest tier whose volume the account has reached: the value of its
// fills on the 30 UTC days before the present one, as Binance looks at it once a day (page "Trading fees", VIP tiers).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "acts/base/decimal.hpp"
#include "acts/base/result.hpp"
#include "acts/base/time.hpp"
#include "acts/market/order.hpp"

#include "sim/account/contract.hpp"

namespace acts::sim {

enum class FeeAsset : std::uint8_t {
  kSettlement,
  kReceived,  // what the trade brings: the base asset for what is bought, else the settlement asset. Of spot alone
  kOther,     // an asset that fees are paid in at a discount (BNB), as long as there is of it; else kSettlement
};

// Negative: received. The rate of the value.
struct FeeTier {
  Decimal volume = {};  // settlement asset (of inverse contracts the quote asset); not negative
  Decimal maker = {};
  Decimal taker = {};
};

// Rates have at most kMostDecimals and are parts of the value, of a magnitude below 1 (checked where they are set), as
// is each rate of maker or taker with that of a side (check()).
struct FeeSchedule {
  static constexpr int kMostDecimals = 8;
  static constexpr std::size_t kMostTiers = 64;

  Decimal maker = {};
  Decimal taker = {};
  Decimal buy = {};  // besides, of one side
  Decimal sell = {};
  Decimal per_quantity = {};  // settlement asset a unit of quantity
  Decimal flat = {};          // settlement asset an order, with its first fill
  std::vector<FeeTier> tiers = {};
  Decimal volume_before = {};  // of the 30 days before the first fill, as if each had had the same
  FeeAsset asset = FeeAsset::kSettlement;
  Decimal discount = {};       // kOther: the part of a fee that is saved, 0 ... 1
  Decimal other_price = {};    // kOther: settlement asset a unit of it; positive
  Decimal other_balance = {};  // kOther: what there is of it
  // Errors: kUsage: tiers that do not grow, rates that are the whole value together, a discount or price that cannot
  // be, kReceived of what is not spot.
  [[nodiscard]] Result<void> check(const Contract& contract) const;
  // Most decimals of a rate, of a fee a quantity and of a flat one, each with those that it is multiplied with.
  [[nodiscard]] int decimals(Scales scales) const;
};

// Values of fills by UTC days. Days do not go back (asserted).
class VolumeWindow {
 public:
  static constexpr std::size_t kDays = 30;
  // `before`: of the 30 days before the first, which it is spread over; not negative.
  explicit VolumeWindow(int128 before = 0);
  void add(MoneyMath& math, UnixNanos now, int128 value);
  // Of the days before that of `now`.
  int128 before(MoneyMath& math, UnixNanos now);

 private:
  void advance(UnixNanos now);
  std::array<int128, kDays> days_{};  // by their number, modulo
  int128 today_ = 0;
  std::int64_t day_ = -1;
};

struct FeeCharge {
  int128 fee = 0;       // settlement asset, money units; what was paid in another asset at what that was worth
  int128 received = 0;  // base asset, in units of 10^-FeeMeter::base_scale(); kReceived
  int128 other = 0;     // kOther: of that asset, in units of 10^-8
};

struct FeeTrade {
  OrderSide side = OrderSide::kBuy;
  Liquidity liquidity = Liquidity::kTaker;
  Price price = {};
  Quantity quantity = {};  // positive
  bool is_first = true;    // of its order
  UnixNanos ts = {};
};

class FeeMeter {
 public:
  static constexpr int kOtherScale = 8;

  // `schedule`: checked.
  FeeMeter(const FeeSchedule& schedule, const MoneyTerms& terms);

  // `volume`: the account's; the fill is added to it. `other_left`: units of 10^-8 that there are of the other asset.
  FeeCharge charge(MoneyMath& math, const FeeTrade& trade, VolumeWindow& volume, int128 other_left) const;

  // Decimals of fees in the base asset: so many that they are worth whole money units at half a tick.
  [[nodiscard]] int base_scale() const { return terms_.scale() - terms_.scales().price - 1; }
  // The most that filling `quantity` can cost in the settlement asset besides what is a part of the value,
  [[nodiscard]] int128 most_besides(MoneyMath& math, std::int64_t quantity) const;
  // and that part: not negative, of whatever tier. What is bought may be charged where it is received: then 0.
  [[nodiscard]] Decimal most_rate(OrderSide side) const;
  [[nodiscard]] VolumeWindow first_volume() const;
  [[nodiscard]] int128 other_balance() const;
  [[nodiscard]] const FeeSchedule& schedule() const { return schedule_; }

 private:
  [[nodiscard]] Decimal rate_of(MoneyMath& math, const FeeTrade& trade, VolumeWindow& volume) const;
  [[nodiscard]] int128 besides(MoneyMath& math, std::int64_t quantity, bool is_first) const;

  FeeSchedule schedule_;
  MoneyTerms terms_;
  Decimal most_rate_;            // of the tiers
  std::vector<int128> volumes_;  // of the tiers, in money units
};

// "MAKER's tiers" as a configuration writes them: "VOLUME MAKER TAKER". Errors: kUsage.
Result<FeeTier> parse_fee_tier(std::string_view text);
// A rate of the value: a magnitude below 1, at most kMostDecimals. Errors: kUsage.
Result<Decimal> parse_fee_rate(std::string_view text);

}  // namespace acts::sim
