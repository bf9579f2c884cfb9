#include "acts/base/decimal.hpp"

#include <gtest/gtest.h>

#include <compare>
#include <cstdlib>
#include <limits>
#include <random>
#include <string>

namespace acts {
namespace {

TEST(ParseScaled, ReadsVenueTextExactly) {
  EXPECT_EQ(parse_scaled("61685.99000000", 2).units, 6168599);
  EXPECT_EQ(parse_scaled("0.00000001", 8).units, 1);
  EXPECT_EQ(parse_scaled("0", 0).units, 0);
  EXPECT_EQ(parse_scaled("12", 3).units, 12000);
  EXPECT_EQ(parse_scaled("-0.00", 2).status, DecimalStatus::kOk);
}

TEST(ParseScaled, SaysHowManyDecimalsAValueNeeds) {
  const ScaledInteger parsed = parse_scaled("1.25000", 1);
  EXPECT_EQ(parsed.status, DecimalStatus::kInexact);
  EXPECT_EQ(parsed.scale_needed, 2);
}

TEST(ParseScaled, RefusesWhatIsNotADecimal) {
  for (const char* text : {"", ".", "1.", ".5", "+1", "1e5", " 1", "1 ", "0x1", "nan", "-", "1.2.3", "--1"}) {
    EXPECT_EQ(parse_scaled(text, 8).status, DecimalStatus::kNotANumber) << text;
  }
  EXPECT_EQ(parse_scaled("-1", 8).status, DecimalStatus::kNegative);
}

TEST(ParseScaled, RefusesWhatDoesNotFit) {
  EXPECT_EQ(parse_scaled("9223372036854775807", 0).units, std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(parse_scaled("9223372036854775808", 0).status, DecimalStatus::kTooLarge);
  EXPECT_EQ(parse_scaled("92233720368.54775808", 8).status, DecimalStatus::kTooLarge);
  EXPECT_EQ(parse_scaled("10000000000000", 8).status, DecimalStatus::kTooLarge);
}

TEST(ShiftDecimals, IsExactOrSaysThatItIsNot) {
  std::int64_t units = 123;
  EXPECT_TRUE(shift_decimals(units, 2));
  EXPECT_EQ(units, 12'300);
  EXPECT_TRUE(shift_decimals(units, -2));
  EXPECT_EQ(units, 123);
  EXPECT_TRUE(shift_decimals(units, 0));
  EXPECT_FALSE(shift_decimals(units, -1));
  units = std::numeric_limits<std::int64_t>::max() / 10 + 1;
  EXPECT_FALSE(shift_decimals(units, 1));
}

TEST(Decimal, PrintsShortestExactForm) {
  EXPECT_EQ(to_string(Decimal{6168599, 2}), "61685.99");
  EXPECT_EQ(to_string(Decimal{6168500, 2}), "61685");
  EXPECT_EQ(to_string(Decimal{-5, 1}), "-0.5");
  EXPECT_EQ(to_string(Decimal{1, 18}), "0.000000000000000001");
  EXPECT_EQ(to_string(Decimal{0, 8}), "0");
  EXPECT_EQ(to_string(Decimal{100, 0}), "100");
}

TEST(Decimal, ReadsBackWhatItPrints) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 10'000; ++i) {
    const Decimal value{static_cast<std::int64_t>(random()) >> (random() % 64), static_cast<int>(random() % 19)};
    const Result<Decimal> parsed = parse_decimal(to_string(value));
    ASSERT_TRUE(parsed.has_value()) << to_string(value);
    EXPECT_EQ(*parsed, value);
  }
}

// Whatever the text: as the number that it is, or as none.
TEST(ParseScaled, AgreesWithWholeDecimals) {
  constexpr std::string_view kCharacters = "00123456789999..-+e";
  std::mt19937_64 random(11);
  std::size_t numbers = 0;
  for (int i = 0; i < 300'000; ++i) {
    std::string text;
    const std::size_t length = random() % 23;
    const bool is_odd = random() % 4 == 0;
    for (std::size_t at = 0; at < length; ++at) {
      text += is_odd ? kCharacters[random() % kCharacters.size()] : static_cast<char>('0' + random() % 10);
    }
    if (!is_odd && length > 2) text[1 + random() % (length - 2)] = '.';
    const int scale = static_cast<int>(random() % (kMaxScale + 1));
    const ScaledInteger found = parse_scaled(text, scale);
    const Result<Decimal> whole = parse_decimal(text);
    if (!whole) {
      EXPECT_NE(found.status, DecimalStatus::kOk) << text;
      continue;
    }
    int128 units = 0;
    const bool fits = whole->scale <= scale && whole->units >= 0 &&
                      !__builtin_mul_overflow(whole->units, int128{power_of_ten(scale - whole->scale)}, &units) &&
                      units <= std::numeric_limits<std::int64_t>::max();
    ASSERT_EQ(found.status == DecimalStatus::kOk, fits) << text << ' ' << scale;
    if (!fits) continue;
    ++numbers;
    ASSERT_TRUE(int128{found.units} == units) << text << ' ' << scale;
  }
  EXPECT_GT(numbers, 20'000U);
}

TEST(Decimal, ComparesByValueAcrossScales) {
  EXPECT_EQ((Decimal{150, 2}), (Decimal{15, 1}));
  EXPECT_LT((Decimal{149, 2}), (Decimal{15, 1}));
  EXPECT_GT((Decimal{0, 3}), (Decimal{-1, 18}));
}

constexpr int128 kMost = static_cast<int128>(~uint128{0} >> 1U);

TEST(Decimal, ComparesWhatDoesNotFitTheLargerScale) {
  const Decimal huge = parse_decimal("9999999999999999999999999").value();
  const Decimal fine{1, kMaxScale};
  EXPECT_GT(huge, fine);
  EXPECT_LT(fine, huge);
  EXPECT_LT((Decimal{-huge.units, 0}), (Decimal{-1, kMaxScale}));
  EXPECT_GT((Decimal{-1, kMaxScale}), (Decimal{-huge.units, 0}));
  EXPECT_NE(huge, fine);
  EXPECT_EQ(huge, (Decimal{huge.units * 1000, 3}));
  EXPECT_LT((Decimal{kMost, kMaxScale}), (Decimal{kMost, 0}));
  EXPECT_GT((Decimal{-kMost - 1, kMaxScale}), (Decimal{-kMost - 1, 0}));
}

// Digits with the point at the same place, so that text of one sign is in the order of its values.
std::string aligned_digits(const Decimal& value) {
  constexpr std::size_t kDigits = 39;
  constexpr int kDecimals = 47;
  std::string digits;
  for (uint128 rest = value.units < 0 ? -static_cast<uint128>(value.units) : static_cast<uint128>(value.units);
       rest != 0; rest /= 10) {
    digits.insert(digits.begin(), static_cast<char>('0' + static_cast<int>(rest % 10)));
  }
  digits.append(static_cast<std::size_t>(kDecimals - value.scale), '0');
  digits.insert(0, kDigits + kDecimals - digits.size(), '0');
  return digits;
}

std::strong_ordering by_digits(const Decimal& a, const Decimal& b) {
  if ((a.units < 0) != (b.units < 0)) return a.units < 0 ? std::strong_ordering::less : std::strong_ordering::greater;
  const int order =
      a.units < 0 ? aligned_digits(b).compare(aligned_digits(a)) : aligned_digits(a).compare(aligned_digits(b));
  return order <=> 0;
}

// Scales as far as text goes: results have one decimal, and more, beyond those of what is read.
TEST(Decimal, ComparesAsItsDigitsDoAtAnyTwoScales) {
  std::mt19937_64 random(14);
  std::size_t far_apart = 0;
  std::size_t equal = 0;
  for (int i = 0; i < 20'000; ++i) {
    const uint128 bits = (static_cast<uint128>(random()) << 64) | random();
    const Decimal a{static_cast<int128>(bits) >> (random() % 128), static_cast<int>(random() % 48)};
    Decimal b{static_cast<int128>((static_cast<uint128>(random()) << 64) | random()) >> (random() % 128),
              static_cast<int>(random() % 48)};
    if (i % 2 == 0) {  // the same value at a larger scale, or its neighbour there
      b = a;
      for (int128 next = b.units; b.scale < 47 && !__builtin_mul_overflow(b.units, int128{10}, &next); ++b.scale) {
        b.units = next;
      }
      if (i % 4 == 0 && b.units != kMost) ++b.units;
    }
    ASSERT_EQ(a <=> b, by_digits(a, b)) << aligned_digits(a) << ' ' << aligned_digits(b);
    ASSERT_EQ(b <=> a, by_digits(b, a)) << aligned_digits(b) << ' ' << aligned_digits(a);
    far_apart += static_cast<std::size_t>(std::abs(a.scale - b.scale) > kMaxScale);
    equal += static_cast<std::size_t>(a == b);
  }
  EXPECT_GT(far_apart, 1'000U);
  EXPECT_GT(equal, 1'000U);
}

TEST(Decimal, ComparesWhateverItsScales) {
  constexpr int kCoarsest = std::numeric_limits<int>::min();
  constexpr int kFinest = std::numeric_limits<int>::max();
  EXPECT_LT((Decimal{1, kFinest}), (Decimal{1, kCoarsest}));
  EXPECT_GT((Decimal{-1, kFinest}), (Decimal{-1, kCoarsest}));
  EXPECT_LT((Decimal{-1, kCoarsest}), (Decimal{0, kFinest}));
  EXPECT_EQ((Decimal{0, kCoarsest}), (Decimal{0, kFinest}));
}

TEST(Decimal, RefusesTooManyDigits) {
  EXPECT_FALSE(parse_decimal("0.0000000000000000001").has_value());
  EXPECT_FALSE(parse_decimal(std::string(60, '9')).has_value());
  EXPECT_FALSE(parse_decimal("1,5").has_value());
}

}  // namespace
}  // namespace acts
