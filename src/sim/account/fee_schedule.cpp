#include "sim/account/fee_schedule.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <optional>

#include "acts/base/assert.hpp"

namespace acts::sim {
namespace {

constexpr Nanos kFeeDay = std::chrono::hours{24};
constexpr Decimal kMostVolume{1'000'000'000'000'000'000, 0};

// Of a few decimals, so that nothing is lost.
Decimal rate_sum(const Decimal& a, const Decimal& b) {
  const int scale = std::max(a.scale, b.scale);
  return {a.units * power_of_ten(scale - a.scale) + b.units * power_of_ten(scale - b.scale), scale};
}

Decimal discounted(const Decimal& rate, const Decimal& discount) {
  const Decimal left{power_of_ten(discount.scale) - discount.units, discount.scale};
  return shortest({rate.units * left.units, rate.scale + left.scale});
}

// Otherwise what is sold could cost more than it brings, and no balance answers for that.
bool has_rates_below_one(const FeeSchedule& fees) {
  const auto is_below = [&fees](const Decimal& rate) {
    return std::ranges::all_of(std::array{fees.buy, fees.sell}, [&rate](const Decimal& side) {
      const Decimal both = rate_sum(rate, side);
      return both < Decimal{1, 0} && both > Decimal{-1, 0};
    });
  };
  const auto is_tier_below = [&](const FeeTier& tier) { return is_below(tier.maker) && is_below(tier.taker); };
  return is_below(fees.maker) && is_below(fees.taker) && std::ranges::all_of(fees.tiers, is_tier_below);
}

std::optional<Decimal> next_number(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  const std::size_t end = std::min(text.find(' '), text.size());
  const Result<Decimal> number = parse_decimal(text.substr(0, end));
  text.remove_prefix(end);
  return number ? std::optional(*number) : std::nullopt;
}

}  // namespace

Result<Decimal> parse_fee_rate(std::string_view text) {
  const Result<Decimal> rate = parse_decimal(text);
  if (!rate) return fail(ErrorCode::kUsage, fmt::format("'{}' is no decimal number, such as \"0.001\"", text));
  constexpr int kMost = FeeSchedule::kMostDecimals;
  if (rate->scale > kMost || *rate >= Decimal{1, 0} || *rate <= Decimal{-1, 0}) {
    return fail(ErrorCode::kUsage,
                fmt::format("'{}' is no rate: a part of the value, below 1, with at most {} decimals", text, kMost));
  }
  return *rate;
}

Result<FeeTier> parse_fee_tier(std::string_view text) {
  std::string_view left = text;
  const auto volume = next_number(left);
  left.remove_prefix(std::min(left.find_first_not_of(' '), left.size()));
  const std::size_t middle = std::min(left.find(' '), left.size());
  const std::string_view maker_text = left.substr(0, middle);
  left.remove_prefix(middle);
  left.remove_prefix(std::min(left.find_first_not_of(' '), left.size()));
  if (!volume || volume->units < 0 || *volume > kMostVolume || left.empty()) {
    return fail(ErrorCode::kUsage,
                fmt::format("'{}': a volume and the rates from it on, such as \"1000000 0.0009 0.001\"", text));
  }
  const Result<Decimal> maker = parse_fee_rate(maker_text);
  if (!maker) return std::unexpected(maker.error());
  const Result<Decimal> taker = parse_fee_rate(left);
  if (!taker) return std::unexpected(taker.error());
  return FeeTier{.volume = *volume, .maker = *maker, .taker = *taker};
}

Result<void> FeeSchedule::check(const Contract& contract) const {
  const auto refused = [](std::string_view why) { return fail(ErrorCode::kUsage, fmt::format("[fees]: {}", why)); };
  if (tiers.size() > kMostTiers) return refused(fmt::format("more than {} tiers", kMostTiers));
  for (std::size_t i = 1; i < tiers.size(); ++i) {
    if (tiers[i].volume <= tiers[i - 1].volume) return refused("volumes of tiers must grow");
  }
  if (!has_rates_below_one(*this))
    return refused("a rate of maker or taker and that of a side come to the whole value");
  if (volume_before.units < 0 || volume_before > kMostVolume) return refused("volume_before is no volume");
  const bool is_spot = contract.kind == ContractKind::kLinear && contract.size == Decimal{1, 0};
  if (asset == FeeAsset::kReceived && !is_spot) return refused("fees in what is received are of spot");
  if (asset != FeeAsset::kOther) return {};
  if (discount.units < 0 || discount > Decimal{1, 0} || shortest(discount).scale > kMostDecimals) {
    return refused("discount is a part of the fee, 0 ... 1");
  }
  if (other_price.units <= 0) return refused("price of the asset that fees are paid in is missing");
  if (other_balance.units < 0) return refused("balance of the asset that fees are paid in is negative");
  return {};
}

int FeeSchedule::decimals(Scales scales) const {
  int rate = std::max({shortest(maker).scale, shortest(taker).scale, 0});
  for (const FeeTier& tier : tiers) rate = std::max({rate, shortest(tier.maker).scale, shortest(tier.taker).scale});
  rate = std::max({rate, shortest(buy).scale, shortest(sell).scale});
  // A fee in the base asset must be exact at half a tick too.
  if (asset == FeeAsset::kReceived) ++rate;
  return std::max(
      {rate, shortest(per_quantity).scale - scales.price, shortest(flat).scale - scales.price - scales.quantity});
}

VolumeWindow::VolumeWindow(int128 before) {
  constexpr auto kParts = static_cast<int128>(kDays);
  for (std::size_t i = 0; i < kDays; ++i) {
    days_[i] = before / kParts + static_cast<int128>(static_cast<int128>(i) < before % kParts);
  }
}

void VolumeWindow::advance(UnixNanos now) {
  const std::int64_t day = now.value / kFeeDay.count();
  if (day_ < 0) day_ = day;
  ACTS_ASSERT(day >= day_);
  const std::int64_t passed = std::min<std::int64_t>(day - day_, kDays);
  for (std::int64_t i = 0; i < passed; ++i) {
    days_[static_cast<std::size_t>((day_ + i) % static_cast<std::int64_t>(kDays))] = i == 0 ? today_ : 0;
  }
  if (passed > 0) today_ = 0;
  day_ = day;
}

void VolumeWindow::add(MoneyMath& math, UnixNanos now, int128 value) {
  advance(now);
  today_ = math.sum(today_, value);
}

int128 VolumeWindow::before(MoneyMath& math, UnixNanos now) {
  advance(now);
  int128 sum = 0;
  for (const int128 day : days_) sum = math.sum(sum, day);
  return sum;
}

FeeMeter::FeeMeter(const FeeSchedule& schedule, const MoneyTerms& terms) : schedule_(schedule), terms_(terms) {
  most_rate_ = std::max(schedule.maker, schedule.taker);
  for (const FeeTier& tier : schedule_.tiers) {
    most_rate_ = std::max({most_rate_, tier.maker, tier.taker});
    MoneyMath math;
    volumes_.push_back(math.scaled(tier.volume.units, terms.scale() - tier.volume.scale));
    if (math.has_overflown()) volumes_.back() = kMostMoney;  // never reached
  }
}

VolumeWindow FeeMeter::first_volume() const {
  MoneyMath math;
  const Decimal& volume = schedule_.volume_before;
  return VolumeWindow(math.scaled(volume.units, terms_.scale() - volume.scale));
}

int128 FeeMeter::other_balance() const {
  MoneyMath math;
  return math.scaled(schedule_.other_balance.units, kOtherScale - schedule_.other_balance.scale);
}

Decimal FeeMeter::rate_of(MoneyMath& math, const FeeTrade& trade, VolumeWindow& volume) const {
  const bool is_maker = trade.liquidity == Liquidity::kMaker;
  const Decimal& side = trade.side == OrderSide::kBuy ? schedule_.buy : schedule_.sell;
  const Decimal* rate = is_maker ? &schedule_.maker : &schedule_.taker;
  if (!volumes_.empty()) {
    const int128 reached = volume.before(math, trade.ts);
    const auto above = std::ranges::upper_bound(volumes_, reached);
    if (above != volumes_.begin()) {
      const FeeTier& tier = schedule_.tiers[static_cast<std::size_t>(std::distance(volumes_.begin(), above)) - 1];
      rate = is_maker ? &tier.maker : &tier.taker;
    }
  }
  return side.units == 0 ? *rate : rate_sum(*rate, side);
}

int128 FeeMeter::besides(MoneyMath& math, std::int64_t quantity, bool is_first) const {
  int128 fee = 0;
  if (schedule_.per_quantity.units != 0) {
    const int exponent = terms_.scale() - terms_.scales().quantity - schedule_.per_quantity.scale;
    fee = -math.scaled(-math.product(quantity, schedule_.per_quantity.units), exponent);
  }
  if (is_first && schedule_.flat.units != 0) {
    fee = math.sum(fee, -math.scaled(-schedule_.flat.units, terms_.scale() - schedule_.flat.scale));
  }
  return fee;
}

FeeCharge FeeMeter::charge(MoneyMath& math, const FeeTrade& trade, VolumeWindow& volume, int128 other_left) const {
  const Decimal rate = rate_of(math, trade, volume);
  const std::int64_t quantity = trade.quantity.units();
  const Decimal price = to_decimal(trade.price, terms_.scales());
  if (!volumes_.empty()) volume.add(math, trade.ts, terms_.turnover_of(math, quantity, trade.price));
  FeeCharge charge{.fee = besides(math, quantity, trade.is_first)};
  if (schedule_.asset == FeeAsset::kReceived && trade.side == OrderSide::kBuy) {
    const int exponent = base_scale() - terms_.scales().quantity - rate.scale;
    charge.received = -math.scaled(-math.product(quantity, rate.units), exponent);
    return charge;
  }
  if (schedule_.asset == FeeAsset::kOther && rate.units > 0) {
    const int128 fee = terms_.part_of(math, quantity, price, discounted(rate, schedule_.discount));
    const Decimal& other = schedule_.other_price;
    const int128 numerator = math.scaled(fee, std::max(kOtherScale + other.scale - terms_.scale(), 0));
    const int128 divisor = math.scaled(other.units, std::max(terms_.scale() - kOtherScale - other.scale, 0));
    const int128 units = divisor == 0 ? 0 : ceil_ratio(numerator, divisor);
    if (units <= other_left) {
      charge.other = units;
      charge.fee = math.sum(
          charge.fee, -math.scaled(-math.product(units, other.units), terms_.scale() - kOtherScale - other.scale));
      return charge;
    }
  }
  charge.fee = math.sum(charge.fee, terms_.part_of(math, quantity, price, rate));
  return charge;
}

int128 FeeMeter::most_besides(MoneyMath& math, std::int64_t quantity) const {
  return std::max({besides(math, quantity, true), besides(math, quantity, false), int128{0}});
}

Decimal FeeMeter::most_rate(OrderSide side) const {
  if (schedule_.asset == FeeAsset::kReceived && side == OrderSide::kBuy) return {};
  const Decimal rate = rate_sum(most_rate_, side == OrderSide::kBuy ? schedule_.buy : schedule_.sell);
  return rate.units > 0 ? rate : Decimal{};
}

}  // namespace acts::sim
