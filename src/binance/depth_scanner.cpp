#include "binance/depth_scanner.hpp"

#include <bit>
#include <cstring>

#include "acts/base/decimal.hpp"

namespace acts::binance {
namespace {

static_assert(std::endian::native == std::endian::little, "digits are taken eight at a time from little-endian words");

std::uint64_t load8(const char* p) {
  std::uint64_t word = 0;
  std::memcpy(&word, p, sizeof word);
  return word;
}

constexpr std::uint64_t repeat(std::uint8_t byte) { return 0x0101'0101'0101'0101ULL * byte; }

// Eight bytes of text as digit values: a byte that is no digit is above 9.
std::uint64_t digit_values(const char* p) { return load8(p) ^ repeat('0'); }

// How many of the eight, from the first on, are digits.
unsigned leading_digits(std::uint64_t values) {
  const std::uint64_t not_digit = ((values + repeat(0x76)) | values) & repeat(0x80);
  return not_digit == 0 ? 8 : static_cast<unsigned>(std::countr_zero(not_digit)) / 8;
}

// Eight digit values, most significant first in memory, as a number: pairs, fours, eight.
std::uint64_t combine(std::uint64_t values) {
  values = values * 10 + (values >> 8);
  return (((values & 0x0000'00FF'0000'00FFULL) * (100 + (1'000'000ULL << 32))) +
          (((values >> 16) & 0x0000'00FF'0000'00FFULL) * (1 + (10'000ULL << 32)))) >>
         32;
}

// The first `count` (1 ... 8) digit values as a number.
std::uint64_t first_digits(std::uint64_t values, unsigned count) { return combine(values << (64 - 8 * count)); }

// A literal of the message's form; text behind the end of the message never matches as `end` is checked with every
// number and at the close.
template <std::size_t N>
bool literal(const char*& p, const char (&text)[N]) {
  if (std::memcmp(p, text, N - 1) != 0) return false;
  p += N - 1;
  return true;
}

// A whole number below 10^18.
bool integer(const char*& p, std::int64_t& out) {
  const std::uint64_t values = digit_values(p);
  const unsigned count = leading_digits(values);
  if (count == 0) return false;
  std::uint64_t number = first_digits(values, count);
  p += count;
  if (count == 8) {
    const char* limit = p + 10;
    for (; *p >= '0' && *p <= '9'; ++p) {
      if (p == limit) return false;
      number = number * 10 + static_cast<std::uint64_t>(*p - '0');
    }
  }
  out = static_cast<std::int64_t>(number);
  return true;
}

struct Scale {
  explicit Scale(int decimals_)
      : factor(static_cast<std::uint64_t>(power_of_ten(decimals_))), decimals(static_cast<unsigned>(decimals_)) {}
  std::uint64_t factor;
  unsigned decimals;
};

// digits[.digits]" at a scale of at most 8. Up to 10 whole digits, so that no product overflows; more is for the
// general parser.
bool number(const char*& p, const Scale& scale, std::int64_t& out) {
  const std::uint64_t values = digit_values(p);
  const unsigned count = leading_digits(values);
  if (count == 0) return false;
  std::uint64_t whole = first_digits(values, count);
  p += count;
  if (count == 8) [[unlikely]] {
    const char* limit = p + 2;
    for (; *p >= '0' && *p <= '9'; ++p) {
      if (p == limit) return false;
      whole = whole * 10 + static_cast<std::uint64_t>(*p - '0');
    }
  }
  std::uint64_t fraction = 0;
  if (*p == '.') {
    const std::uint64_t decimals = digit_values(p + 1);
    const unsigned written = leading_digits(decimals);
    if (written == 0) return false;
    const std::uint64_t kept = written == 8 ? decimals : decimals & ((std::uint64_t{1} << (8 * written)) - 1);
    // Shifts by 64 are split in two: a scale of 0 or 8 is usual.
    const std::uint64_t beyond = (kept >> (4 * scale.decimals)) >> (4 * scale.decimals);
    if (beyond != 0) return false;
    fraction = combine((kept << (32 - 4 * scale.decimals)) << (32 - 4 * scale.decimals));
    p += 1 + written;
  }
  const std::uint64_t units = whole * scale.factor + fraction;
  out = static_cast<std::int64_t>(units);
  return true;
}

// [["price","quantity"],...]
bool side(const char*& p, const char* end, const Scale& price_scale, const Scale& quantity_scale,
          std::vector<Level>& out) {
  out.clear();
  if (*p == ']') {
    ++p;
    return true;
  }
  while (true) {
    std::int64_t price = 0;
    std::int64_t quantity = 0;
    if (!literal(p, "[\"") || !number(p, price_scale, price) || !literal(p, "\",\"") ||
        !number(p, quantity_scale, quantity) || !literal(p, "\"]") || price == 0 || p >= end) {
      return false;
    }
    out.push_back({Price{price}, Quantity{quantity}});
    if (*p == ',') {
      ++p;
    } else if (*p == ']') {
      ++p;
      return true;
    } else {
      return false;
    }
  }
}

bool plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '@';
}

// The text up to the next quote, of plain characters only.
bool word(const char*& p, std::string_view& out) {
  const char* begin = p;
  while (plain(*p)) ++p;
  out = {begin, static_cast<std::size_t>(p - begin)};
  if (*p != '"') return false;
  ++p;
  return true;
}

}  // namespace

bool DepthScanner::head(std::string_view text, ScannedDepth& out) {
  at_ = text.data();
  end_ = at_ + text.size();
  const char* p = at_;
  combined_ = literal(p, "{\"stream\":\"");
  if (combined_ && (!word(p, out.stream) || !literal(p, ",\"data\":"))) return false;
  if (!literal(p, "{\"e\":\"depthUpdate\",\"E\":") || !integer(p, out.ts_event)) return false;
  std::int64_t engine_time = 0;
  if (literal(p, ",\"T\":") && !integer(p, engine_time)) return false;
  if (!literal(p, ",\"s\":\"") || !word(p, out.symbol) || !literal(p, ",\"U\":") || !integer(p, out.first_update_id) ||
      !literal(p, ",\"u\":") || !integer(p, out.last_update_id)) {
    return false;
  }
  out.has_previous = literal(p, ",\"pu\":");
  if (out.has_previous && !integer(p, out.previous_last_update_id)) return false;
  if (!literal(p, ",\"b\":[")) return false;
  at_ = p;
  return p < end_;
}

bool DepthScanner::levels(Scales scales, std::vector<Level>& bids, std::vector<Level>& asks) {
  const Scale price_scale{scales.price};
  const Scale quantity_scale{scales.quantity};
  const char* p = at_;
  if (!side(p, end_, price_scale, quantity_scale, bids) || !literal(p, ",\"a\":[") ||
      !side(p, end_, price_scale, quantity_scale, asks)) {
    return false;
  }
  // Since 2026-06-30 USD-M adds the pair and the segment (1 = USD-M, 2 = COIN-M).
  std::string_view pair;
  std::int64_t segment = 0;
  if (literal(p, ",\"ps\":\"") && (!word(p, pair) || !literal(p, ",\"st\":") || !integer(p, segment))) return false;
  return (combined_ ? literal(p, "}}") : literal(p, "}")) && p == end_;
}

}  // namespace acts::binance
