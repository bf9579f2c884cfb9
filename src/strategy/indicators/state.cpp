#include "acts/strategy/indicators/state.hpp"

#include <fmt/format.h>

#include <bit>
#include <cmath>

namespace acts::indicators {
namespace {

constexpr std::size_t kWordBytes = sizeof(std::uint64_t);

}  // namespace

void StateWriter::integer(std::int64_t value) {
  const auto word = static_cast<std::uint64_t>(value);
  for (std::size_t i = 0; i < kWordBytes; ++i) bytes_ += static_cast<char>(word >> (8 * i) & 0xFFU);
}

void StateWriter::number(double value) { integer(std::bit_cast<std::int64_t>(value)); }

void StateWriter::optional(const std::optional<double>& value) {
  integer(value ? 1 : 0);
  number(value.value_or(0));
}

std::uint64_t StateReader::word() {
  if (rest_.size() < kWordBytes) is_bad_ = true;
  if (is_bad_) return 0;
  std::uint64_t taken = 0;
  for (std::size_t i = 0; i < kWordBytes; ++i) {
    taken |= std::uint64_t{static_cast<unsigned char>(rest_[i])} << (8 * i);
  }
  rest_.remove_prefix(kWordBytes);
  return taken;
}

std::int64_t StateReader::integer() { return static_cast<std::int64_t>(word()); }

double StateReader::number() {
  const auto taken = std::bit_cast<double>(word());
  if (!std::isfinite(taken)) is_bad_ = true;
  return is_bad_ ? 0 : taken;
}

std::size_t StateReader::count(std::size_t most) {
  const std::uint64_t taken = word();
  if (taken > most) is_bad_ = true;
  return is_bad_ ? 0 : static_cast<std::size_t>(taken);
}

std::optional<double> StateReader::optional() {
  const bool is_there = flag();
  const double taken = number();
  return is_there && !is_bad_ ? std::optional(taken) : std::nullopt;
}

void StateReader::expect(std::int64_t wanted) {
  if (integer() != wanted) is_bad_ = true;
}

void StateReader::expect_number(double wanted) {
  if (number() != wanted) is_bad_ = true;
}

Result<void> StateReader::end(std::string_view what) const {
  if (!is_bad_ && rest_.empty()) return {};
  return fail(ErrorCode::kBadInput,
              fmt::format("the saved state is none of {} with these parameters: begin without it", what));
}

}  // namespace acts::indicators
