#include "binance/depth_scanner.hpp"

#include <algorithm>
#include <array>
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

// A literal of the message's form. The zeros behind a text match none.
template <std::size_t N>
bool literal(const char*& p, const char (&text)[N]) {
  if (std::memcmp(p, text, N - 1) != 0) return false;
  p += N - 1;
  return true;
}

// The first `count` (0 ... 8) digit values behind `number`.
std::uint64_t append_digits(std::uint64_t number, std::uint64_t values, unsigned count) {
  constexpr std::array<std::uint64_t, 9> kPowers{1,       10,        100,        1'000,      10'000,
                                                 100'000, 1'000'000, 10'000'000, 100'000'000};
  return count == 0 ? number : number * kPowers[count] + first_digits(values, count);
}

// A whole number below 10^18; JSON has none with a zero before another digit.
bool integer(const char*& p, std::int64_t& out) {
  const std::uint64_t values = digit_values(p);
  const unsigned count = leading_digits(values);
  if (count == 0 || (*p == '0' && count > 1)) return false;
  std::uint64_t number = first_digits(values, count);
  p += count;
  if (count == 8) {
    const std::uint64_t more = digit_values(p);
    const unsigned more_count = leading_digits(more);
    number = append_digits(number, more, more_count);
    p += more_count;
    const char* limit = p + 2;
    for (; more_count == 8 && *p >= '0' && *p <= '9'; ++p) {
      if (p == limit) return false;
      number = number * 10 + static_cast<std::uint64_t>(*p - '0');
    }
  }
  out = static_cast<std::int64_t>(number);
  return true;
}

constexpr std::size_t kFirstLevels = 256;  // room for as many to begin with

struct Scale {
  explicit Scale(int places)
      : factor(static_cast<std::uint64_t>(power_of_ten(places))), decimals(static_cast<unsigned>(places)) {}
  std::uint64_t factor;
  unsigned decimals;
};

// digits[.digits] at a scale of at most 8. Up to 10 whole digits, so that no product overflows; more is for the general
// parser.
bool number(const char*& p, const Scale& scale, std::int64_t& out, NumberForm& form) {
  const std::uint64_t values = digit_values(p);
  const unsigned count = leading_digits(values);
  if (count == 0) return false;
  const char* const begin = p;
  std::uint64_t whole = first_digits(values, count);
  p += count;
  if (count == 8) [[unlikely]] {
    const char* limit = p + 2;
    for (; *p >= '0' && *p <= '9'; ++p) {
      if (p == limit) return false;
      whole = whole * 10 + static_cast<std::uint64_t>(*p - '0');
    }
  }
  form = {static_cast<std::size_t>(p - begin), 0};
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
    form.decimals = written;
  }
  const std::uint64_t units = whole * scale.factor + fraction;
  out = static_cast<std::int64_t>(units);
  return true;
}

// ["price","quantity"]
bool level_of_any_form(const char*& p, Scales scales, Level& out, LevelForm& form) {
  std::int64_t price = 0;
  std::int64_t quantity = 0;
  if (!literal(p, "[\"") || !number(p, Scale{scales.price}, price, form.price) || !literal(p, "\",\"") ||
      !number(p, Scale{scales.quantity}, quantity, form.quantity) || !literal(p, "\"]")) {
    return false;
  }
  out = {Price{price}, Quantity{quantity}};
  return true;
}

// Bytes of eight, from the lowest, that end a word or want a closer look: a quote, a backslash, control characters, and
// whatever is not ASCII. Above the first one there may be false ones.
std::uint64_t special(std::uint64_t bytes) {
  const auto equal = [bytes](char c) {
    const std::uint64_t difference = bytes ^ repeat(static_cast<std::uint8_t>(c));
    return (difference - repeat(1)) & ~difference;
  };
  return (equal('"') | equal('\\') | ((bytes - repeat(' ')) & ~bytes) | bytes) & repeat(0x80);
}

// The text up to the next quote, of plain characters only.
bool word(const char*& p, std::string_view& out) {
  const char* const begin = p;
  std::uint64_t found = special(load8(p));
  for (; found == 0; found = special(load8(p))) p += 8;
  p += std::countr_zero(found) / 8;
  out = {begin, static_cast<std::size_t>(p - begin)};
  if (*p != '"') return false;
  ++p;
  return true;
}

bool unusual(const char*& p, UsualForms& forms, Level& out) {
  if (const LevelReader* reader = forms.other(p)) {
    out = reader->read(p);
    p += reader->length();
    return true;
  }
  LevelForm form;
  if (!level_of_any_form(p, forms.scales(), out, form)) return false;
  forms.missed(form);
  return true;
}

}  // namespace

