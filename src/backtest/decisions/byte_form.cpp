#include "backtest/decisions/byte_form.hpp"

#include <bit>

namespace acts::backtest {
namespace {

constexpr unsigned kBitsAByte = 7;
constexpr unsigned kWordBits = 64;
constexpr std::uint8_t kMore = 0x80;

}  // namespace

void ByteWriter::number(std::uint64_t value) {
  for (; value >= kMore; value >>= kBitsAByte) byte(static_cast<std::uint8_t>(value | kMore));
  byte(static_cast<std::uint8_t>(value));
}

void ByteWriter::integer(std::int64_t value) {
  const auto twice = static_cast<std::uint64_t>(value) << 1U;
  number(value < 0 ? ~twice : twice);
}

void ByteWriter::real(double value) {
  const auto bits = std::bit_cast<std::uint64_t>(value);
  for (unsigned shift = 0; shift < kWordBits; shift += 8) byte(static_cast<std::uint8_t>(bits >> shift));
}

void ByteWriter::decimal(const Decimal& value) {
  const auto units = static_cast<uint128>(value.units);
  integer(static_cast<std::int64_t>(units >> kWordBits));
  number(static_cast<std::uint64_t>(units));
  integer(value.scale);
}

void ByteWriter::text(std::string_view value) {
  number(value.size());
  bytes_ += value;
}

std::uint8_t ByteReader::byte() {
  is_bad_ = is_bad_ || rest_.empty();
  if (is_bad_) return 0;
  const auto value = static_cast<std::uint8_t>(rest_.front());
  rest_.remove_prefix(1);
  return value;
}

std::uint64_t ByteReader::number() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < kWordBits; shift += kBitsAByte) {
    const std::uint8_t part = byte();
    const std::uint64_t bits = part & (kMore - 1U);
    // One way only to write a value: no bits that are lost, no zeros at the top.
    if ((bits << shift) >> shift != bits || (part == 0 && shift > 0)) refuse();
    value |= bits << shift;
    if ((part & kMore) == 0) return is_bad_ ? 0 : value;
  }
  refuse();
  return 0;
}

std::int64_t ByteReader::integer() {
  const std::uint64_t coded = number();
  return static_cast<std::int64_t>((coded & 1U) != 0 ? ~(coded >> 1U) : coded >> 1U);
}

double ByteReader::real() {
  std::uint64_t bits = 0;
  for (unsigned shift = 0; shift < kWordBits; shift += 8) bits |= std::uint64_t{byte()} << shift;
  return is_bad_ ? 0 : std::bit_cast<double>(bits);
}

Decimal ByteReader::decimal() {
  const auto high = static_cast<uint128>(integer()) << kWordBits;
  const auto units = static_cast<int128>(high | number());
  const std::int64_t scale = integer();
  constexpr std::int64_t kMostDecimals = 4 * kMaxScale;
  if (scale < 0 || scale > kMostDecimals) refuse();
  return is_bad_ ? Decimal{} : Decimal{units, static_cast<int>(scale)};
}

std::uint64_t ByteReader::count(std::uint64_t most) {
  const std::uint64_t value = number();
  if (value > most) refuse();
  return is_bad_ ? 0 : value;
}

std::string_view ByteReader::text(std::size_t most) {
  const std::uint64_t size = count(most);
  if (size > rest_.size()) refuse();
  if (is_bad_) return {};
  const std::string_view value = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return value;
}

}  // namespace acts::backtest
