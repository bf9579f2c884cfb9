#include "binance/level_form.hpp"

#include <algorithm>

#include "acts/base/decimal.hpp"

namespace acts::binance {
namespace {

constexpr std::size_t kMaxDigits = 8;  // before the point, and behind it
constexpr std::size_t kMaxKept = 16;   // of one number

std::size_t kept_decimals(NumberForm form, std::size_t scale) { return std::min(form.decimals, scale); }

std::size_t length_of(NumberForm form) { return form.whole + (form.decimals > 0 ? 1 + form.decimals : 0); }

bool readable(NumberForm form, std::size_t scale) {
  return form.whole >= 1 && form.whole <= kMaxDigits && form.decimals <= kMaxDigits && form.whole + scale <= kMaxKept;
}

}  // namespace

LevelReader::LevelReader(const LevelForm& form, Scales scales) {
#ifdef __SSE2__
  const std::size_t price_at = 2;                                         // ["
  const std::size_t quantity_at = price_at + length_of(form.price) + 3;   // ","
  const std::size_t length = quantity_at + length_of(form.quantity) + 2;  // "]
  if (!readable(form.price, scales.price) || !readable(form.quantity, scales.quantity) || length < kBlock ||
      length > kReach) {
    return;
  }
  length_ = length;
  offsets_ = {0, std::min(kBlock, length - kBlock), length - kBlock};
  const std::size_t price_kept = kept_decimals(form.price, scales.price);
  const std::size_t quantity_kept = kept_decimals(form.quantity, scales.quantity);
  expect(0, '[', '[');
  expect(1, '"', '"');
  expect(expect(price_at, form.price, price_kept), '"', '"');
  expect(quantity_at - 2, ',', ',');
  expect(quantity_at - 1, '"', '"');
  expect(expect(quantity_at, form.quantity, quantity_kept), '"', '"');
  expect(length - 1, ']', ']');
  ends_.price = place(0, price_at, form.price, price_kept);
  ends_.quantity = place(1, quantity_at, form.quantity, quantity_kept);
  price_factor_ = power_of_ten(static_cast<int>(scales.price - price_kept));
  quantity_factor_ = power_of_ten(static_cast<int>(scales.quantity - quantity_kept));
  wide_ = std::max(form.price.whole + price_kept, form.quantity.whole + quantity_kept) > kBlock / 2;
#else
  static_cast<void>(form);
  static_cast<void>(scales);
#endif
}

void LevelReader::expect(std::size_t at, char low, char high) {
  for (std::size_t block = 0; block < offsets_.size(); ++block) {
    if (at < offsets_[block] || at >= offsets_[block] + kBlock) continue;
    lows_[block][at - offsets_[block]] = static_cast<std::uint8_t>(low);
    spans_[block][at - offsets_[block]] = static_cast<std::uint8_t>(high - low);
  }
}

// Returns where the number ends.
std::size_t LevelReader::expect(std::size_t at, NumberForm form, std::size_t kept) {
  for (std::size_t i = 0; i < form.whole; ++i) expect(at++, '0', '9');
  if (form.decimals == 0) return at;
  expect(at++, '.', '.');
  for (std::size_t i = 0; i < form.decimals; ++i) expect(at++, '0', i < kept ? '9' : '0');
  return at;
}

// Returns where the kept digits end; a number without decimals as if a point followed it.
std::size_t LevelReader::place(std::size_t half, std::size_t at, NumberForm form, std::size_t kept) {
  constexpr std::uint8_t kDigitBits = 0x0F;
  constexpr std::size_t kHalf = kBlock / 2;
  const auto mark = [&](Block Digits::* kind, std::size_t from_last) {
    Digits& digits = from_last < kHalf ? last_ : before_;
    (digits.*kind)[half * kHalf + kHalf - 1 - from_last % kHalf] = kDigitBits;
  };
  for (std::size_t i = 0; i < kept; ++i) mark(&Digits::decimals, i);
  for (std::size_t i = 0; i < form.whole; ++i) mark(&Digits::whole, kept + i);
  return at + form.whole + 1 + kept;
}

}  // namespace acts::binance
