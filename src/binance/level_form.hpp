// The form of a level's text, ["61737.63000000","0.00000000"]: how many digits stand where. Most levels of a symbol
// have the same one, so a level is compared with it as a whole, and its digits are taken from where they must be.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "acts/market/events.hpp"

namespace acts::binance {

// Digits before the point and behind it; no point without decimals.
struct NumberForm {
  std::size_t whole = 0;
  std::size_t decimals = 0;
  friend bool operator==(NumberForm, NumberForm) = default;
};

struct LevelForm {
  NumberForm price;
  NumberForm quantity;
  friend bool operator==(const LevelForm&, const LevelForm&) = default;
};

// Reads levels of one form at given scales. For a form that is too long, and where there is no SSE2, it matches
// nothing.
class LevelReader {
 public:
  // Bytes that must be readable from a level's first on, and before it.
  static constexpr std::size_t kReach = 48;
  static constexpr std::size_t kBefore = 16;

  LevelReader() = default;
  LevelReader(const LevelForm& form, Scales scales);

  // Without what follows the level.
  [[nodiscard]] std::size_t length() const { return length_; }
  // True if the text at `p` has the form, and no decimal but 0 where the scales keep none. A price of 0 matches.
  [[nodiscard]] bool matches(const char* p) const;
  // After matches().
  [[nodiscard]] Level read(const char* p) const;

 private:
  static constexpr std::size_t kBlock = 16;
  using Block = std::array<std::uint8_t, kBlock>;
  // Which bytes of two loads are digits: those of the price in the lower half, of the quantity in the upper one, each
  // number's last kept digit last. Decimals and whole digits are loaded apart, as the point stands between them.
  struct Digits {
    alignas(kBlock) Block decimals{};
    alignas(kBlock) Block whole{};
  };
  struct Ends {
    std::size_t price = 0;
    std::size_t quantity = 0;
  };
  // Of the price (low half) and the quantity.
  using Pair = std::uint64_t;

  void expect(std::size_t at, char low, char high);
  std::size_t expect(std::size_t at, NumberForm form, std::size_t kept);
  std::size_t place(std::size_t half, std::size_t at, NumberForm form, std::size_t kept);
  [[nodiscard]] Pair eight_digits(const char* p, const Digits& digits) const;

  // A byte fits if it is from `lows` to `lows` + `spans`. The second block ends at 32 or with the level, the third one
  // with the level.
  std::array<std::size_t, 3> offsets_{};
  alignas(kBlock) std::array<Block, 3> lows_{};
  alignas(kBlock) std::array<Block, 3> spans_{};
  Digits last_;                    // the last eight kept digits of each number,
  Digits before_;                  // and the eight before them
  Ends ends_;                      // of the kept digits
  std::int64_t price_factor_ = 1;  // for decimals that are kept and not written
  std::int64_t quantity_factor_ = 1;
  std::size_t length_ = 0;
  bool wide_ = false;  // a number keeps more than eight digits
};

#ifdef __SSE2__

static_assert(std::endian::native == std::endian::little);

inline bool LevelReader::matches(const char* p) const {
  const auto excess = [&](std::size_t block) {
    const __m128i text = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p + offsets_[block]));
    const __m128i low = _mm_load_si128(reinterpret_cast<const __m128i*>(lows_[block].data()));
    const __m128i span = _mm_load_si128(reinterpret_cast<const __m128i*>(spans_[block].data()));
    return _mm_subs_epu8(_mm_sub_epi8(text, low), span);
  };
  __m128i all = _mm_or_si128(excess(0), excess(1));
  if (length_ > 2 * kBlock) all = _mm_or_si128(all, excess(2));
  return _mm_movemask_epi8(_mm_cmpeq_epi8(all, _mm_setzero_si128())) == 0xFFFF;
}

// Digits become numbers of two, of four, of eight.
inline LevelReader::Pair LevelReader::eight_digits(const char* p, const Digits& digits) const {
  constexpr std::size_t kHalf = kBlock / 2;
  const auto halves = [&](const char* from) {
    const __m128i price = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(from + ends_.price - kHalf));
    const __m128i quantity = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(from + ends_.quantity - kHalf));
    return _mm_unpacklo_epi64(price, quantity);
  };
  const __m128i decimals_mask = _mm_load_si128(reinterpret_cast<const __m128i*>(digits.decimals.data()));
  const __m128i whole_mask = _mm_load_si128(reinterpret_cast<const __m128i*>(digits.whole.data()));
  const __m128i ones = _mm_or_si128(_mm_and_si128(halves(p), decimals_mask), _mm_and_si128(halves(p - 1), whole_mask));
  const __m128i twos = _mm_srli_epi16(_mm_mullo_epi16(ones, _mm_set1_epi16(10 * 256 + 1)), 8);
  const __m128i fours = _mm_madd_epi16(twos, _mm_set1_epi32(100 + (1 << 16)));
  const __m128i eights = _mm_madd_epi16(_mm_packs_epi32(fours, fours), _mm_set1_epi32(10'000 + (1 << 16)));
  return static_cast<Pair>(_mm_cvtsi128_si64(eights));
}

inline Level LevelReader::read(const char* p) const {
  const Pair last = eight_digits(p, last_);
  auto price = static_cast<std::int64_t>(last & UINT32_MAX);
  auto quantity = static_cast<std::int64_t>(last >> 32);
  if (wide_) {
    constexpr std::int64_t kEightDigits = 100'000'000;
    const Pair before = eight_digits(p - kBlock / 2, before_);
    price += static_cast<std::int64_t>(before & UINT32_MAX) * kEightDigits;
    quantity += static_cast<std::int64_t>(before >> 32) * kEightDigits;
  }
  return {Price{price * price_factor_}, Quantity{quantity * quantity_factor_}};
}

#else

inline bool LevelReader::matches(const char*) const { return false; }
inline Level LevelReader::read(const char*) const { return {}; }

#endif

}  // namespace acts::binance
