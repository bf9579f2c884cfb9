#include "history/import/capture_trade_ids.hpp"

#include <fmt/format.h>

#include <utility>

namespace acts::history {
namespace {

// FNV-1a of 64 bits, folded: numbers in catalogs are made of it, so it stays as it is.
std::int64_t trade_digest(std::string_view id) {
  constexpr std::uint64_t kOffset = 0xCBF2'9CE4'8422'2325U;
  constexpr std::uint64_t kPrime = 0x0000'0100'0000'01B3U;
  std::uint64_t hash = kOffset;
  for (const char c : id) hash = (hash ^ static_cast<unsigned char>(c)) * kPrime;
  hash ^= hash >> 32U;
  hash ^= hash >> 16U;
  return static_cast<std::int64_t>(hash % CaptureTradeIds::kDigests);
}

std::string with_instrument(std::string_view instrument, std::int64_t number) {
  return fmt::format("{}\n{}", instrument, number);
}

}  // namespace

Result<std::int64_t> CaptureTradeIds::number(std::string_view instrument, std::string_view id, std::int64_t sequence,
                                             std::int64_t place) {
  if (id.size() > kMostIdBytes) {
    return fail(ErrorCode::kBadInput, fmt::format("a trade's id is longer than {} bytes", kMostIdBytes));
  }
  if (sequence < 0 || sequence >= kMostSequence) {
    return fail(ErrorCode::kBadInput, fmt::format("a trade's seq, {}, is too large to number it by", sequence));
  }
  if (place < 0 || place >= kMostPlaces) {
    return fail(ErrorCode::kBadInput, fmt::format("more than {} trades of a message have one seq", kMostPlaces));
  }
  std::string key = fmt::format("{}\n{}", instrument, id);
  if (const auto known = known_.find(key); known != known_.end()) return known->second;
  const std::int64_t number = (sequence * kMostPlaces + place) * kDigests + trade_digest(id);
  if (!taken_.insert(with_instrument(instrument, number)).second) {
    return fail(ErrorCode::kBadInput, fmt::format("a trade's i gives it the number of another one, {}", number));
  }
  order_.push_back(known_.emplace(std::move(key), number).first);
  if (order_.size() > kMostKnown) let_go_of_oldest();
  return number;
}

void CaptureTradeIds::let_go_of_oldest() {
  const auto& [key, number] = *order_.front();
  taken_.erase(with_instrument(std::string_view(key).substr(0, key.find('\n')), number));
  known_.erase(order_.front());
  order_.pop_front();
}

}  // namespace acts::history