void UsualForms::set_scales(Scales scales) {
  if (scales != scales_) *this = {};
  scales_ = scales;
}

const LevelReader* UsualForms::other(const char* p) {
  for (std::size_t i = 0; i < kReaders; ++i) {
    const LevelReader& reader = readers_[i];
    if (i == usual_ || !reader.matches(p)) continue;
    if (p == other_end_) usual_ = i;
    other_end_ = p + reader.length() + 1;
    return &reader;
  }
  return nullptr;
}

void UsualForms::missed(const LevelForm& form) {
  if (form == last_missed_) {
    if (oldest_ == usual_) oldest_ = (oldest_ + 1) % kReaders;
    readers_[oldest_] = LevelReader{form, scales_};
    oldest_ = (oldest_ + 1) % kReaders;
  }
  last_missed_ = form;
}

bool DepthScanner::head(std::string_view text, ScannedDepth& out) {
  const char* p = text.data();
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
  snapshot_ = false;
  return literal(p, ",\"b\":[") && end_head(text, p);
}

bool DepthScanner::snapshot_head(std::string_view text, ScannedDepth& out) {
  const char* p = text.data();
  if (!literal(p, "{\"lastUpdateId\":") || !integer(p, out.last_update_id)) return false;
  std::int64_t engine_time = 0;
  if (literal(p, ",\"E\":") && (!integer(p, out.ts_event) || !literal(p, ",\"T\":") || !integer(p, engine_time))) {
    return false;
  }
  combined_ = false;
  snapshot_ = true;
  return literal(p, ",\"bids\":[") && end_head(text, p);
}

bool DepthScanner::end_head(std::string_view text, const char* p) {
  head_size_ = static_cast<std::size_t>(p - text.data());
  return head_size_ < text.size();
}

bool DepthScanner::levels(std::string_view message, Scales scales, UsualForms& forms, LevelList& bids,
                          LevelList& asks) {
  at_ = message.data() + head_size_;
  end_ = message.data() + message.size();
  tail_begin_ = message.size() - head_size_ > kTail ? end_ - kTail : at_ - 1;
  forms.set_scales(scales);
  if (!side(forms, bids)) return false;
  at_ = within_reach(at_);
  if (!(snapshot_ ? literal(at_, ",\"asks\":[") : literal(at_, ",\"a\":[")) || !side(forms, asks)) return false;
  return end();
}

// What follows the levels, to the last byte.
bool DepthScanner::end() {
  if (tail_begin_ != end_ && at_ <= tail_begin_) return false;  // too much is left
  const char* p = within_reach(at_);
  if (snapshot_) return literal(p, "}") && p == end_;
  // Since 2026-06-30 USD-M adds the pair and the segment (1 = USD-M, 2 = COIN-M).
  std::string_view pair;
  std::int64_t segment = 0;
  if (literal(p, ",\"ps\":\"") && (!word(p, pair) || !literal(p, ",\"st\":") || !integer(p, segment))) return false;
  return (combined_ ? literal(p, "}}") : literal(p, "}")) && p == end_;
}

// Returns where `p` is from then on. The head is before it, so there is enough to take along.
const char* DepthScanner::enter_tail(const char* p) {
  const char* const from = p - LevelReader::kBefore;
  const auto size = static_cast<std::size_t>(end_ - from);
  std::memcpy(tail_.data(), from, size);
  std::memset(tail_.data() + size, 0, tail_.size() - size);
  end_ = tail_begin_ = tail_.data() + size;
  return tail_.data() + LevelReader::kBefore;
}

// [["price","quantity"],...]. From where the tail has not begun nothing is read that is not there.
bool DepthScanner::side(UsualForms& forms, LevelList& out) {
  const char* p = within_reach(at_);
  out.size_ = 0;
  if (*p == ']') {
    at_ = p + 1;
    return true;
  }
  const LevelReader* usual = &forms.reader();
  Level* levels = out.memory_.data();
  std::size_t room = out.memory_.size();
  std::size_t count = 0;
  while (true) {
    p = within_reach(p);
    if (count == room) [[unlikely]] {
      room = std::max(kFirstLevels, 2 * count);
      out.memory_.resize(room);
      levels = out.memory_.data();
    }
    Level& level = levels[count++];
    if (usual->matches(p)) [[likely]] {
      level = usual->read(p);
      p += usual->length();
    } else {
      if (!unusual(p, forms, level)) return false;
      usual = &forms.reader();
    }
    if (level.price.units() == 0) return false;
    if (*p == ',') [[likely]] {
      ++p;
    } else if (*p == ']') {
      break;
    } else {
      return false;
    }
  }
  at_ = p + 1;
  out.size_ = count;
  return true;
}

}  // namespace acts::binance
